"""Shell command lines: as a real shell splits them, with the place of every word, whatever the text."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from random import Random

import pytest
from counted import lines

from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_parser import commands
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span


def read(text: str) -> tuple[Command, ...]:
    return commands(LocatedText.of(Span(Source("run.sh", text), 0, len(text))))


def words(text: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in read(text)]


SPLIT = {
    "operators": ("a && b || c ; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
    "quotes": ("""a 'b c' "d  e" f\\ g 'h'"i"j""", [["a", "b c", "d  e", "f g", "hij"]]),
    "operators in quotes": ("a '&&' \"|\" \\;", [["a", "&&", "|", ";"]]),
    "expansions are kept": ('a $B "${C:-d e}" $(f "g)" h) `i`', [["a", "$B", "${C:-d e}", '$(f "g)" h)', "`i`"]]),
    "redirections are apart": ("a >b 2>&1 < c d", [["a", "d"]]),
    "comments": ("a # b\n# c\nd#e", [["a"], ["d#e"]]),
    "continuations": ("a \\\n  b\\\nc", [["a", "bc"]]),
    "if": ('if [ "$A" = b ]; then c; else d; fi', [["[", "$A", "=", "b", "]"], ["c"], ["d"]]),
    "loops": ("for x in a b; do c $x; done; while d; do e; done", [["c", "$x"], ["d"], ["e"]]),
    "case": ("case $1 in a|b) c ;; (*) d; esac; e", [["c"], ["d"], ["e"]]),
    "functions": ("f() { a; }\nfunction g { b; }\nf", [["a"], ["b"], ["f"]]),
    "tests": ("[[ $a < b && c ]] && d", [["[["], ["d"]]),
    "here-documents": ("cat <<A <<-'B' | c\nx 'y\nA\nz\n\tB\nd", [["cat"], ["c"], ["d"]]),
    "reserved words as arguments": ("echo if then fi done", [["echo", "if", "then", "fi", "done"]]),
    "unfinished": ("a 'b", [["a", "b"]]),
    "nothing": (" \n ;; ) } fi \n", []),
}


@pytest.mark.parametrize(("text", "expected"), SPLIT.values(), ids=SPLIT)
def test_words(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


def test_what_a_command_carries() -> None:
    first, second, third = read("A=1 B='x y' exec p \"$A\" 2>&1 >out && q & C+=(1 2)")
    assert [(each.name, each.value.text, each.append) for each in first.assignments] == [
        ("A", "1", False),
        ("B", "x y", False),
    ]
    assert first.exec and [word.text for word in first.argv] == ["p", "$A"]
    assert [word.literal for word in first.argv] == [True, False]
    assert [(each.fd, each.operator, each.target.text) for each in first.redirects] == [
        ("2", ">&", "1"),
        ("", ">", "out"),
    ]
    assert [first.operator, second.operator, third.operator] == ["&&", "&", ""]
    assert third.assignments[0].append and not third.assignments[0].value.literal


def test_constructs_around_a_command() -> None:
    text = "a\nif b; then for x in y; do c; done; fi\nf() { d; }\n( e )\ncase x in y) g;; esac"
    assert [(each.words[0].text, each.inside) for each in read(text)] == [
        ("a", ()),
        ("b", ("if",)),
        ("c", ("if", "for")),
        ("d", ("function",)),
        ("e", ("(",)),
        ("g", ("case",)),
    ]


def test_here_document_body() -> None:
    command, after = read("cat <<-EOF >f\n\tone\n\tEOF\nnext")
    assert command.redirects[0].body is not None and command.redirects[0].body.text == "one\n"
    assert after.words[0].text == "next"


def test_places() -> None:
    text = "RUN 'a b' && x=1 \"c${D}\"e"
    for command in read(text):
        for word in (*command.words, *(each.value for each in command.assignments)):
            stripped = word.span.text.replace("'", "").replace('"', "")
            assert stripped == word.text
            assert all(text[word.content.source_offset(i)] == char for i, char in enumerate(word.text))


@pytest.mark.skipif(not shutil.which("sh"), reason="there is no sh to compare with")
def test_literal_words_are_those_of_a_real_shell() -> None:
    random = Random(11)
    pieces = ("a", "b", " ", "  ", "'", '"', "\\", "x y", "=", "-", "é", ".", ",", "%")
    texts = ["".join(random.choices(pieces, k=random.randint(1, 12))) for _ in range(600)]
    sound = [text for text in texts if not unfinished(text) and text.strip()]
    assert len(sound) > 150
    script = "\n".join(f"printf '[%s]' : {text}; printf '\\n'" for text in sound)
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.split("\n")
    for text, line in zip(sound, told, strict=False):
        command = read(f": {text}")[0]
        assert "".join(f"[{word.text}]" for word in command.words) == line, text


def unfinished(text: str) -> bool:
    try:
        shlex.split(text, comments=False)
    except ValueError:
        return True
    return text.endswith("\\")


def test_noise_never_raises() -> None:
    random = Random(5)
    pieces = (
        "'",
        '"',
        "`",
        "$",
        "$(",
        "${",
        ")",
        "}",
        "(",
        "{",
        "<<A",
        "\n",
        "A",
        ";",
        ";;",
        "&",
        "|",
        "if ",
        "fi",
        "case ",
        " in ",
    )
    for _ in range(3000):
        text = "".join(random.choices((*pieces, "\\", "[[ ", "]]", "=", "x", " ", "#", "<", ">", "2>&1", "\0"), k=30))
        for command in read(text):
            assert command.span.start <= command.span.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "$(",
        '"$(',
        "<<a ",
        "<<a\n",
        "[[ ; ",
        "a'",
        "(a;",
        "a\\\n",
        "`",
        '"`',
        "${",
        "case x in ",
        "A=(",
        '"',
        "a ",
        "1",
        "f(){ ",
    ],
)
def test_work_grows_with_the_size_only(unit: str) -> None:
    def work(size: int) -> int:
        text = unit * (size // len(unit))
        return lines(lambda: read(text))

    assert work(8_000) <= work(2_000) * 5
