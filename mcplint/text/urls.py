"""The parts of a URL that a file holds, which may be none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def path(url: str) -> str:
    """The path of a URL, empty where it has none."""
    parts = _split(url)
    return parts.path if parts else ""


def authority(url: str) -> str:
    """The host of a URL with its port, empty where it has none."""
    parts = _split(url)
    return parts.netloc if parts else ""


def _split(url: str) -> SplitResult | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url)
    except ValueError:
        return None


_INSIDE = (
    "localhost",
    "local",
    "internal",
    "lan",
    "home",
    "corp",
    "intranet",
    "test",
    "invalid",
    "svc",
    "docker",
    "arpa",
)


def is_public(url: str) -> bool:
    """Whether a URL certainly leads to a machine of the internet: a whole name, or an address that is not private."""
    from ipaddress import ip_address

    parts = _split(url)
    try:
        host = (parts.hostname or "") if parts else ""
        return ip_address(host).is_global
    except ValueError:
        *front, last = host.lower().rstrip(".").split(".")
        return (
            bool(front) and last.isalpha() and last not in _INSIDE and "your" not in host and not set(host) & set("${<")
        )
