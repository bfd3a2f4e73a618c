"""The environment that a service is given: its env files, then its own variables over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node
from mcplint.services.compose.assembly import Assembly
from mcplint.services.compose.interpolation import Text
from mcplint.services.compose.merging import entries
from mcplint.services.compose.settings import said
from mcplint.services.compose.variables import env_file, settings
from mcplint.text.source import Span
from mcplint.values import Label, Value


class Environment(NamedTuple):
    """The variables of a service, whether there are no others, and notes on what could not be read."""

    variables: dict[str, Value[str | None]]
    closed: bool
    notes: tuple[Label, ...]


def environment(assembly: Assembly, service: MappingNode) -> Environment:
    """The variables that a service sets, each with the places that set it, the last of which counts."""
    found: dict[str, Value[str | None]] = {}
    notes: list[Label] = []
    own = tuple(pairs(assembly, service.get("environment")))
    texts = {name: text for name, text, _ in own if name and text}
    files = service.get("env_file")
    for entry in entries(files) if files else ():
        for key, text in _file(assembly, entry, texts, notes):
            found[key] = _over(found.get(key), text.value)
    for name, given, span in own:
        if name is None:
            notes.append(Label(span, "the name of a variable is not known"))
            continue
        note = Label(span, "the service overrides it" if name in found else f"the service sets {name}")
        found[name] = _over(found.get(name), assembly.passed(name, span) if given is None else given.value, note)
    models = said(service.get("models"))
    if models:
        notes.append(Label(models.span.head, "models add variables of their own"))
    return Environment(found, not notes, tuple(notes))


def pairs(assembly: Assembly, node: Node | None) -> Iterator[tuple[str | None, Text | None, Span]]:
    """The entries of `environment`, `args` or `labels`: name (None: unknown), text (None: name only), and place."""
    for entry in entries(node) if node else ():
        match entry:
            case MappingNode(pairs=((key, value),)):
                yield key.text, assembly.text(value) if said(value) else None, entry.span
            case _:
                text = assembly.text(entry)
                name, equals, _ = text.text.partition("=")
                part = text.part(0, len(name))
                yield name if part.known else None, text.part(len(name) + 1) if equals else None, entry.span


def _over(before: Value[str | None] | None, value: Value[str], *notes: Label) -> Value[str | None]:
    """A layer over the one beneath it, whose trace it goes on."""
    return Value(value.options, (*(before.trace if before is not None else ()), *notes, *value.trace), value.slot)


def _file(assembly: Assembly, entry: Node, own: dict[str, Text], notes: list[Label]) -> Iterator[tuple[str, Text]]:
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
