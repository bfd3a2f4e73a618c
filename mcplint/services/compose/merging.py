"""How compose merges one file's settings over another's: node over node, each node keeping its own span.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode

REPLACED, APPENDED, KEYED = "replaced", "appended", "keyed"

Rules = Mapping[str, "str | Rules"]
"""What is special about the keys of a mapping. Elsewhere mappings are merged, lists appended, scalars replaced.

REPLACED: the later one stands alone. APPENDED: both become lists of entries (`NAME=value` or one pair of a mapping).
KEYED: both become mappings, a name in a list being a key of nothing.
"""

SERVICE: Rules = {
    **dict.fromkeys(("command", "entrypoint"), REPLACED),
    **dict.fromkeys(("annotations", "dns", "dns_opt", "dns_search", "env_file", "environment"), APPENDED),
    **dict.fromkeys(("extra_hosts", "label_file", "labels", "sysctls", "tmpfs"), APPENDED),
    **dict.fromkeys(("depends_on", "models", "networks"), KEYED),
    "build": dict.fromkeys(("additional_contexts", "args", "extra_hosts", "labels"), APPENDED),
    "deploy": {"labels": APPENDED},
    "healthcheck": {"test": REPLACED},
}
FILE: Rules = {"services": {"*": SERVICE}}


def merged(base: Node | None, over: Node, rules: str | Rules | None = None) -> Node | None:
    """The base with `over` merged into it; None where `!reset` removes it.

    Resets and overrides inside of `over` count too, so a file is merged over nothing to apply its own.
    """
    if over.tag == "!reset":
        return None
    if base is None or over.tag == "!override" or rules == REPLACED:
        base = _empty_like(over)
    elif _null(over):
        return base
    if rules == APPENDED:
        return _appended_entries(base, over)
    if rules == KEYED:
        base, over = keyed(base), keyed(over)
    elif isinstance(rules, Mapping) and "args" in rules:
        base, over = _build_mapping(base), _build_mapping(over)
    match base, over:
        case MappingNode(), MappingNode():
            return _mappings(base, over, rules if isinstance(rules, Mapping) else {})
        case SequenceNode(), SequenceNode():
            return SequenceNode(over.span, (*base.items, *_without_resets(over.items)))
    return over


def _mappings(base: MappingNode, over: MappingNode, rules: Rules) -> MappingNode:
    pairs = {key.text: (key, value) for key, value in base.pairs}
    for key, value in over.pairs:
        before = pairs.get(key.text)
        node = merged(before[1] if before else None, value, rules.get(key.text, rules.get("*")))
        if node is None:
            pairs.pop(key.text, None)
        else:
            pairs[key.text] = before[0] if before else key, node
    return MappingNode(over.span, tuple(pairs.values()))


def _empty_like(over: Node) -> Node:
    """What a node is merged over where nothing stands before it."""
    return MappingNode(over.span, ()) if isinstance(over, MappingNode) else SequenceNode(over.span, ())


def _appended_entries(base: Node, over: Node) -> SequenceNode:
    """The entries of both. One whose value is reset removes those of its name, and itself."""
    added = entries(over)
    reset = {item.pairs[0][0].text for item in added if isinstance(item, MappingNode) and _reset(item)}
    kept = (item for item in entries(base) if not reset or _name(item) not in reset)
    return SequenceNode(over.span, (*kept, *(item for item in _without_resets(added) if not _reset(item))))


def _reset(entry: Node) -> bool:
    return isinstance(entry, MappingNode) and any(value.tag == "!reset" for _, value in entry.pairs)


def _name(entry: Node) -> str | None:
    """The name that an entry is for."""
    match entry:
        case MappingNode(pairs=((key, _), *_)):
            return key.text
        case ScalarNode():
            return entry.text.partition("=")[0]
    return None


def _without_resets(items: tuple[Node, ...]) -> Iterator[Node]:
    return (item for item in items if item.tag != "!reset")


def entries(node: Node) -> tuple[Node, ...]:
    """The entries of a list, or of a mapping as mappings of one pair, or a scalar as the only one."""
    match node:
        case SequenceNode():
            return node.items
        case MappingNode():
            return tuple(
                MappingNode(key.span._replace(end=max(key.span.end, value.span.end)), ((key, value),))
                if value.span.source is key.span.source
                else MappingNode(key.span, ((key, value),))
                for key, value in node.pairs
            )
    return () if _null(node) else (node,)


def keyed(node: Node) -> Node:
    """A list of names as a mapping from each to nothing."""
    if not isinstance(node, SequenceNode):
        return node
    names = (item for item in node.items if isinstance(item, ScalarNode))
    return MappingNode(node.span, tuple((name, _null_at(name)) for name in names))


def _build_mapping(node: Node) -> Node:
    """`build: folder` as the mapping that it is short for."""
    if isinstance(node, ScalarNode) and not _null(node):
        return MappingNode(node.span, ((node._replace(value="context", text="context"), node),))
    return node


def _null_at(node: Node) -> ScalarNode:
    return ScalarNode(node.span._replace(start=node.span.end), None, "")


def _null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None
