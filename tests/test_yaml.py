"""YAML is read as compose and Kubernetes read it, every node where it stands, whatever the text."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers import yaml
from mcplint.text.source import Source


def read(text: str) -> tuple[Node, ...]:
    return yaml.documents(Source("file.yaml", text))


def one(text: str) -> Any:
    return data(yaml.document(Source("file.yaml", text)))


def data(node: Node) -> Any:
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [data(item) for item in node.items]
    return {key.text: data(value) for key, value in node.pairs}


def nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case SequenceNode():
            for item in node.items:
                yield from nodes(item)
        case MappingNode():
            for key, value in node.pairs:
                yield key
                yield from nodes(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("on", "on"),
        ("n", "n"),
        ("0", 0),
        ("010", 10),
        ("-12", -12),
        ("+12", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("0xZZ", "0xZZ"),
        ("0o9", "0o9"),
        ("1_000", "1_000"),
        ("22:22", "22:22"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-", "-"),
        ("+", "+"),
        (".", "."),
        ("+-1", "+-1"),
        ("1.2.3", "1.2.3"),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("2024-01-01", "2024-01-01"),
        ("9" * 400, "9" * 400),
        ("٣", "٣"),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert yaml.core(text) == value
    assert type(yaml.core(text)) is type(value)


def test_not_a_number() -> None:
    assert str(yaml.core(".nan")) == "nan"


@pytest.mark.parametrize(
    ("text", "value", "spelled"),
    [
        ("a: b", "b", "b"),
        ("a: 'b c'", "b c", "b c"),
        ('a: "b"', "b", "b"),
        ("a: ''", "", ""),
        ("a: &x !!str 80 # c", "80", "80"),
        ("a: !reset", None, ""),
        ("a: !reset null", None, "null"),
        ("a: &x\n  b", "b", "b"),
        ("a:", None, ""),
        ("a: |-\n  b c\n\n# after\n", "b c", "b c"),
        ("a: >\n\n  b\n  c\n", "\nb c\n", "b\n  c"),
        ("a: |\n", "", ""),
        ("a: é\r\nb: c\r\n", "é", "é"),
        ("\ufeffa: b\n", "b", "b"),
        ('a: "x\\ty"', "x\ty", "x\\ty"),
        ("a: 'it''s'", "it's", "it''s"),
        ("a: x\n  y", "x y", "x\n  y"),
        ('a: "😀" # c', "😀", "😀"),
    ],
)
def test_a_scalar_spans_its_text_without_quotes(text: str, value: object, spelled: str) -> None:
    node = yaml.document(Source("file.yaml", text))
    assert isinstance(node, MappingNode)
    found = node.get("a")
    assert isinstance(found, ScalarNode)
    assert (found.value, found.span.text) == (value, spelled)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a:\n  - x\n  - y\n\n# after\nb: 1\n", "- x\n  - y"),
        ("a:\n  k: 'v'\n  # inside\nb: 1\n", "k: 'v'"),
        ("a: [1, 2] # c\n", "[1, 2]"),
        ("a: &n\n  k: v\nb: *n\n", "k: v"),
        ("a: !override [1]\n", "[1]"),
        ("z: &z 1\na:\n  k: *z\n", "k: *z"),
        ("a:\n  k:\nb: 1\n", "k:"),
        ("a:\n  - |\n    x\n\n# after\n", "- |\n    x"),
        ("a: {}\n", "{}"),
    ],
)
def test_a_collection_ends_with_its_last_character(text: str, spelled: str) -> None:
    node = yaml.document(Source("file.yaml", text))
    assert isinstance(node, MappingNode)
    found = node.get("a")
    assert found and found.span.text == spelled


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {k: 1}\nb: {<<: *x, l: 2}", {"a": {"k": 1}, "b": {"k": 1, "l": 2}}),
        ("a: &x {k: 1}\nb: {k: 2, <<: *x}", {"a": {"k": 1}, "b": {"k": 2}}),
        ("a: &x {k: 1}\nb: {<<: [*x, {k: 3, m: 4}]}", {"a": {"k": 1}, "b": {"k": 1, "m": 4}}),
        ("a: {'<<': 1}", {"a": {"<<": 1}}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("? a\n: b", {"a": "b"}),
        ("80: x\ntrue: y", {"80": "x", "true": "y"}),
    ],
)
def test_aliases_and_merge_keys(text: str, value: object) -> None:
    assert one(text) == value


@pytest.mark.parametrize(
    ("text", "place", "message", "severity"),
    [
        ("", 0, "no YAML document", ERROR),
        ("a: 1\n---\nb: 2\n", 9, "a second YAML document", ERROR),
        ("a: [1,\n", 7, "not YAML", ERROR),
        ("a: 'x\nb: 1\n", 3, "not YAML", ERROR),
        ("a: b: c\n", 4, "not YAML: mapping values are not allowed", ERROR),
        ("a: \x00b", 3, "0x0000", ERROR),
        ("a: \ud800", 3, "surrogate", ERROR),
        ("\ufeffa: \ud800", 4, "surrogate", ERROR),
        ("\x00" * 500, 0, "0x0000", ERROR),
        ("a: *b", 3, "no anchor before it", ERROR),
        ("a: &a [*a]", 7, "inside what it repeats", ERROR),
        ("a: 1\nb: 2\na: 3", 10, "key `a` appears twice", ERROR),
        ("a: 1\n'a': 3", 6, "key `a` appears twice", ERROR),
        ("? [a]\n: b", 2, "a key that is a list", ERROR),
        ("<<: 1", 4, "a merge key takes", ERROR),
        ("<<: [1]", 5, "a merge key takes", ERROR),
        ("a:\n\t- b\n", 3, "not YAML: a tab", ERROR),
        ("[" * 27_000, 200, "nested more than 200 levels deep", ERROR),
        ("- " * 27_000, 400, "nested more than 200 levels deep", ERROR),
        ("{a: " * 5_000, 800, "nested more than 200 levels deep", ERROR),
        ("a" * 1_000_001, 0, "larger than", ERROR),
        ("a: {{ b }}\n", 3, "a template, not YAML yet", NOTE),
        ("a: {{ b }}-{{ c }}\n", 3, "a template, not YAML yet", NOTE),
        ("{% if x %}\na: 1\n{% endif %}\n", 0, "a template, not YAML yet", NOTE),
        ("a:\n  {{- toYaml .Values | nindent 2 }}\n", 5, "a template, not YAML yet", NOTE),
        ("a: 1\n<% if x %>\n", 5, "a template, not YAML yet", NOTE),
    ],
)
def test_what_cannot_be_read_is_said_at_its_place(text: str, place: int, message: str, severity: str) -> None:
    with pytest.raises(Unreadable) as caught:
        yaml.document(Source("file.yaml", text))
    assert caught.value.span.start == place
    assert message in caught.value.message
    assert caught.value.severity == severity


def test_a_brace_in_a_string_does_not_make_a_template() -> None:
    with pytest.raises(Unreadable) as caught:
        read('a: "{{.Node}}"\nb: [\n')
    assert caught.value.severity == ERROR


def test_alias_bombs_are_refused_and_long_merge_chains_are_not() -> None:
    letters = "abcdefghij"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise(letters))
    with pytest.raises(Unreadable, match="aliases expand to more than"):
        read(bomb)
    merge_bomb = "m0: &m0 {a: 1}\n" + "".join(f"m{i}: &m{i} {{<<: *m{i - 1}, k{i}: 1}}\n" for i in range(1, 9_000))
    with pytest.raises(Unreadable, match="aliases expand to more than"):
        read(merge_bomb)
    chain = "".join(f"m{i}: &m{i} {{<<: *m{i - 1}, k{i}: 1}}\n" for i in range(1, 101))
    assert len(one("m0: &m0 {a: 1}\n" + chain)["m100"]) == 101


def test_documents_of_one_file() -> None:
    assert [data(node) for node in read("a: 1\n--- # two\n- b\n...\n---\nc\n")] == [{"a": 1}, ["b"], "c"]
    assert read("") == read("# only a comment\n") == ()
    with pytest.raises(Unreadable, match="no anchor"):
        read("a: &x 1\n---\nb: *x\n")


# Where YAML 1.1 and 1.2 agree: no word that only one of them reads as something else than a string.
WORDS = st.text(st.sampled_from("abcXY -_/.éß😀'\"#:{}[],&*!|>%@`\n\t\\"), max_size=12)
DOCUMENTS = st.recursive(
    st.one_of(WORDS, st.booleans(), st.none(), st.integers(-99, 99), st.floats(-9, 9, allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(WORDS.map(lambda w: f"k{w}"), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    DOCUMENTS,
    st.sampled_from([None, False, True]),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_equal_to_safe_load(document: object, flow: bool, style: str | None, escape: bool, newline: str) -> None:
    text = pyyaml.safe_dump(document, default_flow_style=flow, default_style=style, allow_unicode=not escape)
    text = text.replace("\n", newline)
    found = yaml.document(Source("file.yaml", text))
    assert data(found) == stringed(pyyaml.safe_load(text))
    for node in nodes(found):
        assert node.span.start <= node.span.end <= len(text)
        if isinstance(node, ScalarNode) and not node.quoted and "\n" not in node.span.text:
            assert node.span.text == node.text


def stringed(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): stringed(item) for key, item in value.items()}
        case list():
            return [stringed(item) for item in value]
    return value


def test_any_text_is_read_or_refused() -> None:
    chance = random.Random(5)
    seed = "services:\n  a: &x\n    image: 'b'\n    env: [A=1, \"B\"]\n  c: {<<: *x, d: |\n   e}\n# f\n---\n!g h: i\n"
    characters = seed + "\x00\ufeff\x85\u2028\r\t{}[]%@`\\*&!|>-?:,#\ud800😀"
    for _ in range(3_000):
        text = list(seed)
        for _ in range(chance.randrange(1, 6)):
            start = chance.randrange(len(text) + 1)
            text[start : start + chance.randrange(3)] = chance.choices(characters, k=chance.randrange(4))
        try:
            found = read("".join(text))
        except Unreadable as error:
            assert 0 <= error.span.start <= error.span.end <= len(text)
            assert error.message
            continue
        for document in found:
            assert all(0 <= node.span.start <= node.span.end <= len(text) for node in nodes(document))


@pytest.mark.parametrize("text", ["k{}: [a, 'b', {{c: d}}]\n", "- &a{} x\n- *a{}\n", "k{}: |\n  x\n", "# {}\n- x\n"])
def test_work_grows_with_the_text_and_not_faster(text: str) -> None:
    small, large = (calls("".join(text.format(i, i) for i in range(size))) for size in (100, 400))
    assert large <= 5 * small


def calls(text: str) -> int:
    """How many functions are called to read a text."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return count


def test_the_parser_in_python_gives_the_same_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x 'b'\nc:\n  - *x\n  - d: |\n      e\n# f\n"
    fast = read(text)
    monkeypatch.setattr(yaml, "LOADER", pyyaml.SafeLoader)
    assert [data(node) for node in read(text)] == [data(node) for node in fast]
    assert [n.span for d in read(text) for n in nodes(d)] == [n.span for d in fast for n in nodes(d)]
