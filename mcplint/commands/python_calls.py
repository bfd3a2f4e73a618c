"""What Python is told to run: a file, a module, or the text of a command. Source: `python --help` of 3.14."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.commands.words import Words, text
from mcplint.values import Value, tail

FILE, MODULE, CODE = "file", "module", "code"
_VALUED = ("--check-hash-based-pycs",)


class PythonCall(NamedTuple):
    """What is run: its kind, empty where it is nothing that is known, the word for it, and those behind that.

    `letters`: the options without a value. `at`: the position of the last word that was looked at.
    """

    kind: str
    program: Value[str] | None = None
    argv: Words = ()
    letters: frozenset[str] = frozenset()
    at: int = 0


def python_call(words: Words) -> PythonCall:
    """What the words of a command that starts with Python have it run."""
    letters: set[str] = set()
    index = 1
    while index < len(words):
        word, shown = words[index], text(words[index])
        if shown is None:
            return PythonCall("", word, at=index)
        if not shown.startswith("-") or shown == "-":
            return PythonCall(FILE, word, words[index + 1 :], frozenset(letters), index)
        long = shown.startswith("--")
        for at, letter in enumerate("" if long else shown[1:], 2):
            attached = at < len(shown)
            behind = index if attached else index + 1
            if letter in "mc":
                value = tail(word, at) if attached else next(iter(words[behind : behind + 1]), None)
                kind = MODULE if letter == "m" else CODE
                return PythonCall(kind, value, words[behind + 1 :], frozenset(letters), behind)
            if letter in "Vh?":
                return PythonCall("", at=index)
            if letter in "WX":
                index = behind
                break
            letters.add(letter)
        index += 2 if shown in _VALUED else 1
    return PythonCall("", letters=frozenset(letters), at=index)
