"""What managers of packages write to standard output before the script that they run."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.commands.execution import ExecContext
from mcplint.commands.words import span_of, text
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.values import Label, Value

_QUIET = {"s", "silent", "-s", "--silent", "--loglevel=silent"}
"""The options that keep them from saying which script they run."""


def with_banner(tool: str, given: Mapping[str, Value[str]], context: ExecContext, word: Value[str]) -> ExecContext:
    """The context of a script, told whether its manager writes the script's name and command there first.

    `given`: its options. Source: npm 11, pnpm 10 and yarn 1.22 in front of a server; bun and later releases of yarn
    write nothing.
    """
    level = context.variable("NPM_CONFIG_LOGLEVEL")
    if tool == "bun" or _QUIET & given.keys() or ("loglevel" in given and text(given["loglevel"]) != "notice"):
        return context
    if not level.must(lambda each: each in (None, "", "notice")) or (tool == "yarn" and _may_be_yarn_2(context)):
        return context
    sources = map(context.tree.source, context.tree.files_named(".npmrc"))
    if any(source is not None and "loglevel" in source.text for source in sources):
        return context
    return context._replace(printed=(*context.printed, Label(span_of(word, context.span), "writes to standard output")))


def _may_be_yarn_2(context: ExecContext) -> bool:
    """Whether a project may be one of a later yarn than 1."""
    home = nearest(context.tree, (context.folder or context.home).removeprefix("."))
    package = package_json(context.tree, home) if home is not None else None
    names_manager = package is not None and '"packageManager"' in package.source.text
    return names_manager or bool(context.tree.files_named(".yarnrc.yml")) or bool(context.tree.files_named(".yarn"))
