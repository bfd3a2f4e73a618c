"""Settings of a compose service as values: texts, commands, its environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import basename
from typing import NamedTuple, TypeVar

from mcplint.commands.room import has_room, has_room_for_words
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.model import Argv, NamedFile
from mcplint.services.compose.assembly import Assembly
from mcplint.services.compose.interpolation import Interpolated
from mcplint.services.compose.merging import entries
from mcplint.services.compose.variables import env_file, settings
from mcplint.text.source import Span
from mcplint.values import HOLE, Label, Value

TOKEN = r"""[^\\'"`();&|<> \t\r\n]+|\\(?s:.)|'[^']*'|"(?:[^"\\]|\\(?s:.))*"|[ \t\r\n]+"""
INNER = r"[^\\]+|\\(?s:.)"
ESCAPED = {"\\t": "\t", "\\n": "\n"}

T = TypeVar("T")


def node_if_set(node: Node | None) -> Node | None:
    """The node where it says something; None where it is absent or empty."""
    return None if isinstance(node, ScalarNode) and node.value is None else node


def setting(
    assembly: Assembly, node: Node | None, what: str, read: Callable[[Value[str]], Value[T]], default: Value[T]
) -> Value[T]:
    """A setting of the service as `read` takes its text, or the default where nothing is said."""
    given = node_if_set(node)
    return default if given is None else read(string(assembly, given, what))


def string(assembly: Assembly, node: Node, what: str) -> Value[str]:
    """A text, and that the service sets it."""
    value = assembly.text(node).value
    return value._replace(trace=(Label(node.span, f"the service sets {what}"), *value.trace))


def argv(assembly: Assembly, node: Node | None, what: str) -> Argv | None:
    """A command, as a list or as a string that is split; None where nothing is said."""
    if node is None or node_if_set(node) is None:
        return None
    note = Label(node.span, f"the service sets {what}")
    if isinstance(node, SequenceNode):
        room = has_room_for_words(node.items, node.span)
        parts = tuple(assembly.text(item) for item in node.items) if room else None
    else:
        text = assembly.text(node)
        parts = words(text) if text.text != HOLE and has_room(text.text, node.span) else None
    return Argv(None if parts is None else tuple(part.value for part in parts), node.span, (note,))


def words(text: Interpolated) -> tuple[Interpolated, ...] | None:
    """The words of a command, None where compose would refuse it; what is not known is part of one word.

    Compose's splitter (https://github.com/mattn/go-shellwords) knows quotes and blanks, runs no shell, and stops at the
    first `;`, `&`, `|`, `<` or `>` outside of quotes.
    """
    found: list[Interpolated] = []
    parts: list[Interpolated] = []
    offset = 0
    while token := re.compile(TOKEN).match(text.text, offset):
        if token[0][0] in " \t\r\n":
            found += [Interpolated.join(parts)] if parts else []
            parts = []
        elif token[0][0] == '"':
            parts += [text.part(offset + 1, offset + 1)]
            parts += _unescaped(text, offset + 1, token.end() - 1)
        elif token[0][0] == "'":
            parts.append(text.part(offset + 1, token.end() - 1))
        else:
            parts += _unescaped(text, offset, token.end())
        offset = token.end()
    if text.text[offset : offset + 1] not in ("", *";&|<>"):
        return None
    return (*found, Interpolated.join(parts)) if parts else tuple(found)


def _unescaped(text: Interpolated, start: int, end: int) -> Iterator[Interpolated]:
    """The text without its backslashes; `\\t` and `\\n` are a tab and a line's end."""
    for token in re.compile(INNER).finditer(text.text, start, end):
        if token[0][0] != "\\":
            yield text.part(*token.span())
        elif token[0] in ESCAPED:
            yield Interpolated.of(ESCAPED[token[0]], None)
        else:
            yield text.part(token.start() + 1, token.end())


