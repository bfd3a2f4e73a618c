"""What the conditions of HAProxy's rules hold for: names and paths of requests."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.haproxy import Line, Section, Word
from mcplint.model import EXACT, PREFIX, PathMatch
from mcplint.proxies.conditions import EVERYBODY, NEEDLESS_METHODS, expressed

PATHS = {"path_beg": PREFIX, "path": EXACT}
HOSTS = frozenset({"hdr(host)", "req.hdr(host)", "hdr(host),lower"})
ALL = (PathMatch(PREFIX, "/"),)
OF_METHODS = frozenset(f"METH_{name}" for name in NEEDLESS_METHODS)
RATES = re.compile(r"(?:sc[012]?|src)_[a-z_]{1,20}_(?:rate|cur)(?:\([^()]{0,99}\))?")
"""How often a caller has asked."""
TURN_AWAY = (("deny",), ("return",), ("reject",), ("silent-drop",), ("tarpit",))
"""How rules begin that let no request through."""


class Condition(NamedTuple):
    """The names (none: any) and paths that a condition holds for."""

    hosts: tuple[str, ...]
    matches: tuple[PathMatch, ...]


def acls(section: Section) -> Mapping[str, list[Line]]:
    """The ACL lines of a section by name."""
    found: dict[str, list[Line]] = {}
    for line in section.of("acl"):
        found.setdefault(line.args[0] if line.args else "", []).append(line)
    return found


def conditions(line: Line, known: Mapping[str, list[Line]]) -> Iterator[Condition | None]:
    """What a `use_backend` holds for, one path each, by the ACLs of its section; None where that is not known."""
    words = line.words[2:]
    if not words:
        yield Condition((), ALL)
        return
    if words[0].text != "if" or line.words[1].open or any(word.open for word in words):
        yield None
        return
    yield from _either_condition(_alternatives(words[1:]), known)


def admitted_condition(section: Section, known: Mapping[str, list[Line]]) -> Condition:
    """What the one rule that turns away all but some requests lets through; everything where that is not known.

    Of several paths one alone is for MCP: the others say nothing of the server.
    """
    found = [
        left for line in section.of("http-request") if line.args[:1] in TURN_AWAY and (left := _required_terms(line))
    ]
    let = list(_either_condition(found[0], known)) if len(found) == 1 else [None]
    return (let[0] if len(let) == 1 else None) or Condition((), ALL)


def _required_terms(line: Line) -> list[list[list[str]]]:
    """The terms of which `if !a !b`, `if !{ … }`, `unless a or b` and `unless { … }` want one; none for other rules."""
    words = line.words[2:]
    at = next((number for number, word in enumerate(words) if word.text in ("if", "unless")), len(words))
    terms = words[at + 1 :]
    if not terms or any(word.open for word in words):
        return []
    if words[at].text == "unless":
        return list(_alternatives(terms))
    if terms[0].text == "!{" and [word.text for word in terms].count("}") == 1 and terms[-1].text == "}":
        return [[[word.text for word in terms[1:-1]]]]
    names = [word.text.removeprefix("!") for word in terms]
    plain = all(word.text.startswith("!") and word.text not in ("!", "!{") for word in terms)
    return [[[name]] for name in names] if plain else []


def spares_paths(line: Line, known: Mapping[str, list[Line]], paths: Collection[str]) -> bool:
    """Whether a rule that turns requests away leaves everybody who asks for some paths alone.

    It is about other paths, methods that nobody needs, a list of callers, or those who ask too often.
    """
    words = line.words[2:]
    at = next((number for number, word in enumerate(words) if word.text in ("if", "unless")), len(words))
    if not words[at:] or words[at].text == "unless" or any(word.open for word in line.words):
        return False
    return all(
        any(_excludes_ordinary_requests(term, known, paths) for term in terms)
        for terms in _alternatives(words[at + 1 :])
    )


def _excludes_ordinary_requests(words: list[str], known: Mapping[str, list[Line]], paths: Collection[str]) -> bool:
    """Whether a term of a condition holds for no ordinary request for some paths: an expression, or a name of such."""
    if len(words) == 1 and words[0] not in OF_METHODS:
        lines = known.get(words[0], [])
        plain = (line for line in lines if len(line.args) > 2 and not any(word.open for word in line.words))
        return bool(lines) and [_excludes_ordinary_requests(list(line.args[1:]), {}, paths) for line in plain] == [
            True
        ] * len(lines)
    if words[:1] and words[0] in OF_METHODS:
        return True
    values = [word for word in words[1:] if word != "-i"]
    if not values:
        return False
    if words[0] == "method":
        return NEEDLESS_METHODS.issuperset(map(str.upper, values))
    if words[0] == "src":
        return not any(map(EVERYBODY.fullmatch, values))
    if RATES.fullmatch(words[0]):
        return values[0] in ("gt", "ge")
    found = _expression(words)
    if found is None or found.hosts:
        return False
    asked = [match._replace(any_case=True) for match in found.matches]
    return all(match.kind in (PREFIX, EXACT) and not any(map(match.takes, paths)) for match in asked)


def _either_condition(
    alternatives: Iterable[list[list[str]]], known: Mapping[str, list[Line]]
) -> Iterator[Condition | None]:
    for terms in alternatives:
        found = _all_terms([_term(term, known) for term in terms])
        yield from [None] if found is None else (found._replace(matches=(match,)) for match in found.matches)


def _alternatives(words: tuple[Word, ...]) -> Iterator[list[list[str]]]:
    """The terms of each part of a condition between `or`; one in braces is a list of its words."""
    terms: list[list[str]] = []
    inside: list[str] | None = None
    for word in (word.text for word in words):
        if inside is not None:
            if word == "}":
                terms.append(inside)
                inside = None
            else:
                inside.append(word)
        elif word == "{":
            inside = []
        elif word in ("or", "||"):
            yield terms
            terms = []
        else:
            terms.append([word])
    yield terms if inside is None else [*terms, []]


def _term(words: list[str], acls: Mapping[str, list[Line]]) -> Condition | None:
    """What a term holds for: an expression, or the name of one or several ACL lines."""
    if len(words) != 1:
        return _expression(words)
    lines = acls.get(words[0], [])
    found = [None if any(word.open for word in line.words) else _expression(list(line.args[1:])) for line in lines]
    known = [one for one in found if one]
    if not known or len(known) < len(found):
        return None
    hosts = tuple(host for one in known for host in one.hosts)
    paths = tuple(match for one in known if not one.hosts for match in one.matches)
    if hosts and paths:
        return None
    return Condition(hosts, ALL if hosts else paths)


def _expression(words: list[str]) -> Condition | None:
    """What `path_beg /x`, `path -m beg /x`, `path /x`, `path_reg ^/x$` or `hdr(host) -i name` holds for."""
    if not words:
        return None
    if words[0] == "path" and words[1:2] == ["-m"] and words[2:3] in (["beg"], ["reg"]):
        words = [f"path_{words[2]}", *words[3:]]
    values = [word for word in words[1:] if word != "-i"]
    if not values or any(value.startswith("-") for value in values):
        return None
    if words[0].lower() in HOSTS:
        return Condition(tuple(map(str.lower, values)), ALL)
    if words[0] == "path_reg" and "-i" not in words:
        found = [match for match in map(expressed, values) if match]
        return Condition((), tuple(found)) if len(found) == len(values) else None
    kind = PATHS.get(words[0])
    return Condition((), tuple(PathMatch(kind, value) for value in values)) if kind else None


def _all_terms(terms: list[Condition | None]) -> Condition | None:
    """What all terms hold for, where one of them is about names and one about paths at most."""
    known = [term for term in terms if term]
    hosts = [term.hosts for term in known if term.hosts]
    paths = [term.matches for term in known if not term.hosts]
    if not known or len(known) < len(terms) or len(hosts) > 1 or len(paths) > 1:
        return None
    return Condition(hosts[0] if hosts else (), paths[0] if paths else ALL)
