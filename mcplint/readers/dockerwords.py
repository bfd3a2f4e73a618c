"""The words of one instruction of a Dockerfile, split as BuildKit's line parsers and its shell lexer split them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mcplint.facts.dockerfile import Flag, Heredoc, Instruction, Pair
from mcplint.findings import Unreadable
from mcplint.readers.dockerlines import SPACES, Opening
from mcplint.text.located import LocatedText
from mcplint.text.substitution import Refused, pieces, variable_end

BLANKS = "\t\v\f\r "
_STRING = r'"((?:[^"\\]++|\\.)*+)"'
_ESCAPE = r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u.{4}|\\."


def instruction(line: LocatedText, name: str, escape: str, heredocs: tuple[Heredoc, ...] = ()) -> Instruction:
    """The instruction of a logical line whose keyword is `name`. Raises Unreadable where BuildKit refuses it."""
    line = _stripped(line)
    end = _index_of_any(line.text, 0, BLANKS)
    flags, at = _flags(line, _index_after(line.text, end, BLANKS), escape)
    text = line.part(_index_after(line.text, at, SPACES))
    found = Instruction(name, line.span(0, end), line.span(), text, flags, heredocs=heredocs)
    match name:
        case "RUN" | "CMD" | "ENTRYPOINT" | "SHELL":
            words = strings(text)
            return found._replace(words=words if words is not None else _single_word(text), json=words is not None)
        case "ADD" | "COPY" | "VOLUME":
            words = strings(text)
            split = words if words is not None else tuple(_split_blanks(text))
            return found._replace(words=split, json=words is not None)
        case "HEALTHCHECK":
            return _healthcheck(found)
        case "FROM" | "EXPOSE":
            return found._replace(words=tuple(_split_blanks(text)))
        case "ENV" | "LABEL":
            return _pairs(found, escape)
        case "ARG":
            named = tuple(_quoted_words(text, escape))
            return found._replace(words=named, pairs=tuple(_pair(word) for word in named))
        case "ONBUILD":
            return found._replace(inner=_onbuild_instruction(text, escape, heredocs))
        case "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER":
            return found._replace(words=_single_word(text))
    return found


def strings(text: LocatedText) -> tuple[LocatedText, ...] | None:
    """The strings of a JSON array; None where the text is none. Raises Unreadable for an array of anything else."""
    if not text.text.startswith("["):
        return None
    try:
        found = json.loads(text.text, parse_constant=int)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(word, str) for word in found):
        raise Unreadable(text.span(), "the JSON array may only contain strings")
    return tuple(_string(text.part(*word.span(1))) for word in re.finditer(_STRING, text.text))


def _string(text: LocatedText) -> LocatedText:
    """A JSON string without its quotes, each escape replaced by what it stands for."""
    if "\\" not in text.text:
        return text
    pieces: list[tuple[str, int]] = []
    end = 0
    for escape in re.finditer(_ESCAPE, text.text):
        pieces += text.part(end, escape.start()).pieces()
        char = json.loads(f'"{escape[0]}"')
        pieces.append(("\ufffd" if "\ud800" <= char <= "\udfff" else char, text.source_offset(escape.end() - 1)))
        end = escape.end()
    return LocatedText.join(text.source, [*pieces, *text.part(end).pieces()], text.source_offset(0))


def _onbuild_instruction(text: LocatedText, escape: str, heredocs: tuple[Heredoc, ...]) -> Instruction | None:
    """The instruction after ONBUILD."""
    name = keyword(text.text)
    if name == "ONBUILD":
        raise Unreadable(text.span(), "ONBUILD ONBUILD is not allowed")
    return instruction(text, name, escape, heredocs) if name else None


def keyword(line: str) -> str:
    """The keyword of a logical line, in capitals."""
    line = line.strip(SPACES)
    return line[: _index_of_any(line, 0, BLANKS)].upper()


def _index_of_any(text: str, i: int, chars: str) -> int:
    while i < len(text) and text[i] not in chars:
        i += 1
    return i


def _index_after(text: str, i: int, chars: str) -> int:
    while i < len(text) and text[i] in chars:
        i += 1
    return i


def _stripped(line: LocatedText) -> LocatedText:
    start = _index_after(line.text, 0, SPACES)
    return line.part(start, max(start, len(line.text.rstrip(SPACES))))


def _single_word(text: LocatedText) -> tuple[LocatedText, ...]:
    return (text,) if text.text else ()


def _split_blanks(text: LocatedText) -> Iterator[LocatedText]:
    start = 0
    while start < len(text.text):
        end = _index_of_any(text.text, start, BLANKS)
        yield text.part(start, end)
        start = _index_after(text.text, end, BLANKS)


def _flags(line: LocatedText, i: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The `--name=value` words from `i` on, and the offset of what follows them."""
    text, flags = line.text, list[Flag]()
    while True:
        i = _index_after(text, i, SPACES)
        if not text.startswith("--", i):
            return tuple(flags), i
        start = i
        kept, i = _flag_end(text, i, escape)
        word = line.gather(kept, start)
        if word.text == "--":
            return tuple(flags), i
        name, equals, _ = word.text.partition("=")
        value = word.part(len(name) + 1) if equals else None
        flags.append(Flag(name.removeprefix("--"), value, line.span(start, i)))


