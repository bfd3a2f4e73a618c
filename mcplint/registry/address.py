"""Addresses of packages and remotes as the registry reads them: with variables, of images, and of bundles."""

from __future__ import annotations

import re
from typing import NamedTuple

from mcplint.knowledge.go_url import Address, parse

_NUMERIC = frozenset("0123456789abcdefABCDEF:.")
# A brace that is never closed takes what is left, lest each of many be followed to the end.
_BRACED = r"\{([^}]+)(\}|\Z)"
_STAND_INS = {"host": "example.com", "port": "8080", "path": "api", "protocol": "http", "scheme": "http"}
HOSTS = ("docker.io", "ghcr.io", "quay.io", "mcr.microsoft.com", "*.pkg.dev", "*.azurecr.io")
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
_BUNDLES = {
    "github.com": (
        r"/[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,37}[a-zA-Z0-9])?/[a-zA-Z0-9._-]+/releases/download/([^/]+)/[^/]+",
        "/OWNER/REPO/releases/download/TAG/FILE",
    ),
    "gitlab.com": (
        r"/[a-zA-Z0-9._-]+(?:/[a-zA-Z0-9._-]+)*/-/(?:releases/([^/]+)/downloads/[^/]+|package_files/[0-9]+/download)",
        "/PROJECT/-/releases/TAG/downloads/FILE or /PROJECT/-/package_files/N/download",
    ),
}


def variables(url: str) -> list[str]:
    """The names in braces, in order."""
    return [name for name, end in re.findall(_BRACED, url) if end]


def concrete(url: str) -> Address | None:
    """The address with stand-ins for its variables (a number after a colon), or None where it cannot be one."""
    if "{" not in url:
        return parse(url)
    known = re.sub(r"\{(host|port|path|protocol|scheme)\}", lambda found: _STAND_INS[found[1]], url)
    ports = re.sub(rf":{_BRACED}(/|\Z)?", _with_port, known)
    return parse(re.sub(_BRACED, lambda found: "placeholder" if found[2] else found[0], ports))


def _with_port(found: re.Match[str]) -> str:
    """A number instead of a variable that is alone between a colon and a slash or the end."""
    return f":8080{found[3]}" if found[2] and found[3] is not None else found[0]


def scheme(url: str) -> str:
    """`http` or `https` where the registry takes it for an address of a transport at all, else nothing."""
    address = concrete(url)
    return address.scheme if address and address.host and address.scheme in ("http", "https") else ""


def is_local(url: str) -> bool:
    """Whether the registry refuses the host of a remote: it compares three spellings and no others."""
    address = concrete(url)
    host = address.hostname if address else ""
    return host in ("localhost", "127.0.0.1") or host.endswith(".localhost")


def is_private(url: str) -> bool:
    """Whether nobody outside a network can reach the host, whatever the registry says of it."""
    address = concrete(url)
    host = address.hostname.lower().rstrip(".") if address else ""
    if host in ("localhost", "host.docker.internal") or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    return _is_private_number(host)


def _is_private_number(host: str) -> bool:
    """Whether a host is a numeric address that is not routed on the internet; documentation ranges are left alone."""
    if not _NUMERIC.issuperset(host):
        return False
    from ipaddress import ip_address, ip_network

    try:
        number = ip_address(host)
    except ValueError:
        return False
    intranets = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    alone = number.is_loopback or number.is_link_local or number.is_unspecified
    return alone or any(number in ip_network(network) for network in intranets)


class Reference(NamedTuple):
    """An image reference in parts; `host` is the one that is meant, also where none is written."""

    host: str
    repository: str
    tag: str | None
    digest: str | None


def image(text: str) -> Reference | None:
    """The parts of an image reference, or None where the OCI library cannot parse it."""
    name, at, digest = text.partition("@")
    if at and not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        return None
    head, colon, last = name.rpartition(":")
    tag = last if colon and "/" not in last else None
    name = head if tag is not None else name
    if tag is not None and not re.fullmatch(r"[\w.-]{1,128}", tag, re.ASCII):
        return None
    host, slash, rest = name.partition("/")
    if not (slash and ("." in host or ":" in host or host == "localhost")):
        host, rest = "docker.io", name
    if not re.fullmatch(r"[a-z0-9_./-]{2,255}", rest):
        return None
    return Reference("docker.io" if host in _DOCKER_HUB else host, rest, tag, digest or None)


def is_hosted(reference: Reference) -> bool:
    """Whether the image lies on a host that the registry asks."""
    return reference.host in HOSTS or reference.host.endswith((".pkg.dev", ".azurecr.io"))


def bundle_fault(text: str) -> str | None:
    """Why publishing refuses the address of an MCPB bundle, with the accepted form, or None."""
    address = parse(text)
    host = address.host.lower().removeprefix("www.") if address and not address.port else ""
    if address is None or host not in _BUNDLES:
        return "it must be a release asset on github.com or gitlab.com"
    pattern, form = _BUNDLES[host]
    if not re.fullmatch(pattern, _decoded(address.path)):
        return f"a release asset on {host} has the form {form}"
    if address.scheme != "https":
        return "it must begin with https://"
    return None if "mcp" in text.lower() else "it must contain `mcp` somewhere"


def bundle_tag(text: str) -> str | None:
    """The release tag in a bundle's address, where it has one."""
    address = parse(text)
    row = _BUNDLES.get(address.host.lower().removeprefix("www.")) if address else None
    match = re.fullmatch(row[0], _decoded(address.path)) if row and address else None
    return match[1] if match else None


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)
