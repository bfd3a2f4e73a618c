"""What else decides the releases that an install takes: files that variables name, settings of uv, a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcplint.dependencies.uv_settings import FILES
from mcplint.images.runs import RunStep
from mcplint.images.unquoted import stops
from mcplint.model import Install
from mcplint.text.boolean import boolean
from mcplint.text.source import places
from mcplint.values import Label, Value

_CONSTRAINTS: Mapping[str, tuple[str, ...]] = {
    "pip": ("PIP_CONSTRAINT",),
    "uv pip": ("UV_CONSTRAINT", "UV_OVERRIDE"),
    "uv tool": ("UV_CONSTRAINT", "UV_OVERRIDE"),
}
"""The variables that name constraints. Source: `pip install --help`, https://docs.astral.sh/uv/reference/environment/."""
_DECIDING = ("UV_EXCLUDE_NEWER", "UV_RESOLUTION", "UV_CONFIG_FILE")
_FLAGS = ("--exclude-newer", "--resolution", "--config-file")


def limited(install: Install, step: RunStep) -> Install:
    """An install with what variables and settings say of the releases that it takes."""
    uv = install.tool.startswith("uv")
    names = list(_named(install.tool, step))
    paths = [step.file(name) if name else None for name in names]
    flags = [word.partition("=")[0] for word in step.words if word.startswith(_FLAGS)]
    deciding = [*flags, *(name for name in _DECIDING if name in step.env)] if uv else []
    stopped = stops(step)
    decides = "a constraint" if None in paths or _is_configured(install, step) else next(iter(deciding), None)
    said = f"the shell does not find `{stopped}`" if stopped else decides and f"{decides} decides the releases"
    return install._replace(
        constraints=(*install.constraints, *filter(None, paths)),
        settings=tuple(_settings(step)) if uv and not _without_settings(step) else (),
        locked=Value(None, (Label(step.written_at, said or ""),)) if stopped else install.locked,
        decided=Label(step.written_at, said) if said else install.decided,
    )


def _named(tool: str, step: RunStep) -> Iterator[str | None]:
    """The constraints that variables name, None where a variable is not known."""
    for name in _CONSTRAINTS.get(tool, ()):
        value = step.env.get(name)
        if value is not None:
            yield from value.only.split() if value.only is not None else (None,)


_CONFIGURES = r"\bconfig\s[^\n]{0,200}?\bset\s+\S{0,100}constraint|\bconstraint *= *\S"
"""What a Dockerfile says that gives pip a constraint in its configuration: by `pip config set`, or in a file."""
_CONFIGURATIONS = (
    *("/etc/pip.conf", "/etc/xdg/pip/pip.conf", "/usr/local/pip.conf"),
    *("/root/.config/pip/pip.conf", "/root/.pip/pip.conf"),
)
"""Where pip reads its configuration from. Source: https://pip.pypa.io/en/stable/topics/configuration/."""


def _is_configured(install: Install, step: RunStep) -> bool:
    """Whether the configuration of pip may hold releases back by a constraint."""
    if install.tool != "pip" or "--isolated" in step.words:
        return False
    named = step.env["PIP_CONFIG_FILE"].only if "PIP_CONFIG_FILE" in step.env else ""
    homes = (step.env[name].only for name in ("HOME", "VIRTUAL_ENV") if name in step.env)
    beside = (
        f"{home}/{name}" for home in homes if home for name in (".config/pip/pip.conf", ".pip/pip.conf", "pip.conf")
    )
    found = (step.file(path) for path in (*_CONFIGURATIONS, *beside, *((named,) if named else ())))
    sources = (step.tree.source(path) for path in found if path)
    told = named is None or any(source and "constraint" in source.text for source in sources)
    return told or bool(places(_CONFIGURES, step.written_at.source))


def _without_settings(step: RunStep) -> bool:
    said = step.env.get("UV_NO_CONFIG")
    return "--no-config" in step.words or (said is not None and said.must(lambda each: boolean(each or "") is True))


def _settings(step: RunStep) -> Iterator[str]:
    """The files in the working folder of the build and around it that uv reads settings from."""
    return (path for name in FILES for path in step.around(name))
