"""JSON nodes: what the standard library reads, spans that spell their values, and no text that stops the reader."""

from __future__ import annotations

import json
import random

import pytest

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.findings import ERROR, WARNING
from mcplint.readers.json import MAX_DEPTH, MAX_PROBLEMS, read
from mcplint.readers.manifest import as_python
from mcplint.text.source import Source


def scalars(node: Node):
    match node:
        case ScalarNode():
            yield node
        case SequenceNode():
            for item in node.items:
                yield from scalars(item)
        case MappingNode():
            for key, value in node.pairs:
                yield key
                yield from scalars(value)


def value(luck: random.Random, depth: int = 0):
    choice = luck.randrange(9 if depth < 4 else 6)
    match choice:
        case 0:
            return luck.choice((None, True, False))
        case 1:
            return luck.randrange(-(10**9), 10**9)
        case 2:
            return luck.random() * 10 ** luck.randrange(-300, 300)
        case 3 | 4 | 5:
            return "".join(luck.choice('ab "\\/\n\r\té☃😀\u2028\x7f{}[]:,#') for _ in range(luck.randrange(12)))
        case 6:
            return [value(luck, depth + 1) for _ in range(luck.randrange(5))]
        case _:
            return {f"{luck.choice('xyzé')}{n}": value(luck, depth + 1) for n in range(luck.randrange(5))}


@pytest.mark.parametrize("seed", range(40))
def test_what_is_json_is_read_as_the_standard_library_does(seed):
    luck = random.Random(seed)
    for _ in range(50):
        document = value(luck)
        written = json.dumps(
            document, ensure_ascii=luck.random() < 0.5, indent=luck.choice((None, 2, "\t")), separators=(",", ":")
        )
        found = read(Source("x.json", written))
        assert found.root is not None and not found.problems
        assert as_python(found.root) == document
        for node in scalars(found.root):
            text = node.span.text
            assert text == node.text or json.loads(f'"{text}"') == node.value


# The problem at which reading stops may come with another, and what is left open is one of its own for each object.
MOST = MAX_PROBLEMS + MAX_DEPTH

BROKEN = {
    "nothing": ("", ERROR),
    "a comment": ('{"a": 1} // b', ERROR),
    "a comment in a block": ('{/* x */"a": 1}', ERROR),
    "a hash": ('{"a": 1} # b', ERROR),
    "an end comma": ('{"a": [1, 2,],}', ERROR),
    "NaN": ("[NaN]", ERROR),
    "Infinity": ("[-Infinity]", ERROR),
    "a huge number": ("[1e999]", ERROR),
    "a long number": (f"[{'9' * 5000}]", ERROR),
    "a leading zero": ("[01]", ERROR),
    "a word": ("[yes]", ERROR),
    "single quotes": ("{'a': 'b'}", ERROR),
    "a bare key": ("{a: 1}", ERROR),
    "a tab in a string": ('["a\tb"]', ERROR),
    "a NUL in a string": ('["a\0b"]', ERROR),
    "a bad escape": (r'["\x41"]', ERROR),
    "half a character": (r'["\ud83d"]', WARNING),
    "a key twice": ('{"a": 1, "a": 2}', WARNING),
    "a mark": ("\ufeff[]", ERROR),
    "a line end in a string": ('["a\nb"]', ERROR),
    "no end of a string": ('["a', ERROR),
    "no end of an object": ('{"a": [1', ERROR),
    "the wrong end": ('{"a": 1]', ERROR),
    "too many ends": ("[]]", ERROR),
    "two documents": ("{} {}", ERROR),
    "no comma": ("[1 2]", ERROR),
    "no colon": ('{"a" 1}', ERROR),
    "no value": ('{"a": }', ERROR),
    "no key": ("{: 1}", ERROR),
    "a comment without end": ("[1] /* x", ERROR),
    "white space of another kind": ("[1,\u00a02]", ERROR),
    "too deep": ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), ERROR),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_json_is_said_with_its_place(name):
    text, severity = BROKEN[name]
    problems = read(Source("x.json", text)).problems
    assert severity in {problem.severity for problem in problems}
    for problem in problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["a', "this string is never closed"),
        ("[1] /* x", "this comment is never closed"),
        ("[1", "`[` is never closed"),
    ],
)
def test_what_is_never_closed_is_named(text, said):
    assert said in [problem.message for problem in read(Source("x.json", text)).problems]


@pytest.mark.parametrize("name", BROKEN)
def test_an_edit_takes_its_problem_away(name):
    text, _ = BROKEN[name]
    for problem in read(Source("x.json", text)).problems:
        if problem.edit:
            start, end = problem.edit.span.start, problem.edit.span.end
            after = read(Source("x.json", text[:start] + problem.edit.text + text[end:]))
            assert len(after.problems) < len(read(Source("x.json", text)).problems)


def test_behind_damage_nothing_is_mended():
    """A string with a line end: what looks like a comma left out, a bare key and a comment is text of it."""
    problems = read(Source("x.json", '{"a": "b\nc, d: 1 // e\n", "f": 2 "g": 3,}')).problems
    assert len(problems) > 3 and not any(problem.edit for problem in problems)


def test_damage_keeps_what_stands_before_it():
    found = read(Source("x.json", '{"a": {"b": [1, "c'))
    assert not found.is_undamaged and found.root is not None
    assert as_python(found.root) == {"a": {"b": [1]}}


@pytest.mark.parametrize("seed", range(20))
def test_no_text_stops_the_reader(seed):
    luck = random.Random(seed)
    whole = json.dumps(value(luck) or [1, {"a": "b"}])
    for _ in range(200):
        start = luck.randrange(len(whole) + 1)
        noise = "".join(luck.choice('{}[]:,"\\/*#\n\t 0-e.trufalsn\x00\ufeff\ud800é') for _ in range(luck.randrange(6)))
        text = whole[:start] + noise + whole[start + luck.randrange(5) :]
        found = read(Source("x.json", text))
        assert len(found.problems) <= MOST
        try:
            json.loads(text, parse_constant=lambda word: 1 / 0)
        except (ValueError, ZeroDivisionError):
            assert found.problems, text


LONG = {
    "lists": "[",
    "objects": '{"a":',
    "quotes": '"',
    "quotes on lines": '"\n',
    "comments": "/*",
    "lines of comments": "//\n",
    "backslashes": '"\\',
    "escapes": '"\\u0041',
    "digits": "9",
    "the same key": '"a":1,',
    "words": "x y ",
    "closers": "]}",
}


@pytest.mark.parametrize("front", ["", "{", "["])
@pytest.mark.parametrize("name", LONG)
def test_a_megabyte_of_the_same_is_read_in_one_pass(name, front):
    """A reader that looks at anything twice would not come back from these."""
    found = read(Source("x.json", front + LONG[name] * (1_000_000 // len(LONG[name]))))
    assert 0 < len(found.problems) <= MOST
