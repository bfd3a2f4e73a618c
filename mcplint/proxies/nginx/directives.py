"""What the directives in effect in a block set, as values, and what they do to requests and answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from mcplint.facts.nginx import Directive, Word
from mcplint.knowledge.nginx import AUTH, COMPRESSES, TOKENS, WITHHOLDS, defaults
from mcplint.model import Cache, ErrorPage, ProxySetting
from mcplint.proxies.nginx.includes import Level
from mcplint.text.layout import without_hole
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

T = TypeVar("T")
MOST_MAPS = 200
"""How many maps of a block are asked which variables they make of a token."""

# The first with which a text begins is its unit.
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000, "": 1}
SHIFTS = {"k": 10, "K": 10, "m": 20, "M": 20, "g": 30, "G": 30}


def flag(text: str) -> bool:
    """Whether `on` or `off`."""
    return text.lower() == "on"


def seconds(text: str) -> float:
    """A time as nginx writes it: `60`, `60s`, `1m30s`, `500ms`. Raises ValueError."""
    if not text or len(text) > 40:
        raise ValueError(text)
    total: float = 0
    while text:
        rest = text.lstrip("0123456789")
        unit = next(unit for unit in UNITS if rest.startswith(unit))
        total += int(text[: len(text) - len(rest)]) * UNITS[unit]
        text = rest.removeprefix(unit).removeprefix(" ")
    return float(total)


def size(text: str) -> int:
    """Bytes as nginx writes them: `512`, `64k`, `10m`, `1g`. Raises ValueError."""
    digits = text[:-1] if text.endswith(tuple(SHIFTS)) else text
    if len(text) > 20 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    return int(digits) << SHIFTS.get(text[-1], 0)


def argument_value(word: Word, note: str, told: Callable[[str], T], *before: Label) -> Value[T]:
    """What one argument says; unknown where a placeholder or a variable stands in it."""
    trace = (*before, Label(word.span, note), *word.trace)
    if word.hole or "$" in word.text:
        return Value(None, (*trace, Label(word.span, "filled in later")))
    try:
        option = told(word.text)
    except ValueError:
        return Value(None, trace)
    return Value((option,), trace, EditSite(word.span) if word.span.text == word.text and not word.trace else None)


def setting(level: Level, name: str, told: Callable[[str], T], version: Value[str]) -> Value[T]:
    """A directive of one argument: as spelled here or further out, else nginx's default and where to set it."""
    directive = level.last(name)
    head = level.directive.head if level.directive else None
    if directive and directive.args:
        inherited = (Label(head, f"inherits {name}"),) if head and directive not in level.own.get(name, ()) else ()
        return argument_value(directive.args[0], f"sets {name}", told, *inherited)
    if not level.fully_known:
        return Value(None, tuple(open_spans(level)))
    options = [text for known in version.options or (None,) for text in defaults(name, known)]
    told_options = tuple(dict.fromkeys(map(told, options)))
    says = " or ".join(dict.fromkeys(options))
    trace = (*version.trace, Label(head, f"{name} is not set, the default is {says}")) if head else version.trace
    return Value(told_options, trace, statement(level, f"{name} "))


def open_spans(level: Level) -> Iterator[Label]:
    """The spans where more may stand than the files show."""
    for found in level.self_and_parents():
        if found.open:
            includes = [directive for directive in found.inside if directive.name == "include" or directive.hole]
            yield from (Label(directive.head, "what this includes is not in the project") for directive in includes[:1])


def statement(level: Level, before: str = "") -> EditSite | None:
    """Where another directive would stand in a block: on a line of its own after `proxy_pass`, or after the brace."""
    block = level.directive
    if not block or not block.body:
        return None
    text = block.span.source.text
    mine = [found for found in level.inside if found.span.source is block.span.source and found.block is None]
    mine = [
        found
        for found in mine
        if block.body.start <= found.span.start < block.body.end and text[found.span.end - 1] == ";"
    ]
    after = next((found for found in mine if found.name == "proxy_pass"), mine[-1] if mine else None)
    at = after.span.end if after else block.body.start
    indent = _indent(text, after.span.start) if after else None
    end = _line_end(text, at)
    if end is None or (after and indent is None):
        return EditSite(Span(block.span.source, at, at), f" {before}", ";")
    newline = "\r\n" if text[end : end + 2] == "\r\n" else text[end : end + 1] or "\n"
    if indent is None:
        indent = (_indent(text, block.span.start) or "") + "    "
    return EditSite(Span(block.span.source, end, end), f"{newline}{indent}{before}", ";")


