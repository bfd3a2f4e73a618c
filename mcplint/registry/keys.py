"""Keys that the publisher does not know: it drops them, or what they hold, without a word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.facts.manifest import Path
from mcplint.findings import ERROR, Finding, Fix
from mcplint.knowledge.registry import KEYS, MEANT, PUBLISHER_PROVIDED, RENAMED
from mcplint.model import Manifest
from mcplint.registry.place import shown
from mcplint.text.source import Edit
from mcplint.values import Label

MOST = 100


class Stray(NamedTuple):
    """A key that is no key of its object's kind: its path, and the key that it is a spelling of, if any."""

    path: Path
    key: ScalarNode
    owner: MappingNode
    kind: str
    twin: str | None


def strays(node: Node, kind: str = "server", path: Path = ()) -> Iterator[Stray]:
    """Every key in a document that the publisher does not know by this spelling, in order."""
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            yield from strays(item, kind, (*path, index))
    if not isinstance(node, MappingNode):
        return
    known = KEYS[kind]
    for key, value in node.pairs:
        name = key.text if key.text in known else twin(key.text, kind)
        if key.text not in known:
            yield Stray((*path, key.text), key, node, kind, name)
        inner = known.get(name or "")
        if inner and name == "variables" and isinstance(value, MappingNode):
            for variable, setting in value.pairs:
                yield from strays(setting, inner, (*path, key.text, variable.text))
        elif inner:
            yield from strays(value, inner, (*path, key.text))


def twin(key: str, kind: str) -> str | None:
    """The key of this kind of object that a key is the old or a differently capitalised spelling of."""
    known = KEYS[kind]
    renamed = RENAMED.get(key.lower(), key).lower()
    return next((name for name in known if name.lower() in (renamed, key.lower().replace("-", ""))), None)


def rename(stray: Stray) -> Fix | None:
    """The fix that spells a key right, unless the right one is there too."""
    if not stray.twin or stray.owner.get(stray.twin):
        return None
    return Fix(f"rename the key to `{stray.twin}`", (Edit(stray.key.span, stray.twin),), safe=True)


def dropped(manifest: Manifest) -> Iterator[Finding]:
    """The keys that publishing loses, up to MOST, besides those whose right spelling the schema misses and says so."""
    yield from islice(_dropped(manifest), MOST)


def _dropped(manifest: Manifest) -> Iterator[Finding]:
    document = manifest.document
    if not document.whole:
        return
    missed = {violation.path for violation in document.violations if violation.keyword == "required"}
    wrong = {violation.path for violation in document.violations if violation.keyword == "type"}
    closed = {violation.path for violation in document.violations if violation.keyword == "additionalProperties"}
    for stray in strays(document.root):
        inside_wrong = any(stray.path[:length] in wrong for length in range(1, len(stray.path)))
        if inside_wrong or (*stray.path[:-1], stray.twin) in missed:
            continue
        refused = stray.path in closed
        says = f"; the {document.date} schema rejects it" if refused else ""
        yield Finding(_loss(stray) + says, shown(stray.key), _notes(stray), rename(stray), ERROR if refused else None)


def _loss(stray: Stray) -> str:
    name = stray.key.text[:80]
    if stray.twin and stray.twin.lower() == name.lower():
        return f"key `{name}` must be written `{stray.twin}`: the publisher corrects it, other readers ignore it"
    if stray.twin:
        return f"publishing silently drops `{name}`: the key is `{stray.twin}`"
    if stray.kind == "meta":
        return f"publishing silently drops `{name}`: `_meta` keeps only `{PUBLISHER_PROVIDED}`"
    intended = MEANT.get(name.lower())
    return f"publishing silently drops `{name}`: {intended or 'the format has no such key here'}"


def _notes(stray: Stray) -> tuple[Label, ...]:
    right = stray.owner.key(stray.twin) if stray.twin else None
    return (Label(right.span, "this one is published"),) if right else ()
