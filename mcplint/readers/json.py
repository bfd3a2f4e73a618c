"""Reads JSON into nodes with exact spans, and goes on after whatever is not JSON.

One pass over the tokens with a stack of its own: linear in the text, and no input can exhaust the interpreter's stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mcplint.facts.document import (
    TRAILING_COMMA,
    Document,
    MappingNode,
    Node,
    Problem,
    ScalarNode,
    SequenceNode,
    document_parts,
)
from mcplint.findings import ERROR, WARNING, Unreadable
from mcplint.text.source import Edit, Part, Source, Span
from mcplint.values import Label

MAX_DEPTH = 200
MAX_PROBLEMS = 50

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<mark>[][{}:,])
    |(?P<string>"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+")|(?P<open>"[^\r\n]*)
    |(?P<comment>(?://|\#)[^\r\n]*)|(?P<block>/\*)
    |(?P<word>[^][{}:,"\ \t\r\n]+)""",
    re.VERBOSE,
)

_ESCAPE = r"(?s)\\(u[0-9a-fA-F]{4}|.)"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_CONTROL = r"[\x00-\x1f]"
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_MEANT = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")

Flaw = tuple[Span, str, str, Edit | None]
KEY, COLON, VALUE, COMMA = "a key", "a colon", "a value", "a comma"


class _Open:
    """An object or array that is not closed yet. A class because it grows."""

    __slots__ = ("comma", "expects", "first", "items", "keys", "start")

    def __init__(self, start: int, first: str) -> None:
        self.start, self.first, self.expects = start, first, first
        self.keys: list[ScalarNode] = []
        self.items: list[Node] = []
        self.comma: Span | None = None

    def node(self, source: Source, end: int) -> Node:
        span = Span(source, self.start, end)
        if self.first is VALUE:
            return SequenceNode(span, tuple(self.items))
        return MappingNode(span, tuple(zip(self.keys, self.items, strict=False)))


