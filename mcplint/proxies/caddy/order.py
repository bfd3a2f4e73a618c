"""In which order Caddy tries the directives of a block, and which requests each takes.

https://caddyserver.com/docs/caddyfile/directives#sorting-algorithm, https://caddyserver.com/docs/caddyfile/matchers
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcplint.facts.caddy import Directive, Word
from mcplint.model import EXACT, PREFIX, PathMatch
from mcplint.proxies.conditions import ALL, MOST_PATHS, Condition, expressed, intersection

ORDER = (
    *("redir", "rewrite", "uri", "try_files", "basic_auth", "basicauth", "forward_auth", "request_header", "invoke"),
    *("handle", "route", "abort", "error", "respond", "metrics", "reverse_proxy", "php_fastcgi", "file_server"),
)
"""The directives that matter here, in the order in which Caddy tries them."""
Matchers = Mapping[str, Condition]


def in_order(body: tuple[Directive, ...], matchers: Matchers) -> list[Directive]:
    """The directives as they are tried: by kind, then those with the longest path first, those without any last."""
    known = [one for one in body if _kind(one) in ORDER]
    return sorted(known, key=lambda one: (ORDER.index(_kind(one)), *_length(one, matchers)))


def _kind(directive: Directive) -> str:
    return "handle" if directive.name == "handle_path" else directive.name


def _length(directive: Directive, matchers: Matchers) -> tuple[int, int, bool]:
    """What counts of the matcher: only one path alone has a length."""
    condition = condition_of(directive, matchers)
    matches = condition.matches or ()
    if condition.bare or len(matches) != 1 or condition.hosts:
        return 0, 0, condition.bare
    return -len(matches[0].text), matches[0].kind != EXACT, False


def matchers_in(body: tuple[Directive, ...], outer: Matchers) -> Matchers:
    """The named matchers of a block, with those around it."""
    return {**outer, **{one.name: _named_condition(one) for one in body if one.name.startswith("@")}}


def _named_condition(directive: Directive) -> Condition:
    """What a named matcher takes: all of its lines have to fit."""
    inline = (Directive(directive.words[1:]),) if directive.args else ()
    found = Condition(bare=False)
    for line in (*inline, *directive.body):
        found = intersection(found, _line(line))
    return found


def _line(line: Directive) -> Condition:
    if line.name == "path_regexp" and line.args:
        # It may have a name first, and letter case counts.
        match = None if line.args[-1].open else expressed(line.texts[-1])
        return Condition((match,) if match else None, bare=False)
    if any(word.open or "{" in word.text for word in line.args):
        return Condition(None, bare=False)
    match line.name:
        case "path":
            matches = tuple(map(path_match, line.texts[: MOST_PATHS + 1]))
            if len(matches) > MOST_PATHS:
                return Condition(None, bare=False)
            return Condition(None if None in matches else tuple(one for one in matches if one), bare=False)
        case "host":
            return Condition(hosts=tuple(map(str.lower, line.texts)), bare=False)
        case "method":
            return Condition(never="POST" not in map(str.upper, line.texts), bare=False)
        case "protocol":
            return Condition(bare=False)
    return Condition(None, bare=False)


def path_match(pattern: str) -> PathMatch | None:
    """A path of a matcher, None where its `*` stands elsewhere than at its end."""
    if pattern == "*":
        return ALL
    if not pattern.startswith("/") or "*" in pattern[:-1]:
        return None
    kind = PREFIX if pattern.endswith("*") else EXACT
    return PathMatch(kind, pattern.removesuffix("*"), any_case=True)


def condition_of(directive: Directive, matchers: Matchers) -> Condition:
    """Which requests a directive takes by the word that stands first in it."""
    word = next(iter(directive.args), None)
    if word is None or not _is_matcher(directive, word):
        return Condition()
    if word.open:
        return Condition(None, bare=False)
    if word.text.startswith("@"):
        return matchers.get(word.text, Condition(None, bare=False))
    if word.text == "*":
        return Condition()
    match = path_match(word.text)
    return Condition((match,) if match else None, bare=False)


def _is_matcher(directive: Directive, word: Word) -> bool:
    if directive.name in ("rewrite", "redir", "try_files") and len(directive.args) == 1:
        return False
    return word.text.startswith(("@", "/")) or word.text == "*"


def arguments(directive: Directive) -> tuple[Word, ...]:
    """The words behind the name and the matcher."""
    args = directive.args
    return args[1:] if args and _is_matcher(directive, args[0]) else args


def addresses(site: Directive) -> Iterator[Word]:
    """The addresses of a site, commas left out."""
    for word in site.words:
        for part in filter(None, word.text.split(",")):
            yield word._replace(text=part)
