"""Addresses with variables, as the registry checks them for packages and remotes."""

from __future__ import annotations

import re

from mcplint.knowledge.go_url import Address, parse

_NUMERIC = frozenset("0123456789abcdefABCDEF:.")
# A brace that is never closed takes what is left, lest each of many be followed to the end.
_BRACED = r"\{([^}]+)(\}|\Z)"
_STAND_INS = {"host": "example.com", "port": "8080", "path": "api", "protocol": "http", "scheme": "http"}


def variables(url: str) -> list[str]:
    """The names in braces, in order."""
    return [name for name, end in re.findall(_BRACED, url) if end]


def concrete(url: str) -> Address | None:
    """The address with stand-ins for its variables (a number after a colon), or None where it cannot be one."""
    if "{" not in url:
        return parse(url)
    known = re.sub(r"\{(host|port|path|protocol|scheme)\}", lambda found: _STAND_INS[found[1]], url)
    ports = re.sub(rf":{_BRACED}(/|\Z)?", _ported, known)
    return parse(re.sub(_BRACED, lambda found: "placeholder" if found[2] else found[0], ports))


def _ported(found: re.Match[str]) -> str:
    """A number instead of a variable that is alone between a colon and a slash or the end."""
    return f":8080{found[3]}" if found[2] and found[3] is not None else found[0]


def is_http(url: str) -> bool:
    """Whether the registry takes it for an address of a transport at all."""
    address = concrete(url)
    return address is not None and address.scheme in ("http", "https") and bool(address.host)


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
