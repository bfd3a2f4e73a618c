"""Questions to a place in a `server.json`, each answered as the registry's own validators answer it."""

from __future__ import annotations

import re

from mcplint.facts.document import pairs
from mcplint.knowledge.go_url import parse
from mcplint.knowledge.registry import INDEX_HOSTS, META_BYTES, SOURCES
from mcplint.registry import address
from mcplint.registry.places import Place, field, objects, string


def missing(place: Place) -> bool:
    return not place.text


def given(place: Place) -> bool:
    return bool(place.text)


def not_https(place: Place) -> bool:
    parts = parse(place.text)
    return bool(place.text) and (parts is None or parts.scheme != "https")


def inexact_base(place: Place) -> bool:
    """Whether a base address is the index's own in another spelling."""
    return bool(place.text) and (not_https(place) or place.text.endswith("/")) and not foreign_base(place)


def foreign_base(place: Place) -> bool:
    """Whether a base address is that of another index than the package's type has."""
    parts = parse(place.text)
    host = parts.hostname.lower() if parts else ""
    return bool(place.text) and host.rpartition(".")[0] != INDEX_HOSTS.get(place.sibling("registryType"))


def bad_repository(place: Place) -> bool:
    """Whether an address is not that of a repository at its source; a source that is none is told by itself."""
    source = place.sibling("source")
    wanted = rf"https?://(?:www\.)?{source}\.com/[\w.-]+/[\w.-]+/?"
    return source in SOURCES and not re.fullmatch(wanted, place.text, re.ASCII)


def bad_source(place: Place) -> bool:
    """Whether a source is none that the registry knows; without source and address there is no repository for it."""
    return bool(place.text or place.sibling("url")) and place.text not in SOURCES


def bad_folder(place: Place) -> bool:
    clean = re.fullmatch(r"[a-zA-Z0-9_./-]+", place.text) and not {"", ".", ".."} & set(place.text.split("/"))
    named = place.sibling("url") or place.sibling("source")
    return bool(place.text) and bool(named) and not clean


def oversized(place: Place) -> bool:
    return place.node is not None and published_bytes(place) > META_BYTES


def published_bytes(place: Place) -> int:
    """The bytes of a value as Go writes it: compact, keys in order, `<`, `>`, `&` and two line ends as escapes."""
    import json

    from mcplint.facts.document import plain

    assert place.node is not None
    written = json.dumps(plain(place.node), ensure_ascii=False, separators=(",", ":"))
    return len(written.encode("utf-8", "replace")) + sum(
        written.count(character) * extra
        for character, extra in (("<", 5), (">", 5), ("&", 5), ("\u2028", 3), ("\u2029", 3))
    )


def foreign_host(place: Place) -> bool:
    image = address.image(place.text)
    return image is not None and not address.is_hosted(image)


def no_address(place: Place) -> bool:
    return bool(place.text) and not address.scheme(place.text)


def undefined(place: Place) -> set[str]:
    """The names in an address that nothing defines: no input of the package, nor the remote's `variables`."""
    return set(address.variables(place.text)) - defined(place)


def defined(place: Place) -> set[str]:
    """The names that an address may use in braces."""
    if place.path[0] == "remotes":
        return {key.text for key, _ in pairs(field(place.owner, "variables"))} - {""}
    package = place.parents[1]
    arguments = (*objects(field(package, "runtimeArguments")), *objects(field(package, "packageArguments")))
    named = {string(item, "name") for item in (*objects(field(package, "environmentVariables")), *arguments)}
    return (named | {string(argument, "valueHint") for argument in arguments}) - {""}
