"""Reads a TOML text into nodes with exact spans, which the standard library's parser does not tell."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, document_parts
from mcplint.findings import Unreadable
from mcplint.text.source import Part, Source, Span

_DEEPEST = 64
_BLANK = re.compile(r"(?:[ \t]++|\r?\n|#[^\n]*+)*+")
_LINE_END = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE = re.compile(r"\d{4}-\d\d-\d\d [\d:.+Zz-]+|[A-Za-z0-9_+.:-]+")
_INTEGER = r"[+-]?(?:0|[1-9](?:_?\d)*)|0x[\dA-Fa-f](?:_?[\dA-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*"
_FLOAT = r"[+-]?(?:(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?|inf|nan)"
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_DATE = rf"\d{{4}}-\d\d-\d\d(?:[Tt ]{_TIME}(?:[Zz]|[+-]\d\d:\d\d)?)?|{_TIME}"
_STRING = re.compile(
    r'"""(?:\r?\n)?(?P<long>(?:[^"\\]++|\\.|"(?!""))*+(?:"{0,2}(?="""(?!")))?)"""'
    r"|'''(?:\r?\n)?(?P<raw>(?:[^']++|'(?!''))*+(?:'{0,2}(?='''(?!')))?)'''"
    r'|"(?!"")(?P<short>(?:[^"\\\r\n]++|\\[^\r\n])*+)"'
    r"|'(?!'')(?P<plain>[^'\r\n]*+)'",
    re.S,
)
_ESCAPE = r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr\"\\])|([ \t]*\r?\n\s*)|)"
_PLAIN = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@lru_cache(maxsize=4)
def read(source: Source) -> MappingNode:
    """The document. Unreadable where it is not TOML.

    Kept for the next who asks: the settings of mcplint stand in a file of the project.
    """
    return _Reader(source).document()


def parts(source: Source) -> tuple[Part, ...]:
    """The keys and values of a file that tomllib takes as well. Unreadable where it does not."""
    import tomllib

    try:
        tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Span(source, 0, 0), str(error)) from None
    return tuple(document_parts(read(source)))


class _Table:
    """A table while it is being read: its pairs so far, and where its text starts and ends."""

    def __init__(self, start: int, end: int, closed: bool = False) -> None:
        self.start, self.end, self.closed = start, end, closed
        self.pairs: dict[str, tuple[ScalarNode, Node | _Table | list[_Table]]] = {}

    def node(self, source: Source) -> MappingNode:
        pairs = tuple((key, self._as_node(value, source)) for key, value in self.pairs.values())
        return MappingNode(Span(source, self.start, self.end), pairs)

    def _as_node(self, value: Node | _Table | list[_Table], source: Source) -> Node:
        if isinstance(value, list):
            return SequenceNode(Span(source, value[0].start, value[-1].end), tuple(item.node(source) for item in value))
        return value.node(source) if isinstance(value, _Table) else value


class _Reader(NamedTuple):
    source: Source

    def document(self) -> MappingNode:
        """Lines of keys, under the table that the last header opened."""
        text = self.source.text
        root = table = _Table(0, len(text))
        at = self._skip_blanks(0)
        while at < len(text):
            if text[at] == "[":
                table, at = self._header(root, at)
            else:
                at = self._pair(table, at, 0)
            table.end = max(table.end, at)
            at = self._skip_blanks(self._line_end(at))
        return root.node(self.source)

    def _header(self, root: _Table, at: int) -> tuple[_Table, int]:
        many = self.source.text.startswith("[[", at)
        close = "]]" if many else "]"
        keys, end = self._keys(at + len(close))
        if not self.source.text.startswith(close, end):
            raise self._bad(end, f"expected `{close}`")
        end += len(close)
        table = root
        for key in keys[:-1]:
            table = self._table_below(table, key, at, end)
        name = keys[-1]
        if not many:
            return self._table_below(table, name, at, end), end
        kept = table.pairs.setdefault(name.text, (name, []))[1]
        if not isinstance(kept, list):
            raise self._bad(name.span.start, f"`{name.text}` is not a list of tables")
        kept.append(_Table(at, end))
        return kept[-1], end

    def _table_below(self, table: _Table, key: ScalarNode, start: int, end: int) -> _Table:
        """The table below a key, made where there is none; the last one of a list of tables."""
        value = table.pairs.setdefault(key.text, (key, _Table(start, end)))[1]
        if isinstance(value, list) and value:
            value = value[-1]
        if not isinstance(value, _Table) or value.closed:
            raise self._bad(key.span.start, f"`{key.text}` is already set")
        return value

    def _pair(self, table: _Table, at: int, depth: int) -> int:
        """Reads `key = value` into the table; the offset after the value."""
        keys, end = self._keys(at)
        if not self.source.text.startswith("=", end):
            raise self._bad(end, "expected `=`")
        value, end = self._value(self._space(end + 1), depth)
        for key in keys[:-1]:
            table = self._table_below(table, key, at, end)
        if keys[-1].text in table.pairs:
            raise self._bad(keys[-1].span.start, f"`{keys[-1].text}` is already set")
        table.pairs[keys[-1].text] = (keys[-1], value)
        return end

    def _keys(self, at: int) -> tuple[list[ScalarNode], int]:
        """The parts of a dotted key, and the offset after it and the blanks that follow."""
        keys: list[ScalarNode] = []
        while True:
            at = self._space(at)
            if self.source.text[at : at + 1] in ('"', "'"):
                key, at = self._string(at)
            elif match := _BARE_KEY.match(self.source.text, at):
                key, at = ScalarNode(self._span(at, match.end()), match[0], match[0]), match.end()
            else:
                raise self._bad(at, "expected a key")
            keys.append(key)
            at = self._space(at)
            if not self.source.text.startswith(".", at) or len(keys) > _DEEPEST:
                return keys, at
            at += 1

    def _value(self, at: int, depth: int) -> tuple[Node | _Table, int]:
        if depth > _DEEPEST:
            raise self._bad(at, "nested too deeply")
        match self.source.text[at : at + 1]:
            case '"' | "'":
                return self._string(at)
            case "[":
                return self._list(at, depth)
            case "{":
                return self._inline(at, depth)
        match_ = _BARE.match(self.source.text, at)
        if not match_:
            raise self._bad(at, "expected a value")
        return self._scalar(at, match_.end()), match_.end()

    def _list(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        end = self._skip_blanks(at + 1)
        while not self.source.text.startswith("]", end):
            item, end = self._value(end, depth + 1)
            items.append(item.node(self.source) if isinstance(item, _Table) else item)
            end = self._skip_blanks(end)
            if self.source.text.startswith(",", end):
                end = self._skip_blanks(end + 1)
            elif not self.source.text.startswith("]", end):
                raise self._bad(end, "expected `,` or `]`")
        return SequenceNode(self._span(at, end + 1), tuple(items)), end + 1

    def _inline(self, at: int, depth: int) -> tuple[_Table, int]:
        table = _Table(at, at, closed=False)
        end = self._skip_blanks(at + 1)
        while not self.source.text.startswith("}", end):
            end = self._skip_blanks(self._pair(table, end, depth + 1))
            if self.source.text.startswith(",", end):
                end = self._skip_blanks(end + 1)
            elif not self.source.text.startswith("}", end):
                raise self._bad(end, "expected `,` or `}`")
        table.end, table.closed = end + 1, True
        return table, end + 1

    def _string(self, at: int) -> tuple[ScalarNode, int]:
        match = _STRING.match(self.source.text, at)
        if not match or match.lastgroup is None:
            raise self._bad(at, "a string that never ends")
        start, end = match.span(match.lastgroup)
        raw = match[match.lastgroup]
        value = (
            re.sub(_ESCAPE, partial(self._unescaped, start), raw)
            if match.lastgroup in ("long", "short") and "\\" in raw
            else raw
        )
        return ScalarNode(self._span(start, end), value, value, quoted=True), match.end()

    def _unescaped(self, start: int, match: re.Match[str]) -> str:
        """What an escape stands for in a string whose text begins at `start`."""
        short, wide, plain, fold = match.groups()
        if plain:
            return _PLAIN[plain]
        if fold:
            return ""
        number = int(short or wide or "D800", 16)
        if number < 0x110000 and not 0xD800 <= number < 0xE000:
            return chr(number)
        raise self._bad(start + match.start(), f"`{match.string[match.start() : match.start() + 6]}` is not an escape")

    def _scalar(self, start: int, end: int) -> ScalarNode:
        text = self.source.text[start:end]
        plain = text.replace("_", "")
        value: str | int | float | bool
        if text in ("true", "false"):
            value = text == "true"
        elif re.fullmatch(_INTEGER, text) and len(text) < 64:
            value = int(plain, 0)
        elif re.fullmatch(_FLOAT, text):
            value = float(plain)
        elif re.fullmatch(_DATE, text):
            value = text
        else:
            raise self._bad(start, f"`{text[:40]}` is not a value")
        return ScalarNode(self._span(start, end), value, text)

    def _line_end(self, at: int) -> int:
        match = _LINE_END.match(self.source.text, at)
        if not match:
            raise self._bad(self._space(at), "expected the end of the line")
        return match.end()

    def _space(self, at: int) -> int:
        while self.source.text.startswith((" ", "\t"), at):
            at += 1
        return at

    def _skip_blanks(self, at: int) -> int:
        match = _BLANK.match(self.source.text, at)
        return match.end() if match else at

    def _span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)

    def _bad(self, at: int, message: str) -> Unreadable:
        return Unreadable(self._span(at, min(at + 1, len(self.source.text))), f"not TOML: {message}")
