"""Templates of Helm charts: Go's text/template, whose actions are only told apart here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.helm import Action, Block, Part, Template, Text
from mcplint.findings import NOTE, Unreadable
from mcplint.text.source import Source, Span

WORD = re.compile(r'"(?:\\.|[^"\\\n])*+"?|`[^`]*`|:=|[()|,=]|[^\s()|,="`]+')
BLOCKS = ("if", "with", "range", "define", "block")
SPACE = " \t\r\n"
MAX_DEPTH = 60


class Open:
    """A block whose end has not come yet; a class because its ways grow."""

    def __init__(self, kind: str, action: Action) -> None:
        self.kind = kind
        self.ways: list[tuple[Action, list[Part]]] = [(action, [])]

    @property
    def parts(self) -> list[Part]:
        return self.ways[-1][1]


def read(source: Source) -> Template:
    """The parts of a template; raises `Unreadable` where its blocks do not close."""
    root = Open("", Action(0, 0, ()))
    stack, defines = [root], []
    for part in _parts(source):
        first = part.words[:1] if isinstance(part, Action) else ()
        if isinstance(part, Text) or not first or first[0] not in (*BLOCKS, "else", "end"):
            stack[-1].parts.append(part)
        elif first[0] in BLOCKS:
            stack.append(Open(first[0], part))
        elif len(stack) == 1 or len(stack) > MAX_DEPTH:
            raise Unreadable(Span(source, part.start, part.end), "a block of a template that was never opened", NOTE)
        elif first[0] == "else":
            stack[-1].ways.append((part._replace(words=part.words[1:]), []))
        else:
            done = stack.pop()
            block = Block(done.kind, tuple((action, tuple(parts)) for action, parts in done.ways))
            if done.kind == "define" and block.ways[0][0].words[1:]:
                defines.append((block.ways[0][0].words[1].strip('"`'), block.ways[0][1]))
            else:
                stack[-1].parts.append(block)
    if len(stack) > 1:
        action = stack[-1].ways[0][0]
        raise Unreadable(Span(source, action.start, action.end), "a block of a template that never ends", NOTE)
    return Template(source, tuple(root.parts), tuple(defines))


def _parts(source: Source) -> Iterator[Text | Action]:
    """Texts and actions in order, the space gone that an action trims with `{{-` and `-}}`."""
    text, at, trimmed = source.text, 0, False
    while (start := text.find("{{", at)) >= 0:
        comment = text[start + 2 : start + 6].lstrip("- ").startswith("/*")
        inner = text.find("*/", start) if comment else start
        end = text.find("}}", inner) if inner >= 0 else -1
        if end < 0:
            break
        yield from _text(text, at, start, trimmed, text.startswith("{{-", start))
        body = text[start + 2 : end].removeprefix("-").removesuffix("-")
        if not comment:
            yield Action(start, end + 2, tuple(WORD.findall(body)))
        at, trimmed = end + 2, text[end - 1] == "-"
    yield from _text(text, at, len(text), trimmed, False)


def _text(text: str, start: int, end: int, left: bool, right: bool) -> Iterator[Text]:
    while left and start < end and text[start] in SPACE:
        start += 1
    while right and start < end and text[end - 1] in SPACE:
        end -= 1
    if start < end:
        yield Text(start, end)
