"""The regular expressions of the program: none takes the square of the time for a text that is longer."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

import mcplint
from mcplint import rules
from tests.backtracking import Backtracking

CUT = {
    *("mcplint.model.insertion _REDIRECTIONS", "mcplint.programs.python.libraries.regular TOKEN"),
    *("mcplint.registry.version _UNSEEN", "mcplint.rules.loopback_in_container LOCAL"),
    *("mcplint.rules.loopback_in_container LISTENS", "mcplint.proxies.health CODES"),
    *("mcplint.proxies.health OTHERWISE", "mcplint.services.health.files NODE", "mcplint.link.packages _STARTS"),
    "mcplint.reports.rules FENCE",
}
"""Those that are asked about texts of some hundred characters only, about one from its beginning, or about a page."""
SHORT, LONG, FACTOR = 60, 240, 4
"""Characters of the texts."""
FLOOR = 8
"""Steps for each character of a short text: one that takes less is not hard."""
HARDEST = 3
"""How many of the texts that are hard when they are short are tried when they are longer."""
MOST = 60
"""How many texts are tried on a pattern."""
METHODS = {"search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"}
REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT)
GROUPS = {kinds.SUBPATTERN: lambda given: given[3], kinds.ATOMIC_GROUP: lambda given: given}
CHARACTERS = "a1 -/.\"'_\\${(,:=\t\n[]A<%@#+*é"


def test_no_pattern_has_two_open_ends() -> None:
    slow = [f"{name}: {text[:80]!r}" for name, pattern, ways in patterns() if (text := slowest(pattern, ways))]
    assert not slow, "\n".join(slow)


@pytest.mark.parametrize(
    "pattern", [r"a+b", r"x\s*y?\s*z", r"(\w+)=", r"from (\.*[\w.]*) import", r"a.*b", r"\{[^}]*\}"]
)
def test_what_two_open_ends_are(pattern: str) -> None:
    assert slowest(re.compile(pattern), {"search"})


@pytest.mark.parametrize("pattern", [r"\ba++b", r"a.{0,200}b", r"(?m)^(?>.*?a).*b", r"\{[^{}]*+\}"])
def test_what_they_are_not(pattern: str) -> None:
    assert not slowest(re.compile(pattern), {"search"})


def test_steps_are_counted_of_the_matches_that_python_finds() -> None:
    made, wrong = Random(1), []
    for name, pattern, _ in patterns():
        if not isinstance(pattern.pattern, bytes):
            asked = Backtracking(pattern)
            text = "".join(made.choice(pattern.pattern + CHARACTERS) for _ in range(9))
            found = [asked.ends(text, at) for at in range(10)]
            if found != [match.end() if (match := pattern.match(text, at)) else -1 for at in range(10)]:
                wrong.append((name, text))
    assert not wrong


def slowest(pattern: re.Pattern[Any], ways: set[str]) -> str:
    """A text that takes much longer when it is longer, empty where none does."""
    for way in {"search"} if ways & (METHODS - {"match", "fullmatch"}) else ways:
        asked = Backtracking(pattern, way)
        tried = list(dict.fromkeys(attacks(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE), ("",))))
        taken = {text: asked.steps(like(*text, SHORT)) for text in tried[:: 1 + len(tried) // MOST]}
        for text in sorted(taken, key=lambda each: -taken[each])[:HARDEST]:
            if taken[text] > FLOOR * SHORT:
                short, long = (asked.steps(like(*text, length)) for length in (LONG, FACTOR * LONG))
                if long > 2 * FACTOR * short:
                    return "".join(text)
    return ""


def like(front: str, unit: str, length: int) -> str:
    """A text that looks much like one in which a pattern stands."""
    return front + unit * (length // len(unit)) + "\0"


def attacks(items: Iterable[Any], fronts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What may be hard for a pattern: its repeats, behind what stands before them, once or again and again."""
    for kind, given in items:
        if kind in REPEATS:
            least, most, inner = given
            units = list(dict.fromkeys(filter(None, (spelled(inner, each) for each in CHARACTERS))))[:8]
            if most >= 1_000:
                yield from ((front, unit) for unit in units for front in fronts)
                yield from (("", front + unit * times) for unit in units for front in fronts for times in (1, 12))
            yield from attacks(inner, fronts)
            fronts = tuple(dict.fromkeys(front + unit * max(1, least) for unit in units[:2] for front in fronts))[:4]
        elif kind is kinds.BRANCH:
            for way in given[1]:
                yield from attacks(way, fronts)
            fronts = tuple(dict.fromkeys(front + spelled(way) for way in given[1] for front in fronts))[:4]
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from attacks(given[1], fronts)
        else:
            if kind in GROUPS:
                yield from attacks(GROUPS[kind](given), fronts)
            fronts = tuple(front + spelled([(kind, given)]) for front in fronts)
    yield from (("", front) for front in fronts if front)


