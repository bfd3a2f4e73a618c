"""What the directives in effect in a block do to requests and answers, as a route says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mcplint.facts.nginx import Directive
from mcplint.knowledge.nginx import AUTH, COMPRESSES, WITHHOLDS
from mcplint.model import Cache, ErrorPage, Setting
from mcplint.proxies.nginx.levels import Level
from mcplint.proxies.nginx.spelling import setting, size
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, Label


def behaviour(level: Level) -> dict[str, Any]:
    """The fields of a route that a location's directives decide, but for where it leads."""
    off = "off", "optional", "optional_no_ca"
    return {
        "auth": tuple(
            Label(directive.span, "the proxy checks who calls")
            for name in AUTH
            for directive in level.effective(name)[-1:]
            if directive.args and directive.words[0] not in off
        ),
        "body_limit": setting(level, "client_max_body_size", size, UNKNOWN),
        "rate_limits": tuple(_labels(level, "limit_req", "limit_conn")),
        "request_headers": tuple(_headers(level, "proxy_set_header")),
        "hidden_headers": tuple(_headers(level, "proxy_hide_header")),
        "ignored_headers": tuple(
            Setting(word.text.lower(), "", directive.span)
            for directive in level.effective("proxy_ignore_headers")
            for word in directive.args
        ),
        "withheld": tuple(
            Setting(what, value, directive.span, _removal(level, directive))
            for name, (what, value) in WITHHOLDS.items()
            for directive in level.effective(name)
            if directive.words[:1] == (value,)
        ),
        "retries": tuple(_retries(level)),
        "cache": _cache(level),
        "intercepted": tuple(
            Label(directive.span, "errors of the server are intercepted")
            for directive in _on(level, "proxy_intercept_errors")
        ),
        "error_pages": tuple(page for each in level.effective("error_page") for page in _error_pages(each)),
        "compressed": tuple(
            Label(types.span, "compresses event streams")
            for module in COMPRESSES
            if any(_on(level, module))
            for types in level.effective(f"{module}_types")
            if {"*", "text/event-stream"} & set(types.words)
        ),
        "rewrites_bodies": bool(level.effective("sub_filter")),
        "rewrites_redirects": bool(level.effective("proxy_redirect")),
    }


def _labels(level: Level, *names: str) -> Iterator[Label]:
    return (Label(directive.span, f"sets {name}") for name in names for directive in level.effective(name))


def _on(level: Level, name: str) -> Iterator[Directive]:
    return (directive for directive in level.effective(name) if directive.words == ("on",))


def _headers(level: Level, name: str) -> Iterator[Setting]:
    for directive in level.effective(name):
        if directive.args:
            header, value = (*directive.words, "")[:2]
            yield Setting(header.lower(), value, directive.span, _removal(level, directive))


def _retries(level: Level) -> Iterator[Setting]:
    """Where a request that may have run is repeated on another server."""
    if any(directive.words == ("1",) for directive in level.effective("proxy_next_upstream_tries")):
        return
    for directive in level.effective("proxy_next_upstream"):
        if "non_idempotent" in directive.words and "off" not in directive.words:
            yield _word(directive, directive.words.index("non_idempotent"))


def _cache(level: Level) -> Cache | None:
    """How answers are kept for later requests."""
    caches = [each for each in level.effective("proxy_cache") if each.words != ("off",)]
    if not caches:
        return None
    return Cache(
        tuple(Label(each.span, "answers are cached here") for each in caches),
        any("$request_body" in word for each in level.effective("proxy_cache_key") for word in each.words),
        tuple(
            _word(each, each.words.index("POST"))
            for each in level.effective("proxy_cache_methods")
            if "POST" in each.words
        ),
        frozenset(code for each in level.effective("proxy_cache_valid") for code in each.words[:-1] or ("200",)),
    )


def _error_pages(directive: Directive) -> Iterator[ErrorPage]:
    for number, word in enumerate(directive.words):
        if word.startswith("=") and word[1:].isdecimal():
            found = _word(directive, number)
            yield ErrorPage(frozenset(directive.words), word[1:], directive.span, found.removal)


def _word(directive: Directive, number: int) -> Setting:
    """One of several arguments; it cannot be taken away where quotes stand around it."""
    span = directive.args[number].span
    text, start = span.source.text, span.start
    while start and text[start - 1] in " \t":
        start -= 1
    alone = len(directive.args) < 2 or start == span.start
    removal = () if alone else (Edit(span._replace(start=start), ""),)
    return Setting(directive.name, directive.words[number], span, removal)


def _removal(level: Level, directive: Directive) -> tuple[Edit, ...]:
    """The edit that takes a directive of this very block away."""
    return (Edit(_line(directive.span), ""),) if directive in level.own.get(directive.name, ()) else ()


def _line(span: Span) -> Span:
    """The whole line where nothing else stands on it, so that taking it away leaves no hole; else the span."""
    text, start, end = span.source.text, span.start, span.end
    while start and text[start - 1] in " \t":
        start -= 1
    if start and text[start - 1] not in "\r\n":
        return span
    while end < len(text) and text[end] in " \t":
        end += 1
    if text[end : end + 2] == "\r\n":
        return span._replace(start=start, end=end + 2)
    return span._replace(start=start, end=end + 1) if text[end : end + 1] in ("\r", "\n") else span
