"""What of a server's traffic a proxy's route carries: its MCP endpoint or not, and how its streams behave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mcplint.knowledge.sdk import fact, newest, releases
from mcplint.model import Route, Sdk, Server
from mcplint.model.releases import common_fact
from mcplint.values import UNKNOWN, Label, Value

Paths = Callable[[str], tuple[str, ...]]
"""The paths that clients may ask for so that a route's server is asked for one, the likeliest first."""


def likely_paths(stems: Iterable[str], path: str) -> Iterator[str]:
    """The paths by which clients may ask a route that takes what begins with a stem for `path` of its server.

    The likeliest first: that path, the stem in both its forms, and what ends as the path does.
    """
    tails = [path[i:] for i, char in enumerate(path[:200]) if char == "/"]
    bare = [(stem, stem.rstrip("/")) for stem in stems]
    ways = ([stem, *(short + tail for tail in tails), short + path, short or "/"] for stem, short in bare)
    return iter(dict.fromkeys([path, *(way for each in ways for way in each)]))


def with_endpoint(route: Route, paths_to: Paths, leads_to: Callable[[str], bool]) -> Route:
    """The route with what it carries of its server; `leads_to`: whether any route has it asked for a path."""
    server = route.server
    if server is None or server.path.options is None:
        return route
    endpoint = _endpoint(route, server, paths_to, leads_to)
    return route._replace(endpoint=endpoint, ping=_ping(server), opts_out=_opts_out(server))


def _endpoint(route: Route, server: Server, paths_to: Paths, leads_to: Callable[[str], bool]) -> Value[str | None]:
    """The path for clients; one with another trailing slash counts where none has the right one: it is redirected."""
    rules = []
    for path in server.path.options or ():
        reached = paths_to(path)
        if not reached and not leads_to(path):
            reached = paths_to(path.rstrip("/") if path.endswith("/") and path != "/" else f"{path}/")
        rules.append(reached[0] if reached else None)
    trace = (*server.path.trace, Label(route.span, "is followed to the server"))
    return Value(tuple(dict.fromkeys(rules)), trace)


def _ping(server: Server) -> Value[float | None]:
    """How often a stream says something although nothing happens: never where answers are plain JSON."""
    known = _fact(server, "stream.ping")
    if server.json_response.must_be(True):
        return Value((None,), server.json_response.trace)
    if not isinstance(known, int) or server.json_response.may_be(True):
        return UNKNOWN
    if not known:
        return Value((None,), (Label(server.span, f"{server.sdk.title} sends no pings"),))
    return Value((float(known),), (Label(server.span, f"{server.sdk.title} sends a ping every {known} s"),))


def _opts_out(server: Server) -> Value[bool]:
    known = _fact(server, "stream.no_buffering_header")
    if not isinstance(known, bool):
        return UNKNOWN
    does = "sends" if known else "does not send"
    return Value((known,), (Label(server.span, f"{server.sdk.title} {does} X-Accel-Buffering: no"),))


def _fact(server: Server, name: str) -> object | None:
    """What the release does on the server's transport; where the version is not known, what the newest does."""
    on_sse = _sdk_fact(server.sdk, f"{name}.sse") if server.transport.must_be("sse") else None
    return _sdk_fact(server.sdk, name) if on_sse is None else on_sse


def _sdk_fact(sdk: Sdk, name: str) -> object | None:
    if sdk.package and sdk.version.options is None and releases(sdk.package):
        return fact(sdk.package, newest(sdk.package), name)
    return common_fact(sdk, name)
