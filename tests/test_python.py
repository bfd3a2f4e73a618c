"""The Python reader: places of nodes in any text, and what becomes of files that cannot be parsed."""

from __future__ import annotations

import ast
import sys
import warnings
from random import Random

import pytest

from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.readers.python import read
from mcplint.text.source import Source


def constants(text: str) -> list[ast.Constant]:
    return [node for node in ast.walk(read(Source("a.py", text)).tree) if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("word", ["plain", "é", "日本", "😀"])
def test_the_slot_of_a_text_spells_it(word: str, end: str) -> None:
    text = end.join([f"# {word}\f", f'x = "{word}"; y = f("a", \'{word}\', 8000)', f"if x:\t\n  z = ('{word}')"])
    module = read(Source("a.py", text))
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert len(found) == 5
    for node in found:
        slot = module.slot(node, module.span(node))
        assert slot is not None and slot.span.text == str(node.value)


def test_places_are_right_far_into_a_long_text() -> None:
    random = Random(5)
    pieces = [random.choice(["é", "日", "a", "😀"]) * random.randrange(1, 40) for _ in range(400)]
    module = read(Source("a.py", "".join(f'x{i} = "{piece}"\n' for i, piece in enumerate(pieces))))
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert sorted(module.span(node).text for node in found) == sorted(f'"{piece}"' for piece in pieces)


SPELLED_OTHERWISE = ['"a\\n"', 'r"\\d"', '"a" "b"', '"""a"""', "b'a'", "0x10", "1_000", "'\\x41'"]


@pytest.mark.parametrize("text", SPELLED_OTHERWISE)
def test_what_does_not_read_as_it_is_spelled_has_a_slot_only_where_it_fits(text: str) -> None:
    module = read(Source("a.py", f"x = {text}"))
    node = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Constant))
    slot = module.slot(node, module.span(node))
    assert slot is None or slot.span.text == str(node.value)


INSERTED = {
    "f()": 'f(host="x")',
    "f(1)": 'f(1, host="x")',
    "f(\n    a,\n    b=2,\n)": 'f(\n    a,\n    b=2,\n    host="x",\n)',
    "f(a, # note (1\n)": 'f(a, host="x", # note (1\n)',
    "f(*a, **b)": 'f(*a, **b, host="x")',
}


@pytest.mark.parametrize(("before", "after"), INSERTED.items())
def test_an_argument_is_added_behind_the_others(before: str, after: str) -> None:
    module = read(Source("a.py", before))
    call = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    slot = module.insertion(call, "host")
    assert slot is not None
    start, end = slot.span.start, slot.span.end
    assert before[:start] + slot.before + "x" + slot.after + before[end:] == after
    ast.parse(after)


@pytest.mark.parametrize("text", ["f(x for x in y)", "f((1))"])
def test_no_argument_is_added_where_plain_insertion_would_break_the_call(text: str) -> None:
    module = read(Source("a.py", text))
    call = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    assert module.insertion(call, "host") is None


REFUSED = {
    "an open bracket": ("x = [\n", ERROR),
    "indentation": ("if x:\ny\n", ERROR),
    "a NUL": ("a\0b", ERROR),
    "a lone surrogate": ("x = '\udcff'", ERROR),
    "Python 2": ("print 'hello'\n", NOTE),
    "a newer function": ("def f(a, /, **kwargs: int) -> None: pass\nlazy import os\n", NOTE),
    "a template": ("{% if a %}\nx = 1\n{% endif %}\n", NOTE),
    "deep nesting": ("x = " + "-" * 100_000 + "1", NOTE),
}
# By the first release of Python that parses it.
NEWER = {
    "an exception list without brackets": ((3, 14), "try:\n  a\nexcept A, B:\n  b\n"),
    "a template string": ((3, 14), "x = t'{a}'\n"),
    "a generic function": ((3, 12), "def f[T](a: T) -> T: pass\n"),
    "a type alias": ((3, 12), "type A = int\n"),
    "quotes in an f-string": ((3, 12), "x = f'{a['b']}'\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_parsed_is_unreadable(name: str) -> None:
    text, severity = REFUSED[name]
    with pytest.raises(Unreadable) as problem:
        read(Source("a.py", text))
    assert problem.value.severity == severity
    assert problem.value.message
    assert 0 <= problem.value.span.start <= problem.value.span.end <= len(text)


@pytest.mark.parametrize("name", NEWER)
def test_what_a_newer_python_parses_is_a_note_to_an_older_one(name: str) -> None:
    since, text = NEWER[name]
    if sys.version_info >= since:
        assert read(Source("a.py", text)).tree.body
        return
    with pytest.raises(Unreadable) as problem:
        read(Source("a.py", text))
    assert problem.value.severity == NOTE


def test_a_file_of_a_cookiecutter_template_is_a_note_even_where_it_parses() -> None:
    with pytest.raises(Unreadable) as problem:
        read(Source("{{cookiecutter.name}}/a.py", "x = {{ a }}"))
    assert problem.value.severity == NOTE


def test_warnings_of_the_compiler_stay_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(constants("x = '\\d'; assert (1, '')\n1 is 1")) == 5


def test_random_text_never_raises_anything_else() -> None:
    random = Random(11)
    alphabet = "ab=()[]{}:'\"\\\n\r\t #@*\0é\ufeff\ud800.,0"
    for _ in range(3000):
        text = "".join(random.choice(alphabet) for _ in range(random.randrange(40)))
        try:
            module = read(Source("a.py", text))
        except Unreadable:
            continue
        for node in ast.walk(module.tree):
            assert 0 <= module.span(node).start <= module.span(node).end <= len(text)


def test_places_are_right_at_the_end_of_a_very_long_line() -> None:
    module = read(Source("a.py", "x = [" + "'é', " * 20_000 + "]"))
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert {module.span(node).text for node in found} == {"'é'"}
