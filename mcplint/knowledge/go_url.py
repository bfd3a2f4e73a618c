"""Addresses as the registry takes them apart: by the rules of Go's `net/url`, which passes what Python's would not."""

from __future__ import annotations

import re
from typing import NamedTuple

_BAD_ESCAPE = r"%(?![0-9a-fA-F]{2})"
# A host escapes only `%` itself and what is not ASCII.
_BAD_HOST_ESCAPE = r"%(?!25|[89a-fA-F][0-9a-fA-F])"
_NO_HOST_CHARACTERS = frozenset(" #/?@\\^`{|}")


class Address(NamedTuple):
    """An address in parts: scheme in lower case, host and port as written, the path with its escapes."""

    scheme: str
    user: str | None
    host: str
    port: str
    path: str
    fragment: str

    @property
    def hostname(self) -> str:
        """The host without the brackets of an IPv6 address."""
        return self.host[1:-1] if self.host.startswith("[") and self.host.endswith("]") else self.host


def parse(text: str) -> Address | None:
    """The parts of an address, or None where Go's parser refuses it. Without a scheme it is a relative one."""
    if any(character < " " or character == "\x7f" for character in text):
        return None
    rest, _, fragment = text.partition("#")
    if _has_escape(_BAD_ESCAPE, fragment) or rest.startswith(":"):
        return None
    scheme, rest = _scheme(rest)
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return Address(scheme, None, "", "", rest, fragment)
        if ":" in rest.partition("/")[0]:
            return None
    authority = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    if _has_escape(_BAD_ESCAPE, rest):
        return None
    parts = _authority(authority)
    return Address(scheme, *parts, rest, fragment) if parts else None


def _has_escape(escape: str, text: str) -> bool:
    """Whether a text holds such an escape."""
    return "%" in text and re.search(escape, text) is not None


def _scheme(text: str) -> tuple[str, str]:
    """The scheme in lower case, empty where there is none, and what stands behind it."""
    scheme, colon, rest = text.partition(":")
    plain = scheme.isascii() and all(character.isalnum() or character in "+.-" for character in scheme)
    return (scheme.lower(), rest) if colon and plain and scheme[:1].isalpha() else ("", text)


def _authority(text: str) -> tuple[str | None, str, str] | None:
    """User, host and port of the part between `//` and the path, or None."""
    user, at, host = text.rpartition("@")
    if at and (_has_escape(_BAD_ESCAPE, user) or re.search(r"[^a-zA-Z0-9._~!$&'()*+,;=:%@-]", user)):
        return None
    bracket = host.rfind("]") + 1
    if host.startswith("[") and not bracket:
        return None
    colon = host.find(":", bracket) if bracket else host.rfind(":")
    name, port = (host[:colon], host[colon + 1 :]) if colon >= 0 else (host, "")
    if (bracket and len(name) != bracket) or (port and not (port.isascii() and port.isdigit())):
        return None
    if not _NO_HOST_CHARACTERS.isdisjoint(name) or _has_escape(_BAD_HOST_ESCAPE, name):
        return None
    return (user if at else None), name, port


def is_uri(text: object) -> bool:
    """Whether a value passes JSON Schema's `format: uri` there: it parses and has a scheme. Only strings can fail."""
    if not isinstance(text, str):
        return True
    address = parse(text)
    return address is not None and bool(address.scheme)
