"""Text of a project as each kind of output takes it, so that nothing in it steers a terminal, a runner or a page.

Every report passes what it did not write itself through one of these: paths, names, messages and lines of files.
Of a secret that stands in them, only the first four characters are shown.
"""

from __future__ import annotations

import re
from typing import Any

from mcplint.knowledge.secrets import masked

TAB = "    "
JOINER = "\u200d"
# GitHub's runner (`##[`), Azure's (`##vso[`) and TeamCity's (`##teamcity[`) obey these wherever they stand in a line.
_COMMAND = r"(##\w{0,20})\["
# An escape of JSON; the group is half a character, not followed or preceded by the other half.
_ESCAPE = r"\\(?:ud[89ab]..\\ud[c-f]..|(ud[89a-f]..)|.)"
_LONGEST_NAME = 60
_MARKDOWN = frozenset("&<>\"'\\*_{}[]()#+!|~")


def terminal(text: str, keep: str = "") -> str:
    """The text with control and direction characters made visible, in as many columns; those in `keep` stay."""
    text = masked(text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in keep or c == JOINER else _visible_character(c) for c in text)
    return re.sub(_COMMAND, "\\1\u27e6", text) if "##" in text else text


def _visible_character(character: str) -> str:
    code = ord(character)
    return TAB if character == "\t" else chr(0x2400 + code) if code < 32 else "\u2421" if code == 127 else "\ufffd"


def log(text: str) -> str:
    """Lines of a report as a runner may see them: it takes one that begins with `::` for a command."""
    return re.sub(r"^([^\S\n]*):(?=:(?!:))", "\\1\u2236", text, flags=re.MULTILINE)


def json(document: Any, indent: int | None = 2, own: bool = False) -> str:
    """A JSON document in ASCII; `own`: it is all mcplint's, and its examples of secrets are none.

    Half a character, as a file name that is no UTF-8 has it, no reader would take.
    """
    from json import dumps

    text = dumps(document if own else _masked(document), indent=indent)
    if "\\ud" in text:
        text = re.sub(_ESCAPE, lambda escape: r"\ufffd" if escape[1] else escape[0], text)
    return re.sub(_COMMAND, r"\1\\u005b", text)


def _masked(node: Any) -> Any:
    """A document with its strings masked: in JSON itself, the end of a secret may be a part of an escape."""
    match node:
        case str():
            return masked(node)
        case dict():
            return {key: _masked(value) for key, value in node.items()}
        case list() | tuple():
            return [_masked_after(before, value) for before, value in zip((None, *node), node, strict=False)]
    return node


def _masked_after(before: Any, item: Any) -> Any:
    """An item of a list, masked; of a command's words, the one before a secret may be its name."""
    if isinstance(before, str) and isinstance(item, str) and item:
        return masked(f"{before[-_LONGEST_NAME:]} {item}")[-len(item) :]
    return _masked(item)


def workflow_data(text: str) -> str:
    """The message of a workflow command of GitHub."""
    shown = terminal(text, keep="\r\n")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """The value of a property of a workflow command."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def markup(text: str) -> str:
    """Text of HTML, SVG, XML or a label of Graphviz, on one line."""
    from html import escape

    return escape(terminal(text), quote=True)


def graphviz(text: str) -> str:
    """A quoted label of Graphviz."""
    return markup(text).replace("\\", "&#92;")


def mermaid(text: str) -> str:
    """A quoted label of Mermaid."""
    return markup(text).replace("&#x27;", "'").replace("#", "&num;").replace("`", "&grave;")


def markdown(text: str) -> str:
    """Text on one line of Markdown, in a cell of a table as well; names of people are not called."""
    parts = [_entities(part) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return "&#96;".join(parts)
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _entities(text: str) -> str:
    marked = (f"&#{ord(sign)};" if sign in _MARKDOWN else sign for sign in terminal(text))
    return "".join(marked).replace("@", "@&#8203;").replace("://", "&#58;//")
