"""What the manifest of a bundle (MCPB) says that it is refused for, or that comes to nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, items, pairs, text
from mcplint.findings import ERROR, WARNING
from mcplint.knowledge.bundles import KEYS, NEW_TYPES, OPTION, SERVER, START, TYPES, VERSIONS
from mcplint.knowledge.secrets import is_private
from mcplint.model import ClientFlaw
from mcplint.values import Label

OPTIONS = re.compile(r"\$\{user_config\.([^}]{1,80})\}")
REFUSES = "`mcpb pack` refuses the manifest"


def of_bundle(root: MappingNode) -> Iterator[ClientFlaw]:
    """What is lost of a manifest; of one of a later version, whose keys are not known, only its variables."""
    named = [(key, root.get(key)) for key in ("manifest_version", "dxt_version") if root.key(key)]
    version_texts = {text(node) for _, node in named}
    server, options = root.get("server"), root.get("user_config")
    if not named:
        why = f"{REFUSES}: it has neither `manifest_version` nor `dxt_version`"
        server_key = root.key("server")
        yield ClientFlaw("shape", server_key.span if server_key else root.span, why, ERROR)
    elif len(version_texts) == 2:
        spans = [node.span for _, node in named if node]
        why = f"{REFUSES}: `manifest_version` and `dxt_version` name two versions"
        yield ClientFlaw("shape", spans[0], why, ERROR, (Label(spans[1], "this is another one"),))
    elif (version := next(iter(version_texts))) in VERSIONS:
        yield from _unknown_key(root, KEYS[version], f"version {version} of the manifest")
        yield from _unknown_key(server, SERVER, "`server`")
        start = server.get("mcp_config") if isinstance(server, MappingNode) else None
        yield from _unknown_key(start, START, "`mcp_config`")
        for name, option in pairs(options):
            yield from _unknown_key(option, OPTION, f"option `{name.text[:60]}`")
        yield from _type(server, version)
    if isinstance(server, MappingNode):
        yield from _undeclared_options(server.get("mcp_config"), {name.text for name, _ in pairs(options)})
    yield from _unprotected_secrets(options)


def _unknown_key(node: Node | None, known: Collection[str], what: str) -> Iterator[ClientFlaw]:
    """The first key of a mapping that nobody knows."""
    strange = next((key for key, _ in pairs(node) if key.text not in known), None)
    if strange:
        yield ClientFlaw("shape", strange.span, f"{REFUSES}: {what} has no key `{strange.text[:60]}`", ERROR)


def _type(server: Node | None, version: str) -> Iterator[ClientFlaw]:
    type_node = server.get("type") if isinstance(server, MappingNode) else None
    known = (*TYPES, *(NEW_TYPES if version == VERSIONS[-1] else ()))
    if isinstance(type_node, ScalarNode) and type_node.text not in known:
        kinds = ", ".join(known)
        yield ClientFlaw(
            "shape", type_node.span, f"{REFUSES}: `{type_node.text[:40]}` is not one of its types: {kinds}", ERROR
        )


def _undeclared_options(start: Node | None, options: Collection[str]) -> Iterator[ClientFlaw]:
    """What stands for an option that nobody is asked for."""
    if not isinstance(start, MappingNode):
        return
    given = (start.get("command"), *items(start.get("args")), *(value for _, value in pairs(start.get("env"))))
    for value in (each for each in given if isinstance(each, ScalarNode)):
        for found in OPTIONS.finditer(value.text):
            if found[1] not in options:
                why = f"`user_config` has no option `{found[1]}`: the server gets `{found[0]}` as it is written"
                yield ClientFlaw("variable", value.span, why, WARNING)


def _unprotected_secrets(options: Node | None) -> Iterator[ClientFlaw]:
    """Options that hold a secret by their name and are kept and shown as any other text."""
    for name, option in pairs(options):
        secret = is_private(name.text)
        plain = isinstance(option, MappingNode) and text(option.get("type")) == "string" and not option.key("sensitive")
        if secret and plain:
            why = f"option `{name.text[:60]}` is not `sensitive`: what users enter is shown and kept as plain text"
            yield ClientFlaw("shape", name.span, why, WARNING)
