"""What task runners put into the environment of a task, or of any command that they run."""

from __future__ import annotations

import posixpath

from mcplint.commands.execution import ExecContext
from mcplint.commands.given_variables import files_of, with_files, with_table
from mcplint.facts.document import MappingNode, Node, at, pairs, scalar
from mcplint.values import Label, Value


def with_environment(tool: str, whole: Node | None, task: Node | None, env: str, context: ExecContext) -> ExecContext:
    """The context of what a runner starts. `whole`: its file, `env`: the environment of hatch, `task`: if it is one."""
    folder = "." if context.file("pyproject.toml") or context.file("Pipfile") else ".."
    match tool:
        case "poe":
            context = _with_settings("poe", at(whole, "tool", "poe"), "envfile", folder, context)
            return _with_settings("poe", task, "envfile", folder, context)
        case "pdm":
            context = _with_settings("pdm", at(whole, "tool", "pdm", "scripts", "_"), "env_file", folder, context)
            return _with_settings("pdm", task, "env_file", folder, context)
        case "rye":
            return _with_settings("rye", task, "env-file", folder, context)
        case "hatch":
            return _of_hatch(at(whole, "tool", "hatch", "envs"), env, context)
        case "pipenv":
            return _of_pipenv(folder, context)
    return context


def _with_settings(tool: str, node: Node | None, key: str, folder: str, context: ExecContext) -> ExecContext:
    """What a table of settings says: the variables of files, and its own over them."""
    if not isinstance(node, MappingNode):
        return context
    named = node.get(key)
    files = files_of(named, folder)
    over = tool != "pdm" or isinstance(named, MappingNode)
    context = with_files(files, context, over, needed=files if tool == "rye" else ())
    return with_table(node.get("env"), tool, context)


def _of_hatch(envs: Node | None, env: str, context: ExecContext) -> ExecContext:
    """The variables of an environment of hatch, which has those of its template where it names none of its own."""
    own = at(envs, env)
    template = scalar(at(own, "template")) or "default"
    below = at(envs, template, "env-vars") if env != template and scalar(at(own, "detached")) != "true" else None
    table = at(own, "env-vars")
    if table is not None and below is not None:
        notes = {key.text: (Label(key.span, f"hatch may set {key.text}"),) for key, _ in pairs(below)}
        context = context._replace(sets={**context.sets, **{name: Value(None, note) for name, note in notes.items()}})
    context = with_table(table if table is not None else below, "hatch", context)
    odd = at(own, "overrides")
    return (
        context.with_unknown_variables(Value((env,), (Label(odd.span.head, "may override it"),)), hidden=True)
        if odd
        else context
    )


def _of_pipenv(folder: str, context: ExecContext) -> ExecContext:
    """The variables of the `.env` beside a Pipfile, or of the file that is named instead, over all others."""
    if context.variable("PIPENV_DONT_LOAD_ENV").may(bool) and not context.variable("PIPENV_DONT_LOAD_ENV").may_be(None):
        return context
    named = context.variable("PIPENV_DOTENV_LOCATION")
    if isinstance(named.only, str):
        return with_files((Value((named.only,), named.trace),), context, over=True)
    path = posixpath.join(folder, ".env")
    return with_files((Value((path,)),), context, over=True, needed=()) if context.file(path) else context
