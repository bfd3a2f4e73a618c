"""The variables for want of which a program ends: what its conditions, and the files that it loads, say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcplint.programs.values import Abstract
from mcplint.text.source import Span
from mcplint.values import Label

FILES = re.compile(r"dotenv|env[-_]file|read_env|loadEnvFile|secrets_dir")
"""How a program or its command speaks of files with variables, which may be there when it runs."""


def loads_variables(texts: Iterable[str]) -> bool:
    """Whether a program may take variables from a file that is not in the project."""
    return any(FILES.search(text) for text in texts)


def deciding_variable(condition: Abstract, optional: set[str]) -> Label | None:
    """The one variable that decides a condition, as a note on where it is read.

    `optional`: those in whose place the program takes another.
    """
    read = _variables(condition)
    name, span = next(iter(read.items()), ("", None))
    return Label(span, name) if span and len(read) == 1 and name not in optional else None


def interchangeable_variables(first: Abstract, rest: Abstract) -> set[str]:
    """The variables that one operand of `or` or `and` reads where another reads some as well."""
    return set(_variables(rest)) if _variables(first) else set()


def _variables(value: Abstract) -> dict[str, Span]:
    return {note.variable: note.span for note in value.trace if note.variable}
