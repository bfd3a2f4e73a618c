"""The steps of a build that take up a project and install nothing: those that build its wheel, or export its lock."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from mcplint.commands.command_lines import UV
from mcplint.commands.options import Grammar, Parsed, grammar, parse
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.dependencies import Project
from mcplint.facts.document import at
from mcplint.images.failures import is_certain
from mcplint.images.python_installs import named_program
from mcplint.images.runs import RunStep
from mcplint.images.uv_install import uv_install
from mcplint.model import Install, Packaged
from mcplint.packaging.backend import HATCHLING, POETRY, backend
from mcplint.values import Value

_GRAMMARS: Mapping[str, Grammar] = {
    "uv": Grammar(
        UV.bare | frozenset(["wheel", "sdist", "clear", "no-build-logs", "force-pep517", "no-create-gitignore"]),
        {**UV.short, "o": "out-dir"},
        (UV.valued or frozenset()) | {"out-dir"},
    ),
    "build": grammar(
        "wheel sdist no-isolation skip-dependency-check verbose quiet",
        "outdir config-setting installer",
        w="wheel",
        s="sdist",
        n="no-isolation",
        x="skip-dependency-check",
        o="outdir",
        C="config-setting",
        v="verbose",
    ),
    "hatch": grammar("clean clean-only no-hooks hooks-only ext", "target", t="target", c="clean"),
    "poetry": grammar(
        "clean quiet no-interaction no-ansi verbose no-cache no-plugins",
        "format output directory project local-version config-settings",
        f="format",
        o="output",
        C="directory",
        P="project",
        q="quiet",
        n="no-interaction",
        v="verbose",
    ),
    "pdm": grammar(
        "no-isolation no-sdist no-wheel no-clean quiet verbose",
        "project dest config-setting skip",
        p="project",
        d="dest",
        C="config-setting",
        k="skip",
        q="quiet",
        v="verbose",
    ),
}
"""How the tools that build wheels are called; uv 0.13, build 1.6 and hatch 1.18 were run without a readme and a source.

All of them failed then, but for a source distribution alone without a source.
"""
_OTHER = ("package", "all-packages", "list", "no-wheel", "clean-only", "hooks-only")
"""Options with which a tool builds something else than the wheel of the project in its folder."""


def builds(steps: Iterable[RunStep]) -> Iterator[Install]:
    """The commands that build the wheel of a project or export its lock, as installs of nothing."""
    taken = tuple(steps)
    for number, step in enumerate(taken):
        if step.line.operator in ("||", "|", "&") or step.conditional:
            continue
        name, args = named_program(step)
        name = "build" if name == "pyproject-build" else name
        if name == "build":
            yield from _built_wheel(name, step, parse(args, _GRAMMARS[name], interspersed=True))
        elif name in _GRAMMARS:
            before = parse(args, UV if name == "uv" else _GRAMMARS[name])
            verb, *rest = before.rest or (Value(("",)),)
            if text(verb) == "build":
                after = parse(tuple(rest), _GRAMMARS[name], interspersed=True)
                options = Parsed((*before.given, *after.given), after.rest, before.closed and after.closed)
                yield from _built_wheel(name, step, options)
            elif name == "uv" and text(verb) == "export":
                after = parse(tuple(rest), UV, interspersed=True)
                yield uv_install("uv export", step, before, after)._replace(
                    packaged=(), certain=is_certain(taken, number)
                )


def _built_wheel(name: str, step: RunStep, options: Parsed) -> Iterator[Install]:
    """The wheel that a tool builds, unless it builds a source distribution alone, or what cannot be told."""
    formats = set(map(spelled, options.values("format", "target")))
    alone = {"sdist", "wheel"} & options.flags.keys() == {"sdist"} or (formats and "wheel" not in formats)
    words = options.rest if name in ("uv", "build") else ()
    folder = _folder(options, words)
    place, found = (step.absolute(folder), step.folder(folder)) if folder else (None, None)
    project = step.tree.project(found) if found else None
    if project and found and place and not alone and not options.first(*_OTHER) and _builds_with_backend(name, project):
        made, into = (Packaged(found, place, False),), options.values("out-dir", "outdir", "output", "dest")
        into = options.rest if name == "hatch" else into
        made_in = (text(into[-1]) if into else posixpath.join(place, "dist")) or ""
        yield Install(
            f"{name} build", step.words, Value(None), None, (found,), (), step.written_at,
            packaged=made, collects=step.absolute(made_in) if made_in else None,
        )  # fmt: skip


def _folder(options: Parsed, words: Words) -> str | None:
    """The folder of the project that is built, None where that cannot be told."""
    named = (*words, *options.values("directory", "project"))
    return None if len(named) > 1 or not options.closed else text(named[0]) if named else "."


def _builds_with_backend(name: str, project: Project) -> bool:
    """Whether a tool certainly builds a project with the backend that the project names."""
    only = {"hatch": HATCHLING, "poetry": POETRY}.get(name)
    mode = at(project.document, "tool", "poetry", "package-mode")
    return only is None or (backend(project) == only and mode is None)
