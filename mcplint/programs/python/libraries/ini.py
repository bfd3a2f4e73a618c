"""`configparser`: the settings of INI files of the project, with their spans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mcplint.programs.journal import Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.files import source_of
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.values import Instance
from mcplint.programs.values import Abstract, Entries, Sequence, known, map_options, unknown
from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label, Value

PARSER, SECTION, ANY = "configparser.ConfigParser", "configparser.SectionProxy", "DEFAULT"
# No names of attributes: what a program cannot ask for.
SETTINGS, UNSEEN, NAME, FILE = ("ini", "settings"), ("ini", "unseen"), ("ini", "name"), ("ini", "file")
BOOLEANS = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}


def _only_if_made(key: tuple[str, str], handler: Handler) -> Handler:
    """A handler for objects that were made as they should; of others nothing is known."""

    def checked(machine: Machine, args: Args, owner: Any) -> Abstract:
        made_so = isinstance(owner, Instance) and key in owner.table
        return handler(machine, args, owner) if made_so else unknown(*args.notes)

    return checked


def parser(machine: Machine, args: Args, owner: Any) -> Abstract:
    if not isinstance(owner, Instance):
        return unknown(*args.notes)
    owner.table |= {SETTINGS: Entries(), UNSEEN: known(bool(args.positional or args.keywords), *args.notes)}
    return known(None)


def read(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`config.read(names)`; a file that the project does not have may be the operator's."""
    names = args.get(0, "filenames")
    only = names.only
    for name in only.items or (names,) if isinstance(only, Sequence) else (names,):
        source = source_of(machine, name)
        if source is None:
            machine.put(owner.table, UNSEEN, known(True, *args.notes))
        else:
            _read_settings(machine, owner, source)
    return unknown(*args.notes)


def _read_settings(machine: Machine, owner: Instance, source: Source) -> None:
    """The settings of a file over those that are known."""
    found: dict[tuple[str, str], list[Span]] = {}
    for section, key, span in machine.world.tree.facts("ini", source.path) or ():
        found.setdefault((section, key.lower()), []).append(span)
    for setting, spans in found.items():
        note = Label(spans[0], "set here")
        plain = len(spans) == 1 and "%" not in spans[0].text
        value = Value((spans[0].text,) if plain else None, (note,), EditSite(spans[0]) if plain else None)
        machine.put(owner.table[SETTINGS], setting, value)


def _value(owner: Any, section: Any, key: Any, args: Args) -> Abstract | None:
    """A setting, None where there is none; unknown where one may be that is not seen here."""
    made_here = isinstance(owner, Instance) and SETTINGS in owner.table
    if not made_here or not isinstance(section, str) or not isinstance(key, str):
        return unknown(*args.notes)
    settings = owner.table[SETTINGS]
    found: Abstract | None = settings.get((section, key.lower()), settings.get((ANY, key.lower())))
    if found is None and owner.table[UNSEEN].options != (False,):
        return unknown(*args.notes, *owner.table[UNSEEN].trace)
    return found


def get(machine: Machine, args: Args, owner: Instance, kind: str = "str") -> Abstract:
    """`config.get(section, key, fallback=…)` and those that make a number or a switch of it."""
    found = _value(owner, args.get(0, "section").only, args.get(1, "option").only, args)
    return _converted_or_fallback(found, args.find(None, "fallback"), kind)


def section_get(machine: Machine, args: Args, owner: Instance, kind: str = "str") -> Abstract:
    """`config["section"].get(key, fallback)`"""
    found = _value(owner.table[FILE].only, owner.table[NAME].only, args.get(0, "option").only, args)
    return _converted_or_fallback(found, args.get(1, "fallback"), kind)


def _converted_or_fallback(found: Abstract | None, fallback: Abstract | None, kind: str) -> Abstract:
    if found is None:
        if fallback is None:
            raise Raised("configparser.NoOptionError")
        return fallback
    try:
        return map_options(found, CONVERT[kind])
    except (ValueError, KeyError):
        raise Raised("ValueError") from None


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "boolean": lambda text: BOOLEANS[text.lower()],
}


def item(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`config["section"]`"""
    return new_instance(SECTION, args, {FILE: known(owner), NAME: args.get(0, "key")})


def section_item(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`config["section"]["key"]`"""
    found = _value(owner.table[FILE].only, owner.table[NAME].only, args.get(0, "key").only, args)
    if found is None:
        raise Raised("KeyError")
    return found


def has_section(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`"section" in config`; certain where a file that is seen has it."""
    name = args.get(0, "section").only
    there = any(section == name for section, _ in owner.table[SETTINGS])
    return known(there, *args.notes) if there or owner.table[UNSEEN].options == (False,) else unknown(*args.notes)


def has_option(machine: Machine, args: Args, owner: Instance) -> Abstract:
    found = _value(owner, args.get(0, "section").only, args.get(1, "option").only, args)
    return known(found is not None, *args.notes) if found is None or found.options else unknown(*args.notes)


KINDS = {"get": "str", "getint": "int", "getfloat": "float", "getboolean": "boolean"}
CALLS: Mapping[str, Handler] = {
    f"{PARSER}.__init__": parser,
    f"{PARSER}.read": _only_if_made(SETTINGS, read),
    f"{PARSER}.__getitem__": _only_if_made(SETTINGS, item),
    f"{PARSER}.__contains__": _only_if_made(SETTINGS, has_section),
    f"{PARSER}.has_section": _only_if_made(SETTINGS, has_section),
    f"{PARSER}.has_option": _only_if_made(SETTINGS, has_option),
    f"{SECTION}.__getitem__": _only_if_made(FILE, section_item),
    **{f"{PARSER}.{name}": _only_if_made(SETTINGS, partial(get, kind=kind)) for name, kind in KINDS.items()},
    **{f"{SECTION}.{name}": _only_if_made(FILE, partial(section_get, kind=kind)) for name, kind in KINDS.items()},
}
ALIASES: Mapping[str, str] = {"configparser.RawConfigParser": PARSER, "configparser.SafeConfigParser": PARSER}
