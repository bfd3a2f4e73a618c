"""The programs that make accounts: which of them a build may bring, and which it provably lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mcplint.commands.command_lines import program
from mcplint.images.failures import run_text_before
from mcplint.images.image import Image
from mcplint.images.python_installs import installed_packages
from mcplint.images.runs import RunStep
from mcplint.knowledge.user_packages import ALONE_WITHOUT_ADDUSER, WITHOUT_ADDUSER, WITHOUT_SHADOW
from mcplint.model import Lack, LackKind

_TOOLS = {"adduser": "Debian 13", "addgroup": "Debian 13", "useradd": "Alpine", "groupadd": "Alpine"}
"""The programs, each with the distribution that comes without it."""
_PACKAGES = {"adduser": "adduser", "addgroup": "adduser", "useradd": "shadow", "groupadd": "shadow"}

_LOOKED_FOR = re.compile(
    r"(?:\bcommand -[vV]|\bwhich|\btype|\bhash|\[ +-[xef])[ \"']{1,9}\S{0,40}(?:adduser|addgroup|useradd|groupadd)\b"
)
"""What asks whether a program that makes accounts is there."""


def may_bring_user_tools(steps: Iterable[RunStep]) -> frozenset[str]:
    """The programs that make accounts and may come with the system packages that commands install."""
    found: set[str] = set()
    for step in steps:
        if named := installed_packages(step):
            alone = any("no-install-recommends" in word or "Install-Recommends=" in word for word in step.words)
            if not named <= (ALONE_WITHOUT_ADDUSER if alone else WITHOUT_ADDUSER):
                found |= {"adduser", "addgroup"}
            if not named <= WITHOUT_SHADOW:
                found |= {"useradd", "groupadd"}
    return frozenset(found)


def lacking_user_tools(steps: tuple[RunStep, ...], base: Image, tools: frozenset[str]) -> Iterator[Lack]:
    """The first program that makes accounts, where the base image has the other distribution's."""
    reference = base.base.only or ""
    if "@" in reference or not base.tools or base.open:
        return
    for step in steps:
        tool = program(step.argv)
        system = _TOOLS.get(tool)
        asked = step.conditional or step.line.inside or _LOOKED_FOR.search(run_text_before(step))
        if system is None or asked or (system == "Alpine") is not ("apk" in base.tools):
            continue
        if not {tool, _PACKAGES[tool]} & tools:
            why = f"{reference} is {system}, which comes without it"
            yield Lack(LackKind.USER_TOOL, tool, step.written_at, why, base.base.trace[:1], step=" ".join(step.words))
            return
