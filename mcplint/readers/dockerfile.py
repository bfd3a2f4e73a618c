"""Reads a Dockerfile. dockerfile-parse splits it into instructions, over a text that is made safe for it first.

By itself it knows no here-documents, ends an instruction at a blank line inside it, loses one that ends in a backslash
and takes time that grows with the square of a continuation. So it is handed one plain line for each instruction;
continuations, here-documents, words and their spans are read here, by the rules of BuildKit's own parser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

from mcplint.facts.dockerfile import Dockerfile, Instruction, Stage
from mcplint.findings import NOTE, Unreadable
from mcplint.readers.dockerlines import Line, escape_character, lines
from mcplint.readers.dockerwords import BLANKS, instruction, openings
from mcplint.text.located import LocatedText
from mcplint.text.source import Part, Source, Span
from mcplint.text.substitution import Refused, pieces
from mcplint.values import Label

MAX_SIZE = 100_000
_PLACEHOLDERS = ("{{", "{%", "{#")
_UNTEMPLATED = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ENV", "LABEL", "ARG", "SHELL", "ONBUILD"})
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".hbs", ".mustache", ".erb")


def read(source: Source) -> Dockerfile:
    """The Dockerfile of a source. Raises Unreadable where BuildKit would refuse it, as NOTE for a template."""
    if "{{" in source.path or source.path.endswith(_TEMPLATES):
        raise _template(Span(source, 0, 0))
    if "\r" in source.text.strip() and "\n" not in source.text:
        raise Unreadable(Span(source, 0, 0), "the whole file is one line: a lone carriage return does not end a line")
    try:
        escape = escape_character(source)
        found = instructions(source, escape)
    except Unreadable as problem:
        if any(mark in problem.span.text for mark in _PLACEHOLDERS):
            raise _template(problem.span) from None
        raise
    if (placeholder := next(_placeholders(found), None)) is not None:
        raise _template(placeholder)
    first = next((i for i, each in enumerate(found) if each.name == "FROM"), len(found))
    if early := next((each for each in found[:first] if each.name != "ARG"), None):
        raise Unreadable(early.span, "an instruction before the first FROM")
    if first == len(found):
        raise Unreadable(Span(source, 0, 0), "there is no FROM")
    return Dockerfile(
        source, escape, found[:first], tuple(_stages(found[first:])), tuple(_build_refusals(found, escape))
    )


def parts(source: Source) -> tuple[Part, ...]:
    """Every instruction, under the FROM of its stage, and every here-document under its instruction."""
    stage, found = -1, []
    for each in instructions(source, escape_character(source)):
        meaning = (each.name, tuple(flag.span.text for flag in each.flags), each.text.text)
        stage = -1 if each.name == "FROM" else stage
        found.append(Part(each.span.start, each.span.end, meaning, stage))
        stage = each.span.start if each.name == "FROM" else stage
        for _, start, end in (heredoc.body.span() for heredoc in each.heredocs):
            found.append(Part(start, end, source.text[start:end], each.span.start))
    return tuple(found)


def instructions(source: Source, escape: str) -> tuple[Instruction, ...]:
    """Every instruction of a Dockerfile, in its order, as BuildKit's parser splits it. Raises Unreadable."""
    if len(source.text.strip()) > MAX_SIZE:
        raise Unreadable(Span(source, 0, 0), f"larger than {MAX_SIZE:,} characters")
    found = list(lines(source, escape, lambda line: openings(line, escape)))
    keywords = _keywords(found)
    return tuple(
        instruction(line.text, keywords.get(number, ""), escape, line.heredocs) for number, line in enumerate(found)
    )


def _keywords(found: Iterable[Line]) -> dict[int, str]:
    """The keyword of each logical line by its number, in capitals; a line without a word has none."""
    plain = "\n".join("".join(map(_stand_in, line.text.text)) for line in found) + "\n"
    structure = DockerfileParser(fileobj=BytesIO(plain.encode())).structure
    return {part["startline"]: part["instruction"] for part in structure}


def _stand_in(char: str) -> str:
    """The character, or a stand-in for one that would mean something else to the library than to BuildKit."""
    return char if char in BLANKS or ("!" <= char <= "~" and char != "\\") else "_"


def _template(span: Span) -> Unreadable:
    return Unreadable(span, "a template, not a Dockerfile yet", NOTE)


def _placeholders(found: Iterable[Instruction]) -> Iterator[Span]:
    """The spans that only a template can have: elsewhere braces may be part of a command or a text."""
    for each in found:
        if each.keyword.text.startswith(_PLACEHOLDERS):
            yield each.keyword
        elif (name := next((pair.name for pair in each.pairs if "{{" in pair.name.text), None)) is not None:
            yield name.span()
        elif each.name not in _UNTEMPLATED and (at := each.text.text.find("{{")) >= 0:
            yield each.text.span(at, at + 2)


def _stages(found: tuple[Instruction, ...]) -> Iterator[Stage]:
    """The stages; the first instruction is a FROM. Raises Unreadable."""
    starts = [i for i, each in enumerate(found) if each.name == "FROM"]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(found)], strict=True)):
        origin = found[start]
        match origin.words:
            case (base,):
                name = None
            case (base, middle, last) if middle.text.lower() == "as":
                name = last.text.lower()
            case _:
                raise Unreadable(origin.span, "FROM takes `IMAGE` or `IMAGE AS NAME`")
        platform = origin.flag("platform")
        yield Stage(number, name, origin, base, platform and platform.value, found[start + 1 : end])


def _build_refusals(found: Iterable[Instruction], escape: str) -> Iterator[Label]:
    """What the build or a shell stops at though the parser lets it pass: quotes and braces that are never closed."""
    for each in found:
        text = each.text.text
        if each.name in ("RUN", "CMD", "ENTRYPOINT") and not each.json and text.startswith(('["', "['")):
            word = each.text.part(0, len(text.split()[0]))
            yield Label(
                each.text.span(),
                f"not a JSON array of strings in double quotes, so a shell is asked to run `{word.text}`",
            )
        for word in _expanded_words(each):
            try:
                pieces(word.text, escape)
            except Refused as refusal:
                yield Label(word.span(), f"cannot be expanded: {refusal}")


def _expanded_words(instruction: Instruction) -> Iterator[LocatedText]:
    """The words in which the build replaces variables and takes quotes away."""
    match instruction.name:
        case "ENV" | "ARG":
            yield from (pair.value for pair in instruction.pairs if pair.value)
        case "ADD" | "COPY" | "EXPOSE" | "USER" | "WORKDIR":
            yield from instruction.words
