"""HAProxy's backends: their servers, how requests are spread over these, how long one is waited for.

https://docs.haproxy.org/2.6/configuration.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.haproxy import HaproxyFile, Line, Section
from mcplint.model import HealthCheck, Member
from mcplint.proxies import health
from mcplint.values import EditSite, Label, Value

UNITS = {"us": 1e-6, "ms": 0.001, "": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
"""Seconds by unit; a bare number counts milliseconds."""
SESSION = re.compile(r"(?:req\.)?hdr\(mcp-session-id\)")


class Backend(NamedTuple):
    """A backend (or `listen`) with the `defaults` that it stands under."""

    section: Section
    defaults: Section | None

    def of(self, name: str, *words: str) -> tuple[Line, ...]:
        """The lines of a keyword that go on with these words: its own, else those of its defaults."""
        for section in (self.section, self.defaults):
            found = [line for line in section.of(name) if line.args[: len(words)] == words] if section else []
            if found:
                return tuple(found)
        return ()

    @property
    def is_http(self) -> bool:
        """Whether it understands what it passes on."""
        return any(line.args == ("http",) for line in self.of("mode")[-1:])


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(word.text for word in line.words)


def sections(file: HaproxyFile) -> Iterator[Backend]:
    """The proxies of a file, each with the last defaults before it, or those that it names."""
    last: Section | None = None
    named: dict[str, Section] = {}
    for section in file.sections:
        if section.kind == "defaults":
            last = named[section.name] = section
        elif section.kind in ("frontend", "backend", "listen"):
            args = section.head.args
            chosen = named.get(args[2]) if args[1:2] == ("from",) and len(args) > 2 else last
            yield Backend(section, chosen)


def checks(backend: Backend) -> tuple[HealthCheck, ...]:
    """What HAProxy asks the servers of a backend to know whether they work."""
    servers = (*backend.section.of("server", "server-template"), *backend.of("default-server"))
    return health.haproxy(backend.of("option", "httpchk"), backend.section.of("http-check"), servers)


def members(backend: Backend) -> Iterator[Member]:
    """The servers that share the requests."""
    for line in backend.section.of("server", "server-template"):
        number = 1 if line.name == "server" else 2
        if len(line.args) > number:
            host, _, port = line.args[number].rpartition(":")
            open_ = line.words[number + 1].open or not port.isdecimal() or len(port) > 5
            active = not {"backup", "disabled"} & set(line.args[number + 1 :])
            yield Member("" if open_ else host, 0 if open_ else int(port), active, line.span)


def read_timeout(backend: Backend) -> Value[float]:
    """The seconds of silence that it bears from a server; without a word of it, any."""
    lines = backend.of("timeout", "server")
    if not lines:
        return Value((), (Label(backend.section.head.span, "timeout server is not set: HAProxy waits forever"),))
    word = lines[-1].words[2] if len(lines[-1].words) > 2 else None
    found = re.fullmatch(r"([0-9]{1,15})(us|ms|s|m|h|d|)", word.text) if word else None
    note = Label(word.span if word else lines[-1].span, "sets timeout server")
    if word is None or found is None or word.open:
        return Value(None, (note,))
    seconds = int(found[1]) * UNITS[found[2]]
    site = EditSite(word.span) if word.span.text == word.text else None
    return Value((seconds,) if seconds else (), (note,), site)


def balancing(backend: Backend, where: Label) -> Value[str]:
    """What picks the server: what clients are remembered by, else how they are spread."""
    sticks, cookies = backend.section.of("stick"), backend.of("cookie")
    worn = [line for line in backend.section.of("server", "server-template") if "cookie" in line.args]
    notes = tuple(Label(line.span, "keeps a client on one server") for line in sticks)
    if sticks and (cookies and worn):
        return Value(None, notes)
    if sticks:
        key = _stick_key(sticks)
        return Value((key,) if key else None, notes)
    if cookies and worn:
        return Value(
            (" ".join(_texts(cookies[-1])),),
            (where, Label(cookies[-1].span, "keeps a client on one server by a cookie")),
        )
    servers = backend.section.of("server")
    if len(servers) == 1 and not backend.section.of("server-template"):
        return Value(("one server",), (where, Label(servers[0].span, "its name is resolved once, to one address")))
    if len({line.args[1:2] for line in servers}) < len(servers):
        return Value(None, (where, Label(servers[0].span, "several servers of one name may be one or not")))
    chosen = backend.of("balance")
    if not chosen:
        return Value(
            ("balance roundrobin",),
            (where, Label(backend.section.head.span, "distributes requests by round-robin by default")),
        )
    text = " ".join(_texts(chosen[-1]))
    site = EditSite(chosen[-1].span) if chosen[-1].span.text == text else None
    return Value((text,), (where, Label(chosen[-1].span, "picks the server")), site)


def _stick_key(sticks: tuple[Line, ...]) -> str | None:
    """What a stick table goes by, None where it is something else than the address or the session's id."""
    stick_arguments = {tuple(word.lower() for word in line.args) for line in sticks}
    keys = {words[0]: words[1] for words in stick_arguments if len(words) == 2}
    if len(keys) < len(sticks):
        return None
    asked = keys.get("match", keys.get("on", ""))
    if SESSION.fullmatch(asked):
        learned = SESSION.fullmatch(keys.get("store-response", "").replace("res.", "req.", 1))
        return "stick store-response res.hdr(Mcp-Session-Id)" if learned else "stick on req.hdr(Mcp-Session-Id)"
    return "stick on src" if asked == "src" and "store-response" not in keys else None
