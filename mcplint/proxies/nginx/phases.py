"""The phases of a request in their order, from the server's rewrites to the content handler."""

from __future__ import annotations

import re
from typing import NamedTuple

from mcplint.facts.nginx import Directive
from mcplint.knowledge.nginx import CONTENT
from mcplint.proxies.nginx import find
from mcplint.proxies.nginx.request import Request
from mcplint.proxies.nginx.rewrite import rewrite_phase
from mcplint.proxies.nginx.text import Undecided, escape
from mcplint.text.source import Span
from mcplint.values import Label

PROXY, REDIRECT, STATUS, FILE, OTHER, UNKNOWN = "proxy", "redirect", "status", "file", "other", "unknown"
MOST_TURNS = 10


class Answer(NamedTuple):
    """What becomes of a request.

    `kind`: it is proxied (to `upstream`, which is asked for `uri`), redirected (to `to`), answered with a `status`, by
    a file, by something else, or unknown. `location`: the head of the location that answers; `trace`: what led there.
    `certain`: whether every block on the way is wholly known.
    """

    kind: str
    location: Span | None = None
    upstream: str | None = None
    uri: str | None = None
    status: int | None = None
    to: str | None = None
    trace: tuple[Label, ...] = ()
    certain: bool = True


def serve(request: Request) -> Answer:
    """From the server's rewrites on: also where an internal redirect starts again."""
    request.level, request.location = request.server.level, None
    stopped = rewrite_phase(request, request.server.level)
    if stopped is not None:
        return _stopped(request, *stopped)
    for _ in range(MOST_TURNS):
        slashed = find.location(request)
        if request.level.effective("internal") and not request.internal:
            return _status(request, 404)
        if slashed:
            query = f"?{request.args}" if request.args else ""
            return Answer(REDIRECT, status=301, to=f"{request.uri}/{query}")
        except_methods(request)
        found = in_location(request)
        if found:
            return found
    return Answer(STATUS, status=500)


def except_methods(request: Request) -> None:
    """Enters `limit_except` where the method is not one of those it leaves alone."""
    for block in request.level.own.get("limit_except", ()):
        methods = {word.upper() for word in block.words}
        if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
            request.level = request.config.includes.level("limit_except", block, block.block or (), request.level)


def in_location(request: Request) -> Answer | None:
    """The phases of one location; None where a rewrite leads to another."""
    request.changed = False
    stopped = rewrite_phase(request, request.level) if request.location else None
    if stopped is not None:
        return _stopped(request, *stopped)
    if request.changed:
        return None
    if _denied(request):
        return _status(request, 403)
    return _try_files(request) or _content(request)


def _stopped(request: Request, status: int, text: str | None, to: str | None) -> Answer:
    """What `return` or a redirecting rewrite gives."""
    if to is not None or status in (301, 302, 303, 307, 308):
        return Answer(REDIRECT, status=status, to=to)
    return Answer(STATUS, status=status) if text is not None or status < 400 else _status(request, status)


def _denied(request: Request) -> bool:
    """Whether every client is refused; an address that is allowed first may be the client's."""
    if any(directive.words == ("any",) for directive in request.level.effective("satisfy")):
        return False
    for level in request.level.outward():
        if level.rules:
            return level.rules[0].name == "deny" and level.rules[0].words == ("all",)
    return False


def _try_files(request: Request) -> Answer | None:
    """The last argument of `try_files`: the path of an MCP endpoint is no file."""
    for directive in request.level.own.get("try_files", ())[:1]:
        if len(directive.args) < 2:
            return None
        if request.tried_files:
            return Answer(FILE)
        request.tried_files = True
        request.trace.append(Label(directive.head, "no file has this path"))
        return _instead(request, directive.args[-1].text, directive.head)
    return None


def _instead(request: Request, text: str, span: Span) -> Answer:
    """Goes on with a named location, another path or a status."""
    if text.startswith("="):
        return _status(request, int(text[1:4]) if text[1:4].isdecimal() else 404)
    if text.startswith("@"):
        return _named(request, text)
    request.uri, _, request.args = request.evaluate(text, span).partition("?")
    request.internal, request.raw_holds, request.prefix_holds = True, False, True
    return serve(request)


def _named(request: Request, name: str) -> Answer:
    for location in request.server.locations.walk():
        if location.kind == "@" and location.text == name:
            request.level, request.location, request.internal = location.level, location, True
            return in_location(request) or serve_again(request)
    return Answer(STATUS, status=500)


def serve_again(request: Request) -> Answer:
    """A rewrite in a named location leads to the locations once more."""
    for _ in range(MOST_TURNS):
        if find.location(request):
            return Answer(REDIRECT, status=301, to=f"{request.uri}/")
        found = in_location(request)
        if found:
            return found
    return Answer(STATUS, status=500)


def _status(request: Request, status: int) -> Answer:
    """A status of nginx itself, or what `error_page` puts in its place."""
    found = Answer(STATUS, status=status)
    for directive in request.level.effective("error_page"):
        codes = [word for word in directive.words[:-1] if not word.startswith("=")]
        if str(status) in codes and not request.failed and not directive.args[-1].hole:
            request.failed = True
            request.trace.append(Label(directive.head, f"stands in for the {status}"))
            page = directive.args[-1].text
            if re.match(r"https?://", page):
                return Answer(REDIRECT, status=302, to=page)
            if not page.startswith("@"):
                request.method = "GET"
            return _instead(request, page, directive.head)
    return found


def _content(request: Request) -> Answer:
    """What the location's content handler does."""
    for level in request.level.outward():
        passes = level.own.get("proxy_pass")
        if passes:
            return _proxied(request, passes[-1])
        if any(name in level.own for name in CONTENT):
            return Answer(OTHER)
        if level.name not in ("if", "limit_except"):
            break
    found = Answer(FILE) if request.uri == "/" or request.tried_files else _status(request, 404)
    return Answer(FILE) if found.kind == STATUS else found


def _proxied(request: Request, directive: Directive) -> Answer:
    """Where `proxy_pass` sends the request, and what for."""
    word = directive.args[0] if directive.args else None
    if word is None or word.hole:
        raise Undecided(directive.head, "where this leads is filled in later")
    url = request.evaluate(word.text, word.span)
    parts = target(url)
    if parts is None:
        raise Undecided(word.span, "this is no URL")
    upstream, uri = parts
    request.trace.append(Label(directive.head, f"passes it to {upstream}"))
    query = f"?{request.args}" if request.args else ""
    if "$" in word.text and uri:
        return Answer(PROXY, upstream=upstream, uri=f"/{uri}" if uri.startswith("?") else uri)
    if not uri and request.raw_holds:
        return Answer(PROXY, upstream=upstream, uri=request.raw)
    prefix = len(request.location.text) if request.location and request.prefix_holds and uri else 0
    rest = request.uri[prefix:]
    rest = escape(rest) if request.quoted or request.internal else rest
    return Answer(PROXY, upstream=upstream, uri=f"{uri if request.prefix_holds else ''}{rest}{query}")


def target(url: str) -> tuple[str, str] | None:
    """The scheme and authority of a `proxy_pass` URL, and the URI behind it."""
    found = re.match(r"(https?://(?:unix:[^:]*|[^/?\s]*)):?(?=[/?]|$)", url, re.IGNORECASE)
    if not found:
        return None
    return found[1].rstrip(":"), url[found.end() :]
