"""The grammars of compose: its files, `.env` files, `${…}` and commands that are one string."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

import pytest

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers import compose, dotenv, yaml
from mcplint.services.compose.interpolation import HOLE, Interpolated, interpolate, located
from mcplint.services.compose.merging import FILE, merged
from mcplint.services.compose.values import words
from mcplint.text.source import Source, Span

VARIABLES = {"SET": "value", "EMPTY": "", "REF": "$SET"}


def whole(text: str) -> Interpolated:
    return Interpolated.of(text, Span(Source("compose.yaml", text), 0, len(text)))


def filled(text: str) -> Interpolated:
    span = Span(Source("compose.yaml", text), 0, len(text))
    texts = {name: whole(value) for name, value in VARIABLES.items()}
    return interpolate(Interpolated.of(text, span), span, texts.get)


# https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$SET", "value"),
        ("${SET}", "value"),
        ("a${SET}b$SET-c", "avaluebvalue-c"),
        ("$SETx", HOLE),
        ("${UNSET}", HOLE),
        ("${UNSET}:80", f"{HOLE}:80"),
        ("${UNSET:-default}", "default"),
        ("${UNSET-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${SET:-default}", "value"),
        ("${UNSET:-}", ""),
        ("${UNSET:-${SET}}", "value"),
        ("${UNSET:-a${ALSO:-b}c}d", "abcd"),
        ("${UNSET:-{json}}", "{json}"),
        ("${UNSET:-http://a:80/b}", "http://a:80/b"),
        ("${SET:?needed}", "value"),
        ("${SET?needed}", "value"),
        ("${UNSET:?needed}", HOLE),
        ("${SET:+other}", "other"),
        ("${SET+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET:+other}", HOLE),
        ("$$SET", "$SET"),
        ("$$$SET", "$value"),
        ("$${SET}", "${SET}"),
        ("100%", "100%"),
        ("${REF}", "$SET"),
        ("$", HOLE),
        ("$1", HOLE),
        ("${", HOLE),
        ("${}", HOLE),
        ("${SET", HOLE),
        ("${SET!x}y", f"{HOLE}y"),
        ("${S-${S-${S-${S-deep}}}}", "deep"),
    ],
)
def test_interpolation(text: str, value: str) -> None:
    found = filled(text)
    assert found.text == value
    if found.known and found.value.site:
        assert found.value.site.span.text == value
    if not found.known:
        assert found.value.options is None and found.value.trace


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain", "plain"),
        ("${UNSET:-default}", "default"),
        ("${UNSET:-${ALSO:-x}}", "x"),
        ("$SET", "value"),
        ("${SET}s", None),
        ("$$SET", None),
        ("a${UNSET:-b}", None),
    ],
)
def test_an_interpolated_value_is_written_where_it_is_decided(text: str, spelled: str | None) -> None:
    site = filled(text).value.site
    assert (site.span.text if site else None) == spelled


def test_the_trace_says_why_a_default_holds() -> None:
    trace = filled("${UNSET:-8000}").value.trace
    assert [(note.span.text, note.text) for note in trace] == [
        ("${UNSET:-8000}", "UNSET is not set in the project, so this default applies")
    ]


def test_parts_keep_their_places() -> None:
    text = filled("127.0.0.1:${UNSET:-9000}:8000")
    assert [(part.text, part.span and part.span.text) for part in text.split(":")] == [
        ("127.0.0.1", "127.0.0.1"),
        ("9000", "9000"),
        ("8000", "8000"),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("python -m server", ["python", "-m", "server"]),
        ("  a\t b\n", ["a", "b"]),
        ("""sh -c 'a "b" c'""", ["sh", "-c", 'a "b" c']),
        ('a "b \\" c" d', ["a", 'b " c', "d"]),
        ("a '' \"\"", ["a", "", ""]),
        ("x'y'\"z\"", ["xyz"]),
        ("a\\ b c", ["a b", "c"]),
        ("a && b", ["a"]),
        ("a;b", ["a"]),
        ("echo x > y", ["echo", "x"]),
        ("a 'open", None),
        ("a $(b)", None),
        ("a `b`", None),
        ("a \\", None),
        (f"--port {HOLE} --x", ["--port", HOLE, "--x"]),
    ],
)
def test_words_of_a_command(text: str, parts: list[str] | None) -> None:
    found = words(whole(text))
    assert (None if found is None else [word.text for word in found]) == parts
    for word in found or ():
        assert word.span is None or word.span.text == word.text


@pytest.mark.parametrize(
    ("text", "assignments"),
    [
        ("A=1", [("A", "1")]),
        ("A=1\nA=2\n", [("A", "1"), ("A", "2")]),
        ("# c\n\n  export A = x y # c\nB: z", [("A", "x y"), ("B", "z")]),
        ('A=\'$x\' # c\nB="a\\nb\\""', [("A", "$x"), ("B", 'a\nb"')]),
        ("A=\nB=''\n", [("A", ""), ("B", "")]),
        ("A=a#b\nB=a #b", [("A", "a#b"), ("B", "a")]),
        ("A\nB=1", [("A", None), ("B", "1")]),
        ("A='x\ny'\r\nB=1\r\n", [("A", "x\ny"), ("B", "1")]),
        ("\ufeffA=1", [("A", "1")]),
        ('A="\\$x \\0101 \\q"', [("A", "$$x A \\q")]),
        ("A.B-C[0]=1", [("A.B-C[0]", "1")]),
        ("é=ü", [("é", "ü")]),
        ("A='it\\'s'", [("A", "it's")]),
        ("", []),
    ],
)
def test_env_files(text: str, assignments: list[tuple[str, str | None]]) -> None:
    found = dotenv.read(Source(".env", text)).assignments
    assert [(one.name, one.value.text if one.value else None) for one in found] == assignments
    for one in found:
        assert one.key.text == one.name
        if one.value and one.value.exact:
            assert located(one.value).text == one.value.span().text


def test_a_raw_env_file_has_no_quotes() -> None:
    found = dotenv.raw(Source(".env", "A='1' # c\r\n# B=2\n C=$x\nD\n")).assignments
    assert [(one.name, one.value.text if one.value else None, one.expanded) for one in found] == [
        ("A", "'1' # c", False),
        ("C", "$x", False),
        ("D", None, False),
    ]


@pytest.mark.parametrize(
    ("text", "spelled", "message"),
    [
        ("A B=1", "A B", "a space"),
        ("A=1\n?=2", "?", "a character that is not allowed"),
        ("A='x", "'", "never closed"),
        ('A="x\\"', '"', "never closed"),
        ("{{ x }}=1", "{", "a character that is not allowed"),
    ],
)
def test_env_files_that_compose_refuses(text: str, spelled: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        dotenv.read(Source(".env", text))
    assert caught.value.span.text == spelled


@pytest.mark.parametrize(
    ("text", "message", "severity"),
    [
        ("", "no settings", ERROR),
        ("- a", "not a mapping with the key", ERROR),
        ("just text", "not a mapping with the key", ERROR),
        ("services: [a]", "services must be a mapping", ERROR),
        ("services: {a: b}", "the service a must be a mapping", ERROR),
        ("services:\n  a:\n  a:\n", "key `a` appears twice", ERROR),
        ("services:\n  {{ name }}:\n    image: x\n", "a template, not YAML yet", NOTE),
    ],
)
def test_compose_files_that_are_none(text: str, message: str, severity: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        compose.read(Source("compose.yaml", text))
    assert caught.value.severity == severity


def test_a_compose_file_may_be_nearly_empty() -> None:
    assert compose.read(Source("compose.yaml", "services:\n")).documents[0].span.text == "services:"
    assert len(compose.read(Source("compose.yaml", "services: {a: }\n---\nname: x\n")).documents) == 2


# https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        ("image: a", "image: b", {"image": "b"}),
        ("image: a", "image:", {"image": "a"}),
        ("command: [a, b]", "command: c", {"command": "c"}),
        ("command: [a, b]", "command: [c]", {"command": ["c"]}),
        ("command: a", "command:", {"command": None}),
        ("entrypoint: [a]", "entrypoint: []", {"entrypoint": []}),
        ("ports: ['1:1']", "ports: ['2:2']", {"ports": ["1:1", "2:2"]}),
        ("ports: ['1:1']", "ports: !override ['2:2']", {"ports": ["2:2"]}),
        ("ports: ['1:1']\nimage: x", "ports: !reset []", {"image": "x"}),
        ("image: x", "user: !reset null", {"image": "x"}),
        ("environment: {A: 1, B: 2}", "environment: [B=3]", {"environment": [{"A": 1}, {"B": 2}, "B=3"]}),
        ("environment: [A=1]", "environment: {A: 2}", {"environment": ["A=1", {"A": 2}]}),
        ("environment: [A=1]", "environment:", {"environment": ["A=1"]}),
        ("env_file: a", "env_file: [b]", {"env_file": ["a", "b"]}),
        ("build: a", "build: {target: t}", {"build": {"context": "a", "target": "t"}}),
        ("build: {context: a, args: {X: 1}}", "build: b", {"build": {"context": "b", "args": [{"X": 1}]}}),
        ("build: {args: {X: 1}}", "build: {args: [Y=2]}", {"build": {"args": [{"X": 1}, "Y=2"]}}),
        ("depends_on: [a]", "depends_on: {b: {condition: c}}", {"depends_on": {"a": None, "b": {"condition": "c"}}}),
        ("networks: [a]", "networks: {a: {aliases: [x]}}", {"networks": {"a": {"aliases": ["x"]}}}),
        (
            "healthcheck: {test: [a], retries: 3}",
            "healthcheck: {test: b}",
            {"healthcheck": {"test": "b", "retries": 3}},
        ),
        (
            "deploy: {replicas: 1, labels: {a: b}}",
            "deploy: {replicas: 2}",
            {"deploy": {"replicas": 2, "labels": [{"a": "b"}]}},
        ),
        ("x-a: {b: [1]}", "x-a: {b: [2], c: 3}", {"x-a": {"b": [1, 2], "c": 3}}),
        ("volumes: [a:/a]", "volumes: [!reset x, b:/b]", {"volumes": ["a:/a", "b:/b"]}),
    ],
)
def test_merging_one_service_over_another(base: str, over: str, result: object) -> None:
    below = merged(None, service(base), FILE)
    found = merged(below, service(over), FILE)
    assert isinstance(found, MappingNode)
    assert data(found) == {"services": {"a": result}}


def service(text: str) -> Node:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return yaml.document(Source("compose.yaml", f"services:\n  a:\n{lines}"))


def data(node: Node) -> object:
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [data(item) for item in node.items]
    return {key.text: data(value) for key, value in node.pairs}


def test_any_env_file_and_any_template_are_read_or_refused() -> None:
    chance = random.Random(3)
    for _ in range(5_000):
        text = "".join(chance.choices("AB=: \n\r\t'\"\\$#{}-+?:${}export0é\x00\u2028", k=chance.randrange(25)))
        found = filled(text)
        assert found.runs and all(0 <= run.start <= len(found.text) for run in found.runs)
        words(found)
        try:
            assignments = dotenv.read(Source(".env", text)).assignments
        except Unreadable as error:
            assert 0 <= error.span.start <= error.span.end <= len(text)
        else:
            assert all(one.key.text == one.name for one in assignments)


def parse_env(text: str) -> None:
    try:
        dotenv.read(Source(".env", text))
    except Unreadable:
        return


@pytest.mark.parametrize("work", [filled, lambda text: words(whole(text)), parse_env])
@pytest.mark.parametrize(
    "text", ["$SET", "${UNSET:-", "${", "$", "A=1\n", "a 'b' ", "'", '"\\', "#", "\\", " ", "${A}}"]
)
def test_work_grows_with_the_text_and_not_faster(work: Callable[[str], object], text: str) -> None:
    small, large = (calls(work, text * size) for size in (200, 800))
    assert large <= 5 * small


def calls(work: Callable[[str], object], text: str) -> int:
    """How many functions are called to read a text."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return count
