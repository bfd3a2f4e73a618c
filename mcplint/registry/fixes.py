"""Fixes of a `server.json` that are exact: nothing but the spelling changes, or what could never count goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mcplint.facts.document import ScalarNode, text
from mcplint.findings import Fix
from mcplint.knowledge.go_url import parse
from mcplint.knowledge.registry import HTTP, SOURCES, TYPES
from mcplint.registry import address
from mcplint.registry.predicates import defined_names
from mcplint.registry.properties import Property, field, member, removal
from mcplint.text.source import Edit, Span

_TYPES = {"docker": "oci", "container": "oci", "oci-image": "oci", "python": "pypi", "pip": "pypi", "node": "npm"}
_TYPES |= {"dxt": "mcpb", "crates": "cargo"}
_TRANSPORTS = {"http": "streamable-http", "https": "streamable-http", "streamable": "streamable-http"}
_TRANSPORTS |= {"streamablehttp": "streamable-http", "http-stream": "streamable-http", "local": "stdio"}


def respelled_type(prop: Property) -> Fix | None:
    return _respelling(prop, TYPES, _TYPES)


def respelled_source(prop: Property) -> Fix | None:
    return _respelling(prop, SOURCES)


def respelled_transport(prop: Property) -> Fix | None:
    fix = _respelling(prop, ("stdio", *HTTP), _TRANSPORTS)
    return fix if fix and (fix.edits[0].text == "stdio" or prop.sibling("url")) else None


def _respelling(prop: Property, known: Collection[str], names: Mapping[str, str] = {}) -> Fix | None:
    word = prop.text.strip().lower().replace("_", "-").replace(" ", "-")
    return _write(prop, word if word in known else names.get(word))


def use_https(prop: Property) -> Fix | None:
    """`https` in front of an address with plain `http`; whether the host answers there only its owner knows."""
    host = prop.text[7:].lower().startswith(("localhost", "127.", "0.0.0.0", "[::1]"))
    start = prop.text[:7].lower() == "http://" and not host
    fix = _write(prop, f"https://{prop.text[7:]}" if start else None)
    return fix._replace(safe=False) if fix else None


def trimmed_folder(prop: Property) -> Fix | None:
    steps = [step for step in prop.text.split("/") if step not in ("", ".")]
    return _write(prop, "/".join(steps)) if steps and ".." not in steps and " " not in prop.text else None


def add_dashes(prop: Property) -> Fix | None:
    """`{--port}` for `{port}` where an argument of that name is what is meant."""
    names = {name.lstrip("-"): name for name in defined_names(prop)}
    url = prop.text
    for variable in address.variables(url):
        if variable not in names.values() and variable.lstrip("-") in names:
            url = url.replace(f"{{{variable}}}", f"{{{names[variable.lstrip('-')]}}}")
    return _write(prop, url) if url != prop.text else None


def deleted(prop: Property) -> Fix | None:
    found = member(prop.owner, prop.key)
    return Fix(f"delete `{found[0].text}`", (removal(prop.owner, found[0]),), safe=True) if found else None


def taken_from_default(prop: Property) -> Fix | None:
    """Without its address the default index has to have the package: only its owner knows whether that is the same."""
    fix = deleted(prop)
    return (
        fix._replace(title=f"{fix.title}: the package then comes from the default index", safe=False) if fix else None
    )


def moved_into_identifier(prop: Property) -> Fix | None:
    """The host of an image in front of its identifier; deleted only where the identifier is the whole address."""
    identifier, remove = field(prop.owner, "identifier"), deleted(prop)
    written = text(identifier)
    if prop.sibling("registryType") == "mcpb":
        return remove if address.scheme(written) else None
    base = parse(prop.text)
    if not isinstance(identifier, ScalarNode) or remove is None or base is None or base.port or base.path.strip("/"):
        return None
    image, moved = address.image(written), address.image(f"{base.host}/{written}")
    if image is None or moved is None:
        return None
    if image.host == moved.host:
        return remove
    if image.repository != moved.repository or "/" not in written or not address.is_hosted(moved):
        return None
    start = Span(identifier.span.source, identifier.span.start, identifier.span.start)
    return Fix("move the host into `identifier`", (Edit(start, f"{base.host}/"), *remove.edits), safe=True)


def moved_into_tag(prop: Property) -> Fix | None:
    """The version of an image as the tag of its identifier; deleted only where the tag says the same already."""
    identifier = field(prop.parents[1], "identifier")
    image = address.image(text(identifier))
    remove = deleted(prop)
    if not isinstance(identifier, ScalarNode) or image is None or remove is None or " " in prop.text:
        return None
    if image.tag in (prop.text, f"v{prop.text}"):
        return remove
    if image.tag or image.digest or not address.image(f"{image.repository}:{prop.text}"):
        return None
    end = Span(identifier.span.source, identifier.span.end, identifier.span.end)
    return Fix("move the version into the tag", (Edit(end, f":{prop.text}"), *remove.edits), safe=True)


def _write(prop: Property, value: str | None) -> Fix | None:
    node = prop.node
    if not value or not isinstance(node, ScalarNode) or node.span.text != node.value:
        return None
    return Fix(f"write `{value}`", (Edit(node.span, value),), safe=True)
