"""What else decides the releases that an install takes: files that variables name, settings of uv, a date, an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from mcplint.commands.command_lines import PIP
from mcplint.commands.options import Parsed, parse
from mcplint.dependencies.uv_settings import FILES
from mcplint.images.runs import RunStep
from mcplint.images.unquoted import unread_redirect
from mcplint.knowledge.python_indexes import is_folder, is_other_index
from mcplint.model import Install
from mcplint.text.boolean import boolean
from mcplint.text.source import offsets
from mcplint.values import Label, Value

_CONSTRAINTS: Mapping[str, tuple[str, ...]] = {
    "pip": ("PIP_CONSTRAINT",),
    "uv pip": ("UV_CONSTRAINT", "UV_OVERRIDE"),
    "uv tool": ("UV_CONSTRAINT", "UV_OVERRIDE"),
}
"""The variables that name constraints. Source: `pip install --help`, https://docs.astral.sh/uv/reference/environment/."""
_DECIDING = ("UV_EXCLUDE_NEWER", "UV_RESOLUTION", "UV_CONFIG_FILE")
_FLAGS = ("--exclude-newer", "--resolution", "--config-file")


def with_limits(install: Install, step: RunStep) -> Install:
    """An install with what variables and settings say of the releases that it takes."""
    uv = install.tool.startswith("uv")
    names = list(_constraint_files(install.tool, step))
    paths = [step.file(name) if name else None for name in names]
    flags = [word.partition("=")[0] for word in step.words if word.startswith(_FLAGS)]
    deciding = [*flags, *(name for name in _DECIDING if name in step.env)] if uv else []
    deciding += _indexes(install.tool, step)
    stopped = unread_redirect(step)
    decides = "a constraint" if None in paths or _is_configured(install, step) else next(iter(deciding), None)
    why = f"the shell does not find `{stopped}`" if stopped else decides and f"{decides} decides the releases"
    return install._replace(
        constraints=(*install.constraints, *filter(None, paths)),
        settings=tuple(_settings(step)) if uv and not _without_settings(step) else (),
        locked=Value(None, (Label(step.written_at, why or ""),)) if stopped else install.locked,
        decided=Label(step.written_at, why) if why else install.decided,
    )


_SWITCHES = ("no-index", "offline")
_INDEXES = ("index-url", "default-index")
_VARIABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "pip": (("PIP_NO_INDEX",), ("PIP_INDEX_URL",), ("PIP_FIND_LINKS",)),
    "uv": (("UV_NO_INDEX", "UV_OFFLINE"), ("UV_INDEX_URL", "UV_DEFAULT_INDEX"), ("UV_FIND_LINKS",)),
}
"""What switches the index off, names another one, and names folders of packages."""


def _indexes(tool: str, step: RunStep) -> Iterator[str]:
    """The options and variables by which an install does not take what the public index has today."""
    options = parse(step.argv[1:], PIP, interspersed=True)
    switches, indexes, _ = _VARIABLES.get(tool.partition(" ")[0], ((), (), ()))
    off = options.first(*_SWITCHES) or next((name for name in switches if _env_holds(name, _is_true, step)), None)
    linked = links(tool, options, step)
    filled = [index for index, value in linked if _is_filled(value, step, off is None)]
    if off and not filled:
        yield off
    yield from (f"--{name}" for name, value in options.given if name in _INDEXES and value.may(is_other_index))
    yield from (name for name in indexes if _env_holds(name, is_other_index, step))
    yield from (index for index, value in linked if value.must(is_folder) and index not in filled)


def links(tool: str, options: Parsed, step: RunStep) -> list[tuple[str, Value[str]]]:
    """The folders and pages of packages that an install looks at beside the index, and what names them."""
    *_, folders = _VARIABLES.get(tool.partition(" ")[0], ((),))
    named = [(f"--{name}", value) for name, value in options.given if name == "find-links"]
    return named + [(name, step.env[name]) for name in folders if name in step.env]


def folder_of(value: Value[str], step: RunStep) -> str | None:
    """The folder of the image that a link to packages names."""
    return step.absolute(value.only.removeprefix("file://")) if value.only and is_folder(value.only) else None


def _env_holds(name: str, holds: Callable[[str | None], bool], step: RunStep) -> bool:
    return name in step.env and step.env[name].must(holds)


def _is_filled(value: Value[str], step: RunStep, indexed: bool) -> bool:
    """Whether the build itself has collected the distributions of a folder, and nothing lies there besides."""
    folder = folder_of(value, step)
    return folder is not None and step.houses.decides(folder, indexed) and step.find(folder) not in step.tree.folders


def _is_true(said: str | None) -> bool:
    return boolean(said or "") is True


def _constraint_files(tool: str, step: RunStep) -> Iterator[str | None]:
    """The constraints that variables name, None where a variable is not known."""
    for name in _CONSTRAINTS.get(tool, ()):
        value = step.env.get(name)
        if value is not None:
            yield from value.only.split() if value.only is not None else (None,)


_CONFIGURES = (
    r"\bconfig\s[^\n]{0,200}?\bset\s+\S{0,100}(?:constraint|no-index|find-links)|"
    r"(?<!-)\b(?:constraint|no-index|find-links) *= *\S"
)
"""What a Dockerfile says that gives pip a constraint in its configuration, or takes the index from it: by `pip config
set`, or in a file."""
_INDEX = re.compile(
    r"\bset\s+\S{0,100}\bindex-url\s+[\"']?([^\s\"'\\]+)|"
    r"(?<![\w-])index-url *= *[\"']?([^\s\"'\\]+)"
)
"""The index that a configuration of pip names, by a command or in a file."""
_CONFIGURATIONS = (
    *("/etc/pip.conf", "/etc/xdg/pip/pip.conf", "/usr/local/pip.conf"),
    *("/root/.config/pip/pip.conf", "/root/.pip/pip.conf"),
)
"""Where pip reads its configuration from. Source: https://pip.pypa.io/en/stable/topics/configuration/."""


def _is_configured(install: Install, step: RunStep) -> bool:
    """Whether the configuration of pip may hold releases back: by a constraint, or since it names another index."""
    if install.tool != "pip" or "--isolated" in step.words:
        return False
    named = step.env["PIP_CONFIG_FILE"].only if "PIP_CONFIG_FILE" in step.env else ""
    homes = (step.env[name].only for name in ("HOME", "VIRTUAL_ENV") if name in step.env)
    beside = (
        f"{home}/{name}" for home in homes if home for name in (".config/pip/pip.conf", ".pip/pip.conf", "pip.conf")
    )
    found = (step.file(path) for path in (*_CONFIGURATIONS, *beside, *((named,) if named else ())))
    sources = (step.tree.source(path) for path in found if path)
    texts = [source.text for source in sources if source]
    if named is None or any(re.search(r"constraint|no-index|find-links", text) for text in texts):
        return True
    own = step.written_at.source
    indexes = (one or two for text in (*texts, own.text) if "index-url" in text for one, two in _INDEX.findall(text))
    return bool(offsets(_CONFIGURES, own)) or any(map(is_other_index, indexes))


def _without_settings(step: RunStep) -> bool:
    no_config = step.env.get("UV_NO_CONFIG")
    return "--no-config" in step.words or (
        no_config is not None and no_config.must(lambda each: boolean(each or "") is True)
    )


def _settings(step: RunStep) -> Iterator[str]:
    """The files in the working folder of the build and around it that uv reads settings from."""
    return (path for name in FILES for path in step.files_upwards(name))