def spelled(items: Iterable[Any], wanted: str = "a") -> str:
    """A short text that a pattern matches, of one character where it may be."""
    return "".join(_spelled(kind, given, wanted) for kind, given in items)


def _spelled(kind: Any, given: Any, wanted: str) -> str:
    if kind in REPEATS:
        return spelled(given[2], wanted) * (given[0] or (given[1] == kinds.MAXREPEAT))
    if kind is kinds.BRANCH:
        return spelled(given[1][0], wanted)
    if kind in GROUPS:
        return spelled(GROUPS[kind](given), wanted)
    if kind is kinds.LITERAL:
        return chr(given)
    if kind not in (kinds.NOT_LITERAL, kinds.ANY, kinds.IN):
        return ""
    if kind is not kinds.IN:
        return next((each for each in wanted + CHARACTERS if kind is kinds.ANY or ord(each) != given), "")
    return next((each for each in wanted + CHARACTERS if _is_in(each, given)), "")


def _is_in(character: str, given: list[tuple[Any, Any]]) -> bool:
    """Whether a character is one of a class."""
    word = {"DIGIT": character.isdigit(), "SPACE": character.isspace(), "WORD": character.isalnum() or character == "_"}
    found = False
    for kind, one in given:
        if kind is kinds.LITERAL:
            found |= ord(character) == one
        elif kind is kinds.RANGE:
            found |= one[0] <= ord(character) <= one[1]
        elif kind is kinds.CATEGORY:
            found |= word[str(one).rpartition("_")[2]] != ("_NOT_" in str(one))
    return found != (given[0][0] is kinds.NEGATE)


def patterns() -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """Every pattern that the program holds or writes where it asks, with how it is asked."""
    modules = [importlib.import_module(name) for name in names()]
    trees = {module: ast.parse(Path(str(module.__file__)).read_text("utf-8")) for module in modules}
    asked = defaultdict[Any, set[str]](set)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.value, ast.Name):
                asked[id(getattr(module, node.value.id, None))].add(node.attr)
    seen = set[Any]()
    for module, tree in trees.items():
        for name, pattern, ways in (*held(module), *written(module, tree)):
            known = (pattern.pattern, pattern.flags, *(ways := ways or asked[id(pattern)] or {"search"}))
            if f"{module.__name__} {name}" not in CUT and known not in seen:
                seen.add(known)
                yield f"{module.__name__} {name}", pattern, ways


def names() -> list[str]:
    """The modules of the program, the rules among them."""
    found = pkgutil.walk_packages(mcplint.__path__, "mcplint.")
    own = pkgutil.iter_modules(rules.__path__, f"{rules.__name__}.")
    return sorted({each.name for each in (*found, *own)} - {"mcplint.__main__"})


def held(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """The patterns that have a name, or stand in a table that has one."""
    for name, value in vars(module).items():
        waiting = [value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, re.Pattern):
                yield name, each, set[str]() if each is value else {"search"}
            elif isinstance(each, tuple | list | frozenset):
                waiting += each
            elif type(each) is dict and not name.startswith("__"):
                waiting += each.values()


def written(module: ModuleType, tree: ast.Module) -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """The patterns of calls as `re.search("a", text)`; what is not known before a run stands as a word."""
    inside = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named = {id(node) for each in tree.body if isinstance(each, ast.Assign) for node in ast.walk(each)}
    for node in ast.walk(tree):
        if id(node) in named:
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
            way = str(getattr(node.func, "attr", ""))
            flags = [each for each in (*node.args[1:], *(one.value for one in node.keywords)) if _is_flag(each)]
            parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else [node.args[0]]
            texts = [_value(module, getattr(part, "value", part) if len(parts) > 1 else part) for part in parts]
            if way in METHODS | {"compile"} and (len(parts) > 1 or isinstance(texts[0], str | bytes)):
                text = (
                    texts[0] if len(parts) == 1 else "".join(each if isinstance(each, str) else "zq" for each in texts)
                )
                try:
                    known = (each for each in map(partial(_value, module), flags) if isinstance(each, int))
                    pattern = re.compile(text, sum(known))
                except re.error:
                    continue
                name = node.args[0].id if isinstance(node.args[0], ast.Name) else f"line {node.lineno}"
                yield name, pattern, {inside.get(id(node), "search") if way == "compile" else way}


def _is_flag(node: ast.expr) -> bool:
    return all(part.startswith("re.") for part in ast.unparse(node).split(" | "))


def _value(module: ModuleType, node: Any) -> Any:
    """What an expression of a module is, None where that is not known before a run."""
    if not isinstance(node, ast.expr):
        return node
    try:
        return eval(compile(ast.Expression(node), "", "eval"), vars(module))
    except Exception:
        return None
