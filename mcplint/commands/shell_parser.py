"""Command lines of a POSIX shell as words with places: RUN lines, shell-form CMD, `sh -c "…"` and simple scripts.

Nothing is expanded or run. Text that no shell would accept gives what was understood of it, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from mcplint.commands.room import has_room
from mcplint.commands.shell_nodes import Assignment, Branch, Command, Compound, Node, Redirect
from mcplint.commands.shell_words import ARRAY, BLANKS, BREAKS, VARIABLE, Part, Word, line_end, matching, word_at
from mcplint.text.located import LocatedText
from mcplint.text.source import Source
from mcplint.values import HOLE

_OPERATORS = ("&&", "||", ";;&", ";;", ";&", "|&", ";", "|", "&", "(", ")", "\n")
# How what follows writes to a file that was opened before it.
_GOING_ON = {">": ">>", ">|": ">>", "&>": "&>>"}
_REDIRECTS = ("&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">&", ">>", ">|", "<", ">")
_OPENERS = {"if": "if", "for": "for", "select": "for", "while": "while", "until": "while", "case": "case", "{": "{"}
_CLOSERS = {"fi": ("if",), "done": ("for", "select", "while", "until"), "esac": ("case",), "}": ("{",)}
DECLARING = ("declare", "local", "readonly", "typeset", "export")
_STEPS = frozenset({"then", "elif", "else", "do", "!", "time"})
_DEEPEST = 64


def parse(located: LocatedText) -> tuple[Node, ...]:
    """The commands of a text, compound ones with what they hold; one that is unknown where it has no room."""
    return _parsed(located) if has_room(located.text, located.span()) else (_unknown_command(located),)


def commands(located: LocatedText) -> tuple[Command, ...]:
    """The simple commands of a text in their order, also those inside compound ones."""
    return _simple(located) if has_room(located.text, located.span()) else (_unknown_command(located),)


@lru_cache(maxsize=256)
def _parsed(located: LocatedText) -> tuple[Node, ...]:
    return _Script(located).parse()


@lru_cache(maxsize=256)
def _simple(located: LocatedText) -> tuple[Command, ...]:
    return tuple(simple(_parsed(located)))


def _unknown_command(located: LocatedText) -> Command:
    """A command of which nothing is known."""
    span = located.span().head
    text = LocatedText(Source(span.source.path, HOLE), HOLE)
    return Command((Word(text, span, (Part(VARIABLE, text),)),), (), (), "", span)


def simple(nodes: Iterable[Node]) -> Iterator[Command]:
    """The simple commands among these and inside of them, in their order, with the redirections around them."""
    for node in nodes:
        if isinstance(node, Command):
            yield node
            continue
        redirects = node.redirects
        for branch in node.branches:
            for command in simple((*branch.condition, *branch.body)):
                yield command._replace(redirects=(*command.redirects, *redirects))
                redirects = tuple(
                    each._replace(operator=_GOING_ON.get(each.operator, each.operator)) for each in redirects
                )


class _Frame:
    """A compound command as it grows; the outermost one is the text itself."""

    def __init__(self, kind: str, opener: str, name: tuple[Word, ...] = ()) -> None:
        self.kind, self.opener, self.words = kind, opener, list(name)
        self.branches: list[Branch] = []
        self.patterns: list[Word] = []
        self.condition: tuple[Node, ...] = ()
        self.nodes: list[Node] = []

    def end_condition(self) -> None:
        """`then`, `do`: the commands so far decide on those that follow."""
        self.condition, self.nodes = tuple(self.nodes), []

    def end_branch(self) -> None:
        """`elif`, `else`, `;;`, or the end: a branch is whole."""
        if self.patterns or self.condition or self.nodes:
            self.branches.append(Branch(tuple(self.patterns), self.condition, tuple(self.nodes)))
        self.patterns, self.condition, self.nodes = [], (), []

    def compound(self) -> Compound:
        self.end_branch()
        return Compound(self.kind, self.opener, tuple(self.words), tuple(self.branches))


class _Script:
    """The state of one reading: where it is, the command that is growing, and the compound ones around it."""

    def __init__(self, located: LocatedText) -> None:
        self.located, self.text, self.i = located, located.text, 0
        self.start = self.last = 0
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.redirects: list[Redirect] = []
        self.negated = False
        self.tests: tuple[tuple[str, tuple[Word, ...]], ...] | None = None
        self.frames = [_Frame("", "")]
        self.too_deep = 0
        self.function: tuple[Word, ...] = ()
        self.skip: str | None = None
        self.after_bodies: int | None = None
        self.tests_end = True

    def parse(self) -> tuple[Node, ...]:
        end = len(self.text)
        while self.i < end:
            char = self.text[self.i]
            if char in BLANKS:
                self.i += 1
            elif char == "\\" and self.text.startswith(("\\\n", "\\\r\n"), self.i):
                self.i = self.text.index("\n", self.i) + 1
            elif char == "#":
                self.i = line_end(self.text, self.i)
            elif char in "<>&0123456789" and (redirect := self._redirect()):
                self.redirects.append(redirect)
            elif char in ";&|()\n":
                self._operator(next(operator for operator in _OPERATORS if self.text.startswith(operator, self.i)))
            else:
                self._word()
        self._finish("")
        while len(self.frames) > 1:
            self._pop()
        return tuple(self.frames[0].nodes)

    def _finish(self, operator: str) -> None:
        """Ends the command that is growing, if there is one."""
        nodes = self.frames[-1].nodes
        if self.words or self.assignments:
            nodes.append(
                Command(
                    tuple(self.words),
                    tuple(self.assignments),
                    tuple(self.redirects),
                    operator,
                    self.located.span(self.start, self.last),
                    tuple(frame.kind for frame in self.frames[1:]),
                    self.negated,
                    self.tests,
                )
            )
        elif nodes and isinstance(last := nodes[-1], Compound) and not last.operator:
            nodes[-1] = last._replace(operator=operator, redirects=tuple(self.redirects))
        self.words, self.assignments, self.redirects = [], [], []
        self.negated, self.tests = False, None

    def _operator(self, operator: str) -> None:
        self.i += len(operator)
        if self.skip == ")" and operator != ")":
            return
        if operator == "(" and self._defines_function():
            return
        self._finish(operator)
        match operator:
            case "(":
                self._open("(", "(")
            case ")" if self.skip == ")":
                self.skip = None
            case ")":
                self._close(("(",))
            case ";;" | ";&" | ";;&" if self.frames[-1].opener == "case":
                self.frames[-1].end_branch()
                self.skip = ")"
            case "\n" if self.after_bodies is not None:
                self.i, self.after_bodies = self.after_bodies, None
        if self.skip == ";" and operator in ";\n":
            self.skip = None

    def _defines_function(self) -> bool:
        close = self.i
        while close < len(self.text) and self.text[close] in BLANKS:
            close += 1
        if len(self.words) != 1 or not self.text.startswith(")", close):
            return False
        self.function, self.words, self.i = tuple(self.words), [], close + 1
        return True

    def _open(self, kind: str, opener: str) -> None:
        if len(self.frames) <= _DEEPEST:
            self.frames.append(_Frame("function" if self.function else kind, opener, self.function))
        else:
            self.too_deep += 1
        self.function = ()

    def _close(self, openers: tuple[str, ...]) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif self.frames[-1].opener in openers:
            self._pop()

    def _pop(self) -> None:
        made = self.frames.pop().compound()
        self.frames[-1].nodes.append(made)

    def _word(self) -> None:
        start = self.i
        declares = not self.words or self.words[0].text in DECLARING
        if declares and not self.skip and (assignment := self._assignment(bool(self.words))):
            self._note_word(start)
            self.assignments.append(assignment)
            return
        word, self.i = word_at(self.located, start)
        reserved = not (self.words or self.assignments or word.quoted)
        if self.skip:
            self._header(word)
        elif not (reserved and self._take_reserved_word(word.text)):
            self._note_word(start)
            self.words.append(word)
            if reserved and word.text == "[[":
                self._double_brackets()

    def _double_brackets(self) -> None:
        """Past the rest of `[[ … ]]`, inside which operators are words."""
        close = self.text.find("]]", self.i) if self.tests_end else -1
        self.tests_end = close >= 0
        self.tests = self._tests(self.i, close) if self.tests_end else None
        self.i = self.last = close + 2 if self.tests_end else line_end(self.text, self.i)

    def _tests(self, start: int, end: int) -> tuple[tuple[str, tuple[Word, ...]], ...] | None:
        """The words of each test in a part of the text; None where it has operators other than `&&` and `||`."""
        found, part = [("", list[Word]())], self.located.part(start, end)
        at = 0
        while at < len(part.text):
            operator = part.text[at : at + 2]
            if part.text[at] in BLANKS or part.text[at] == "\n":
                at += 1
            elif operator in ("&&", "||"):
                found.append((operator, []))
                at += 2
            elif part.text[at] in BREAKS:
                return None
            else:
                word, at = word_at(part, at)
                found[-1][1].append(word)
        return tuple((operator, tuple(words)) for operator, words in found)

    def _note_word(self, start: int) -> None:
        """Notes that the command reaches from its first word to here."""
        if not self.words and not self.assignments:
            self.start = start
        self.last = self.i

    def _header(self, word: Word) -> None:
        """A word of a loop's header, a case's subject or pattern: it is no command."""
        frame = self.frames[-1]
        match self.skip, word.text:
            case "in", "in":
                self.skip = ")"
            case ")", "esac":
                self.skip = None
                self._close(("case",))
            case ";", "do":
                self.skip = None
            case "name", _:
                self.skip, self.function = None, (word,)
            case ")", _ if not self.too_deep:
                frame.patterns.append(word)
            case _ if not self.too_deep:
                frame.words.append(word)

    def _take_reserved_word(self, text: str) -> bool:
        """Takes a reserved word; False where the word begins a command."""
        frame = self.frames[-1]
        if text in _OPENERS:
            self._open(_OPENERS[text], text)
            self.skip = {"for": ";", "case": "in"}.get(_OPENERS[text])
        elif text in _CLOSERS:
            self._close(_CLOSERS[text])
        elif text in ("then", "do") and not self.too_deep:
            frame.end_condition()
        elif text in ("elif", "else") and not self.too_deep:
            frame.end_branch()
        elif text == "!":
            self.negated = True
        elif text == "function":
            self.skip = "name"
        return text in _OPENERS or text in _CLOSERS or text in _STEPS or text == "function"

    def _assignment(self, only_arrays: bool) -> Assignment | None:
        i = self.i
        if not (self.text[i] == "_" or self.text[i].isalpha()):
            return None
        while i < len(self.text) and (self.text[i] == "_" or self.text[i].isalnum()):
            i += 1
        append = self.text.startswith("+=", i)
        if not (append or self.text.startswith("=", i)) or (only_arrays and self.text[i + 1 + append :][:1] != "("):
            return None
        name, first = self.text[self.i : i], i + 1 + append
        if self.text.startswith("(", first):
            self.i = matching(self.text, first)
            array = self.located.part(first, self.i)
            return Assignment(name, Word(array, array.span(), (Part(ARRAY, array),)), append)
        value, self.i = word_at(self.located, first)
        return Assignment(name, value, append)

    def _redirect(self) -> Redirect | None:
        i = self.i
        while i < len(self.text) and self.text[i] in "0123456789":
            i += 1
        operator = next((o for o in _REDIRECTS if self.text.startswith(o, i)), "")
        if not operator or (operator in "<>" and self.text.startswith("(", i + 1)):
            return None
        fd, self.i = self.text[self.i : i], i + len(operator)
        while self.i < len(self.text) and self.text[self.i] in BLANKS:
            self.i += 1
        target, self.i = word_at(self.located, self.i)
        self.last = self.i
        body = self._here_document(target.text, operator == "<<-") if operator in ("<<", "<<-") else None
        return Redirect(operator, fd, target, body)

    def _here_document(self, end_mark: str, tabs: bool) -> LocatedText | None:
        """The lines up to the end mark, after the last here-document of this line or after the line."""
        if self.after_bodies is None:
            self.after_bodies = line_end(self.text, self.i) + 1
        start = at = self.after_bodies
        while at < len(self.text):
            last = line_end(self.text, at)
            line = self.text[at:last].rstrip("\r")
            if (line.lstrip("\t") if tabs else line) == end_mark:
                self.after_bodies = last + 1
                body = self.located.part(start, at)
                return body.without_tabs() if tabs else body
            at = last + 1
        self.after_bodies = len(self.text)
        body = self.located.part(start)
        return (body.without_tabs() if tabs else body) if body.text else None
