"""What of a server's traffic a proxy's location carries: its MCP endpoint or not, and how its streams behave."""

from __future__ import annotations

from mcplint.core import UNKNOWN, Note, Span, Value
from mcplint.knowledge.sdk import agreed, fact, newest
from mcplint.link.nginx import Proxied, answer, leads_to, paths_to
from mcplint.model import Route, Sdk, Server


def carrying(found: Proxied, route: Route) -> Route:
    """The route with what it carries of the server that it leads to."""
    server = route.server
    if server is None or server.path.options is None:
        return route
    endpoint = _endpoint(found, server)
    secured = _secured(found, endpoint.only)
    return route._replace(endpoint=endpoint, ping=_ping(server), opts_out=_opts_out(server), secured=secured)


def _endpoint(found: Proxied, server: Server) -> Value[str | None]:
    """The path for clients; one with another last slash counts where none has the right one: it is redirected."""
    ways = []
    for path in server.path.options or ():
        reached = paths_to(found, path)
        if not reached and not leads_to(found.config, found.server, path):
            reached = paths_to(found, path.rstrip("/") if path.endswith("/") and path != "/" else f"{path}/")
        ways.append(reached[0] if reached else None)
    trace = (*server.path.trace, Note(found.route.span, "is followed to the server"))
    return Value(tuple(dict.fromkeys(ways)), trace)


def _ping(server: Server) -> Value[float | None]:
    """How often a stream says something although nothing happens: never where answers are plain JSON."""
    known = _fact(server.sdk, "stream.ping")
    if server.json_response.must(lambda on: on is True):
        return Value((None,), server.json_response.trace)
    if not isinstance(known, int) or server.json_response.may(lambda on: on is True):
        return UNKNOWN
    return Value((float(known),), (Note(server.span, f"{server.sdk.title} sends a ping every {known} s"),))


def _opts_out(server: Server) -> Value[bool]:
    known = _fact(server.sdk, "stream.no_buffering_header")
    if not isinstance(known, bool):
        return UNKNOWN
    does = "sends" if known else "does not send"
    return Value((known,), (Note(server.span, f"{server.sdk.title} {does} X-Accel-Buffering: no"),))


def _fact(sdk: Sdk, name: str) -> object | None:
    """What the release does; where the version is not known, what the newest does."""
    if sdk.package and sdk.version.options is None:
        return fact(sdk.package, newest(sdk.package), name)
    return agreed(sdk, name)


def _secured(found: Proxied, path: str | None) -> Span | None:
    """Where TLS is set up for one of the names, if the endpoint is reached without it all the same."""
    names = {word.text for word in found.server.names}
    tls = [
        directive.head
        for server in found.config.servers
        if server is found.server or names & {word.text for word in server.names}
        for directive in server.level.own.get("listen", ())
        if "ssl" in directive.words
    ]
    return tls[0] if tls and path and _plain(found, path) else None


def _plain(found: Proxied, path: str) -> bool:
    """Whether the location answers on a port that other machines reach without TLS."""
    host = next((word.text for word in found.server.names if word.text[:1].isalnum()), "localhost")
    ports = [each.port for each in found.server.listens if each.port and not each.tls and not _local(each.host)]
    answers = (answer(found.config, host, port, "http", path) for port in ports)
    return any(sent.kind == "proxy" and sent.location == found.route.span for sent in answers)


def _local(host: str) -> bool:
    return host.startswith(("127.", "[::1]", "localhost", "unix:"))
