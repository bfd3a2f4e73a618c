"""What the steps of a GitHub workflow leave for later ones, and what the project's repository is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from math import prod

from mcplint.facts.dependencies import Project
from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar, texts

_LOWER = r"""["']?(?:\[:upper:\]|A-Z)["']?[ \t]+["']?(?:\[:lower:\]|a-z)["']?"""
_TEXT = r"""["']?([^\s"'|()]+)["']?[ \t]*"""
LOWERED = re.compile(
    rf"""\$\([ \t]*(?:echo|printf)[ \t]+(?:-n[ \t]+|["']?%s["']?[ \t]+)?{_TEXT}\|[ \t]*tr[ \t]+{_LOWER}[ \t]*\)"""
    rf"|\$\([ \t]*tr[ \t]+{_LOWER}[ \t]*<<<[ \t]*{_TEXT}\)"
)
"""A text in small letters, as the names of images have to be."""
SMALL = re.compile(r"\$\{(\w+),,\}")
_LEFT = re.compile(r"""[ \t]*(?:echo|printf)[ \t]+["']?([\w-]+)=([^\n]*)""")
_FILE = re.compile(r""">>[ \t]*+["']?\$\{?GITHUB_(ENV|OUTPUT)\b""")
_MOST_ROWS = 64
_REPOSITORY = re.compile(r"(?:github|gitlab)\.com[/:]([\w.-]+)/([\w.-]+)")
_OWN = re.compile(r"(?i)repo|source|code|git|homepage")
"""How projects call the address of their repository among others."""


def without_lowercasing(script: str) -> str:
    """A script without what only makes letters small."""
    found = LOWERED.sub(lambda match: match[1] or match[2], script) if "tr" in script else script
    return SMALL.sub(r"${\1}", found) if ",," in found else found


def exported_values(step: Node) -> Iterator[tuple[str, str]]:
    """The variables and outputs that the script of a step leaves, as it spells them, each by the name that it has."""
    run = at(step, "run")
    if not isinstance(run, ScalarNode) or "GITHUB_" not in run.text:
        return
    lines = [line for line in without_lowercasing(run.text).splitlines() if "=" in line or "GITHUB_" in line]
    into = next(("ENV" if "GITHUB_ENV" in line else "OUTPUT" for line in reversed(lines) if ">>" in line), "")
    for line in lines:
        if found := _LEFT.match(line):
            file = _FILE.search(found[2])
            value = found[2][: file.start() if file else None].strip().rstrip("\"'").rstrip()
            where = file[1] if file else into
            yield found[1] if where == "ENV" else f"steps.{scalar(at(step, 'id'))}.outputs.{found[1]}", value


def rows(job: Node) -> list[Mapping[str, str]]:
    """What each run of a job has of its matrix, as expressions call it; one row of nothing where that is not known.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
    """
    matrix = at(job, "strategy", "matrix")
    lists = [(key.text, items(value)) for key, value in pairs(matrix) if key.text not in ("include", "exclude")]
    added = [_row((key.text, value) for key, value in pairs(entry)) for entry in items(at(matrix, "include"))]
    if not (lists or added) or at(matrix, "exclude") or not all(values for _, values in lists):
        return [{}]
    axes = [[_row([(name, value)]) for value in values] for name, values in lists]
    if prod(map(len, axes)) > _MOST_ROWS or len(added) > _MOST_ROWS:
        return [{}]
    found = [dict(chain.from_iterable(row.items() for row in each)) for each in product(*axes)] if axes else []
    own, new = [dict(row) for row in found], list[Mapping[str, str]]()
    for entry in added:
        fitting = [
            more
            for row, more in zip(found, own, strict=True)
            if all(row.get(name, entry[name]) == entry[name] for name in entry)
        ]
        for more in fitting:
            more |= entry
        new += () if fitting else (entry,)
    return [*own, *new]


def _row(given: Iterable[tuple[str, Node]]) -> Mapping[str, str]:
    """The texts of one row by their names, those of an object in it too."""
    found: dict[str, str] = {}
    for key, value in given:
        inner = texts(value)
        found |= {f"matrix.{key}.{name}": text for name, text in inner.items()}
        found |= {} if inner else {f"matrix.{key}": scalar(value)}
    return found


def repository_names(project: Project) -> Iterator[str]:
    """What the repository of a project is called, as its addresses say."""
    urls = texts(at(project.document, "project", "urls")) | texts(at(project.document, "tool", "poetry", "urls"))
    urls["repository"] = urls.get("repository") or scalar(at(project.document, "tool", "poetry", "repository"))
    for name, address in urls.items():
        found = _REPOSITORY.search(address) if _OWN.search(name) else None
        if found:
            yield found[2].removesuffix(".git")
