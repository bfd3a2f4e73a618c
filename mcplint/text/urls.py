"""The parts of a URL that a file holds, which may be none at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def path(url: str) -> str:
    """The path of a URL, empty where it has none."""
    parts = _split_url(url)
    return parts.path if parts else ""


def authority(url: str) -> str:
    """The host of a URL with its port, empty where it has none."""
    parts = _split_url(url)
    return parts.netloc if parts else ""


def host(url: str) -> str:
    """The host of a URL in small letters, an address of IPv6 without brackets; empty where it has none."""
    parts = _split_url(url)
    return (parts.hostname or "") if parts else ""


def is_loopback(host: str) -> bool:
    """Whether a name or address is out of reach for other machines: what listens on it hears its own machine alone."""
    return host in ("localhost", "ip6-localhost", "::1", "[::1]") or host.startswith("127.")


def is_this_machine(host: str) -> bool:
    """Whether a client that connects to a name or address reaches the machine that it runs on."""
    return is_loopback(host) or host == "0.0.0.0"


def is_sentence(text: str) -> bool:
    """Whether a text that holds a URL tells people of it: two plain words in a row, one with a capital letter, or one
    that leads somewhere or speaks of it."""
    plain, leading = r"[A-Za-z][a-z]+[:,]?", r"(?:see|use|visit|open|try|like|is|at|via|to|from|or|e\.g\.|i\.e\.)"
    return re.search(rf"(?<!\S)(?:{plain}\s{plain}|[A-Z][a-z]+[:,]?|{leading})(?!\S)", text) is not None


def _split_url(url: str) -> SplitResult | None:
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
    "localdomain",
    "private",
    "onion",
    "consul",
)
"""The last words of names that lead to a machine near by, or on a way that is encrypted anyway."""
_INNER = frozenset({"internal", "intranet", "corp", "lan", "vpn", "private", "svc"})
"""Words of a whole name that say of what is below them that it is no part of the internet."""
_NEAR = (
    *("ts.net", "beta.tailscale.net", "netbird.cloud"),
    *("nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "traefik.me"),
)
"""Domains whose names lead into a private network of WireGuard, or to an address that they name themselves."""


def is_public(url: str) -> bool:
    """Whether a URL certainly leads to a machine of the internet: a whole name, or an address that is not private."""
    from ipaddress import ip_address

    parts = _split_url(url)
    try:
        host = (parts.hostname or "") if parts else ""
        return ip_address(host).is_global
    except ValueError:
        words = host.lower().rstrip(".").split(".")
        whole = len(words) > 1 and words[-1].isalpha() and not set(host) & set("${<")
        inside = words[-1] in _INSIDE or not _INNER.isdisjoint(words) or words[0].startswith("internal-")
        near = any(".".join(words[-count:]) in _NEAR for count in (2, 3))
        return whole and not inside and not near and "your" not in host


_HERE = r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1)"
_PORTS = (
    r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{1,5})\b",
    rf"\b(?:nc|ncat|netcat)(?: -[\w-]{{1,20}}(?: \d{{1,5}})?){{0,6}} {_HERE} (\d{{1,5}})\b",
    rf"/dev/tcp/{_HERE}/(\d{{1,5}})\b",
    rf"\(\s{{0,9}}[\"']{_HERE}[\"']\s{{0,9}},\s{{0,9}}(\d{{1,5}})\s{{0,9}}\)",
    rf"\b(?:connect|createConnection)\(\s{{0,9}}(\d{{1,5}})\s{{0,9}}(?:\)|,\s{{0,9}}(?:[\"']{_HERE}[\"']|\(\)|function))",
    rf"\{{\s{{0,9}}port:\s{{0,9}}(\d{{1,5}})\s{{0,9}}(?:,\s{{0,9}}host:\s{{0,9}}[\"']{_HERE}[\"']\s{{0,9}})?\}}",
    rf"\{{\s{{0,9}}host:\s{{0,9}}[\"']{_HERE}[\"']\s{{0,9}},\s{{0,9}}port:\s{{0,9}}(\d{{1,5}})\s{{0,9}}\}}",
)
"""How a command names a port of its own machine: in a URL, for `nc`, a shell, and sockets of Python and of Node."""


def own_ports(text: str) -> set[int]:
    """The ports of its own machine that a command asks."""
    return {int(number) for pattern in _PORTS for number in re.findall(pattern, text)}
