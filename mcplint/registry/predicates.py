"""Questions to a property of a `server.json`, each answered as the registry's own validators answer it."""

from __future__ import annotations

import re

from mcplint.facts.document import pairs
from mcplint.knowledge.go_url import parse
from mcplint.knowledge.registry import INDEX_HOSTS, META_BYTES, SOURCES
from mcplint.registry import address
from mcplint.registry.properties import Property, field, objects, string


def is_missing(prop: Property) -> bool:
    return not prop.text


def is_present(prop: Property) -> bool:
    return bool(prop.text)


def not_https(prop: Property) -> bool:
    parts = parse(prop.text)
    return bool(prop.text) and (parts is None or parts.scheme != "https")


def inexact_base(prop: Property) -> bool:
    """Whether a base address is the index's own in another spelling."""
    return bool(prop.text) and (not_https(prop) or prop.text.endswith("/")) and not foreign_base(prop)


def foreign_base(prop: Property) -> bool:
    """Whether a base address is that of another index than the package's type has."""
    parts = parse(prop.text)
    host = parts.hostname.lower() if parts else ""
    return bool(prop.text) and host.rpartition(".")[0] != INDEX_HOSTS.get(prop.sibling("registryType"))


def bad_repository(prop: Property) -> bool:
    """Whether an address is not that of a repository at its source; a source that is none is told by itself."""
    source = prop.sibling("source")
    wanted = rf"https?://(?:www\.)?{source}\.com/[\w.-]+/[\w.-]+/?"
    return source in SOURCES and not re.fullmatch(wanted, prop.text, re.ASCII)


def bad_source(prop: Property) -> bool:
    """Whether a source is none that the registry knows; without source and address there is no repository for it."""
    return bool(prop.text or prop.sibling("url")) and prop.text not in SOURCES


def bad_folder(prop: Property) -> bool:
    clean = re.fullmatch(r"[a-zA-Z0-9_./-]+", prop.text) and not {"", ".", ".."} & set(prop.text.split("/"))
    named = prop.sibling("url") or prop.sibling("source")
    return bool(prop.text) and bool(named) and not clean


def is_oversized(prop: Property) -> bool:
    return prop.node is not None and published_bytes(prop) > META_BYTES


def published_bytes(prop: Property) -> int:
    """The bytes of a value as Go writes it: compact, keys in order, `<`, `>`, `&` and two line ends as escapes."""
    import json

    from mcplint.facts.document import as_python

    assert prop.node is not None
    written = json.dumps(as_python(prop.node), ensure_ascii=False, separators=(",", ":"))
    return len(written.encode("utf-8", "replace")) + sum(
        written.count(character) * extra
        for character, extra in (("<", 5), (">", 5), ("&", 5), ("\u2028", 3), ("\u2029", 3))
    )


def foreign_host(prop: Property) -> bool:
    image = address.image(prop.text)
    return image is not None and not address.is_hosted(image)


def no_address(prop: Property) -> bool:
    return bool(prop.text) and not address.scheme(prop.text)


def undefined(prop: Property) -> set[str]:
    """The names in an address that nothing defines: no input of the package, nor the remote's `variables`."""
    return set(address.variables(prop.text)) - defined_names(prop)


def defined_names(prop: Property) -> set[str]:
    """The names that an address may use in braces."""
    if prop.path[0] == "remotes":
        return {key.text for key, _ in pairs(field(prop.owner, "variables"))} - {""}
    package = prop.parents[1]
    arguments = (*objects(field(package, "runtimeArguments")), *objects(field(package, "packageArguments")))
    named = {string(item, "name") for item in (*objects(field(package, "environmentVariables")), *arguments)}
    return (named | {string(argument, "valueHint") for argument in arguments}) - {""}
