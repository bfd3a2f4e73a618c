"""What the schema that a `server.json` names rejects, and the keys that publishing drops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.facts.manifest import Path, Violation
from mcplint.findings import ERROR, Finding, Fix
from mcplint.knowledge.registry import ADDRESS, CURRENT, DATES, KEYS, MEANT, PUBLISHER_PROVIDED, RENAMED
from mcplint.model import Manifest
from mcplint.registry import fixes
from mcplint.registry.properties import Property, dotted, field, insertion, value_span
from mcplint.registry.refusals import is_refused
from mcplint.text.source import Edit
from mcplint.values import Label

MOST_KEYS = 100
UNDERSCORED = ("2025-07-09",)
"""The schemas, by date, whose keys have underscores (`registry_type`)."""
_TYPES = {"object": "an object", "array": "a list", "string": "a string", "boolean": "true or false"}


def findings(manifest: Manifest) -> Iterator[Finding]:
    """Everything that the schema refuses, besides keys that are too many: those are dropped, and told as such."""
    spellings = {(*stray.path[:-1], stray.twin): stray for stray in stray_keys(manifest.document.root) if stray.twin}
    for violation in manifest.document.violations:
        if violation.keyword == "additionalProperties":
            continue
        stray = spellings.get(violation.path) if violation.keyword == "required" else None
        if stray:
            message = f"key `{stray.key.text[:80]}` is `{stray.twin}` in the {_schema(manifest)}"
            yield Finding(message, stray.key.span, fix=rename(stray))
            continue
        prop = _property(manifest.document.root, violation.path)
        if isinstance(prop.node, ScalarNode) and prop.node.value is None and prop.node.text != "null":
            continue  # `NaN`, `1e999`: no value of JSON, which is told as such
        says = (
            ", although publishing accepts it today"
            if violation.published and not is_refused(manifest, violation)
            else ""
        )
        message = f"the {_schema(manifest)} rejects {_rejection(violation, prop)}{says}"
        yield Finding(message, prop.span, fix=_fix(violation, prop))


def schema_address(manifest: Manifest) -> Iterator[Finding]:
    """What is wrong with the address of the schema itself: the registry takes no document without one that it knows."""
    root = manifest.document.root
    if manifest.document.date or not root.pairs:
        return
    prop = Property(("$schema",), (root,), field(root, "$schema"))
    if any(violation.path == prop.path for violation in manifest.document.violations):
        return
    accepted = f"it must be {ADDRESS.format('DATE')} with one of {', '.join(reversed(DATES))}"
    fault = f"the schema `{prop.text[:120]}`" if prop.text else "a document without `$schema`"
    yield Finding(f"the registry rejects {fault}: {accepted}", prop.span, fix=newest_schema_fix(manifest))


def outdated_schema(manifest: Manifest) -> Iterator[Finding]:
    """A schema that publish takes with a warning: an older one, or another address that ends as the newest does."""
    document = manifest.document
    prop = Property(("$schema",), (document.root,), field(document.root, "$schema"))
    if document.date is None or not prop.text or prop.text == ADDRESS.format(CURRENT):
        return
    fault = (
        f"the schema of {document.date} is outdated"
        if document.date != CURRENT
        else f"`{prop.text[:100]}` is not the address of the schema"
    )
    yield Finding(f"{fault}; the current one is {ADDRESS.format(CURRENT)}", prop.span, fix=newest_schema_fix(manifest))


def newest_schema_fix(manifest: Manifest) -> Fix | None:
    """The fix that names the newest schema; safe where the document holds under it.

    A document of the schema that spelled its keys with underscores has them renamed along: each needs the other.
    """
    root = manifest.document.root
    node = root.get("$schema")
    address = ADDRESS.format(CURRENT)
    if node is None:
        edit = insertion(root, "$schema", f'"{address}"')
    elif isinstance(node, ScalarNode) and node.quoted:
        edit = Edit(node.span, address)
    else:
        edit = Edit(node.span, f'"{address}"')
    if manifest.document.date in UNDERSCORED and (renames := list(filter(None, map(rename, stray_keys(root))))):
        return Fix("use the current schema and its keys", (edit, *(each for fix in renames for each in fix.edits)))
    return Fix("use the current schema", (edit,), safe=not any(_refused_now(manifest)))


def _refused_now(manifest: Manifest) -> Iterable[Violation]:
    """What the newest schema refuses: known already of a document that names no older one."""
    from mcplint.facts.document import as_python
    from mcplint.readers.manifest import violations

    document = manifest.document
    return document.violations if document.date in (None, CURRENT) else violations(as_python(document.root), CURRENT)


def _schema(manifest: Manifest) -> str:
    return f"{manifest.document.date or CURRENT} schema"


def _property(root: MappingNode, path: Path) -> Property:
    """The property at a path that the schema's validator gives: keys as they are written."""
    node: Node | None = root
    parents: tuple[MappingNode, ...] = ()
    for step in path:
        if isinstance(node, MappingNode):
            parents, node = (*parents, node), node.get(str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            node = node.items[step]
    return Property(path, parents or (root,), node)


def _rejection(violation: Violation, prop: Property) -> str:
    """What is rejected and what would do, to be put behind `rejects`."""
    where, value = f"`{dotted(violation.path)}`", f"`{prop.text[:80]}`"
    match violation.keyword:
        case "required":
            return f"{_owner(violation.path)} without `{violation.path[-1]}`"
        case "type":
            return f"{where}: it must be {_TYPES.get(str(violation.wanted), violation.wanted)}, not {_type(prop.node)}"
        case "enum":
            return f"{value} as {where}: it must be {', '.join(violation.wanted[:-1])} or {violation.wanted[-1]}"
        case "maxLength":
            return f"{where} of {len(prop.text)} characters: it must have at most {violation.wanted}"
        case "minLength":
            return f"{where} that is too short: it must have {violation.wanted} or more characters"
        case "anyOf":
            return f"{where}: it must have {violation.accepted}"
        case _:
            return f"{value} as {where}: it must be {violation.accepted}"


def _owner(path: Path) -> str:
    return f"`{dotted(path[:-1])}`" if len(path) > 1 else "a document"


def _type(node: Node | None) -> str:
    match node:
        case MappingNode():
            return "an object"
        case SequenceNode():
            return "a list"
        case ScalarNode(value=bool()):
            return "true or false"
        case ScalarNode(value=str()):
            return "a string"
        case ScalarNode(value=None):
            return "null"
    return "a number"


def _fix(violation: Violation, prop: Property) -> Fix | None:
    """The fix of what is only spelled wrong: a transport's name, or the type of a scalar."""
    node, wanted = prop.node, violation.wanted
    if violation.keyword == "enum" and prop.key == "type":
        fix = fixes.respelled_transport(prop)
        return fix if fix and fix.edits[0].text in wanted else None
    if violation.keyword != "type" or not isinstance(node, ScalarNode) or node.value is None:
        return None
    if wanted == "string":
        return Fix("write it as a string", (Edit(node.span, f'"{node.text}"'),), safe=True)
    if wanted == "boolean" and node.value in ("true", "false"):
        whole = node.span._replace(start=node.span.start - 1, end=node.span.end + 1)
        return Fix(f"write {node.text} without quotes", (Edit(whole, node.text),), safe=True)
    return None


class StrayKey(NamedTuple):
    """A key that is no key of its object's kind: its path, and the key that it is a spelling of, if any."""

    path: Path
    key: ScalarNode
    owner: MappingNode
    kind: str
    twin: str | None


def stray_keys(node: Node, kind: str = "server", path: Path = ()) -> Iterator[StrayKey]:
    """Every key in a document that the publisher does not know by this spelling, in order."""
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            yield from stray_keys(item, kind, (*path, index))
    if not isinstance(node, MappingNode):
        return
    known = KEYS[kind]
    for key, value in node.pairs:
        name = key.text if key.text in known else current_spelling(key.text, kind)
        if key.text not in known:
            yield StrayKey((*path, key.text), key, node, kind, name)
        inner = known.get(name or "")
        if inner and name == "variables" and isinstance(value, MappingNode):
            for variable, setting in value.pairs:
                yield from stray_keys(setting, inner, (*path, key.text, variable.text))
        elif inner:
            yield from stray_keys(value, inner, (*path, key.text))


def current_spelling(key: str, kind: str) -> str | None:
    """The key of this kind of object that a key is the old or a differently capitalised spelling of."""
    known = KEYS[kind]
    renamed = RENAMED.get(key.lower(), key).lower()
    return next((name for name in known if name.lower() in (renamed, key.lower().replace("-", ""))), None)


def rename(stray: StrayKey) -> Fix | None:
    """The fix that spells a key right, unless the right one is there too."""
    if not stray.twin or stray.owner.get(stray.twin):
        return None
    return Fix(f"rename the key to `{stray.twin}`", (Edit(stray.key.span, stray.twin),), safe=True)


class DroppedKey(NamedTuple):
    """A key that publishing drops: its name, what is to be done about it, and the finding that says so."""

    name: str
    remedy: str
    finding: Finding


def dropped_keys(manifest: Manifest) -> Iterator[Finding]:
    """The keys that publishing drops, up to MOST_KEYS, besides misspellings of a key that the schema misses.

    What is fixed alike is one finding: the names of an older format, a key in several places, keys to move or delete.
    """
    alike: dict[object, list[DroppedKey]] = {}
    for each in islice(_each_dropped(manifest), MOST_KEYS):
        found = each.finding
        older = found.fix is not None and found.fix == newest_schema_fix(manifest)
        remedy = found.message if found.fix else each.remedy
        alike.setdefault(found.fix if older else (remedy, found.severity), []).append(each)
    yield from map(_merge_findings, alike.values())


def _merge_findings(alike: list[DroppedKey]) -> Finding:
    """What is found of several keys that are fixed alike: one finding, at the first place."""
    first, *others = [each.finding for each in alike]
    keys = sorted({f"`{each.name[:80]}`" for each in alike})
    message = first.message
    if len(keys) > 1:
        remedy = "the format has other names for them now" if first.fix else alike[0].remedy
        message = f"publishing silently drops {', '.join(keys)}: {remedy.replace('put it', 'put them')}"
    notes = (*first.notes, *(Label(each.span, "and here" if len(keys) == 1 else "and this") for each in others))
    edits = dict.fromkeys(edit for each in alike for edit in (each.finding.fix.edits if each.finding.fix else ()))
    fix = first.fix._replace(edits=tuple(edits)) if first.fix else None
    return first._replace(message=message, notes=notes, fix=fix)


def _each_dropped(manifest: Manifest) -> Iterator[DroppedKey]:
    document = manifest.document
    missed = {violation.path for violation in document.violations if violation.keyword == "required"}
    wrong = {violation.path for violation in document.violations if violation.keyword == "type"}
    closed = {violation.path for violation in document.violations if violation.keyword == "additionalProperties"}
    for stray in stray_keys(document.root):
        inside_wrong = any(stray.path[:length] in wrong for length in range(1, len(stray.path)))
        if inside_wrong or (*stray.path[:-1], stray.twin) in missed:
            continue
        refused, name = stray.path in closed, stray.key.text[:80]
        fix = rename(stray)
        if fix and document.date in UNDERSCORED and not refused:
            fix = newest_schema_fix(manifest)
        kept = stray.twin is not None and stray.twin.lower() == name.lower()
        loss = f"key `{name}` must be written `{stray.twin}`" if kept else f"publishing silently drops `{name}`"
        remedy = _remedy(stray, kept) + (f"; the {document.date} schema rejects it" if refused else "")
        severity = ERROR if refused else None
        finding = Finding(f"{loss}: {remedy}", value_span(stray.key), _notes(stray), fix, severity)
        yield DroppedKey(stray.key.text, remedy, finding)


def _remedy(stray: StrayKey, kept: bool) -> str:
    """What is to be done about a key; `kept`: the publisher reads it all the same."""
    if kept:
        return "the publisher corrects it, other readers ignore it"
    if stray.twin:
        return f"the key is `{stray.twin}`"
    if stray.kind == "meta":
        return f"`_meta` keeps only `{PUBLISHER_PROVIDED}`"
    return MEANT.get(stray.key.text[:80].lower()) or "the format has no such key here"


def _notes(stray: StrayKey) -> tuple[Label, ...]:
    right = stray.owner.key(stray.twin) if stray.twin else None
    return (Label(right.span, "this one is published"),) if right else ()
