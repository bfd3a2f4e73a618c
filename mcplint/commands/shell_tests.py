"""What the tests of a shell say: `[ … ]`, `test`, `[[ … ]]` and the patterns of `case`, as far as the files tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from mcplint.commands.shell import Shell
from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_words import LITERAL, PATTERN, Word
from mcplint.commands.words import Words, text
from mcplint.text.glob import fits
from mcplint.values import UNKNOWN, Value

Exists = Callable[[str, str | None], bool | None]
"""Whether there is a file at a path, seen from a folder; None where that cannot be told."""
# What hosting platforms set although no file says so.
_SET_BY_PLATFORMS = re.compile(r"\$\{?PORT(:?-)?\}?")


def test_result(line: Command, words: Words | None, shell: Shell, exists: Exists) -> bool | None:
    """What `[ … ]`, `test` or `[[ … ]]` says, None where the files do not tell, and of any other command."""
    name = line.argv[0].text if line.argv else ""
    if name == "[[" and line.tests is not None:
        return _all_tested(line.tests, shell, exists)
    if name == "[" and words and text(words[-1]) == "]":
        return _tested(words[1:-1], shell, line.argv[1:-1], exists)
    return _tested(words[1:], shell, line.argv[1:], exists) if name == "test" and words else None


def _all_tested(tests: tuple[tuple[str, tuple[Word, ...]], ...], shell: Shell, exists: Exists) -> bool | None:
    """What several tests say together, None where `&&` and `||` are mixed."""
    verdicts = [_tested(tuple(map(shell.value, words)), shell, words, exists) for _, words in tests]
    if len({operator for operator, _ in tests[1:]}) > 1:
        return None
    decides = len(tests) > 1 and tests[1][0] == "||"
    return decides if decides in verdicts else None if None in verdicts else not decides


def _tested(words: Words, shell: Shell, written: tuple[Word, ...], exists: Exists) -> bool | None:
    match [text(word) for word in words]:
        case ["!", *_]:
            inner = _tested(words[1:], shell, written[1:], exists)
            return None if inner is None else not inner
        case ["-n", ""] | [""] if written and _SET_BY_PLATFORMS.fullmatch(written[-1].text):
            shell.sets["PORT"] = UNKNOWN
            return None
        case ["-n", _] | [_]:
            return _test_all(words[-1], lambda option: option != "")
        case ["-z", _]:
            return _test_all(words[-1], lambda option: option == "")
        case ["-e" | "-f" | "-r" | "-s" | "-x" | "-d" as kind, str(path)]:
            return exists(path, shell.workdir) if kind != "-d" else None
        case [_, "=" | "==" | "!=" as sign, _]:
            pattern = len(written) == 3 and any(part.kind == PATTERN for part in written[2].parts)
            found = may_fit(words[0], written[2]) if pattern else _equal(words[0], words[2])
            return found if found is None or sign != "!=" else not found
        case [str(a), "-eq" | "-ne" | "-gt" | "-lt" | "-ge" | "-le" as sign, str(b)] if _numbers(a, b):
            one, two = int(a), int(b)
            return {
                "-eq": one == two,
                "-ne": one != two,
                "-gt": one > two,
                "-lt": one < two,
                "-ge": one >= two,
                "-le": one <= two,
            }[sign]
    return None


def _numbers(*words: str) -> bool:
    return all(word.lstrip("-").isdecimal() and len(word) < 10 for word in words)


def is_test(line: Command) -> bool:
    return bool(line.argv) and line.argv[0].text in ("[", "[[", "test", "true", "false", ":")


def _test_all(value: Value[str], test: Callable[[str], bool]) -> bool | None:
    """Whether a test holds for all that a word may be, None where that differs."""
    verdicts = {test(option) for option in value.options} if value.options else {None}
    return verdicts.pop() if len(verdicts) == 1 else None


def _equal(one: Value[str], other: Value[str]) -> bool | None:
    if text(one) is not None and text(other) is not None:
        return text(one) == text(other)
    apart = one.options is not None and other.options is not None and not set(one.options) & set(other.options)
    return False if apart else None


def may_fit(value: Value[str], pattern: Word) -> bool | None:
    """Whether a word fits a pattern of `case`."""
    if any(part.kind not in (LITERAL, PATTERN) for part in pattern.parts):
        return None
    if pattern.text == "*":
        return True
    return _test_all(value, lambda option: fits(option, pattern.text))
