"""What the schema that a `server.json` names refuses, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.facts.manifest import Path, Violation
from mcplint.findings import Finding, Fix
from mcplint.knowledge.registry import ADDRESS, CURRENT, DATES
from mcplint.model import Manifest
from mcplint.registry import fixes as mends
from mcplint.registry.keys import rename, strays
from mcplint.registry.place import Place, dotted, field, insertion
from mcplint.registry.refusals import is_refused
from mcplint.text.source import Edit

_TYPES = {"object": "an object", "array": "a list", "string": "a string", "boolean": "true or false"}


def findings(manifest: Manifest) -> Iterator[Finding]:
    """Everything that the schema refuses, besides keys that are too many: those are dropped, and told as such."""
    if not manifest.document.whole:
        return
    spellings = {(*stray.path[:-1], stray.twin): stray for stray in strays(manifest.document.root) if stray.twin}
    for violation in manifest.document.violations:
        if violation.keyword == "additionalProperties":
            continue
        stray = spellings.get(violation.path) if violation.keyword == "required" else None
        if stray:
            message = f"key `{stray.key.text[:80]}` is `{stray.twin}` in the {_schema(manifest)}"
            yield Finding(message, stray.key.span, fix=rename(stray))
            continue
        place = _place(manifest.document.root, violation.path)
        if isinstance(place.node, ScalarNode) and place.node.value is None and place.node.text != "null":
            continue  # `NaN`, `1e999`: no value of JSON, which is told as such
        says = (
            ", although publishing accepts it today"
            if violation.published and not is_refused(manifest, violation)
            else ""
        )
        message = f"the {_schema(manifest)} rejects {_fault(violation, place)}{says}"
        yield Finding(message, place.span, fix=_mend(violation, place))


def named(manifest: Manifest) -> Iterator[Finding]:
    """What is wrong with the address of the schema itself: the registry takes no document without one that it knows."""
    root = manifest.document.root
    if not manifest.document.whole or manifest.document.date:
        return
    place = Place(("$schema",), (root,), field(root, "$schema"))
    if any(violation.path == place.path for violation in manifest.document.violations):
        return
    accepted = f"it must be {ADDRESS.format('DATE')} with one of {', '.join(reversed(DATES))}"
    fault = f"the schema `{place.text[:120]}`" if place.text else "a document without `$schema`"
    yield Finding(f"the registry rejects {fault}: {accepted}", place.span, fix=current(manifest))


def outdated(manifest: Manifest) -> Iterator[Finding]:
    """A schema that publish takes with a warning: an older one, or another address that ends as the newest does."""
    document = manifest.document
    place = Place(("$schema",), (document.root,), field(document.root, "$schema"))
    if not document.whole or document.date is None or place.text == ADDRESS.format(CURRENT):
        return
    fault = (
        f"the schema of {document.date} is outdated"
        if document.date != CURRENT
        else f"`{place.text[:100]}` is not the address of the schema"
    )
    yield Finding(f"{fault}; the current one is {ADDRESS.format(CURRENT)}", place.span, fix=current(manifest))


def current(manifest: Manifest) -> Fix | None:
    """The fix that names the newest schema; safe where the document holds under it."""
    root = manifest.document.root
    node = root.get("$schema")
    address = ADDRESS.format(CURRENT)
    if node is None:
        edit = insertion(root, "$schema", f'"{address}"')
    elif isinstance(node, ScalarNode) and node.quoted:
        edit = Edit(node.span, address)
    else:
        edit = Edit(node.span, f'"{address}"')
    return Fix("use the current schema", (edit,), safe=not any(_refused_now(manifest)))


def _refused_now(manifest: Manifest) -> Iterable[Violation]:
    """What the newest schema refuses: known already of a document that names no older one."""
    from mcplint.readers.manifest import plain, violations

    document = manifest.document
    return document.violations if document.date in (None, CURRENT) else violations(plain(document.root), CURRENT)


def _schema(manifest: Manifest) -> str:
    return f"{manifest.document.date or CURRENT} schema"


def _place(root: MappingNode, path: Path) -> Place:
    """The place of a path that the schema's validator gives: keys as they are written."""
    node: Node | None = root
    parents: tuple[MappingNode, ...] = ()
    for step in path:
        if isinstance(node, MappingNode):
            parents, node = (*parents, node), node.get(str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            node = node.items[step]
    return Place(path, parents or (root,), node)


def _fault(violation: Violation, place: Place) -> str:
    """What is rejected and what would do, to be put behind `rejects`."""
    where, value = f"`{dotted(violation.path)}`", f"`{place.text[:80]}`"
    match violation.keyword:
        case "required":
            return f"{_owner(violation.path)} without `{violation.path[-1]}`"
        case "type":
            return f"{where}: it must be {_TYPES.get(str(violation.wanted), violation.wanted)}, not {_type(place.node)}"
        case "enum":
            return f"{value} as {where}: it must be {', '.join(violation.wanted[:-1])} or {violation.wanted[-1]}"
        case "maxLength":
            return f"{where} of {len(place.text)} characters: it must have at most {violation.wanted}"
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


def _mend(violation: Violation, place: Place) -> Fix | None:
    """The fix of what is only spelled wrong: a transport's name, or the type of a scalar."""
    node, wanted = place.node, violation.wanted
    if violation.keyword == "enum" and place.key == "type":
        fix = mends.respelled_transport(place)
        return fix if fix and fix.edits[0].text in wanted else None
    if violation.keyword != "type" or not isinstance(node, ScalarNode) or node.value is None:
        return None
    if wanted == "string":
        return Fix("write it as a string", (Edit(node.span, f'"{node.text}"'),), safe=True)
    if wanted == "boolean" and node.value in ("true", "false"):
        whole = node.span._replace(start=node.span.start - 1, end=node.span.end + 1)
        return Fix(f"write {node.text} without quotes", (Edit(whole, node.text),), safe=True)
    return None
