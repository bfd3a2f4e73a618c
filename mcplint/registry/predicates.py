"""Questions to a place in a `server.json`, each answered as the registry's own validators answer it."""

from __future__ import annotations

import re

from mcplint.knowledge.go_url import parse
from mcplint.knowledge.registry import META_BYTES
from mcplint.registry import address, reference
from mcplint.registry.place import Place, field, objects, text
from mcplint.registry.version import is_range

TYPES = ("npm", "pypi", "nuget", "oci", "mcpb", "cargo")
INDEXED = ("npm", "pypi", "nuget", "cargo")
HTTP = ("streamable-http", "sse")
SOURCES = ("github", "gitlab")


def bad_name(place: Place) -> bool:
    namespace, name = r"[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]", r"[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]"
    return not re.fullmatch(f"{namespace}/{name}", place.text)


def blank(place: Place) -> bool:
    return bool(place.text) and not place.text.strip()


def not_https(place: Place) -> bool:
    parts = parse(place.text)
    return bool(place.text) and (parts is None or parts.scheme != "https")


def quoted(place: Place) -> bool:
    return re.search(r"[\s\"'`<>\u2018-\u201f]", place.text) is not None


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

    from mcplint.readers.manifest import plain

    assert place.node is not None
    written = json.dumps(plain(place.node), ensure_ascii=False, separators=(",", ":"))
    return len(written.encode("utf-8", "replace")) + sum(
        written.count(character) * extra
        for character, extra in (("<", 5), (">", 5), ("&", 5), ("\u2028", 3), ("\u2029", 3))
    )


def latest(place: Place) -> bool:
    return place.text == "latest"


def ranged(place: Place) -> bool:
    return place.text != "latest" and is_range(place.text)


def missing(place: Place) -> bool:
    return not place.text


def given(place: Place) -> bool:
    return bool(place.text)


def kind(place: Place) -> str:
    """The registry type of the package that a place lies in."""
    return text(field(place.parents[1], "registryType"))


def foreign_type(place: Place) -> bool:
    return bool(place.text) and place.text not in TYPES


def spaced(place: Place) -> bool:
    return " " in place.text


def unversioned(place: Place) -> bool:
    return kind(place) in INDEXED and not place.text


def versioned_image(place: Place) -> bool:
    return kind(place) == "oci" and bool(place.text)


def based_elsewhere(place: Place) -> bool:
    return kind(place) in ("oci", "mcpb") and bool(place.text)


def inexact_base(place: Place) -> bool:
    return kind(place) in INDEXED and bool(place.text) and (not_https(place) or place.text.endswith("/"))


def foreign_hash(place: Place) -> bool:
    return kind(place) in TYPES and kind(place) != "mcpb" and bool(place.text)


def unhashed(place: Place) -> bool:
    return kind(place) == "mcpb" and not place.text


def bad_reference(place: Place) -> bool:
    return kind(place) == "oci" and bool(place.text) and reference.image(place.text) is None


def foreign_host(place: Place) -> bool:
    image = reference.image(place.text) if kind(place) == "oci" else None
    return image is not None and not reference.is_hosted(image)


def bad_bundle(place: Place) -> bool:
    return kind(place) == "mcpb" and bool(place.text) and reference.bundle_fault(place.text) is not None


def foreign_transport(place: Place) -> bool:
    return place.text not in ("stdio", *HTTP)


def addressed_stdio(place: Place) -> bool:
    return place.sibling("type") == "stdio" and bool(place.text)


def unaddressed(place: Place) -> bool:
    return place.sibling("type") in HTTP and not place.text


def no_address(place: Place) -> bool:
    return place.sibling("type") in HTTP and bool(place.text) and not address.is_http(place.text)


def undefined(place: Place) -> bool:
    """Whether an address uses a name that nothing defines: an input of the package, or the remote's `variables`."""
    if place.sibling("type") not in HTTP or not address.is_http(place.text):
        return False
    return bool(set(address.variables(place.text)) - defined(place))


def defined(place: Place) -> set[str]:
    """The names that an address may use in braces."""
    if place.path[0] == "remotes":
        variables = field(place.owner, "variables")
        return {key.text for key, _ in getattr(variables, "pairs", ())} - {""}
    package = place.parents[1]
    names = {text(field(item, "name")) for item in objects(field(package, "environmentVariables"))}
    for key in ("runtimeArguments", "packageArguments"):
        for argument in objects(field(package, key)):
            names |= {text(field(argument, "name")), text(field(argument, "valueHint"))}
    return names - {""}


def unnamed(place: Place) -> bool:
    return place.sibling("type") == "named" and not place.text


def bad_flag(place: Place) -> bool:
    return place.sibling("type") == "named" and any(character in place.text for character in "<>$ ")


def repeats_flag(place: Place) -> bool:
    named = place.sibling("type") == "named"
    return named and bool(place.text) and bool(place.sibling("name")) and place.text.startswith(place.sibling("name"))


def foreign_remote(place: Place) -> bool:
    return place.text not in HTTP


def insecure(place: Place) -> bool:
    parts = address.concrete(place.text)
    return not no_address(place) and place.sibling("type") in HTTP and parts is not None and parts.scheme == "http"


def local(place: Place) -> bool:
    return place.sibling("type") in HTTP and address.is_http(place.text) and address.is_local(place.text)


def unreachable(place: Place) -> bool:
    return place.sibling("type") in HTTP and address.is_http(place.text) and address.is_private(place.text)
