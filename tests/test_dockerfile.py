"""The Dockerfile reader: equal to BuildKit's own parser, exact about places, unmoved by bad input."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any, NamedTuple

import pytest
from counted import lines
from dockerfuzz import KEYWORDS, dockerfile

from mcplint.facts.dockerfile import Dockerfile, Instruction
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers.dockerfile import instructions, read
from mcplint.readers.dockerlines import escape_character
from mcplint.text.located import LocatedText
from mcplint.text.source import Source

KNOWN = frozenset(KEYWORDS.split()) - {"FOO"}


class Told(NamedTuple):
    """What a parser says of one instruction, in the terms that both share."""

    name: str
    inner: str | None
    json: bool
    flags: tuple[str, ...]
    words: tuple[str, ...]
    heredocs: tuple[tuple[str, str], ...]
    line: str = ""


def known(name: str | None) -> str:
    return name.upper() if name and name.upper() in KNOWN else "?"


def theirs(text: str) -> list[Told]:
    """What BuildKit's parser says. Raises what it raises."""
    oracle: Any = pytest.importorskip("dockerfile", reason="there is no wheel of BuildKit's parser for this platform")
    return [
        Told(
            known(each.cmd),
            known(each.sub_cmd) if each.sub_cmd else None,
            each.json,
            each.flags,
            each.value if known(each.sub_cmd or each.cmd) != "?" else (),
            () if each.sub_cmd else tuple((heredoc.name, untabbed(heredoc.content)) for heredoc in each.heredocs),
            each.original or "",
        )
        for each in oracle.parse_string(text)
    ]


def told(each: Instruction) -> Told:
    """The same of an instruction that we read."""
    inner = each.inner or each
    pairs = tuple(half.text for pair in inner.pairs for half in pair if half is not None)
    return Told(
        known(each.name),
        known(each.inner.name) if each.inner else None,
        inner.json,
        tuple(f"--{flag.name}" + (f"={flag.value.text}" if flag.value else "") for flag in each.flags),
        pairs if inner.name in ("ENV", "LABEL") else tuple(word.text for word in inner.words),
        () if each.inner else tuple((heredoc.name, untabbed(heredoc.body.text)) for heredoc in each.heredocs),
    )


def untabbed(text: str) -> str:
    """The text of a here-document without the tabs that begin its lines, which the oracle keeps for `<<-` too."""
    return re.sub(r"(?m)^\t+", "", text)


def ours(text: str) -> tuple[Instruction, ...]:
    source = Source("Dockerfile", text.removeprefix("\ufeff"))
    return instructions(source, escape_character(source))


def newer(each: Instruction) -> str | None:
    """Why the oracle, an older release of the parser, may differ here from what BuildKit does now."""
    line, inner = each.span.text, each.inner or each
    flags = "".join(flag.span.text for flag in (*each.flags, *inner.flags))
    array = inner.words[1].text if inner.name == "HEALTHCHECK" and len(inner.words) > 1 else inner.text.text
    if array.startswith("[") and follows_json(array):
        return "text after a JSON array"
    if "<<" in line and any(f"<<{blank}" in line for blank in " \t\\"):
        return "a blank after <<"
    if not flags.isascii():
        return "flags that are not ASCII"
    return "an escape in flags" if "`" in flags or "\\" in flags else None


def follows_json(text: str) -> bool:
    try:
        return json.JSONDecoder().raw_decode(text)[1] < len(text)
    except ValueError:
        return False


def compare(text: str) -> str:
    """`equal`, or why the two cannot be compared. Fails where they differ without a reason."""
    try:
        expected = theirs(text)
    except ValueError as refusal:
        expected, refused = [], str(refusal).partition(":")[0]
    else:
        refused = None
    try:
        found = ours(text)
    except Unreadable as problem:
        array = any(each.json and "<<" in each.line for each in expected)
        spaced = any(f"<<{blank}" in each.line for each in expected for blank in " \t")
        assert refused or array or spaced, f"only we refuse it: {problem.message}\n{text}"
        return "refused by both" if refused else "text after a JSON array" if array else "a blank after <<"
    if refused:
        return "refused by the oracle"
    for number, (mine, other) in enumerate(zip(found, expected, strict=False)):
        if told(mine) != other._replace(line=""):
            reason = newer(mine) or newer(found[max(0, number - 1)])
            assert reason, f"{told(mine)}\n{other}\n\n{text}"
            return reason
    assert len(found) == len(expected), text
    return "equal"