def _flag_end(text: str, i: int, escape: str) -> tuple[list[tuple[int, int]], int]:
    """The ranges that a flag keeps when its quotes and escapes go, and the offset after it."""
    kept: list[tuple[int, int]] = []
    quote = ""
    while i < len(text) and (quote or text[i] not in SPACES):
        if text[i] == quote:
            quote = ""
        elif not quote and text[i] in "'\"":
            quote = text[i]
        else:
            i += text[i] == escape
            kept.append((i, min(i + 1, len(text))))
        i += 1
    return kept, min(i, len(text))


def _quoted_words(text: LocatedText, escape: str) -> Iterator[LocatedText]:
    """Words of ENV, LABEL and ARG: blanks in quotes or behind an escape belong to them, both are kept."""
    chars = text.text
    i = _index_after(chars, 0, SPACES)
    while i < len(chars):
        start, quote, end = i, "", None
        while i < len(chars) and (quote or chars[i] not in SPACES):
            if chars[i] == escape and quote != "'":
                end = i if i + 1 == len(chars) else None
                i += 1
            elif chars[i] in "'\"" and quote in ("", chars[i]):
                quote = "" if quote else chars[i]
            i += 1
        if (end := min(i, len(chars)) if end is None else end) > start:
            yield text.part(start, end)
        i = _index_after(chars, i, SPACES)


def _pair(word: LocatedText) -> Pair:
    name, equals, _ = word.text.partition("=")
    return Pair(word.part(0, len(name)), word.part(len(name) + 1) if equals else None)


def _pairs(found: Instruction, escape: str) -> Instruction:
    """ENV and LABEL: `name=value …`, or one name and all the rest as its value."""
    words = tuple(_quoted_words(found.text, escape))
    if words and "=" not in words[0].text:
        end = _index_of_any(found.text.text, 0, BLANKS)
        rest = _index_after(found.text.text, end, BLANKS)
        if end == len(found.text.text):
            raise Unreadable(found.span, f"{found.name} needs two arguments")
        name, value = found.text.part(0, end), found.text.part(rest)
        return found._replace(words=(name, value), pairs=(Pair(name, value),))
    for word in words:
        if "=" not in word.text:
            raise Unreadable(word.span(), f"{found.name} has `{word.text}` instead of name=value")
    return found._replace(words=words, pairs=tuple(_pair(word) for word in words))


def _healthcheck(found: Instruction) -> Instruction:
    text = found.text
    end = _index_of_any(text.text, 0, SPACES)
    if not end:
        return found
    command = text.part(_index_after(text.text, end, SPACES))
    words = strings(command)
    rest = words if words is not None else _single_word(command)
    return found._replace(words=(text.part(0, end), *rest), json=words is not None)


def openings(line: LocatedText, escape: str) -> tuple[Opening, ...]:
    """The here-documents that a logical line begins: only RUN, COPY and ADD do, and not in JSON form."""
    if "<<" not in line.text:
        return ()
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
            return _index_after(text, i + 2, "\t\r ")
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
