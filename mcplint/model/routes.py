"""What proxies do with the requests of one location or path."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.knowledge.proxies import HTTP_1_1, NGINX, RATE_LIMITS, SLASHING, UNBUFFERED
from mcplint.model.health import HealthCheck
from mcplint.model.links import ASSUMED, Link
from mcplint.model.servers import Server
from mcplint.text import urls
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

HEALTH = frozenset({"health", "healthcheck", "health-check", "live", "liveness", "ready", "readiness", "ping"})
"""Last segments of paths that are asked for by health checks; each may end in another `z`."""


CLIENT_NAME, CLIENT_HOST, TARGET_HOST = "<client's name>", "<client's host>", "<target's host>"
"""What a proxy sends as `Host` where that is no name of its own: the name that the client asks for, the same with the
port where the client says one, the host and port of the target."""
EXACT, PREFIX, SEGMENTS = "exact", "prefix", "segments"


class PathMatch(NamedTuple):
    """Which paths a proxy takes: just the text (`EXACT`), what begins with it (`PREFIX`), or it and what lies below it
    (`SEGMENTS`). `any_case`: capital letters and small ones are the same to it."""

    kind: str
    text: str
    any_case: bool = False

    def takes(self, path: str) -> bool:
        """Whether a path is among them."""
        path, own = (path.lower(), self.text.lower()) if self.any_case else (path, self.text)
        if self.kind == EXACT:
            return path == own
        if self.kind == PREFIX:
            return path.startswith(own)
        stem = own.rstrip("/")
        return path == stem or path.startswith(f"{stem}/")


class Member(NamedTuple):
    """One `server` of an upstream: host, port and whether requests normally reach it (not `backup` or `down`)."""

    host: str
    port: int
    active: bool
    span: Span


class ProxySetting(NamedTuple):
    """Something that a proxy is told: the header or directive (headers in small letters), what it is set to, where.

    `removal`: the edits that leave it out; none where an outer block says it or where that would break the file.
    """

    name: str
    value: str
    span: Span
    removal: tuple[Edit, ...] = ()


class ErrorPage(NamedTuple):
    """Another answer in place of those with some statuses, given with a `status` of its own."""

    replaces: frozenset[str]
    status: str
    span: Span
    removal: tuple[Edit, ...] = ()


class Cache(NamedTuple):
    """How a proxy keeps answers: where it is told to, whether the request's body belongs to the key, where answers to
    POST are kept, and those with which statuses (`any`: all)."""

    told: tuple[Label, ...]
    by_body: bool
    posts: tuple[ProxySetting, ...]
    statuses: frozenset[str]


class Route(NamedTuple):
    """What a proxy does with the requests of one location: nginx server, location, proxy_pass and upstream.

    `proxy` is the program's name (`nginx`, `ingress-nginx`, …). `location` is the path as it is spelled (in nginx with
    its modifier: `/mcp`, `= /mcp`, `~ ^/mcp`, `@name`), `match` the paths that it stands for, None where they are those
    of an expression or not known. `target` is the URL that requests are sent to, `path` what the server is asked for
    when a client asks for the location's own path, `fixed`: it is asked for that one whatever clients ask for.
    `read_timeout`: seconds of silence that it bears from the server, `header_timeout`: seconds that it waits for the
    headers of an answer, which come before the result unless answers are plain JSON; none where it bears any.
    `balancing` is the directive that picks the member (`ip_hash`, `hash $remote_addr`, `sticky cookie srv`, …) or
    `round-robin`. `host` is the `Host` header that the server is sent: a name, `CLIENT_NAME`, `CLIENT_HOST` or
    `TARGET_HOST`. `closed`: whether the files show all that is set; where not, what is missing may yet be there.
    `auth`: where it checks who calls; `published`: where a proxy that certainly lets everybody in is opened to other
    machines, `guarded`: where one is that turns nobody away but for a wrong token or password, `binds`: where one of
    which no container is known listens on every interface of its machine and lets everybody in; `pages`: where a page
    of its own is that asks nobody for a password; `rate_limits`: where it limits requests; `body_limit`: bytes of a
    request that it takes, 0 for any. `request_headers`: those that it sets on requests; `hidden_headers`: those of
    answers that clients do not get; `added_headers`: those that it adds to answers, some on a condition;
    `ignored_headers`: those of answers that it does not obey itself. `withheld`: what else of a request is not passed
    on as it came (`headers`, `body`, `method`). `retries`: where it repeats requests that may have run. `intercepted`:
    where errors of the server get its `error_pages` too. `compressed`: where it compresses event streams. `collected`:
    why it passes nothing on before an answer is complete, whatever the server asks for. `rewrites_bodies`,
    `rewrites_redirects`: whether it changes answers, or the `Location` of redirects. `endpoint`: the path under which
    clients reach the server's MCP endpoint through this location; an option None where they do not. `ping`: seconds
    between bytes on an idle event stream of the server, an option None where nothing comes. `opts_out`: whether its
    streams carry `X-Accel-Buffering: no`. `secured`: where TLS is set up for the same name, while clients reach the
    endpoint without it too. `uncertified`: where TLS is asked for without any certificate on that port. `inner_route`:
    the id of the route of another proxy that it leads to, None where it leads to the server itself. `messages`: whether
    posts reach an SSE server on the path that it names; `metadata`: whether the paths on which clients look for OAuth
    metadata lead to anything. `checks`: by which it tells whether a server works. `block`: the lines that hold its own
    settings, None for `span`. `spare`: whether its proxy, asked for the same name, may lead the server to its endpoint
    by another path, while this one is `refused`.
    """

    id: str
    span: Span
    proxy: str
    version: Value[str]
    listen: Value[tuple[str, ...]]
    server_names: Value[tuple[str, ...]]
    location: Value[str]
    match: PathMatch | None
    target: Value[str]
    balancing: Value[str]
    members: tuple[Member, ...]
    buffering: Value[bool]
    read_timeout: Value[float]
    http_version: Value[str]
    path: Value[str]
    header_timeout: Value[float] = Value(())
    server: Server | None = None
    links: tuple[Link, ...] = ()
    closed: bool = True
    auth: tuple[Label, ...] = ()
    published: tuple[Label, ...] = ()
    guarded: tuple[Label, ...] = ()
    binds: tuple[Label, ...] = ()
    pages: tuple[Label, ...] = ()
    rate_limits: tuple[Label, ...] = ()
    body_limit: Value[int] = UNKNOWN
    request_headers: tuple[ProxySetting, ...] = ()
    hidden_headers: tuple[ProxySetting, ...] = ()
    added_headers: tuple[ProxySetting, ...] = ()
    ignored_headers: tuple[ProxySetting, ...] = ()
    withheld: tuple[ProxySetting, ...] = ()
    retries: tuple[ProxySetting, ...] = ()
    cache: Cache | None = None
    intercepted: tuple[Label, ...] = ()
    error_pages: tuple[ErrorPage, ...] = ()
    compressed: tuple[Label, ...] = ()
    collected: tuple[Label, ...] = ()
    rewrites_bodies: bool = False
    rewrites_redirects: bool = False
    tls: Value[bool] = UNKNOWN
    host: Value[str] = UNKNOWN
    endpoint: Value[str | None] = UNKNOWN
    ping: Value[float | None] = UNKNOWN
    opts_out: Value[bool] = UNKNOWN
    secured: Span | None = None
    uncertified: Span | None = None
    inner_route: str | None = None
    messages: Value[bool] = UNKNOWN
    metadata: Value[bool] = UNKNOWN
    checks: tuple[HealthCheck, ...] = ()
    block: Span | None = None
    fixed: bool = False
    spare: bool = False

    @property
    def title(self) -> str:
        """What a message calls it: nginx `location /mcp`, Traefik `/mcp`, Caddy `/mcp/*`."""
        path = (self.location.only or "")[:60]
        path += "*" if self.proxy == "Caddy" and path and self.prefix == path else ""
        word = "location " if self.proxy == "nginx" else ""
        return f"{self.proxy} `{word}{path}`" if path else self.proxy

    def title_at(self, span: Span | None) -> str:
        """What a message about a setting calls it: its proxy alone where the setting stands outside, for others too."""
        if span is None:
            return self.title
        own = self.block or self.span
        inside = span.source == own.source and own.start <= span.start and span.end <= own.end
        return self.title if inside else self.proxy

    @property
    def prefix(self) -> str:
        """The text that the paths it takes begin with; empty where it takes one path alone, or what is not known."""
        return self.match.text if self.match and self.match.kind != EXACT else ""

    @property
    def exact(self) -> bool:
        """Whether it takes one path alone."""
        return self.match is not None and self.match.kind == EXACT

    @property
    def authority(self) -> str:
        """The host and port of the target, empty where they are not known."""
        return urls.authority(self.target.only or "")

    @property
    def assumed(self) -> bool:
        """Whether it is assumed to lead to its server, or that one to be the project's."""
        return bool(self.server and self.server.assumed) or any(link.kind == ASSUMED for link in self.links)

    def duration(self, seconds: int) -> str:
        """A time as this proxy's configuration spells it; an Ingress counts seconds without a unit."""
        return str(seconds) if self.proxy == "ingress-nginx" else f"{seconds}s"

    @property
    def exact_spelling(self) -> str:
        """How its configuration spells its prefix as one path alone; empty where it takes no such spelling."""
        return f"= {self.prefix}" if self.prefix and self.proxy == NGINX else ""

    @property
    def adds_slash(self) -> bool:
        """Whether it answers the form of its path without the trailing slash by a redirect to its own."""
        return self.proxy in SLASHING

    @property
    def unbuffered(self) -> str:
        """What its buffering is set to so that answers are passed on as they come."""
        return UNBUFFERED.get(self.proxy, "off")

    @property
    def since_http_1_1(self) -> str:
        """The release from which on its proxy asks by HTTP/1.1 unless it is told otherwise; empty where all do."""
        return HTTP_1_1.get(self.proxy, "")

    @property
    def limiters(self) -> tuple[str, ...]:
        """The settings of its proxy that limit how fast a client may call."""
        return RATE_LIMITS.get(self.proxy, ())

    def sets_header(self, name: str) -> ProxySetting | None:
        """Where the proxy sets a header on requests."""
        return next((header for header in self.request_headers if header.name == name), None)

    def ignores(self, name: str) -> tuple[ProxySetting, ...]:
        """Where the proxy is told not to obey a header of the server."""
        return tuple(header for header in self.ignored_headers if header.name == name)

    @property
    def checks_health(self) -> bool:
        """Whether its paths are those of a health check, whatever the server is asked for."""
        words = (self.location.only or "").strip("^$/").rpartition("/")[2].lower()
        return words.removesuffix("z") in HEALTH

    @property
    def refused(self) -> bool:
        """Whether its server certainly answers nothing at what it is asked for."""
        if self.server is None:
            return False
        return self.path.must(self.server.refuses if self.exact or self.fixed else self.server.refuses_below)

    @property
    def mcp_server(self) -> Server | None:
        """The server that speaks MCP over HTTP through this location, if the location surely carries its endpoint."""
        if self.server is None or not self.server.speaks_mcp or self.checks_health:
            return None
        return self.server if self.endpoint.must_not_be(None) else None


class DeadEnd(NamedTuple):
    """A server that a proxy is told to pass requests on to and that is not there.

    `kind`: `name` (nothing has it), `network` (its container is on no network of the proxy's), `port` (nothing listens
    there), `itself` (it is the proxy's own container) or `service` (a Service has no port of that number or name).
    `server`: the one that can be meant. `site`: the host, with the port where that is spelled. `proxy`: what a message
    calls the proxy.
    """

    id: str
    span: Span
    kind: str
    host: str
    port: int | str
    server: Server | None = None
    notes: tuple[Label, ...] = ()
    site: EditSite | None = None
    proxy: str = "the proxy"


class Hijack(NamedTuple):
    """A path that a location takes from another one, or from another server, as its text ends within a word.

    `taker`: that location. `whose`: what a message calls the one that is meant to be asked. `sure`: whether calls of an
    MCP server certainly go wrong by it. `routed`: whether the one that is meant gets them as soon as `taker` does not.
    """

    id: str
    span: Span
    taker: Route
    path: str
    whose: str
    notes: tuple[Label, ...] = ()
    sure: bool = False
    routed: bool = False
    assumed: bool = False
