"""What the steps of a GitHub workflow leave for later ones, and what the project's repository is called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.dependencies import Project
from mcplint.facts.document import Node, ScalarNode, at, scalar, texts

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
_REPOSITORY = re.compile(r"(?:github|gitlab)\.com[/:]([\w.-]+)/([\w.-]+)")
_OWN = re.compile(r"(?i)repo|source|code|git|homepage")
"""How projects call the address of their repository among others."""


def lowered(script: str) -> str:
    """A script without what only makes letters small."""
    found = LOWERED.sub(lambda match: match[1] or match[2], script) if "tr" in script else script
    return SMALL.sub(r"${\1}", found) if ",," in found else found


def left(step: Node) -> Iterator[tuple[str, str]]:
    """The variables and outputs that the script of a step leaves, as it spells them, each by the name that it has."""
    run = at(step, "run")
    if not isinstance(run, ScalarNode) or "GITHUB_" not in run.text:
        return
    lines = [line for line in lowered(run.text).splitlines() if "=" in line or "GITHUB_" in line]
    into = next(("ENV" if "GITHUB_ENV" in line else "OUTPUT" for line in reversed(lines) if ">>" in line), "")
    for line in lines:
        if found := _LEFT.match(line):
            file = _FILE.search(found[2])
            value = found[2][: file.start() if file else None].strip().rstrip("\"'").rstrip()
            where = file[1] if file else into
            yield found[1] if where == "ENV" else f"steps.{scalar(at(step, 'id'))}.outputs.{found[1]}", value


def repository_names(project: Project) -> Iterator[str]:
    """What the repository of a project is called, as its addresses say."""
    said = texts(at(project.document, "project", "urls")) | texts(at(project.document, "tool", "poetry", "urls"))
    said["repository"] = said.get("repository") or scalar(at(project.document, "tool", "poetry", "repository"))
    for name, address in said.items():
        found = _REPOSITORY.search(address) if _OWN.search(name) else None
        if found:
            yield found[2].removesuffix(".git")
