"""Image references and bundle addresses that the registry takes as identifiers."""

from __future__ import annotations

import re
from typing import NamedTuple

from mcplint.knowledge.go_url import parse

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