def test_generated_files_read_as_buildkit_reads_them() -> None:
    random = Random(20230718)
    counts = Counter(compare(dockerfile(random)) for _ in range(9000))
    assert counts["equal"] >= 5000, counts


WRITTEN = {
    "a shift is a here-document": ("RUN echo 1<<2\nx\n2\n", [("RUN", ("echo 1<<2",), ("x\n",))]),
    "a quoted one is not": ('RUN echo "<<EOF"\nCMD x\n', [("RUN", ('echo "<<EOF"',), ()), ("CMD", ("x",), ())]),
    "a redirection belongs to its name": ("RUN <<EOF>/f\nEOF\nEOF>/f\n", [("RUN", ("<<EOF>/f",), ("EOF\n",))]),
    "a spaced one counts with its end": (
        "RUN cat << EOF\nUSER root\nEOF\n",
        [("RUN", ("cat << EOF",), ("USER root\n",))],
    ),
    "and is nothing without": (
        "RUN echo $((1 << 2))\nCMD x\n",
        [("RUN", ("echo $((1 << 2))",), ()), ("CMD", ("x",), ())],
    ),
    "two": ("COPY <<A <<B /d/\na\nA\nb\nB\n", [("COPY", ("<<A", "<<B", "/d/"), ("a\n", "b\n"))]),
    "tabs": ("RUN <<-EOF\n\tx\n\tEOF\n", [("RUN", ("<<-EOF",), ("x\n",))]),
    "not in JSON form": ('RUN ["a", "<<EOF"]\nCMD x\n', [("RUN", ("a", "<<EOF"), ()), ("CMD", ("x",), ())]),
    "only for RUN, COPY and ADD": ("CMD <<EOF\nUSER x\n", [("CMD", ("<<EOF",), ()), ("USER", ("x",), ())]),
    "blank line in a continuation": ("RUN a \\\n\n  # c\n\n b\n", [("RUN", ("a  b",), ())]),
    "backslash at the end": ("RUN a \\", [("RUN", ("a",), ())]),
    "two backslashes": ("RUN a \\\\\nCMD b", [("RUN", ("a \\\\",), ()), ("CMD", ("b",), ())]),
    "a comment does not continue": ("# c \\\nCMD b", [("CMD", ("b",), ())]),
    "text after an array is shell form": ('CMD ["a"] x', [("CMD", ('["a"] x',), ())]),
    "single quotes are no JSON": ("CMD ['a']", [("CMD", ("['a']",), ())]),
    "the old form of ENV": ("ENV A b  c=d", [("ENV", ("A", "b  c=d"), ())]),
    "escapes in JSON": ('CMD ["a\\"b", "\\u00e9\\ud83d\\ude00"]', [("CMD", ('a"b', "é😀"), ())]),
    "lower case": ("cmd x", [("CMD", ("x",), ())]),
    "under ONBUILD": ("ONBUILD RUN <<EOF\nx\nEOF\n", [("ONBUILD", (), ("x\n",))]),
    "CRLF": ("RUN <<EOF\r\na\r\nEOF\r\nCMD b \\\r\n c\r\n", [("RUN", ("<<EOF",), ("a\r\n",)), ("CMD", ("b  c",), ())]),
    "the escape directive": ("# syntax=x\n# check=skip=all\n# escape=`\nCMD a `\n b\\", [("CMD", ("a  b\\",), ())]),
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_the_grammar_at_its_edges(text: str, expected: list[tuple[str, tuple[str, ...], tuple[str, ...]]]) -> None:
    found = [
        (each.name, tuple(word.text for word in each.words), tuple(heredoc.body.text for heredoc in each.heredocs))
        for each in ours(text)
    ]
    assert found == expected


def texts(each: Instruction) -> Iterable[LocatedText]:
    yield each.text
    yield from each.words
    yield from (half for pair in each.pairs for half in pair if half is not None)
    yield from (flag.value for flag in each.flags if flag.value is not None)
    yield from (heredoc.body for heredoc in each.heredocs)
    if each.inner:
        yield from texts(each.inner)


def test_every_character_knows_its_place() -> None:
    random = Random(7)
    checked = 0
    for _ in range(1500):
        text = dockerfile(random).removeprefix("\ufeff")
        try:
            found = ours(text)
        except Unreadable:
            continue
        for located in (located for each in found for located in texts(each) if "\\u" not in each.span.text):
            for offset, char in enumerate(located.text):
                assert text[located.source_offset(offset)] == char or (char in '"\n' and "\\" in text), (
                    located,
                    offset,
                )
                checked += 1
    assert checked > 50_000


def test_stages() -> None:
    text = "ARG V=1\nFROM --platform=$P python:$V AS Build\nRUN x\nFROM build\nUSER 1\n"
    found = read(Source("Dockerfile", text))
    assert [(stage.number, stage.name, stage.base.text, len(stage.instructions)) for stage in found.stages] == [
        (0, "build", "python:$V", 1),
        (1, None, "build", 1),
    ]
    assert found.stages[0].platform is not None and found.stages[0].platform.text == "$P"
    assert [each.name for each in found.instructions] == ["ARG", "FROM", "RUN", "FROM", "USER"]


BAD = {
    "empty": ("", ERROR),
    "comments only": ("# a\n\n", ERROR),
    "NUL": ("\0" * 100, ERROR),
    "noise": ("".join(map(chr, range(0x500))) * 3, ERROR),
    "lone surrogate": ("FR\udc80M x", ERROR),
    "no FROM": ("ARG A\n", ERROR),
    "something before FROM": ("RUN x\nFROM a\n", ERROR),
    "FROM without image": ("FROM\n", ERROR),
    "FROM with two words": ("FROM a b\n", ERROR),
    "here-document without end": ("FROM a\nRUN <<EOF\nx\n", ERROR),
    "ENV without value": ("FROM a\nENV A\n", ERROR),
    "numbers in an array": ('FROM a\nCMD ["a", 1]\n', ERROR),
    "ONBUILD ONBUILD": ("FROM a\nONBUILD ONBUILD RUN x\n", ERROR),
    "two escapes": ("# escape=`\n# escape=`\nFROM a\n", ERROR),
    "wrong escape": ("# escape=x\nFROM a\n", ERROR),
    "cookiecutter": ("FROM python:{{ cookiecutter.version }}\n", NOTE),
    "jinja": ("{% if a %}\nFROM a\n{% endif %}\n", NOTE),
    "jinja in a value": ("FROM a\nENV {{ name }}\n", NOTE),
}


@pytest.mark.parametrize(("text", "severity"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_says_where_and_why(text: str, severity: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(Source("Dockerfile", text))
    assert raised.value.severity == severity
    assert raised.value.message and 0 <= raised.value.span.start <= raised.value.span.end <= len(text)


@pytest.mark.parametrize("path", ["{{cookiecutter.name}}/Dockerfile", "Dockerfile.j2"])
def test_templates_by_their_path(path: str) -> None:
    with pytest.raises(Unreadable, match="a template") as raised:
        read(Source(path, "FROM a\n"))
    assert raised.value.severity == NOTE


def test_braces_in_a_command_are_no_template() -> None:
    found = read(Source("Dockerfile", "FROM a\nRUN docker inspect -f '{{.Id}}' x\nHEALTHCHECK CMD x -f '{{.Y}}'\n"))
    assert len(found.stages[0].instructions) == 2


LARGE = {
    "continuations": ("FROM a\nRUN ", "echo aaaaaaaaaaaaaaaaaaaa \\\n"),
    "one line": ("FROM a\nRUN ", "x "),
    "instructions": ("FROM a\n", "RUN x\n"),
    "blank lines": ("FROM a\n", "\n"),
    "spaced here-documents": ("FROM a\n", "RUN a << B\n"),
    "different spaced here-documents": ("FROM a\n", "RUN a << B{}\n"),
    "pairs": ("FROM a\nENV ", "A=1 "),
    "open quotes": ("FROM a\nENV A=", "'"),
    "array": ("FROM a\nCMD [", '"a",'),
    "brackets": ("FROM a\nCMD ", "["),
    "escapes": ("FROM a\nCMD ", "\\"),
    "flags": ("FROM a\nRUN ", "--x "),
    "substitutions": ("FROM a\nRUN <<", "${a:-"),
    "ONBUILD": ("FROM a\n", "ONBUILD "),
    "CR": ("FROM a\r", "RUN x\r"),
}


@pytest.mark.parametrize(("head", "unit"), LARGE.values(), ids=LARGE)
def test_work_grows_with_the_size_only(head: str, unit: str) -> None:
    def work(size: int) -> int:
        text = head + "".join(unit.replace("{}", str(i)) for i in range(size // len(unit)))

        def parse() -> None:
            try:
                assert isinstance(read(Source("Dockerfile", text)), Dockerfile)
            except Unreadable as problem:
                assert problem.message

        return lines(parse)

    assert work(8_000) <= work(2_000) * 5
