"""Addresses as the registry takes them apart: by the rules of Go's `net/url`, which passes what Python's would not."""

from __future__ import annotations

import re

from mcplint.record import NamedTuple

_CONTROL = r"[\x00-\x1f\x7f]"
_SCHEME = r"([a-zA-Z][a-zA-Z0-9+.-]*):"
_BAD_ESCAPE = r"%(?![0-9a-fA-F]{2})"
_NO_HOST_CHARACTER = r"[\x00- #/?@\\^`{|}\x7f]"
_ASCII_ESCAPE = r"%(?!25)[0-7]"


class Address(NamedTuple):
    """An address in parts: scheme in lower case, host and port as written, the path with its escapes."""

    scheme: str
    user: str | None
    host: str
    port: str
    path: str
    query: str
    fragment: str

    @property
    def hostname(self) -> str:
        """The host without the brackets of an IPv6 address."""
        return self.host[1:-1] if self.host.startswith("[") and self.host.endswith("]") else self.host


def parse(text: str) -> Address | None:
    """The parts of an address, or None where Go's parser refuses it. Without a scheme it is a relative one."""
    if re.search(_CONTROL, text):
        return None
    rest, _, fragment = text.partition("#")
    if re.search(_BAD_ESCAPE, fragment) or rest.startswith(":"):
        return None
    match = re.match(_SCHEME, rest)
    scheme = match[1].lower() if match else ""
    rest, _, query = rest[match.end() if match else 0 :].partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Address(scheme, None, "", "", rest, query, fragment)
        if ":" in rest.partition("/")[0]:
            return None
    authority = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    if re.search(_BAD_ESCAPE, rest):
        return None
    parts = _authority(authority)
    return Address(scheme, *parts, rest, query, fragment) if parts else None


def _authority(text: str) -> tuple[str | None, str, str] | None:
    """User, host and port of the part between `//` and the path, or None."""
    user, at, host = text.rpartition("@")
    if at and (re.search(_BAD_ESCAPE, user) or re.search(r"[^a-zA-Z0-9._~!$&'()*+,;=:%@-]", user)):
        return None
    bracket = host.rfind("]") + 1
    if host.startswith("[") and not bracket:
        return None
    colon = host.find(":", bracket) if bracket else host.rfind(":")
    name, port = (host[:colon], host[colon + 1 :]) if colon >= 0 else (host, "")
    if (bracket and len(name) != bracket) or (port and not (port.isascii() and port.isdigit())):
        return None
    if any(re.search(form, name) for form in (_NO_HOST_CHARACTER, _BAD_ESCAPE, _ASCII_ESCAPE)):
        return None
    return (user if at else None), name, port


def is_uri(text: object) -> bool:
    """Whether a value passes JSON Schema's `format: uri` there: it parses and has a scheme. Only strings can fail."""
    if not isinstance(text, str):
        return True
    address = parse(text)
    return address is not None and bool(address.scheme)
