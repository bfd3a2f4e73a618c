"""Files of the project that a program reads: their text, and the settings in JSON, YAML, TOML and INI, with spans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.facts.document import Document, MappingNode, Node, ScalarNode, SequenceNode
from mcplint.model import Write
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.exceptions import may_be_caught
from mcplint.programs.python.libraries.environment import from_start_folder, text_of
from mcplint.programs.python.libraries.standard import unknown_result
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.state import WRITTEN
from mcplint.programs.python.values import Dict, Instance
from mcplint.programs.values import Abstract, Entries, Sequence, known, unknown
from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label, Value

FILE = "io.TextIOWrapper"
LONGEST = 100_000
BINARY = (".png", ".jpg", ".jpeg", ".gif", ".ico", ".pdf", ".db", ".sqlite", ".zip", ".gz", ".whl", ".woff", ".woff2")
"""How files end that have no text."""
# What YAML 1.1, which Python's libraries read, takes for something else than YAML 1.2 does.
OLD_YAML = r"(?i)yes|no|on|off|[-+]?0[0-9_o]+|[-+]?[0-9]+[:_][0-9_:.]*"


def source_of(machine: Machine, value: Abstract) -> Source | None:
    """The file of the project that a path or an open file stands for, or None."""
    only = value.only
    if isinstance(only, Instance) and only.library == FILE:
        value = only.table["path"]
    name = from_start_folder(machine, text_of(value) or "")
    path = machine.world.file(name) if name and not name.lower().endswith(BINARY) else None
    source = machine.world.tree.source(path) if path in machine.world.tree.paths and path else None
    return source if source and len(source.text) <= LONGEST else None


def open_file(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`open(path)`, `path.open()`; what a program writes itself is not known."""
    method = isinstance(owner, Instance)
    path, mode = known(owner) if method else args.get(0, "file"), args.get(1 - method, "mode", known("r"))
    if not mode.must(lambda text: text in ("r", "rt", "rb")):
        if mode.must(lambda text: isinstance(text, str) and text[:1] in ("w", "a", "x")):
            note_write(machine, path, args)
        path = unknown(*args.notes)
    if source_of(machine, path) is None:
        machine.risks.append("OSError")
    return new_instance(FILE, args, {"path": path})


def note_write(
    machine: Machine, path: Abstract, args: Args, folder: bool = False, spelled_at: Span | None = None
) -> None:
    """Notes that a path is written, or that a folder is made, where nothing catches that it may not be.

    `spelled_at`: where that is said, if not where it is called.
    """
    name, span = text_of(path), spelled_at or args.span
    name = from_start_folder(machine, name) if name else None
    if name and span and not may_be_caught(machine, "PermissionError"):
        WRITTEN.add(machine, machine.state, Write(name, Label(span, "writes it"), folder))


def writing(
    machine: Machine, args: Args, owner: Any, index: int = 0, name: str = "path", folder: bool = False
) -> Abstract:
    """`path.mkdir()`, `os.makedirs(path)` and others that write a path and give back nothing that matters."""
    path = known(owner) if isinstance(owner, Instance) and owner.library == "pathlib.Path" else args.get(index, name)
    note_write(machine, path, args, folder)
    return unknown(*args.notes)


def database(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`sqlite3.connect(path)`, which makes the file where there is none, unless it is in memory or an address."""
    path = args.get(0, "database")
    if isinstance(path.only, str) and path.only and not path.only.startswith((":", "file:")):
        note_write(machine, path, args, True)
    return unknown(*args.notes)


def contents(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`file.read()`, `path.read_text()`"""
    source = source_of(machine, known(owner))
    if source is None:
        return machine.risk(*args.notes, kind="OSError")
    return known(source.text, *args.notes, Label(Span(source, 0, 0), "read here"))


def exists(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Whether there is a file: certain of one that the project has, and of nothing else."""
    path = known(owner) if isinstance(owner, Instance) else args.get(0, "path")
    return known(True, *args.notes) if source_of(machine, path) else unknown(*args.notes)


def parsed(machine: Machine, args: Args, owner: Any, reader: str) -> Abstract:
    """`json.load(file)`, `yaml.safe_load(text)`: the settings of a file of the project."""
    value = args.positional[0] if args.positional else unknown()
    if isinstance(value.only, str):
        source = next((note.span.source for note in value.trace if note.span.source.text == value.only), None)
    else:
        source = source_of(machine, value)
    found = machine.world.tree.facts(reader, source.path) if source else None
    node = found if not isinstance(found, Document) else None if found.problems else found.root
    return setting(node)._replace(site=None) if node else machine.risk(*args.notes)


def setting(node: Node) -> Abstract:
    """What a node of a document is in Python."""
    note = Label(node.span, "set here")
    match node:
        case ScalarNode():
            if not node.quoted and isinstance(node.value, str) and re.fullmatch(OLD_YAML, node.text):
                return unknown(note)
            return Value((node.value,), (note,), EditSite(node.span) if str(node.value) == node.span.text else None)
        case SequenceNode():
            return known(Sequence("list", tuple(setting(item) for item in node.items)), note)
        case MappingNode():
            return known(Dict(Entries((key.value, setting(value)) for key, value in node.pairs)), note)


READERS = {
    "json": ("json.load", "json.loads", "orjson.loads"),
    "yaml.document": ("yaml.safe_load", "yaml.full_load", "yaml.load"),
    "toml": ("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads", "toml.load", "toml.loads"),
}
CALLS: Mapping[str, Handler] = {
    "builtins.open": open_file,
    "pathlib.Path.open": open_file,
    f"{FILE}.read": contents,
    "pathlib.Path.read_text": contents,
    "pathlib.Path.read_bytes": contents,
    "pathlib.Path.exists": exists,
    "pathlib.Path.is_file": exists,
    "os.path.exists": exists,
    "os.path.isfile": exists,
    "yaml.SafeLoader": unknown_result,
    "sqlite3.connect": database,
    **dict.fromkeys(("pathlib.Path.mkdir", "os.makedirs", "os.mkdir"), partial(writing, folder=True)),
    **dict.fromkeys(("pathlib.Path.touch", "pathlib.Path.write_text", "pathlib.Path.write_bytes"), writing),
    **{name: partial(parsed, reader=reader) for reader, names in READERS.items() for name in names},
}
