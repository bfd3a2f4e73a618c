"""What of a server's traffic a proxy's location carries: its MCP endpoint or not, and how its streams behave."""

from __future__ import annotations

from mcplint.core import UNKNOWN, Note, Span, Value
from mcplint.knowledge.sdk import agreed, fact, newest
from mcplint.link.nginx import Proxied, leads_to, paths_to
from mcplint.model import Route, Sdk, Server


def carrying(found: Proxied, route: Route) -> Route:
    """The route with what it carries of the server that it leads to."""
    server = route.server
    if server is None or server.path.options is None:
        return route
    return route._replace(
        endpoint=_endpoint(found, server),
        ping=_ping(server),
        opts_out=_opts_out(server),
        secured=_secured(found),
    )


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


def _secured(found: Proxied) -> Span | None:
    """Another server of the same configuration that has one of the names and speaks TLS."""
    names = {word.text for word in found.server.names}
    for other in found.config.servers:
        if other is not found.server and names & {word.text for word in other.names} and other.level.directive:
            tls = [directive for directive in other.level.own.get("listen", ()) if "ssl" in directive.words]
            if tls:
                return tls[0].head
    return None
