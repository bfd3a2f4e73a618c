"""What a text of a shell consists of: commands with their assignments and redirects, and what holds them together."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.commands.shell_words import Word
from mcplint.text.located import LocatedText
from mcplint.text.source import Span

_OPENED = frozenset({"/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr", "-"})
"""What every process can open."""


class Assignment(NamedTuple):
    """`NAME=value` in front of a command, or alone; `append` for `NAME+=value`."""

    name: str
    value: Word
    append: bool = False


class Redirect(NamedTuple):
    """`> file`, `2>&1`, `<<EOF`: the operator and the word after it; `body`: the lines of a here-document."""

    operator: str
    fd: str
    target: Word
    body: LocatedText | None = None

    @property
    def may_fail(self) -> bool:
        """Whether it opens what may not be there, or may not be opened: a file, a socket as `/dev/tcp/host/port` is."""
        inside = self.operator.startswith("<<") or (
            self.operator in (">&", "<&") and self.target.text.strip("-").isdigit()
        )
        return not inside and self.target.text not in _OPENED


class Command(NamedTuple):
    """One simple command. `operator` ends it (`&&`, `||`, `|`, `;`, `&`, a line end, or nothing).

    `inside`: the constructs around it, outermost first: `if`, `for`, `while`, `case`, `function`, `(`, `{`.
    `negated`: whether `!` stands in front. `tests`: the words inside `[[ … ]]` with `&&` or `||` in front of each test
    but the first, None where it holds other operators.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    operator: str
    span: Span
    inside: tuple[str, ...] = ()
    negated: bool = False
    tests: tuple[tuple[str, tuple[Word, ...]], ...] | None = None

    @property
    def exec(self) -> bool:
        """Whether it takes the place of the shell."""
        return bool(self.words) and self.words[0].text == "exec"

    @property
    def argv(self) -> tuple[Word, ...]:
        """The words of the program that it starts, `exec` left out."""
        return self.words[1:] if self.exec else self.words


class Branch(NamedTuple):
    """One way through a compound command: the patterns and commands that decide on it, and what it runs."""

    patterns: tuple[Word, ...]
    condition: tuple[Node, ...]
    body: tuple[Node, ...]


class Compound(NamedTuple):
    """A compound command. `kind`: as in `Command.inside`; `opener`: its word, which is also `until` or `select`.

    `words`: the name and words of a `for`, the subject of a `case`, the name of a function. `operator` follows it.
    """

    kind: str
    opener: str
    words: tuple[Word, ...]
    branches: tuple[Branch, ...]
    operator: str = ""
    redirects: tuple[Redirect, ...] = ()


Node = Command | Compound
