"""In which order the directives of a site answer, for which requests, and what has become of the path by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from mcplint.facts.caddy import Directive
from mcplint.model import PathMatch
from mcplint.proxies.caddy.order import Matchers, arguments, condition_of, in_order, matchers_in
from mcplint.proxies.conditions import Condition, intersection
from mcplint.proxies.routing import unchanged, unknown_path
from mcplint.values import Label

MAX_DEPTH = 10
MOST_STEPS = 50
HANDLES = ("handle", "handle_path")
REWRITES = ("uri", "rewrite", "try_files", "invoke")
ANSWERS = ("redir", "respond", "abort", "error", "metrics", "reverse_proxy", "php_fastcgi", "file_server")
AUTH = ("basic_auth", "basicauth", "forward_auth")
Rewrite = Callable[[str], "str | None"]
After = Callable[["Handler"], "Iterator[Handler]"]


class Handler(NamedTuple):
    """A directive that answers, and what holds for the requests that come to it.

    `selector`: the innermost directive that says which requests these are. `rewrite`: what the path has become.
    `shifted`: matchers are held against that and not against what clients ask for. `auth`: where callers are checked
    before it. `none`: nothing has answered. `steps`: how often the path was changed.
    """

    directive: Directive
    selector: Directive
    condition: Condition = Condition()
    rewrite: Rewrite = unchanged
    shifted: bool = False
    auth: tuple[Label, ...] = ()
    none: bool = False
    steps: int = 0


def handlers(body: tuple[Directive, ...], block: Directive) -> Iterator[Handler]:
    """The directives of a site that answer, in the order in which they are tried; the last one is that none did."""
    matchers = matchers_in(body, {})
    return _handlers(
        in_order(body, matchers), matchers, Handler(block, block), lambda handler: iter((handler._replace(none=True),))
    )


def _handlers(
    lines: Sequence[Directive], matchers: Matchers, handler: Handler, after: After, depth: int = 0
) -> Iterator[Handler]:
    """The directives that answer, in the order in which they are tried; `after`: what comes where none of them does."""
    if depth > MAX_DEPTH:
        yield handler._replace(condition=handler.condition._replace(matches=None))
        return
    for index, line in enumerate(lines):
        inner = condition_of(line, matchers)
        selector = handler.selector if inner.bare and handler.selector.name in HANDLES else line
        here = handler._replace(
            directive=line,
            selector=selector,
            condition=intersection(handler.condition, _condition_on_request(inner, handler)),
        )
        if line.name in ANSWERS:
            yield _as_sent(here)
        elif line.name == "route" and not _has_effect(line):
            continue
        elif line.name in (*HANDLES, "route"):
            yield from _block_handlers(line, inner, here, lines[index + 1 :], matchers, after, depth)
        else:
            handler = _after_directive(line, inner, handler)
            continue
        if here.condition == handler.condition:
            return
    yield from after(handler)


def _block_handlers(
    line: Directive,
    inner: Condition,
    here: Handler,
    later: Sequence[Directive],
    matchers: Matchers,
    after: After,
    depth: int,
) -> Iterator[Handler]:
    """What a block answers; where it answers nothing the directives behind it are tried, other handles left out."""
    if line.name == "handle_path":
        here = here._replace(rewrite=_without_prefix(here, inner), shifted=True)
    known = matchers_in(line.body, matchers)
    if line.name in HANDLES:
        later = [one for one in later if one.name not in HANDLES]
    listed = line.body if line.name == "route" else in_order(line.body, known)
    yield from _handlers(
        listed, known, here, lambda handler: _handlers(later, matchers, handler, after, depth + 1), depth + 1
    )


def _as_sent(handler: Handler) -> Handler:
    """The handler with the rewrites of its own `reverse_proxy` block; an empty path is sent as `/`."""
    line = handler.directive
    for each in line.of("rewrite") if line.name == "reverse_proxy" else ():
        handler = _after_rewrite(handler, each, Condition())
    return handler._replace(rewrite=partial(_compose, handler.rewrite, _or_root)) if handler.shifted else handler


def _has_effect(block: Directive) -> bool:
    """Whether anything in a block answers or changes the path."""
    return any(line.name in (*ANSWERS, *REWRITES, *AUTH, "import") or _has_effect(line) for line in block.body)


def _after_directive(line: Directive, inner: Condition, handler: Handler) -> Handler:
    """What comes after a directive that answers nothing itself."""
    if line.name in AUTH:
        note = Label(line.span, "the proxy authenticates callers")
        return handler._replace(auth=(*handler.auth, note)) if inner.bare or inner == handler.condition else handler
    return _after_rewrite(handler, line, inner) if line.name in REWRITES else handler


def _condition_on_request(inner: Condition, handler: Handler) -> Condition:
    """A condition as one on what clients ask for; not known where it is held against a path that was rewritten."""
    if inner.matches is None or not handler.shifted or inner.bare:
        return inner
    return inner._replace(matches=None)


def _without_prefix(handler: Handler, inner: Condition) -> Rewrite:
    """What `handle_path` makes of a path: its own pattern taken off."""
    match = inner.matches[0] if inner.matches and len(inner.matches) == 1 else None
    return (
        unknown_path
        if match is None
        else partial(_compose, handler.rewrite, partial(_strip_prefix, match.text.rstrip("/")))
    )


def _after_rewrite(handler: Handler, line: Directive, inner: Condition) -> Handler:
    """What comes after a directive that changes the path."""
    words = [word.text for word in arguments(line)]
    step: Rewrite = unknown_path
    if line.name == "uri" and words[:1] == ["strip_prefix"] and len(words) == 2 and "{" not in words[1]:
        step = partial(_strip_prefix, f"/{words[1].lstrip('/')}")
    elif line.name == "rewrite" and len(words) == 1:
        before = words[0].removesuffix("{uri}").removesuffix("{path}").removesuffix("{http.request.uri}")
        step = partial(_add_prefix, before) if before != words[0] and "{" not in before else unknown_path
        step = partial(_replace_path, words[0]) if "{" not in words[0] and "?" not in words[0] else step
    only = None if inner.bare else inner.matches
    if handler.steps >= MOST_STEPS or (not inner.bare and (inner.matches is None or handler.shifted)):
        return handler._replace(rewrite=unknown_path, shifted=True)
    rewrite = partial(_compose, handler.rewrite, partial(_rewrite_matching, only, step))
    return handler._replace(rewrite=rewrite, shifted=True, steps=handler.steps + 1)


def _rewrite_matching(matches: tuple[PathMatch, ...] | None, step: Rewrite, path: str) -> str | None:
    """The path after a step that only some paths take."""
    return step(path) if matches is None or any(match.takes(path) for match in matches) else path


def _compose(first: Rewrite, second: Rewrite, path: str) -> str | None:
    between = first(path)
    return None if between is None else second(between)


def _strip_prefix(prefix: str, path: str) -> str:
    """The path without a prefix, in whatever case; unlike other proxies Caddy puts no slash in its place."""
    return path[len(prefix) :] if path.lower().startswith(prefix.lower()) else path


def _or_root(path: str) -> str:
    return path or "/"


def _add_prefix(prefix: str, path: str) -> str:
    return prefix + path


def _replace_path(to: str, path: str) -> str:
    return to
