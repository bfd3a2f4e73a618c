"""What a proxy does with the requests that belong to an MCP endpoint and do not go to it: messages of SSE, metadata."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.model import Route, Server
from mcplint.proxies import response
from mcplint.proxies.proxy import Proxy
from mcplint.proxies.response import FILE, PROXY, STATUS, Response
from mcplint.text import urls
from mcplint.text.number import whole_number
from mcplint.values import UNKNOWN, Label, Value

METADATA = "/.well-known/oauth-protected-resource"
REFUSALS = (403, 404, 405, 410)


def with_auxiliary_routes(proxy: Proxy) -> Proxy:
    """The proxy, its routes with what becomes of those requests."""
    return proxy._replace(routes=tuple(_with_auxiliary_routes(proxy, route) for route in proxy.routes))


def _with_auxiliary_routes(proxy: Proxy, route: Route) -> Route:
    server = route.mcp_server
    if server is None or route.inner_route:
        return route
    return route._replace(messages=_messages(proxy, route, server), metadata=_metadata(proxy, route, server))


def _messages(proxy: Proxy, route: Route, server: Server) -> Value[bool]:
    """Whether a client's posts reach an SSE server on the path that the server names: the stream says it as it is.

    Below a mount it names the path with or without the prefix, by its release.
    """
    path, mounted = server.message_path.only, any(mount.prefix.may_not_be("") for mount in server.mounts)
    if path is None or mounted or server.asgi.root_path.may_not_be("") or server.transport.only != "sse":
        return UNKNOWN
    answer = ask(proxy, route, path)
    untaken = proxy.complete and answer.kind == response.UNKNOWN and answer.location is None
    reached = False if untaken else _reaches_server(proxy, route, answer, path)
    return UNKNOWN if reached is None else Value((reached,), answer.trace)


def _metadata(proxy: Proxy, route: Route, server: Server) -> Value[bool]:
    """Whether any path on which clients look for the metadata of the endpoint leads to something that may have them."""
    found: list[Label] = []
    for path in _paths(route, server):
        answer = ask(proxy, route, path)
        if not _is_refusal(answer):
            return UNKNOWN
        found += answer.trace
        if answer.location:
            found.append(Label(answer.location, "matches these paths instead"))
    return Value((False,), tuple(dict.fromkeys(found)))


def _paths(route: Route, server: Server) -> Iterator[str]:
    """The paths that clients try, the endpoint's own first, and the one that the server is told to name."""
    yield METADATA + (route.endpoint.only or "").rstrip("/")
    guard = server.auth.only
    named = guard.argument("resource_server_url") if guard else None
    if named and isinstance(named.value.only, str):
        yield METADATA + urls.path(named.value.only).rstrip("/")
    yield METADATA


def host_of(route: Route) -> str | None:
    """A name that the route answers for, None where that cannot be told."""
    names = route.server_names.only
    if names is None:
        return None
    plain = (name.replace("*.", "any.", 1) if name[:2] == "*." else name.removeprefix(".") for name in names)
    unnamed = None if any(name[:1] == "~" for name in names) else "localhost"
    return next((name for name in plain if name[:1].isalnum()), unnamed)


def ask(proxy: Proxy, route: Route, path: str) -> Response:
    """What becomes of a request to the same names and port as the route's own."""
    host = host_of(route) or "localhost"
    address = (route.listen.only or ("80",))[0].partition(" ")[0]
    port = whole_number(address.rpartition(":")[2])
    if port is None:
        port = next(iter(proxy.ports), 80)
    return proxy.ask(host, port, "https" if proxy.ports.get(port) else "http", path)


def _is_refusal(answer: Response) -> bool:
    refusing = answer.kind == FILE or (answer.kind == STATUS and answer.status in (None, *REFUSALS))
    return refusing and answer.certain


def _reaches_server(proxy: Proxy, route: Route, answer: Response, path: str) -> bool | None:
    """Whether a request reaches the route's server at a path, None where that is not known."""
    if _is_refusal(answer):
        return False
    if answer.kind != PROXY or answer.uri is None:
        return None
    other = next((each for each in proxy.routes if each.span == answer.location), None)
    if other is None or not other.members:
        return None
    same = {(member.host, member.port) for member in other.members} & {(each.host, each.port) for each in route.members}
    if other.server and route.server and other.server.id == route.server.id:
        return answer.uri.partition("?")[0] == path
    return None if same else False
