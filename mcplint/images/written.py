"""Files that a RUN writes itself: what `echo`, `printf` and `cat` print into them, and here-documents."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.command_lines import program
from mcplint.commands.shell_words import Word
from mcplint.commands.words import text
from mcplint.facts.dockerfile import Heredoc
from mcplint.images.runs import RunStep
from mcplint.text.located import LocatedText
from mcplint.text.source import Source

_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_INTO = (">", ">>", ">|")


class Written(NamedTuple):
    """A file that a RUN writes: its absolute path, its text, None where that cannot be told; whether it is appended."""

    path: str
    text: LocatedText | None
    append: bool


def written_files(steps: tuple[RunStep, ...], heredocs: tuple[Heredoc, ...]) -> Iterator[Written]:
    """The files that the commands of a RUN write."""
    fed: LocatedText | None = None
    bodies = {heredoc.name: _body(heredoc) for heredoc in heredocs}
    for step in steps:
        printed = _printed_text(step, bodies, fed)
        if program(step.argv) == "tee":
            append = any(text(word) == "-a" for word in step.argv)
            names = [(name, append) for word in step.argv[1:] if (name := text(word)) and not name.startswith("-")]
        else:
            into = [redirect for redirect in step.redirects if redirect.operator in _INTO and redirect.fd in ("", "1")]
            names = [(each.target.text, each.operator == ">>") for each in into if each.target.literal]
        for name, append in names:
            if step.workdir is not None or name.startswith("/"):
                yield Written(posixpath.normpath(posixpath.join(step.workdir or "/", name)), printed, append)
        fed = printed if step.line.operator == "|" else None


def _printed_text(
    step: RunStep, bodies: Mapping[str, LocatedText | None], fed: LocatedText | None
) -> LocatedText | None:
    """What a command prints, as far as it is one that only prints."""
    words = step.line.argv
    match program(step.argv):
        case "echo":
            flags = next((at for at, word in enumerate(words[1:], 1) if word.text not in ("-e", "-n", "-ne", "-en")), 0)
            given = words[flags:] if flags else ()
            ends = [] if any("n" in word.text for word in words[1 : flags or None]) else ["\n"]
            return _joined_words(given, " ", ends) if all(word.literal for word in given) else None
        case "printf" if len(words) > 1 and all(word.literal for word in words):
            return _printf_output(words[1], words[2:])
        case "cat" | "tee":
            here = next((each for each in step.redirects if each.operator in ("<<", "<<-")), None)
            if here and here.target.text not in bodies:
                return _text_if_unexpanded(here.body, here.target.quoted) if here.body else None
            return bodies[here.target.text] if here else fed
    return None


def _body(heredoc: Heredoc) -> LocatedText | None:
    return _text_if_unexpanded(heredoc.body, not heredoc.expand)


def _text_if_unexpanded(body: LocatedText, literal: bool) -> LocatedText | None:
    """The text of a here-document as the shell passes it on, None where the shell expands something in it."""
    if literal:
        return body
    pieces = list[tuple[int, int]]()
    at = 0
    while at < len(body.text):
        char = body.text[at]
        if char in "$`":
            return None
        at += 1 if char == "\\" and body.text[at + 1 : at + 2] in ("$", "`", "\\") else 0
        pieces.append((at, at + 1))
        at += 1
    return body.gather(pieces, 0) if body.text else body


def _joined_words(words: tuple[Word, ...], between: str, ends: list[str]) -> LocatedText | None:
    """Words with what stands between them, each character at its offset or at that of the one before it."""
    if not words:
        return None
    pieces = list[tuple[str, int]]()
    for number, word in enumerate(words):
        if number:
            pieces.append((between, pieces[-1][1] if pieces else word.span.start))
        pieces += _unescaped(word.content)
    last = words[-1].span.end - 1
    return _located(words[0].span.source, [*pieces, *((end, last) for end in ends)], words[0].span.start)


def _printf_output(form: Word, arguments: tuple[Word, ...]) -> LocatedText | None:
    """What printf prints; `%s` alone is understood, and a format without any is printed once."""
    pieces, given = list[tuple[str, int]](), list(arguments)
    while True:
        taken = 0
        unescaped = iter(list(_unescaped(form.content)))
        for char, offset in unescaped:
            if char != "%":
                pieces.append((char, offset))
                continue
            kind = next(unescaped, ("", 0))[0]
            if kind not in ("s", "b", "%"):
                return None
            if kind == "%":
                pieces.append(("%", offset))
            elif given:
                taken += 1
                word = given.pop(0)
                pieces += _unescaped(word.content) if kind == "b" else word.content.pieces()
        if not taken or not given:
            break
    return _located(form.span.source, pieces, form.span.start)


def _unescaped(content: LocatedText) -> Iterator[tuple[str, int]]:
    """The characters of a text with their offsets, backslashes resolved."""
    at, spelled = 0, content.text
    while at < len(spelled):
        escaped = _ESCAPED.get(spelled[at + 1 : at + 2]) if spelled[at] == "\\" else None
        at += 1 if escaped else 0
        yield escaped or spelled[at], content.source_offset(at)
        at += 1


def _located(source: Source, pieces: list[tuple[str, int]], offset: int) -> LocatedText:
    return LocatedText.join(source, pieces, offset)
