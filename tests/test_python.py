"""The Python reader: places of nodes in any text, and what becomes of files that cannot be parsed."""

from __future__ import annotations

import ast
import warnings
from random import Random

import pytest

from mcplint.facts.python_bodies import unfolded
from mcplint.findings import ERROR, NOTE, WARNING, Unreadable
from mcplint.readers.python import read
from mcplint.readers.python_newer import rewritten
from mcplint.text.source import Source


def constants(text: str) -> list[ast.Constant]:
    return [node for node in ast.walk(read(Source("a.py", text)).tree) if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("word", ["plain", "é", "日本", "😀"])
def test_the_site_of_a_text_spells_it(word: str, end: str) -> None:
    text = end.join([f"# {word}\f", f'x = "{word}"; y = f("a", \'{word}\', 8000)', f"if x:\t\n  z = ('{word}')"])
    module = read(Source("a.py", text))
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert len(found) == 5
    for node in found:
        site = module.site(node, module.span(node))
        assert site is not None and site.span.text == str(node.value)


BODY = "".join(f"{{0}}x{number} = 'é'{{1}}" for number in range(3)) + "{0}return '\\d'{1}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        "def f():{1}" + BODY,
        "class A:{1}\t@d{1}\tasync def f(self):{1}" + BODY.replace("{0}", "\t\t"),
        "class A:{1}  x = 1{1}  \\{1}    def f(self):{1}" + BODY,
        "try:{1} def f():{1}" + BODY + " def g():{1}" + BODY.replace("{0}", "   ") + "except E:{1} def h():{1}" + BODY,
        'def f(): return (1,{1}2,{1}3,{1}4); {1}class B:{1} def g(s): return """é{1}{1}{1}"""{1}',
    ],
)
def test_a_folded_body_unfolds_to_what_it_was(text: str, end: str) -> None:
    text = text.format("    ", end)
    module = read(Source("a.py", text))
    with warnings.catch_warnings(action="ignore"):
        parsed = ast.dump(ast.parse(text), include_attributes=True)
    assert hasattr(module.tree, "folded")
    assert ast.dump(unfolded(module.tree), include_attributes=True) == parsed
    assert "_body" not in str([vars(node) for node in module.tree.body])
    assert ast.dump(module.tree, include_attributes=True) == parsed


def test_places_are_right_far_into_a_long_text() -> None:
    random = Random(5)
    pieces = [random.choice(["é", "日", "a", "😀"]) * random.randrange(1, 40) for _ in range(400)]
    module = read(Source("a.py", "".join(f'x{i} = "{piece}"\n' for i, piece in enumerate(pieces))))
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    assert sorted(module.span(node).text for node in found) == sorted(f'"{piece}"' for piece in pieces)


SPELLED_OTHERWISE = ['"a\\n"', 'r"\\d"', '"a" "b"', '"""a"""', "b'a'", "0x10", "1_000", "'\\x41'"]


@pytest.mark.parametrize("text", SPELLED_OTHERWISE)
def test_what_does_not_read_as_it_is_spelled_has_a_site_only_where_it_fits(text: str) -> None:
    module = read(Source("a.py", f"x = {text}"))
    node = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Constant))
    site = module.site(node, module.span(node))
    assert site is None or site.span.text == str(node.value)


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
    site = module.insertion(call, "host")
    assert site is not None
    start, end = site.span.start, site.span.end
    assert before[:start] + site.before + "x" + site.after + before[end:] == after
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
    "a newer statement": ("def f(a, /, **kwargs: int) -> None: pass\nlazy os\n", WARNING),
    "a template": ("{% if a %}\nx = 1\n{% endif %}\n", NOTE),
    "deep nesting": ("x = " + "-" * 100_000 + "1", NOTE),
}
NEWER = {
    "an exception list without brackets": "try:\n  a\nexcept (ä), B: b\n",
    "a template string": "x = t'{ä}ö{b}'; b\n",
    "a generic function": "def f[T: (int, 'ä'), *U](b: T) -> T: b\n",
    "a generic class on several lines": "class A[\n    T = 'ä',  # ]\n](b): b\n",
    "a generic coroutine": "if a:\n  async def f[T](c): b\n",
    "a type alias": "a; type A[T] = dict[T, b]; type = 1; type\n",
    "a lazy import": "lazy import ä\nif b:\n  lazy from c import d\n",
    "quotes in an f-string": "x = f'{a['ä']:{f'{'b'}'}}' + b\n",
    "a backslash in an f-string": "x = f'{'\\n'.join(ä)} {{'; b\n",
    "an f-string on several lines": "x = f'{\n  a['ä']\n}'\nb\n",
    "a long f-string on several lines": 'x = f"""{a[\'ä\']}\n{f"""{b}"""}"""\nb\n',
    "a comment in an f-string": 'x = f"""ä{a # }\n}"""; b\n',
}


@pytest.mark.parametrize("name", NEWER)
def test_what_only_a_newer_python_parses_is_read_all_the_same(name: str) -> None:
    text = NEWER[name]
    module = read(Source("a.py", text))
    assert len(rewritten(text).encode()) == len(text.encode())
    names = [node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id != "id"]
    assert "b" in {node.id for node in names}
    assert all(module.span(node).text == node.id for node in names)


@pytest.mark.parametrize("name", NEWER)
def test_what_is_written_anew_ends_as_it_would(name: str) -> None:
    for end in range(len(NEWER[name])):
        text = NEWER[name][:end]
        assert len(rewritten(text).encode()) == len(text.encode()) and rewritten(text).count("\n") == text.count("\n")


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
