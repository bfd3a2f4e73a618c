"""Installers that a build fetches and of which is known what they bring: uv's own script."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from mcplint.commands.command_lines import program
from mcplint.images.runs import RunStep
from mcplint.knowledge.executables import SHELLS
from mcplint.values import Label, Value

UV = re.compile(
    r"https?://(?:astral\.sh/uv/(?:[\d.]+/)?|github\.com/astral-sh/uv/releases/\S{0,200}?)(?:uv-)?install(?:er)?\.sh"
)
"""Addresses of the script that puts uv and uvx into `~/.local/bin` and brings nothing else.

Source: https://docs.astral.sh/uv/reference/installer/
"""
PLACED_BY = ("UV_INSTALL_DIR", "UV_UNMANAGED_INSTALL", "XDG_BIN_HOME", "XDG_DATA_HOME", "CARGO_HOME", "HOME")
"""The variables that have it put them elsewhere."""
PRIVATE = "/root/.local/bin"


def adds_installer(sources: Iterable[Value[str]]) -> bool:
    """Whether an ADD of these sources fetches such a script."""
    return any(UV.fullmatch(source.only or "") for source in sources)


def runs_installer(step: RunStep, scripts: Collection[str]) -> bool:
    """Whether a command runs one of the scripts, by their paths in the image."""
    words = step.words if program(step.argv) not in SHELLS else step.words[1:]
    named = (word for word in words[:2] if not word.startswith("-"))
    return any(step.absolute(word) in scripts for word in named)


def fetched_installers(step: RunStep) -> Iterator[str]:
    """The paths to which a command fetches such a script."""
    if program(step.argv) in ("curl", "wget") and any(map(UV.fullmatch, step.words)):
        for flag, name in zip(step.words, step.words[1:], strict=False):
            if flag.endswith(("o", "O", "--output")) and flag.startswith("-") and (path := step.absolute(name)):
                yield path


def uv_in_root_home(steps: Iterable[RunStep], scripts: Collection[str]) -> Label | None:
    """The command that puts uv into the home of root, who runs it."""
    piped = False
    for step in steps:
        if (piped and program(step.argv) in SHELLS) or runs_installer(step, scripts):
            elsewhere = any(name in step.env for name in PLACED_BY)
            return None if elsewhere else Label(step.written_at, f"puts uv into {PRIVATE}")
        piped = step.line.operator == "|" and any(map(UV.fullmatch, step.words))
    return None


PYTHONS = "/root/.local/share/uv/python"
"""Where uv keeps the releases of Python that it fetches as root (https://docs.astral.sh/uv/reference/storage/)."""
_KEPT_BY = (
    "UV_PYTHON_INSTALL_DIR",
    "UV_PYTHON",
    "UV_PYTHON_DOWNLOADS",
    "UV_NO_MANAGED_PYTHON",
    "XDG_DATA_HOME",
    "HOME",
)
_OTHER_PROJECT = ("-p", "--python", "--directory", "--project", "--no-managed-python", "--no-python-downloads")


def python_in_root_home(steps: Iterable[RunStep], tools: Collection[str]) -> Iterator[tuple[str, Label]]:
    """The folders of programs whose Python uv fetches into the home of root, who runs it, where there is no other.

    `tools`: those of the image below. Images with a compiler bring the distribution's Python as well.
    """
    for step in steps if tools and not {"python3", "gcc"} & {*tools} else ():
        words, named = step.words, step.env.get("UV_PROJECT_ENVIRONMENT")
        if program(step.argv) != "uv" or words[1:2] != ("sync",) or any(name in step.env for name in _KEPT_BY):
            continue
        folder = step.absolute((named.only or "") if named else ".venv")
        if folder and (named is None or named.only) and not any(word.startswith(_OTHER_PROJECT) for word in words):
            yield f"{folder}/bin", Label(step.written_at, f"fetches a Python into {PYTHONS}")
