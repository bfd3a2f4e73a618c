"""pydantic-settings: what the settings of a class are read from beside the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.classes import Field
from mcplint.programs.python.libraries.environment import dotenv_pairs
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Class, Dict, Instance, Method
from mcplint.programs.values import Abstract, External, Sequence, known, map_options, unknown
from mcplint.values import Label

SOURCE, STANDARD = "pydantic_settings.source", ("init", "env", "dotenv", "secrets")
"""The sources of settings that pydantic hands on, by the order in which it does."""
SETTINGS = "pydantic_settings.BaseSettings"


class Sources(NamedTuple):
    """What a settings class reads beside the environment: of which sources, each a dict, the first is the strongest.

    `certain`: whether it reads the environment and no other sources that are not known.
    """

    certain: bool = True
    above: tuple[Abstract, ...] = ()
    below: tuple[Abstract, ...] = ()


class Settings(NamedTuple):
    """How the fields of a settings class are named in the environment, and what else they are read from.

    `file`: what the project's `.env` says, None where it may be any; `delimiter`: between the names of nested models.
    """

    prefix: str = ""
    delimiter: str = ""
    file: dict[str, Abstract] | None = None
    sources: Sources = Sources()


def settings(machine: Machine, made: Class, args: Args) -> Settings:
    """The settings of a class, as its `model_config` and the call say them."""
    settings_of_class = dict(config(made))
    return Settings(
        _text(settings_of_class.get("env_prefix")),
        _text(settings_of_class.get("env_nested_delimiter")),
        _file(machine, settings_of_class, args),
        _sources(machine, made),
    )


def _text(value: Abstract | None) -> str:
    return value.only if value is not None and isinstance(value.only, str) else ""


def config(made: Class) -> Iterator[tuple[str, Abstract]]:
    """The settings of a class's `model_config` or `Config`, those of its bases first."""
    for owner in reversed(made.lineage()):
        if not isinstance(owner, Class):
            continue
        value = owner.table.get("model_config")
        only = value.only if value is not None else None
        if isinstance(only, Dict):
            yield from only.entries.items()
        inner = owner.table.get("Config")
        only = inner.only if inner is not None else None
        if isinstance(only, Class):
            yield from ((name, value) for name, value in only.table.items() if hasattr(value, "options"))


def _file(machine: Machine, said: Mapping[str, Abstract], args: Args) -> dict[str, Abstract] | None:
    """The `.env` file of settings, where the project has it; None where it may be any."""
    found = args.find(None, "_env_file")
    found = found if found is not None else said.get("env_file")
    if found is None or found.options == (None,):
        return {}
    names = [found.only]
    if isinstance(found.only, Sequence):
        names = [item.only for item in found.only.items or ()]
    pairs: dict[str, Abstract] = {}
    for name in names:
        if isinstance(name, Instance) and name.library == "pathlib.Path":
            name = name.table["text"].only
        if isinstance(name, str):
            machine.dotenv.extend(found.trace[:1])
            pairs |= dotenv_pairs(machine, name, found.trace[:1])
    return pairs


def _sources(machine: Machine, made: Class) -> Sources:
    """What `settings_customise_sources` puts above and below the environment, as far as it can be followed."""
    hook = made.find("settings_customise_sources")
    if hook is None:
        return Sources()
    standard = [known(External(f"{SOURCE}.{name}")) for name in STANDARD]
    only = machine.call(map_options(hook, lambda option: Method(made, option)), Args((known(made), *standard))).only
    if not isinstance(only, Sequence) or only.items is None:
        return Sources(False)
    above: list[Abstract] = []
    below: list[Abstract] = []
    side = above
    for item in only.items:
        if isinstance(item.only, External) and item.only.path.startswith(SOURCE):
            side = below if item.only.path.endswith(".env") else side
        elif item.only is None:
            return Sources(False)
        else:
            side.append(machine.call(item, Args()))
    return Sources(side is below, tuple(above), tuple(below))


def item(source: Abstract, field: Field) -> Abstract | None:
    """What a source says about a field."""
    only = source.only
    if isinstance(only, Dict) and (field.name in only.entries or not only.open):
        return only.entries.get(field.name)
    return unknown(Label(field.span, "a source of the project's own may set it"))
