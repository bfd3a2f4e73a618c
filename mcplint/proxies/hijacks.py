"""Locations that take paths of others, because the text that they begin with ends within a word: `/a` of `/api`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from mcplint.model import PREFIX, ClientConfig, Hijack, Remote, Route, Server
from mcplint.proxies.proxy import Proxy
from mcplint.proxies.response import PROXY, Response
from mcplint.proxies.served_paths import Serving
from mcplint.services.network import servers_at
from mcplint.text.source import Span
from mcplint.values import Label

MOST_ASKED = 100
LONGEST = 200
BEGINNING = re.compile(r"~\*? \^(/[\w/-]{0,100}\w)")
"""An expression of nginx that says how paths begin, and not where they end."""


class PathOwner(NamedTuple):
    """Who a path belongs to: the title for a message, and the span and note that say so.

    `location`: it is just one that takes the path. `program`: it is no MCP server.
    """

    title: str
    span: Span
    note: str
    location: bool = False
    program: bool = False


def stem(route: Route) -> str:
    """What the paths of a route begin with, where that ends within a word; empty for other routes."""
    if route.match:
        text = route.match.text if route.match.kind == PREFIX else ""
    else:
        spelled = BEGINNING.fullmatch(route.location.only or "") if route.proxy == "nginx" else None
        text = spelled[1] if spelled else ""
    return text if text[-1:].isalnum() else ""


def ends_within_word(route: Route, path: str) -> bool:
    """Whether a path begins as those of a route do, but within a longer word: `/api` with `/a`."""
    text = stem(route)
    return bool(text) and path.startswith(text) and path[len(text) :][:1] not in ("", "/")


def hijacks(proxies: Iterable[Proxy], told: Iterable[Remote | ClientConfig], serving: Serving) -> tuple[Hijack, ...]:
    """The locations that take the path of another one, of the server which gets what is left, or which clients are
    told; a path once."""
    found = {each.id: each for each in _hijacks_of_clients(told)}
    for each in (each for proxy in proxies for each in _of_proxy(proxy, serving)):
        found[each.id] = found[each.id]._replace(routed=True) if each.id in found else each
    return tuple(found.values())


def _of_proxy(proxy: Proxy, serving: Serving) -> Iterator[Hijack]:
    stems = frozenset(filter(None, map(stem, proxy.routes)))
    yield from islice(_hijacks_of_routes(proxy, stems, serving), MOST_ASKED) if stems else ()


def _hijacks_of_clients(parts: Iterable[Remote | ClientConfig]) -> Iterator[Hijack]:
    """The locations that take what clients are told to ask another server for, a path once."""
    found: dict[tuple[str, str], Hijack] = {}
    for part in parts:
        taker, server = part.taken_by, part.server
        if taker is None or server is None:
            continue
        note = Label(part.url.span or part.span, "clients are told to ask for it")
        own = Label(server.path.span or server.span, "the server answers here")
        new = Hijack(
            f"{taker.id} {part.path}",
            taker.span,
            taker,
            part.path,
            server.title,
            (own,),
            sure=True,
            assumed=part.assumed,
        )
        before = found.setdefault((taker.id, part.path), new)
        found[taker.id, part.path] = before._replace(
            notes=(*before.notes, note), assumed=before.assumed and part.assumed
        )
    yield from found.values()


def intended_server(taker: Route, asked: str, path: str, servers: Iterable[Server]) -> Server | None:
    """The one other server that answers a path that a route takes by its prefix only; `asked`: what its own gets."""
    if taker.server is None or not ends_within_word(taker, path) or not taker.server.refuses(asked):
        return None
    found = servers_at((server for server in servers if server.speaks_http), path)
    return found[0] if len(found) == 1 and found[0].id != taker.server.id else None


def _hijacks_of_routes(proxy: Proxy, stems: frozenset[str], serving: Serving) -> Iterator[Hijack]:
    spans = {route.span: route for route in reversed(proxy.routes)}
    known: set[tuple[str, str]] = set()
    for route in proxy.routes:
        for path, intended in _intended_paths(route, serving):
            if not any(path[:end] in stems for end in range(2, len(path[:LONGEST]))):
                continue
            answers = [answer for answer in _answers_by_port(proxy, route, path) if answer.location]
            taken = [spans.get(answer.location) for answer in answers if answer.location]
            taker = taken[0] if taken else None
            if taker is None or any(each is route for each in taken) or not ends_within_word(taker, path):
                continue
            if not _lead_to_different_programs(taker, route):
                continue
            if intended.program and (not _server_refuses(taker, answers) or (taker.id, intended.title) in known):
                continue
            known.add((taker.id, intended.title))
            notes = (Label(intended.span, intended.note),)
            severe = route.server is not None and intended.location
            yield Hijack(
                f"{taker.id} {path}", taker.span, taker, path, intended.title, notes, severe, assumed=route.assumed
            )


def _server_refuses(taker: Route, answers: Iterable[Response]) -> bool:
    """Whether the MCP server of a route certainly has nothing at what it is asked for."""
    server = taker.server
    return server is not None and all(answer.uri is not None and server.refuses(answer.uri) for answer in answers)


def _intended_paths(route: Route, serving: Serving) -> Iterator[tuple[str, PathOwner]]:
    """The paths that a route is meant to take.

    Its own, and where it takes whatever is left the endpoint of its server, or what its program answers.
    """
    text = route.match.text if route.match else ""
    server = route.server
    if text == "/" and route.path.only == "/":
        if server and server.speaks_http and server.path.only:
            yield server.path.only, PathOwner(server.title, server.path.span or server.span, "the server answers here")
        for host in {member.host: None for member in route.members if server is None}:
            for path, span, title in serving.at(host):
                yield path, PathOwner(title, span, "answers here", program=True)
    elif text:
        yield text, PathOwner(route.title, route.span, "is meant to take them", location=True)


def _answers_by_port(proxy: Proxy, route: Route, path: str) -> Iterator[Response]:
    """What the proxy makes of a path on each port, for the name of a route; nothing where that is not all known."""
    names = route.server_names.only
    if names is None:
        return
    name = next((one for one in names if one.strip("*.")[:1].isalnum()), "localhost")
    host = f"any.{name.lstrip('*.')}" if name.startswith(("*.", ".")) else name
    for port, tls in proxy.ports.items() or ((80, False),):
        answer = proxy.ask(host, port, "https" if tls else "http", path)
        if answer.kind == PROXY and answer.certain:
            yield answer


def _lead_to_different_programs(taker: Route, route: Route) -> bool:
    """Whether two routes of one file, open on the same ports, lead to different programs, one of them of MCP."""
    beside = taker.span.source is route.span.source and taker.listen.options == route.listen.options
    known = [each.server for each in (taker, route) if each.server]
    programs = {(server.span, server.made) for server in known}
    addresses = [{(member.host, member.port) for member in each.members} for each in (taker, route)]
    same = len(known) == 2 and len(programs) == 1
    return beside and bool(known) and not same and all(addresses) and not addresses[0] & addresses[1]
