"""What proxies do with the requests of one location or path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model.links import ASSUMED, Link
from mcplint.model.servers import Server
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value


class Member(NamedTuple):
    """One `server` of an upstream: host, port and whether requests normally reach it (not `backup` or `down`)."""

    host: str
    port: int
    active: bool
    span: Span


class Setting(NamedTuple):
    """One directive as it takes effect: its arguments, all of it, each argument, and whether an outer block has it."""

    args: tuple[str, ...]
    span: Span
    words: tuple[Span, ...] = ()
    inherited: bool = False

    def without(self, number: int) -> tuple[Edit, ...]:
        """The edits that take one of several arguments away; none where quotes stand around it."""
        word = self.words[number]
        start = word.start
        while start and word.source.text[start - 1] in " \t":
            start -= 1
        return (Edit(word._replace(start=start), ""),) if len(self.words) > 1 and start < word.start else ()

    @property
    def line(self) -> Span:
        """The whole line where nothing else stands on it, so that taking it away leaves no hole; else the directive."""
        text, start, end = self.span.source.text, self.span.start, self.span.end
        while start and text[start - 1] in " \t":
            start -= 1
        if start and text[start - 1] not in "\r\n":
            return self.span
        while end < len(text) and text[end] in " \t":
            end += 1
        if text[end : end + 2] == "\r\n":
            return Span(self.span.source, start, end + 2)
        return Span(self.span.source, start, end + 1) if text[end : end + 1] in ("\r", "\n") else self.span


class Route(NamedTuple):
    """What a proxy does with the requests of one location: nginx server, location, proxy_pass and upstream.

    `proxy` is the program's name (`nginx`, `ingress-nginx`, …); what other programs are told is put in nginx's terms.
    `location` is the match as it is spelled (`/mcp`, `= /mcp`, `~ ^/mcp`, `@name`), `target` the URL that `proxy_pass`
    comes to, `path` what the server is asked for when a client asks for the location's own path. `balancing` is the
    directive that picks the member (`ip_hash`, `hash $remote_addr`, `sticky cookie srv`, …) or `round-robin`.
    `host` is the `Host` header that the server is sent, in nginx's words: `$host`, `$proxy_host`, a name.
    `settings`: every directive in effect, by name, inherited as nginx does. `closed`: whether the files show all of
    them; where not, a directive that is missing may yet be there. `inside`: where a further directive would stand.
    `endpoint`: the path under which clients reach the server's MCP endpoint through this location; an option None where
    they do not. `ping`: seconds between bytes on an idle event stream of the server, an option None where nothing
    comes. `opts_out`: whether its streams carry `X-Accel-Buffering: no`. `secured`: where TLS is set
    up for the same name, while clients reach the endpoint without it too.
    `behind`: the id of the route of another proxy that it leads to, None where it leads to the server itself.
    `messages`: whether posts reach an SSE server on the path that it names; `metadata`: whether the paths on which
    clients look for OAuth metadata lead to anything.
    """

    id: str
    span: Span
    proxy: str
    version: Value[str]
    listen: Value[tuple[str, ...]]
    server_names: Value[tuple[str, ...]]
    location: Value[str]
    target: Value[str]
    balancing: Value[str]
    members: tuple[Member, ...]
    buffering: Value[bool]
    read_timeout: Value[float]
    http_version: Value[str]
    settings: Mapping[str, tuple[Setting, ...]]
    path: Value[str]
    server: Server | None = None
    links: tuple[Link, ...] = ()
    closed: bool = True
    inside: EditSite | None = None
    upstream: str | None = None
    tls: Value[bool] = UNKNOWN
    host: Value[str] = UNKNOWN
    endpoint: Value[str | None] = UNKNOWN
    ping: Value[float | None] = UNKNOWN
    opts_out: Value[bool] = UNKNOWN
    secured: Span | None = None
    behind: str | None = None
    messages: Value[bool] = UNKNOWN
    metadata: Value[bool] = UNKNOWN

    @property
    def assumed(self) -> bool:
        return any(link.kind == ASSUMED for link in self.links)

    def duration(self, seconds: int) -> str:
        """A time as this proxy's configuration spells it; an Ingress counts seconds without a unit."""
        return str(seconds) if self.proxy == "ingress-nginx" else f"{seconds}s"

    @property
    def carried(self) -> Server | None:
        """The server that speaks MCP over HTTP through this location, if the location surely carries its endpoint."""
        if self.server is None or not self.server.speaks_http:
            return None
        return self.server if self.endpoint.must_not_be(None) else None


class DeadEnd(NamedTuple):
    """A server that a proxy is told to pass requests on to and that is not there.

    `kind`: `name` (nothing has it), `network` (its container is on no network of the proxy's) or `port` (nothing
    listens there). `server`: the one that can be meant. `slot`: the host, with the port where that is spelled.
    """

    id: str
    span: Span
    kind: str
    host: str
    port: int
    server: Server | None = None
    notes: tuple[Label, ...] = ()
    slot: EditSite | None = None
