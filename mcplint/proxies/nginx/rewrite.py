"""nginx's rewrite module: `set`, `if`, `rewrite`, `break` and `return`, in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from mcplint.facts.nginx import Directive, Word
from mcplint.proxies.nginx.directives import compared
from mcplint.proxies.nginx.includes import Level
from mcplint.proxies.nginx.request import Request
from mcplint.proxies.nginx.text import Undecided, escape_argument, escape_redirect, search
from mcplint.text.source import Span
from mcplint.values import Label

Stop: TypeAlias = tuple[int, str | None, str | None]
"""A status, the text that is sent with it, and where it redirects to."""

MOST_STEPS = 2_000
"""How many rewrites of one block are run."""
DECISIVE = {"return", "rewrite", "break", "proxy_pass"}


def rewrite_phase(request: Request, level: Level) -> Stop | None:
    """Runs the rewrites of a block on the request; what it answers, or None where the request goes on."""
    request.stopped = False
    return _run(request, level)


def _run(request: Request, level: Level) -> Stop | None:
    if len(level.steps) > MOST_STEPS:
        raise Undecided(level.steps[0].head, f"is the first of more than {MOST_STEPS:,} rewrites")
    for directive in level.steps:
        stop: Stop | None = None
        match directive.name:
            case "set" if len(directive.args) == 2:
                _set_variable(request, directive)
            case "rewrite" if len(directive.args) >= 2:
                stop = _rewrite(request, directive)
            case "return" if directive.args:
                stop = _return(request, directive)
            case "if" if directive.block is not None:
                stop = _if(request, directive, level)
            case "break":
                request.prefix_holds = request.prefix_holds and not request.changed
                request.changed, request.stopped = False, True
        if stop or request.stopped:
            return stop
    return None


def _set_variable(request: Request, directive: Directive) -> None:
    """A variable that is set to what only a request tells stays unknown."""
    name, value = directive.args
    try:
        text = None if value.hole else request.evaluate(value.text, value.span)
    except Undecided:
        text = None
    request.variables[name.text.lstrip("$")] = text
    request.setters[name.text.lstrip("$")] = Label(directive.head, f"sets {name.text}")


def _return(request: Request, directive: Directive) -> Stop:
    first = directive.args[0]
    text = directive.args[1] if len(directive.args) > 1 else None
    if not first.text.isdecimal():
        return 302, None, _evaluated(request, first)
    status = int(first.text[:4])
    if status in (301, 302, 303, 307, 308):
        return status, None, _evaluated(request, text) if text else None
    return status, text.text if text else None, None


def _evaluated(request: Request, word: Word) -> str | None:
    try:
        return request.evaluate(word.text, word.span)
    except Undecided as undecided:
        request.trace.append(undecided.note)
        return None


def _if(request: Request, directive: Directive, level: Level) -> Stop | None:
    """Runs the block of an `if` whose condition holds, and answers from it."""
    inner = request.config.includes.level("if", directive, directive.block or (), level)
    try:
        holds = condition(request, directive)
    except Undecided as undecided:
        if inner.open or (DECISIVE & inner.own.keys() and not _only_refuses(inner)):
            raise
        request.trace.append(undecided.note)
        for found in inner.own.get("set", ()):
            request.variables.update((word.text.lstrip("$"), None) for word in found.args[:1])
        return None
    if not holds:
        return None
    request.trace.append(Label(directive.head, "holds"))
    if level.name == "location":
        request.level = inner
    return _run(request, inner)


def _only_refuses(level: Level) -> bool:
    """Whether a block only turns requests away: those that interest us are none of them."""
    names = DECISIVE & level.own.keys()
    return names == {"return"} and all(found.words[:1] >= ("400",) for found in level.own["return"])


def condition(request: Request, directive: Directive) -> bool:
    """Whether the condition of an `if` holds. Raises Undecided."""
    words = compared(directive)
    if any(word.hole for word in directive.args) or not words:
        raise Undecided(directive.head, "this condition cannot be read")
    span = directive.head
    match words:
        case [("-f" | "-d" | "-e" | "-x" | "!-f" | "!-d" | "!-e" | "!-x") as test, _]:
            return test.startswith("!")
        case [name]:
            return request.evaluate(name, span) not in ("", "0")
        case [name, ("=" | "!=") as sign, *rest]:
            same = request.evaluate(name, span) == request.evaluate(rest[0] if rest else "", span)
            return same == (sign == "=")
        case [name, ("~" | "~*" | "!~" | "!~*") as sign, pattern]:
            match = search(pattern, request.evaluate(name, span), sign.endswith("*"), span)
            if match and not sign.startswith("!"):
                request.capture(match)
            return (match is not None) != sign.startswith("!")
    raise Undecided(span, "this condition cannot be read")


def _rewrite(request: Request, directive: Directive) -> Stop | None:
    pattern, replacement, *flags = directive.args
    flag = flags[0].text if flags else ""
    if pattern.hole or replacement.hole:
        raise Undecided(directive.head, "this rewrite is filled in later")
    match = search(pattern.text, request.uri, False, pattern.span)
    if not match:
        return None
    request.capture(match)
    request.trace.append(Label(directive.head, "rewrites the path"))
    text = replacement.text.removesuffix("?")
    keep = request.args if text == replacement.text else ""
    head, mark, tail = text.partition("?")
    redirect = flag in ("redirect", "permanent") or re.match(r"https?://|\$scheme", replacement.text)
    path = _evaluate_quoted(request, head, replacement.span, escape_redirect if redirect else str)
    args = _evaluate_quoted(request, tail, replacement.span, escape_argument)
    args = "&".join(part for part in (args, keep) if part) if mark else keep
    if redirect:
        return (301 if flag == "permanent" else 302), None, path + (f"?{args}" if args else "")
    if not path:
        return 500, None, None
    request.uri, request.args = path, args
    request.internal, request.raw_holds = True, False
    request.stopped = flag in ("last", "break")
    request.changed = flag != "break"
    request.prefix_holds = request.prefix_holds and flag != "break"
    return None


def _evaluate_quoted(request: Request, text: str, span: Span, escape: Callable[[str], str]) -> str:
    """A text with its variables replaced, what was captured from an escaped path escaped again."""
    captures = request.captures
    if request.quoted:
        request.captures = tuple(escape(found) if found else found for found in captures)
    try:
        return request.evaluate(text, span)
    finally:
        request.captures = captures
