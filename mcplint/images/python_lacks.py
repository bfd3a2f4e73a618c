"""Which installs of an image need a newer Python than it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mcplint.dependencies.needs import needs
from mcplint.facts.dependencies import Project
from mcplint.facts.document import Node, at, scalar
from mcplint.images.contents import CommandTexts, Contents
from mcplint.images.image import Copy, Image
from mcplint.knowledge.base_images import python
from mcplint.knowledge.pythons import PYTHONS, least_python
from mcplint.knowledge.sdk import release
from mcplint.model import Install, Lack, LackKind
from mcplint.packaging.backend import POETRY, backend
from mcplint.text.boolean import boolean
from mcplint.values import Label, Value

OTHER_PYTHONS = ("python3.", "pyenv", "conda", "mamba", "uv python", "deadsnakes", "--python")
"""What the commands of a build say that may use another Python than its image's."""


def _brings_python(command: str) -> bool:
    return any(word in command for word in OTHER_PYTHONS)


_NEVER = ("never", "0", "false")
"""Values of UV_PYTHON_DOWNLOADS that keep uv from fetching a Python (https://docs.astral.sh/uv/reference/settings/)."""


def _takes_installed_python(install: Install, copies: Iterable[Copy], env: Mapping[str, Value[str]]) -> bool:
    """Whether a sync has to take the image's own Python, since uv is told to fetch none."""
    never_downloads = "UV_PYTHON_DOWNLOADS" in env and env["UV_PYTHON_DOWNLOADS"].must_be(*_NEVER)
    from_stages = (copy.target.only or "python" for copy in copies if copy.stage is not None)
    return install.tool == "uv sync" and never_downloads and not any("python" in target for target in from_stages)


_CARELESS = re.compile(r"(?i)ignore[-_]requires[-_]python")


def _ignores_requires_python(install: Install, env: Mapping[str, Value[str]]) -> bool:
    """Whether pip may be told not to ask which Python a package needs, by an option, a variable or a setting."""
    ignoring = env.get("PIP_IGNORE_REQUIRES_PYTHON")
    by_variable = ignoring is not None and ignoring.may(lambda each: bool(each) and boolean(each) is not False)
    return by_variable or _CARELESS.search(install.span.source.text) is not None


def own_python(
    install: Install, base: Image, copies: Iterable[Copy], ran: CommandTexts, env: Mapping[str, Value[str]]
) -> str:
    """The minor release of the image's own Python where an install takes that, empty where it may take another."""
    there = python(base.base.only or "")
    own = install.tool == "pip" or (install.tool == "uv pip" and "--system" in install.argv)
    own = own or _takes_installed_python(install, copies, env)
    return there if there and own and not ran.any(_brings_python) else ""


def of_python(install: Install, base: Image, contents: Contents, env: Mapping[str, Value[str]]) -> Iterator[Lack]:
    """What an install with the image's own Python needs a newer one for."""
    there = release(install.python or "")
    if there is None or _ignores_requires_python(install, env):
        return
    reference = base.base.only or ""
    for what, least, label in _least_pythons(install, contents):
        if (release(least) or there) > there:
            why = f"{what} needs Python {least} or newer, and {reference} has {'.'.join(map(str, there))}"
            yield Lack(LackKind.PYTHON, what, install.span, why, (label,), step=" ".join(install.argv))
            return


def _least_pythons(install: Install, contents: Contents) -> Iterator[tuple[str, str, Label]]:
    """What is installed with the oldest Python that it runs on, and where it is asked for."""
    synced = install.tool == "uv sync"
    for folder in install.requirements if synced else [packaged.folder for packaged in install.packaged]:
        project = contents.tree.project(folder)
        required = _of_project(project) if project and not contents.rewritten else None
        found = re.match(r"\s*(?:>=|~=|\^)\s*(\d+\.\d+)", scalar(required))
        if required and found and "|" not in (scalar(required) or ""):
            yield "the project", found[1], Label(required.span, "the project says so")
    if synced:
        return
    for each in needs(contents.tree, (install,), packaged_folder(install)).requirements:
        if each.name in PYTHONS and not each.marker:
            yield each.name, least_python(each.name, each.specifier or ""), Label(each.span, f"asks for {each.name}")


def _of_project(project: Project) -> Node | None:
    """What a project says of the Python that it needs; poetry-core reads a table of its own where no other says it."""
    required = at(project.document, "project", "requires-python")
    poetry = required is None and backend(project) == POETRY
    return at(project.document, "tool", "poetry", "dependencies", "python") if poetry else required


def packaged_folder(install: Install) -> str:
    """The folder of the project that an install is about, the root where it names none."""
    return next((each.folder for each in install.packaged if each.folder != "."), "")
