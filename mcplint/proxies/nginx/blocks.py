"""The servers of a configuration and their locations, as nginx looks them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.nginx import Directive, Word
from mcplint.proxies.nginx.levels import DEEPEST, Includes, Level
from mcplint.text.source import Span


class Listen(NamedTuple):
    """One `listen`: address (`*` for all), port (None where a template or variable decides), and its words."""

    host: str
    port: int | None
    tls: bool
    default: bool
    words: tuple[str, ...]


class Location(NamedTuple):
    """One location: how it matches (`=`, `^~`, `~`, `~*`, `@`, `` for a prefix, `?` unknown), what, and those in it."""

    level: Level
    kind: str
    text: str
    nested: Locations

    @property
    def span(self) -> Span:
        """Its name and match."""
        assert self.level.directive
        return self.level.directive.head

    @property
    def spelled(self) -> str:
        """The match as it is written."""
        return f"{self.kind} {self.text}" if self.kind and self.kind not in "@?" else self.text

    @property
    def passes(self) -> tuple[Directive, ...]:
        """Its own `proxy_pass`, as often as it is there."""
        return tuple(directive for directive in self.level.own.get("proxy_pass", ()) if directive.args)

    def walk(self) -> Iterator[Location]:
        """This location and all in it."""
        yield self
        yield from self.nested.walk()


class Locations(NamedTuple):
    """The locations of one block as nginx looks them up: by path, by prefix, and the expressions in their order.

    `lengths`: those of the prefixes, longest first.
    """

    all: tuple[Location, ...]
    exact: Mapping[str, Location]
    prefixes: Mapping[str, Location]
    lengths: tuple[int, ...]
    expressions: tuple[Location, ...]
    unsure: tuple[Location, ...]

    @classmethod
    def of(cls, locations: Iterable[Location]) -> Locations:
        """Some locations, sorted by how they match; of two that are the same the first counts."""
        every = tuple(locations)
        exact = {found.text: found for found in reversed(every) if found.kind == "="}
        prefixes = {found.text: found for found in reversed(every) if found.kind in ("", "^~")}
        expressions = tuple(found for found in every if found.kind in ("~", "~*"))
        lengths = tuple(sorted(set(map(len, prefixes)), reverse=True))
        return cls(every, exact, prefixes, lengths, expressions, tuple(found for found in every if found.kind == "?"))

    def walk(self) -> Iterator[Location]:
        """All of them, with those inside."""
        for location in self.all:
            yield from location.walk()


class VirtualServer(NamedTuple):
    """One `server` block."""

    level: Level
    listens: tuple[Listen, ...]
    names: tuple[Word, ...]
    locations: Locations


def blocks(level: Level, name: str) -> Iterator[Directive]:
    return (directive for directive in level.own.get(name, ()) if directive.block is not None)


def server_block(directive: Directive, http: Level, includes: Includes) -> VirtualServer:
    level = includes.level("server", directive, directive.block or (), http)
    old_tls = any(found.words == ("on",) for found in level.own.get("ssl", ()))
    listens = tuple(_listen(found, old_tls) for found in level.own.get("listen", ()) if found.args)
    names = tuple(word for found in level.own.get("server_name", ()) for word in found.args)
    locations = Locations.of(_locations(level, includes))
    return VirtualServer(level, listens or (Listen("*", 80, old_tls, False, ()),), names, locations)


def _listen(directive: Directive, old_tls: bool) -> Listen:
    words = directive.words
    host, port = address(words[0], 80)
    if directive.args[0].hole or "$" in words[0]:
        port = None
    default = "default_server" in words or "default" in words
    return Listen(host, port, old_tls or "ssl" in words or "quic" in words, default, words)


def address(text: str, port: int | None) -> tuple[str, int | None]:
    """The host and port of an address; the port given where it names none, None where it cannot be told."""
    if text.startswith("unix:"):
        return text, 0
    if text.isdecimal():
        return "*", int(text[:6])
    host, colon, digits = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, digits = text, ""
    host = "*" if host in ("0.0.0.0", "[::]", "*", "") else host.lower()
    if not digits:
        return host, port
    return host, int(digits[:6]) if digits.isdecimal() else None


def _locations(level: Level, includes: Includes) -> Iterator[Location]:
    """The locations of a block; those nested past every sense are left out."""
    if level.depth > DEEPEST:
        return
    for directive in blocks(level, "location"):
        kind, text = _match(directive)
        inner = includes.level("location", directive, directive.block or (), level)
        yield Location(inner, kind, text, Locations.of(_locations(inner, includes)))


def _match(directive: Directive) -> tuple[str, str]:
    """How a location matches and what, as nginx takes its one or two arguments."""
    if directive.hole or any(word.hole for word in directive.args):
        return "?", " ".join(directive.words)
    match directive.words:
        case (("=" | "^~" | "~" | "~*") as kind, text):
            return kind, text
        case (text,):
            for kind in ("=", "^~", "~*", "~"):
                if text.startswith(kind):
                    return kind, text.removeprefix(kind)
            return ("@" if text.startswith("@") else ""), text
    return "?", " ".join(directive.words)