def _indent(text: str, at: int) -> str | None:
    """The blanks before what stands first on its line."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return text[start:at] if not text[start:at].strip(" \t") else None


def _line_end(text: str, at: int) -> int | None:
    """The end of the line, where nothing but a comment stands between."""
    newline = text.find("\n", at)
    newline = len(text) if newline < 0 else newline
    end = text.find("\r", at, newline)
    end = newline if end < 0 else end
    rest = text[at:end].lstrip(" \t")
    return end if not rest or rest.startswith("#") else None


def behaviour(level: Level) -> dict[str, Any]:
    """The fields of a route that a location's directives decide, but for where it leads."""
    return {
        "auth": tuple(Label(directive.span, "the proxy authenticates callers") for directive in _auth(level)),
        "body_limit": setting(level, "client_max_body_size", size, UNKNOWN),
        "rate_limits": tuple(_labels(level, "limit_req", "limit_conn")),
        "request_headers": tuple(_headers(level, "proxy_set_header")),
        "hidden_headers": tuple(_headers(level, "proxy_hide_header")),
        "added_headers": tuple(_added_headers(level)),
        "ignored_headers": tuple(
            ProxySetting(word.text.lower(), "", directive.span)
            for directive in level.effective("proxy_ignore_headers")
            for word in directive.args
        ),
        "withheld": tuple(
            ProxySetting(what, value, directive.span, _removal(level, directive))
            for name, (what, value) in WITHHOLDS.items()
            for directive in level.effective(name)
            if directive.words[:1] == (value,)
        ),
        "retries": tuple(_retries(level)),
        "cache": _cache(level),
        "intercepted": tuple(
            Label(directive.span, "intercepts the server's errors")
            for directive in _directives_on(level, "proxy_intercept_errors")
        ),
        "error_pages": tuple(page for each in level.effective("error_page") for page in _error_pages(each)),
        "compressed": tuple(
            Label(types.span, "compresses text/event-stream")
            for module in COMPRESSES
            if any(_directives_on(level, module))
            for types in level.effective(f"{module}_types")
            if {"*", "text/event-stream"} & set(types.words)
        ),
        "rewrites_bodies": bool(level.effective("sub_filter")),
        "rewrites_redirects": bool(level.effective("proxy_redirect")),
    }


def _labels(level: Level, *names: str) -> Iterator[Label]:
    return (Label(directive.span, f"sets {name}") for name in names for directive in level.effective(name))


def _directives_on(level: Level, name: str) -> Iterator[Directive]:
    return (directive for directive in level.effective(name) if directive.words == ("on",))


def _headers(level: Level, name: str) -> Iterator[ProxySetting]:
    for directive in level.effective(name):
        if directive.args:
            header, value = (*directive.words, "")[:2]
            yield ProxySetting(header.lower(), value, directive.span, _removal(level, directive))


def _auth(level: Level) -> Iterator[Directive]:
    """What checks who calls: the directives of nginx, and an `if` that compares the token of a request with its own."""
    off = "off", "optional", "optional_no_ca"
    for name in AUTH:
        yield from (each for each in level.effective(name)[-1:] if each.args and each.words[0] not in off)
    outward = tuple(level.self_and_parents())
    conditions = [block for outer in outward for block in outer.own.get("if", ())]
    if not conditions:
        return
    maps = (each.words for outer in outward for each in islice(outer.own.get("map", ()), MOST_MAPS))
    mapped = {words[1] for words in maps if len(words) == 2 and TOKENS.fullmatch(words[0])}
    for each in conditions:
        asked, sign, text = (*compared(each), "", "", "")[:3]
        refuses = any(one.name == "return" and one.words[:1] in (("401",), ("403",)) for one in each.block or ())
        if refuses and (asked in mapped or (sign == "!=" and text and TOKENS.fullmatch(asked))):
            yield each


def compared(directive: Directive) -> list[str]:
    """The words between the parentheses of an `if`; none where it has no such."""
    words = list(directive.words)
    if not words or not words[0].startswith("("):
        return []
    words[0], words[-1] = words[0][1:], words[-1].removesuffix(")")
    return [word for i, word in enumerate(words) if word or 0 < i < len(words) - 1]


def _added_headers(level: Level) -> Iterator[ProxySetting]:
    """The headers that answers get here, also on a condition: a preflight is mostly answered in an `if`."""
    conditional = (inner for block in level.own.get("if", ()) for inner in block.block or ())
    for directive in (*level.effective("add_header"), *(each for each in conditional if each.name == "add_header")):
        if len(directive.args) > 1:
            yield ProxySetting(directive.words[0].lower(), directive.words[1], directive.span)


def _retries(level: Level) -> Iterator[ProxySetting]:
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
        tuple(Label(each.span, "responses are cached here") for each in caches),
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


def _word(directive: Directive, number: int) -> ProxySetting:
    """One of several arguments; it cannot be taken away where quotes stand around it."""
    span = directive.args[number].span
    text, start = span.source.text, span.start
    while start and text[start - 1] in " \t":
        start -= 1
    alone = len(directive.args) < 2 or start == span.start
    removal = () if alone else (Edit(span._replace(start=start), ""),)
    return ProxySetting(directive.name, directive.words[number], span, removal)


def _removal(level: Level, directive: Directive) -> tuple[Edit, ...]:
    """The edit that takes a directive which holds in a block away where it is of this very one, as all are then."""
    return (Edit(_line(directive.span), ""),) if level.own.get(directive.name) else ()


def _line(span: Span) -> Span:
    """The whole lines where nothing else stands on them, else the span, so that taking them away leaves no hole.

    A comment on the line goes along, and so does one right above where nothing right below can be what it speaks of.
    """
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end) + 1
    if (
        text[start : span.start].strip()
        or not end
        or not re.fullmatch(r"[ \t]*(?:#[^\n]*)?\r?\n", text[span.end : end])
    ):
        return without_hole(span)
    if re.match(r"[ \t]*(?:\r?\n|\}|\Z)", text[end:]):
        while above := re.search(r"(?:\A|(?<=\n))[ \t]*#[^\n]*\n\Z", text[max(0, start - 500) : start]):
            start -= len(above[0])
    return span._replace(start=start, end=end)
