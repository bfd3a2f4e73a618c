"""The words of one instruction, split as BuildKit's line parsers split them."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.dockerfile import Flag, Heredoc, Instruction, Pair
from mcplint.findings import Unreadable
from mcplint.readers.dockerjson import strings
from mcplint.readers.dockerlines import SPACES
from mcplint.text.located import LocatedText

BLANKS = "\t\v\f\r "


def instruction(line: LocatedText, name: str, escape: str, heredocs: tuple[Heredoc, ...] = ()) -> Instruction:
    """The instruction of a logical line whose keyword is `name`. Raises Unreadable where BuildKit refuses it."""
    line = _stripped(line)
    end = _until(line.text, 0, BLANKS)
    flags, at = _flags(line, _after(line.text, end, BLANKS), escape)
    text = line.part(_after(line.text, at, SPACES))
    found = Instruction(name, line.span(0, end), line.span(), text, flags, heredocs=heredocs)
    match name:
        case "RUN" | "CMD" | "ENTRYPOINT" | "SHELL":
            words = strings(text)
            return found._replace(words=words if words is not None else _one(text), json=words is not None)
        case "ADD" | "COPY" | "VOLUME":
            words = strings(text)
            split = words if words is not None else tuple(_split(text))
            return found._replace(words=split, json=words is not None)
        case "HEALTHCHECK":
            return _healthcheck(found)
        case "FROM" | "EXPOSE":
            return found._replace(words=tuple(_split(text)))
        case "ENV" | "LABEL":
            return _pairs(found, escape)
        case "ARG":
            named = tuple(_quoted_words(text, escape))
            return found._replace(words=named, pairs=tuple(_pair(word) for word in named))
        case "ONBUILD":
            return found._replace(inner=_deferred(text, escape, heredocs))
        case "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER":
            return found._replace(words=_one(text))
    return found


def _deferred(text: LocatedText, escape: str, heredocs: tuple[Heredoc, ...]) -> Instruction | None:
    """The instruction after ONBUILD."""
    name = keyword(text.text)
    if name == "ONBUILD":
        raise Unreadable(text.span(), "ONBUILD ONBUILD is not allowed")
    return instruction(text, name, escape, heredocs) if name else None


def keyword(line: str) -> str:
    """The keyword of a logical line, in capitals."""
    line = line.strip(SPACES)
    return line[: _until(line, 0, BLANKS)].upper()


def _until(text: str, i: int, chars: str) -> int:
    while i < len(text) and text[i] not in chars:
        i += 1
    return i


def _after(text: str, i: int, chars: str) -> int:
    while i < len(text) and text[i] in chars:
        i += 1
    return i


def _stripped(line: LocatedText) -> LocatedText:
    start = _after(line.text, 0, SPACES)
    return line.part(start, max(start, len(line.text.rstrip(SPACES))))


def _one(text: LocatedText) -> tuple[LocatedText, ...]:
    return (text,) if text.text else ()


def _split(text: LocatedText) -> Iterator[LocatedText]:
    start = 0
    while start < len(text.text):
        end = _until(text.text, start, BLANKS)
        yield text.part(start, end)
        start = _after(text.text, end, BLANKS)


def _flags(line: LocatedText, i: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The `--name=value` words from `i` on, and the offset of what follows them."""
    text, flags = line.text, list[Flag]()
    while True:
        i = _after(text, i, SPACES)
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
    i = _after(chars, 0, SPACES)
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
        i = _after(chars, i, SPACES)


def _pair(word: LocatedText) -> Pair:
    name, equals, _ = word.text.partition("=")
    return Pair(word.part(0, len(name)), word.part(len(name) + 1) if equals else None)


def _pairs(found: Instruction, escape: str) -> Instruction:
    """ENV and LABEL: `name=value …`, or one name and all the rest as its value."""
    words = tuple(_quoted_words(found.text, escape))
    if words and "=" not in words[0].text:
        end = _until(found.text.text, 0, BLANKS)
        rest = _after(found.text.text, end, BLANKS)
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
    end = _until(text.text, 0, SPACES)
    if not end:
        return found
    command = text.part(_after(text.text, end, SPACES))
    words = strings(command)
    rest = words if words is not None else _one(command)
    return found._replace(words=(text.part(0, end), *rest), json=words is not None)