class Environment(NamedTuple):
    """The variables of a service, whether there are no others, notes on what could not be read, the files that it
    names, and whether one that has to be there is not in the project."""

    variables: dict[str, Value[str | None]]
    closed: bool
    notes: tuple[Label, ...]
    files: tuple[NamedFile, ...] = ()
    hidden: bool = False


def environment(assembly: Assembly, service: MappingNode) -> Environment:
    """The variables that a service sets, each with the spans that set it, the last of which counts."""
    found: dict[str, Value[str | None]] = {}
    notes: list[Label] = []
    own = tuple(pairs(assembly, service.get("environment")))
    texts = {name: text for name, text, _ in own if name and text}
    files = service.get("env_file")
    listed = tuple(entries(files)) if files else ()
    for entry in listed:
        for key, text in _file(assembly, entry, texts, notes):
            found[key] = _layered(found.get(key), text.value)
    for name, given, span in own:
        if name is None:
            notes.append(Label(span, "the name of a variable is not known"))
            continue
        note = Label(span, "the service overrides it" if name in found else f"the service sets {name}")
        found[name] = _layered(
            found.get(name), assembly.passed_variable(name, span) if given is None else given.value, note
        )
    models = node_if_set(service.get("models"))
    if models:
        notes.append(Label(models.span.head, "models add variables of their own"))
    named = tuple(_env_file(assembly, entry) for entry in listed)
    hidden = any(each.required and _is_missing_env_file(assembly, each) for each in named)
    return Environment(found, not notes, tuple(notes), named, hidden)


def _is_missing_env_file(assembly: Assembly, file: NamedFile) -> bool:
    """Whether a file is not in the project, and surely says more than `.env` does, beside which defaults hold."""
    return file.path is None or (file.path not in assembly.tree.paths and basename(file.path) != ".env")


def pairs(assembly: Assembly, node: Node | None) -> Iterator[tuple[str | None, Interpolated | None, Span]]:
    """The entries of `environment`, `args` or `labels`: name (None: unknown), text (None: name only), and span."""
    for entry in entries(node) if node else ():
        match entry:
            case MappingNode(pairs=((key, value),)):
                yield key.text, assembly.text(value) if node_if_set(value) else None, entry.span
            case _:
                text = assembly.text(entry)
                name, equals, _ = text.text.partition("=")
                part = text.part(0, len(name))
                yield name if part.known else None, text.part(len(name) + 1) if equals else None, entry.span


def _layered(before: Value[str | None] | None, value: Value[str], *notes: Label) -> Value[str | None]:
    """A value over the one of the layer below, whose trace it continues."""
    return value._replace(trace=(*(before.trace if before is not None else ()), *notes, *value.trace))


def _env_file(assembly: Assembly, entry: Node) -> NamedFile:
    """The file of an entry of `env_file`."""
    node = entry.get("path") if isinstance(entry, MappingNode) else entry
    required = entry.get("required") if isinstance(entry, MappingNode) else None
    needed = required is None or assembly.text(required).text.lower() != "false"
    return NamedFile(assembly.path(node) if node else None, needed, (node or entry).span)


def _file(
    assembly: Assembly, entry: Node, own: dict[str, Interpolated], notes: list[Label]
) -> Iterator[tuple[str, Interpolated]]:
    """The variables of one `env_file`; a note where it cannot be read."""
    node = entry.get("path") if isinstance(entry, MappingNode) else entry
    form = entry.get("format") if isinstance(entry, MappingNode) else None
    path = assembly.path(node) if node else None
    file = env_file(assembly.tree, path, bool(form and assembly.text(form).text == "raw")) if path else None
    if file is None:
        notes.append(Label(entry.span.head, f"{path or 'this env_file'} cannot be read here, so more may be set"))
        return
    scope = assembly.scopes.get(entry.span.source.path)
    variables = scope.variables if scope else {}
    yield from settings(file, lambda name: variables.get(name) or own.get(name))
