"""One word of a POSIX shell: what its quotes and escapes leave, what of it the shell expands, where it stands."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import HOLE

LITERAL, VARIABLE, COMMAND, ARRAY, PATTERN = "literal", "variable", "command", "array", "pattern"

BLANKS = " \t\r\v\f"
BREAKS = frozenset(" \t\r\v\f\n;&|()<>")
_SPECIAL = BREAKS | frozenset("\\'\"$`*?" + HOLE)
_SPECIAL_QUOTED = frozenset('"\\$`' + HOLE)


class Part(NamedTuple):
    """A piece of a word: literal text without quotes, or an expansion as it is written.

    Expansions: a variable (`$VAR`, `${VAR:-x}`, HOLE), a command (`$(…)`, backquotes, `<(…)`), an array (`(a b)`), a
    pattern (`*`, `?`). `quoted` ones stay one word.
    """

    kind: str
    located: LocatedText
    quoted: bool = False

    @property
    def text(self) -> str:
        return self.located.text


class Word(NamedTuple):
    """A word: its content without quotes and escapes, expansions left as written, and its span with the quotes."""

    content: LocatedText
    span: Span
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def literal(self) -> bool:
        """Whether the shell passes it on exactly as `text` says."""
        return all(part.kind == LITERAL for part in self.parts)

    @property
    def quoted(self) -> bool:
        """Whether anything of it stands in quotes or behind an escape, so that it is no reserved word."""
        return any(part.quoted for part in self.parts) or self.span.text != self.content.text


class _Run(NamedTuple):
    kind: str
    quoted: bool
    ranges: list[tuple[int, int]]


def word_at(located: LocatedText, start: int) -> tuple[Word, int]:
    """The word that begins at this offset of the text, and the offset after it."""
    text, i, end = located.text, start, len(located.text)
    runs: list[_Run] = []
    while i < end:
        match text[i]:
            case "'":
                close = _find(text, "'", i + 1)
                _add(runs, VARIABLE if HOLE in text[i + 1 : close] else LITERAL, True, i + 1, close)
                i = close + 1
            case '"':
                i = _double_quoted(text, i + 1, runs)
            case "\\":
                i = _escaped(text, i, runs)
            case "$" if text.startswith(("$'", '$"'), i):
                i += 1
            case "$" | "`":
                i = _expansion(text, i, runs, False)
            case "*" | "?":
                _add(runs, PATTERN, False, i, i + 1)
                i += 1
            case "\ufffc":
                _add(runs, VARIABLE, False, i, i + 1)
                i += 1
            case "<" | ">" if text.startswith("(", i + 1):
                close = matching(text, i + 1)
                _add(runs, COMMAND, False, i, close)
                i = close
            case char if char in BREAKS:
                break
            case _:
                plain = i
                while i < end and text[i] not in _SPECIAL:
                    i += 1
                _add(runs, LITERAL, False, plain, i)
    i = min(i, end)
    return _word(located, start, i, runs), i


def _word(located: LocatedText, start: int, end: int, runs: list[_Run]) -> Word:
    if len(runs) == 1 and runs[0].ranges == [(start, end)]:
        content = located.part(start, end)
        return Word(content, content.span(), (Part(runs[0].kind, content, runs[0].quoted),))
    parts = tuple(Part(run.kind, located.gather(run.ranges, run.ranges[0][0]), run.quoted) for run in runs)
    inside = start + 1 if end > start + 1 and located.text[start] in "'\"" else start
    content = located.gather((piece for run in runs for piece in run.ranges), inside)
    return Word(content, located.span(start, end), parts)


def _add(runs: list[_Run], kind: str, quoted: bool, start: int, end: int) -> None:
    """Adds a piece; literal text that goes on is one part."""
    if runs and kind == LITERAL and runs[-1].kind == LITERAL and runs[-1].quoted == quoted:
        runs[-1].ranges.append((start, end))
    else:
        runs.append(_Run(kind, quoted, [(start, end)]))


def _find(text: str, char: str, start: int) -> int:
    found = text.find(char, start)
    return len(text) if found < 0 else found


def _escaped(text: str, i: int, runs: list[_Run]) -> int:
    """Past a backslash outside quotes: it makes the next character literal, and joins lines."""
    if text.startswith(("\n", "\r\n"), i + 1):
        return i + (2 if text[i + 1] == "\n" else 3)
    first = i + 1 if i + 1 < len(text) else i
    _add(runs, LITERAL, True, first, first + 1)
    return first + 1


def _double_quoted(text: str, i: int, runs: list[_Run]) -> int:
    """Past a double-quoted string whose content begins at `i`."""
    end = len(text)
    _add(runs, LITERAL, True, i, i)
    while i < end and text[i] != '"':
        match text[i]:
            case "\\" if i + 1 < end and text[i + 1] in '"\\$`':
                _add(runs, LITERAL, True, i + 1, i + 2)
                i += 2
            case "\\" if text.startswith("\n", i + 1):
                i += 2
            case "$" | "`":
                i = _expansion(text, i, runs, True)
            case "\ufffc":
                _add(runs, VARIABLE, True, i, i + 1)
                i += 1
            case _:
                plain = i
                i += 1
                while i < end and text[i] not in _SPECIAL_QUOTED:
                    i += 1
                _add(runs, LITERAL, True, plain, i)
    return i + 1


def _expansion(text: str, i: int, runs: list[_Run], quoted: bool) -> int:
    """Past a `$…` or a backquoted command; a lone `$` is literal."""
    kind, end = VARIABLE, i + 1
    if text[i] == "`":
        kind, end = COMMAND, matching(text, i)
    elif text.startswith("(", end):
        kind, end = COMMAND, matching(text, end)
    elif text.startswith("{", end):
        end = matching(text, end)
    elif end < len(text) and text[end] in "@*#?-$!0123456789":
        end += 1
    else:
        while end < len(text) and (text[end] == "_" or text[end].isalnum()):
            end += 1
        kind = VARIABLE if end > i + 1 else LITERAL
    _add(runs, kind, quoted, i, end)
    return end


_CLOSER = {"(": ")", "{": "}", "`": "`", '"': '"'}


def line_end(text: str, at: int) -> int:
    """Where the line ends that an offset is on."""
    return _find(text, "\n", at)


def matching(text: str, opener: int) -> int:
    """The offset after what closes the bracket or backquote at `opener`; the end of the text where nothing does."""
    stack, i, end = [_CLOSER[text[opener]]], opener + 1, len(text)
    while stack and i < end:
        char, inner = text[i], stack[-1]
        if char == "\\":
            i += 1
        elif char == inner:
            stack.pop()
        elif char == "#" and inner == ")" and text[i - 1] in BREAKS:
            i = line_end(text, i)
        elif char == "$" and i + 1 < end and text[i + 1] in "({":
            i += 1
            stack.append(_CLOSER[text[i]])
        elif char == "'" and inner != '"':
            i = _find(text, "'", i + 1)
        elif char in '"`' or (char == "(" and inner == ")"):
            stack.append(_CLOSER[char])
        i += 1
    return min(i, end)
