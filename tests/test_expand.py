"""Variables in Dockerfile words: every modifier, what decides, and where."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase

import pytest

from mcplint.text.expand import expand
from mcplint.text.glob import fits
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label, Value


def located(text: str) -> LocatedText:
    return LocatedText.of(Span(Source("Dockerfile", text), 0, len(text)))


SET = Span(Source("set", "a.b.c"), 0, 5)
ENV: dict[str, Value[str]] = {
    "A": Value(("a.b.c",), (Label(SET, "ENV sets A"),), EditSite(SET)),
    "EMPTY": Value(("",)),
    "C": Value(("foo/bar/baz",)),
    "D": Value(("x",)),
    "TWO": Value(("1", "2")),
    "UNKNOWN": Value(None, (Label(SET, "who knows"),)),
    "ABSENT": Value((None,)),  # type: ignore[arg-type]
}

KNOWN = {
    "plain": "plain",
    "$A": "a.b.c",
    "${A}x": "a.b.cx",
    "$Ax": "",
    '"$A"': "a.b.c",
    "'$A'": "$A",
    "\\$A": "$A",
    '"\\$A \\" \\x"': '$A " \\x',
    "${EMPTY:-d}": "d",
    "${EMPTY-d}": "",
    "${NONE:-d}": "d",
    "${NONE-d}": "d",
    "${ABSENT-d}": "d",
    "${NONE:-${D}y}": "xy",
    "${NONE:-'q }'}": "q }",
    "${D:+y}": "y",
    "${EMPTY:+y}": "",
    "${EMPTY+y}": "y",
    "${NONE+y}": "",
    "${D:?no}": "x",
    "${D?no}": "x",
    "${A#*.}": "b.c",
    "${A##*.}": "c",
    "${A%.*}": "a.b",
    "${A%%.*}": "a",
    "${A#?.}": "b.c",
    "${A#z}": "a.b.c",
    "${C/bar/X}": "foo/X/baz",
    "${C//ba?/X}": "foo/X/X",
    "${C//\\//_}": "foo_bar_baz",
    "${C/o*b/-}": "f-az",
    "$": "$",
    "$1": "",
    "a$ b": "a$ b",
}


@pytest.mark.parametrize(("word", "text"), KNOWN.items())
def test_known(word: str, text: str) -> None:
    assert expand(located(word), ENV).options == (text,)


@pytest.mark.parametrize(
    "word",
    ["${", "${}", "${A", "${A:z}", "${A:#b}", "${NONE:?no}", "${A/b}", "'", '"', "${A#\\b}", "${A,,}", "${" * 3000],
)
def test_refused(word: str) -> None:
    value = expand(located(word), ENV)
    assert value.options is None and value.trace[0].text.startswith("cannot be expanded")


def test_unknown_and_several() -> None:
    assert expand(located("$UNKNOWN-x"), ENV) == Value(None, ENV["UNKNOWN"].trace)
    assert expand(located("$TWO:$TWO"), ENV).options == ("1:1", "2:2")
    assert expand(located("$NONE"), ENV, closed=False).options is None
    assert expand(located("$A"), ENV).trace == ENV["A"].trace


@pytest.mark.parametrize(
    ("word", "site"),
    [("8000", "8000"), ('"8000"', "8000"), ("${NONE:-8000}", "8000"), ("$A", "a.b.c"), ("${A:-x}", "a.b.c"), ("", "")],
)
def test_the_site_is_where_the_text_is_spelled(word: str, site: str) -> None:
    value = expand(located(word), ENV)
    assert value.site is not None and value.site.span.text == site == value.only


@pytest.mark.parametrize("word", ["a$D", "${A#*.}", "x\\y", "'a'b", "$TWO", "$EMPTY"])
def test_what_is_spelled_nowhere_has_no_site(word: str) -> None:
    assert expand(located(word), ENV).site is None


def test_the_escape_character() -> None:
    assert expand(located("`$A\\b"), ENV, "`").options == ("$A\\b",)


@pytest.mark.parametrize(
    "word", ["$A" * 300_000, "${A#" + "*a" * 50_000 + "}", "${a:-" * 100_000, '"$A' * 200_000], ids=range(4)
)
def test_large_words_end(word: str) -> None:
    expand(located(word), {**ENV, "A": Value(("a" * 1000,))})


def test_a_pattern_of_brackets_alone_takes_no_quadratic_time() -> None:
    assert not fits("a", "[" * 200_000)


def test_a_pattern_fits_as_the_standard_library_says() -> None:
    rng = random.Random(7)
    agreed = set()
    for _ in range(20_000):
        pattern = "".join(rng.choices("ab.*/?[]!\n", (6, 6, 3, 6, 1, 1, 1, 1, 1, 1), k=rng.randrange(8)))
        text = "".join(rng.choices("ab./*[\n", k=rng.randrange(8)))
        assert fits(text, pattern) is fnmatchcase(text, pattern), (text, pattern)
        agreed.add(fits(text, pattern))
    assert agreed == {True, False}


def test_what_grows_by_itself_ends() -> None:
    source = Source("Dockerfile", "A=$A/b")
    env: dict[str, Value[str]] = {"A": Value(("a",))}
    for _ in range(9_000):
        value = expand(LocatedText.of(Span(source, 2, 6)), env)
        env["A"] = value._replace(trace=(Label(Span(source, 0, 6), "set here"), *value.trace))
    assert env["A"].options is None and len(env["A"].trace) <= 41