class _Parser:
    """The nodes and problems so far. A class because every token changes them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.damaged = False
        self.end = 0

    def problem(
        self, span: Span, message: str, severity: str = ERROR, edit: Edit | None = None, damage: bool = False
    ) -> None:
        """Notes a problem; behind damage what the text means is a guess, and no guess is fixed."""
        self.damaged |= damage
        self.problems.append(Problem(span, message, severity, None if self.damaged else edit, damage=damage))

    def run(self) -> None:
        """Takes every token in turn, until there are MAX_PROBLEMS problems or it nests too deep."""
        for kind, start, end in _tokens(self.source.text):
            if len(self.problems) >= MAX_PROBLEMS or len(self.stack) > MAX_DEPTH:
                return
            span = Span(self.source, start, end)
            match kind:
                case "mark":
                    self.mark(span.text, span)
                case "comment":
                    gap = self.source.text[self.end : start].rstrip(" \t")
                    alone = "\r\n" if gap.endswith("\r\n") else gap[-1:] if gap.endswith(("\r", "\n")) else ""
                    blanks = span._replace(start=self.end + len(gap) - len(alone))
                    self.problem(span, "comments are not allowed", edit=Edit(blanks, ""))
                    continue
                case "bom":
                    self.problem(span, "it begins with a byte order mark", edit=Edit(span, ""))
                case "open":
                    self.problem(span, "this string is never closed", damage=True)
                case "block":
                    self.problem(span, "this comment is never closed", damage=True)
                case _:
                    node, flaw = (string if kind == "string" else word)(span)
                    if flaw:
                        self.problem(*flaw)
                    self.scalar(node, span)
            self.end = end

    def mark(self, mark: str, span: Span) -> None:
        top = self.stack[-1] if self.stack else None
        match mark:
            case "{" | "[":
                self.begin(span)
                if len(self.stack) == MAX_DEPTH:
                    self.problem(span, f"it nests deeper than {MAX_DEPTH} levels", damage=True)
                self.stack.append(_Open(span.start, KEY if mark == "{" else VALUE))
            case "}" | "]" if top and (mark == "}") == (top.first is KEY):
                self.close(top, span)
            case "," if top and top.expects is COMMA:
                top.expects, top.comma = top.first, span
            case ":" if top and top.expects is COLON:
                top.expects = VALUE
            case _:
                self.problem(span, f"`{mark}` does not belong here", damage=True)

    def begin(self, span: Span) -> bool:
        """Whether what begins at the span is a key; complains where something else belongs there."""
        if not self.stack:
            if self.root is not None:
                self.problem(span, "there is text after the end of the document", damage=True)
            return False
        top = self.stack[-1]
        if top.expects is COMMA:
            self.problem(
                span,
                f"a comma is missing before `{span.text[:40]}`",
                edit=Edit(Span(self.source, self.end, self.end), ","),
            )
            top.expects = top.first
        top.comma = None
        if top.expects is COLON:
            self.problem(span, f"a colon is missing before `{span.text[:40]}`", damage=True)
            top.expects = VALUE
        return top.expects is KEY

    def scalar(self, node: ScalarNode, span: Span) -> None:
        if not self.begin(span):
            return self.value(node)
        if not node.quoted:
            self.problem(span, f"key `{span.text[:40]}` is not in double quotes", edit=Edit(span, f'"{span.text}"'))
        self.stack[-1].keys.append(node)
        self.stack[-1].expects = COLON
        return None

    def value(self, node: Node) -> None:
        """Gives a value to the open container, or makes it the document."""
        if not self.stack:
            self.root = node if self.root is None else self.root
            return
        top = self.stack[-1]
        if len(top.keys) == len(top.items) and top.first is KEY:
            self.problem(node.span, "a key is missing before this value", damage=True)
            top.keys.append(ScalarNode(node.span._replace(end=node.span.start), "", "", True))
        top.items.append(node)
        top.expects = COMMA

    def close(self, top: _Open, span: Span) -> None:
        if top.comma:
            self.problem(top.comma, TRAILING_COMMA, edit=Edit(top.comma, ""))
        elif len(top.keys) > len(top.items):
            self.problem(span, f"{top.expects} is missing before `{span.text}`", damage=True)
        self.stack.pop()
        node = top.node(self.source, span.end)
        if isinstance(node, MappingNode):
            self.problems.extend(islice(_overridden_keys(node), max(MAX_PROBLEMS - len(self.problems), 0)))
        self.value(node)

    def finish(self) -> None:
        """Closes what the text leaves open; the innermost of it is where something is missing."""
        if self.stack:
            opening = Span(self.source, self.stack[-1].start, self.stack[-1].start + 1)
            self.problem(opening, f"`{opening.text}` is never closed", damage=True)
        while self.stack:
            self.value(self.stack.pop().node(self.source, self.end))


def string(token: Span) -> tuple[ScalarNode, Flaw | None]:
    """The string of a token in double quotes, and the first thing that a strict parser minds in it.

    Half a surrogate pair becomes U+FFFD, as Go's decoder has it.
    """
    inner = token._replace(start=token.start + 1, end=token.end - 1)
    raw = inner.text
    if raw.isprintable() and "\\" not in raw:
        return ScalarNode(inner, raw, raw, True), None
    flaw = next(_flaws(inner, raw), None)
    units = re.sub(_ESCAPE, _unescaped, raw).encode("utf-16-le", "surrogatepass")
    value = units.decode("utf-16-le", "replace")
    if value.encode("utf-16-le") != units:
        flaw = flaw or (inner, "an unpaired surrogate, which is not a character", WARNING, None)
    return ScalarNode(inner, value, value, True), flaw


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _SHORT.get(code, code)


def _flaws(inner: Span, raw: str) -> Iterator[Flaw]:
    if control := re.search(_CONTROL, raw):
        at = inner._replace(start=inner.start + control.start(), end=inner.start + control.end())
        yield (
            at,
            "a control character in a string must be written as an escape",
            ERROR,
            Edit(at, f"\\u{ord(control[0]):04x}"),
        )
    for escape in re.finditer(_ESCAPE, raw):
        if len(escape[1]) == 1 and escape[1] not in _SHORT:
            at = inner._replace(start=inner.start + escape.start(), end=inner.start + escape.end())
            yield at, f"`{escape[0]}` is not an escape of JSON", ERROR, None


def word(token: Span) -> tuple[ScalarNode, Flaw | None]:
    """The number, `true`, `false` or `null` of a token outside quotes, or what another word there seems to mean."""
    text = token.text
    if text in _WORDS:
        return ScalarNode(token, _WORDS[text], text), None
    if number := re.fullmatch(_NUMBER, text):
        return _number(token, text, whole=not (number[1] or number[2]))
    if text in _NOT_NUMBERS:
        return ScalarNode(token, None, text), (token, f"`{text}` is not a number of JSON", ERROR, None)
    if text in _MEANT:
        intended = _MEANT[text]
        return ScalarNode(token, _WORDS[intended], text), (
            token,
            f"`{text}` must be written `{intended}`",
            ERROR,
            Edit(token, intended),
        )
    message = f"`{text[:40]}` is neither a string, a number nor true, false or null"
    return ScalarNode(token, text, text), (token, message, ERROR, None)


def _number(token: Span, text: str, whole: bool) -> tuple[ScalarNode, Flaw | None]:
    """A number, as a float where it has a fraction or is too long to be worth reading digit by digit."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return ScalarNode(token, None, text), (token, "a number is too large for a decoder", ERROR, None)
    return ScalarNode(token, int(text) if whole and len(text) < 300 else value, text), None


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """The tokens of a JSON text as (kind, start, end); every character but white space belongs to one."""
    position = 0
    if text.startswith("\ufeff"):
        position = 1
        yield "bom", 0, 1
    while match := _TOKEN.match(text, position):
        kind, start, position = match.lastgroup or "", match.start(), match.end()
        if kind == "block":
            close = text.find("*/", position)
            kind, position = ("comment", close + 2) if close >= 0 else (kind, len(text))
        if kind != "space":
            yield kind, start, position


def _overridden_keys(node: MappingNode) -> Iterator[Problem]:
    """The keys of an object that a later key of the same name overrides."""
    last = {key.text: key for key, _ in node.pairs}
    if len(last) == len(node.pairs):
        return
    for key, _ in node.pairs:
        if last[key.text] is not key:
            notes = (Label(last[key.text].span, "the last one is used"),)
            yield Problem(
                key.span, f"key `{key.text[:80]}` appears twice, and this one is ignored", WARNING, notes=notes
            )


def read(source: Source) -> Document:
    """The document and, in order, everything in it that is not strict JSON, up to about MAX_PROBLEMS."""
    parser = _Parser(source)
    parser.run()
    parser.finish()
    if parser.root is None and not parser.problems:
        parser.problems.append(Problem(Span(source, 0, 0), "the file is empty", ERROR, damage=True))
    problems = sorted(parser.problems, key=lambda problem: problem.span.start)
    return Document(parser.root, tuple(problems))


def parts(source: Source) -> tuple[Part, ...]:
    """The keys and values of a file, of strict JSON only what json takes as well. Unreadable where it does not."""
    import json

    document = read(source)
    try:
        if not document.problems:
            json.loads(source.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(Span(source, 0, 0), str(error)) from None
    return tuple(document_parts(document.root))
