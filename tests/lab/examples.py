"""The examples of a rule's page, started for real.

The command and variables are those of the example's Dockerfile, the releases those that its requirements pin.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pages import ROOT, RULES, cases, fixed

from tests.lab.servers import ContainerContext, environment, requirements, running


def example(rule: str, section: str) -> dict[str, str]:
    """The files of a page's `Bad`, of its `Good`, or of `Bad` after its fix (`Fixed`)."""
    page = {case.name: case.files for case in cases(RULES[rule].page)}
    if section == "Fixed":
        return fixed(page["Bad"], rule)
    return page["Bad"] if section == "Bad" else {**page["Bad"], **page["Good"]}


def trap(rule: str, heading: str) -> dict[str, str]:
    """The files of a case in `tests/cases`."""
    text = (ROOT / "tests" / "cases" / f"{rule}.md").read_text()
    return next(case.files for case in cases(text) if case.name == heading)


def python(files: Mapping[str, str], release: str = "") -> Path:
    """The Python of an environment with what the example pins, its SDK in another release where that is asked for."""
    pinned = re.findall(r"^([\w-]+(?:\[\w+\])?)==([\d.]+)", files.get("requirements.txt", ""), re.M)
    sdk = re.match(r"(\w+)==([\d.]+)", release)
    packages = [each for each in pinned if each[0].partition("[")[0] not in ("mcp", "fastmcp")]
    chosen = sdk.groups() if sdk else next(each for each in pinned if each not in packages)
    return environment(*requirements(*chosen), *(f"{name}=={version}" for name, version in packages))


@contextlib.contextmanager
def started(
    folder: Path, rule: str, section: str, release: str = "", files: Mapping[str, str] | None = None
) -> Iterator[ContainerContext]:
    """The server of a page's example, or of other files in its place."""
    files = {**example(rule, section), **(files or {})}
    for path, text in files.items():
        (folder / path).write_text(text)
    dockerfile = files["Dockerfile"]
    variables = dict(re.findall(r"^ENV (\w+)=(\S+)$", dockerfile, re.M))
    words = json.loads(re.findall(r"^CMD (\[.*\])$", dockerfile, re.M)[-1])
    command = words[1:] if words[0].endswith("python") else ["-m", *words]
    with running(python(files, release), command, folder, variables) as server:
        yield server
