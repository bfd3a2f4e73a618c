"""The here-documents that a line of a Dockerfile begins, found by the rules of BuildKit's shell lexer."""

from __future__ import annotations

from mcplint.facts.dockerfile import Heredoc
from mcplint.findings import Unreadable
from mcplint.readers.dockerlines import SPACES, Opening
from mcplint.readers.dockerwords import instruction, keyword
from mcplint.text.located import LocatedText
from mcplint.text.substitution import Refused, pieces, variable_end


def openings(line: LocatedText, escape: str) -> tuple[Opening, ...]:
    """The here-documents that a logical line begins: only RUN, COPY and ADD do, and not in JSON form."""
    found = instruction(line, keyword(line.text), escape)
    found = found.inner or found
    if found.name not in ("RUN", "COPY", "ADD") or found.json:
        return ()
    return tuple(opening for start, end in _raw_words(line.text) if (opening := _opening(line.part(start, end))))


def _opening(word: LocatedText) -> Opening | None:
    rest = word.text.lstrip("0123456789")
    if not rest.startswith("<<"):
        return None
    tabs = rest.startswith("<<-")
    named = rest[3 if tabs else 2 :]
    written = named.lstrip("\t\n\f\r ")
    if not written or "<" in written:
        return None
    try:
        parts = pieces(written)
    except Refused as refusal:
        raise Unreadable(word.span(), f"invalid name of a here-document: {refusal}") from None
    name = "".join(written[part.start : part.end] for part in parts)
    if not name:
        return None
    expand = not any(quote in written for quote in "'\"")
    return Opening(Heredoc(name, word, expand, tabs, word.span()), written != named)


def _raw_words(text: str) -> list[tuple[int, int]]:
    """The words of a line with their quotes; none where its quotes or substitutions do not close."""
    words: list[tuple[int, int]] = []
    start: int | None = None
    i = 0
    try:
        while i < len(text):
            if text[i] in SPACES:
                if start is not None:
                    words.append((start, i))
                start, i = None, i + 1
                continue
            start = i if start is None else start
            i = _raw_end(text, i)
    except Refused:
        return []
    return words if start is None else [*words, (start, len(text))]


def _raw_end(text: str, i: int) -> int:
    """The offset after the quoted string, substitution, escape, `<<` or character at `i`. Raises Refused."""
    match text[i]:
        case "'" | '"' as quote:
            return _quote_end(text, i + 1, quote)
        case "$":
            return variable_end(text, i)
        case "\\":
            return min(i + 2, len(text))
        case "<" if text.startswith("<<", i):
            return _after_blanks(text, i + 2)
    return i + 1


def _quote_end(text: str, i: int, quote: str) -> int:
    while i < len(text) and text[i] != quote:
        if quote == '"' and text[i] == "$":
            i = variable_end(text, i)
        elif quote == '"' and text[i] == "\\" and text[i + 1 : i + 2] in ('"', "$", "\\"):
            i += 2
        else:
            i += 1
    if i >= len(text):
        raise Refused(f"the closing {quote} is missing")
    return i + 1


def _after_blanks(text: str, i: int) -> int:
    while i < len(text) and text[i] in "\t\r ":
        i += 1
    return i
