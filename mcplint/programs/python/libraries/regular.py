"""`re`: a text that lacks what every match begins with, holds or ends with has none; no pattern is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.values import Instance
from mcplint.programs.values import Abstract, known

PATTERN = "re.Pattern"
LONGEST = 1_000
TOKEN = re.compile(r"\\(?P<escaped>[^0-9A-Za-z])|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<other>\\.|.)", re.DOTALL)


def required_characters(pattern: str) -> frozenset[str]:
    """Characters that every text has which a pattern matches, none where that is hard to tell."""
    if len(pattern) > LONGEST or "|" in pattern or re.search(r"\(\?[a-zA-Z-]", pattern):
        return frozenset()
    return frozenset(_required_characters(pattern))


def _required_characters(pattern: str) -> Iterator[str]:
    depth = 0
    for token in TOKEN.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(token["other"] or "", 0)
        plain = token["other"] if (token["other"] or "").isalnum() else None
        character = token["escaped"] or plain
        if character and not depth and pattern[token.end() : token.end() + 1] not in ("?", "*", "{"):
            yield character


def _has_no_match(args: Args, index: int, pattern: Abstract) -> bool:
    """Whether the text in an argument certainly has no match."""
    text = args.get(index, "string")
    if args.keywords or len(args.positional) > index + 1 or not isinstance(pattern.only, str) or not text.options:
        return False
    wanted = required_characters(pattern.only)
    return bool(wanted) and text.must(lambda option: isinstance(option, str) and not wanted.issubset(option))


def find(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`re.match(pattern, text)` and the like."""
    return known(None, *args.notes) if _has_no_match(args, 1, args.get(0, "pattern")) else machine.risk(*args.notes)


def replace(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`re.sub(pattern, new, text)`"""
    unmatched = _has_no_match(args, 2, args.get(0, "pattern"))
    return args.get(2, "string") if unmatched else machine.risk(*args.notes)


def compiled(machine: Machine, args: Args, owner: Any) -> Abstract:
    flagged = len(args.positional) > 1 or bool(args.keywords)
    return new_instance(PATTERN, args, {"pattern": known(None) if flagged else args.get(0, "pattern")})


def compiled_find(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(None, *args.notes) if _has_no_match(args, 0, owner.table["pattern"]) else machine.risk(*args.notes)


def compiled_replace(machine: Machine, args: Args, owner: Instance) -> Abstract:
    unmatched = _has_no_match(args, 1, owner.table["pattern"])
    return args.get(1, "string") if unmatched else machine.risk(*args.notes)


FINDING = ("match", "search", "fullmatch")
CALLS: Mapping[str, Handler] = {
    **{f"re.{name}": find for name in FINDING},
    "re.sub": replace,
    "re.compile": compiled,
    **{f"{PATTERN}.{name}": compiled_find for name in FINDING},
    f"{PATTERN}.sub": compiled_replace,
}
