"""The environments that installs write into, and which of them a copy takes out of a stage.

An image runs what a stage installs only where it takes the environment from there, not where it takes a wheel alone.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from mcplint.commands.command_lines import PIP
from mcplint.commands.options import parse
from mcplint.commands.words import spelled, text
from mcplint.images.image import Copied, Image
from mcplint.images.runs import RunStep
from mcplint.knowledge.lock_files import PYTHON_LOCKS
from mcplint.model import Install
from mcplint.text.boolean import boolean
from mcplint.text.glob import fits
from mcplint.text.paths import upwards
from mcplint.values import Value

_SYSTEM = ("/usr", "/lib", "/opt/conda", "/root/.local", "/root/.cache", "/home", "/var/lang")
_OWN = (".venv", "__pypackages__")
_ELSEWHERE = (
    *("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON", "PIP_PYTHON", "PYTHONUSERBASE", "PIP_TARGET", "PIP_PREFIX"),
    "PIP_ROOT",
)
"""The variables by which `pip` and `uv pip` fill another environment."""
_VARIABLES = (*_ELSEWHERE, "UV_PROJECT_ENVIRONMENT", "HOME", "WORKON_HOME", "POETRY_VIRTUALENVS_PATH")
_OPTIONS = ("target", "prefix", "root", "python", "wheel-dir", "dest", "config-settings")
_COLLECTING = frozenset({"wheel", "download"})
_FREEZERS = ("pyinstaller", "nuitka", "shiv", "pex", "zipapp", "cxfreeze", "cx_freeze", "pyoxidizer", "briefcase")


def environments(install: Install, step: RunStep) -> tuple[str, ...] | None:
    """The folders of the image that an install may write packages into, None where that cannot be told.

    They are more rather than fewer: each that is usual for its tool, and each that a variable or an option names.
    """
    kind = install.tool.partition(" ")[0]
    if step.workdir is None or kind not in ("uv", "pip", *PYTHON_LOCKS) or install.tool == "uv tool":
        return None
    above = tuple(upwards(step.workdir))
    if install.tool.endswith(" lock"):
        return tuple(posixpath.join(folder, PYTHON_LOCKS[kind]) for folder in above)
    named = tuple(_named_folders(install, step))
    if None in named or (kind != "uv" and "activate" in step.written_at.source.text):
        return None
    own = (posixpath.join(folder, name) for folder in above for name in _OWN)
    system = () if install.tool in ("uv sync", "uv run", "uv add") else _SYSTEM
    return tuple(dict.fromkeys((*system, *own, *(name for name in named if name and name != "/"))))


def _named_folders(install: Install, step: RunStep) -> Iterator[str | None]:
    """The folders that variables, options and the program's own path name, None for one that is not known."""
    for name in (each for each in _VARIABLES if each in step.env):
        for option in step.env[name].options or (None,):
            yield step.absolute(option) if option else None
    for option in (step.env["PATH"].options or (None,)) if "PATH" in step.env else ():
        yield from map(posixpath.dirname, (option or "").split(":")) if option is not None else (None,)
    options = parse(step.argv[1:], PIP, interspersed=True)
    for word in (step.argv[0], *options.values(*_OPTIONS)):
        path = step.absolute(spelled(word)) if text(word) is not None else None
        yield path
        if path and "/" in spelled(word):
            yield posixpath.dirname(posixpath.dirname(path))
    from_variable = (step.env["UV_PROJECT"],) if "UV_PROJECT" in step.env and install.tool.startswith("uv ") else ()
    for word in (*options.values("directory", "project"), *from_variable):
        path = step.absolute(spelled(word)) if text(word) is not None else None
        yield from (posixpath.join(each, name) for each in upwards(path) for name in _OWN) if path else (None,)
    if is_collecting(install):
        yield step.workdir


def is_collecting(install: Install) -> bool:
    """Whether pip fills a folder with distributions and installs none."""
    return install.tool == "pip" and not _COLLECTING.isdisjoint(install.argv[:4])


def collects(install: Install, step: RunStep) -> str | None:
    """The folder of the image where `pip wheel` or `pip download` puts distributions."""
    if not is_collecting(install):
        return None
    named = parse(step.argv[1:], PIP, interspersed=True).values("wheel-dir", "dest")
    name = text(named[-1]) if named else "."
    return step.absolute(name) if name else None


def is_systems(install: Install, step: RunStep) -> bool:
    """Whether an install surely fills the system's own Python, in which no virtual environment looks for packages."""
    options = parse(step.argv[1:], PIP, interspersed=True)
    if options.first(*_OPTIONS) or any(name in step.env for name in _ELSEWHERE):
        return False
    if install.tool == "uv pip":
        return bool(options.first("system")) or _is_true(step.env.get("UV_SYSTEM_PYTHON"))
    path = step.env.get("PATH", Value(("/usr/bin",)))
    bare = "/" not in spelled(step.argv[0]) and "activate" not in step.written_at.source.text
    return (
        install.tool == "pip" and bare and path.must(lambda said: (said or "").startswith(("/usr/", "/bin", "/sbin")))
    )


def _is_true(value: Value[str] | None) -> bool:
    return value is not None and value.must(lambda said: boolean(said) is True)


def may_freeze(image: Image) -> bool:
    """Whether a stage may put its packages into one executable."""
    texts = (run.script.lower() for run in image.runs)
    return any(name in text for text in texts for name in _FREEZERS)


def may_bring_install(files: Iterable[Copied] | None, install: Install) -> bool:
    """Whether a copy of these files of a stage may bring what an install has written there."""
    if files is None or install.environments is None:
        return True
    return any(_overlap(file.source, folder) for file in files for folder in install.environments)


def _overlap(source: str, folder: str) -> bool:
    """Whether what a pattern names is a folder, holds it or lies in it."""
    patterns, parts = source.strip("/").split("/"), folder.strip("/").split("/")
    return source == "/" or all(map(fits, parts, patterns))
