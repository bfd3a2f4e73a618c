"""How what is added to a text is laid out, and what goes with that which is taken out of it."""

from __future__ import annotations

import re

from mcplint.text.source import Edit, Span
from mcplint.values import EditSite


def behind(last: Span, close: int, before: str, after: str, front: bool = True) -> EditSite | None:
    """Where an item would stand behind the last one of a list that is closed at an offset.

    `before` and `after` stand around its text. A comment stays with the item that it stands behind: the new one takes a
    line below, or above where it may stand in `front`. None where it cannot be added by plain insertion.
    """
    source, start, end = last
    between = source.text[end:close]
    if ")" in between.partition("#")[0]:
        return None
    line = between.splitlines()[0] if between else ""
    code, comment, _ = line.partition("#")
    apart = _own_line(last, close)
    joint = f"{after},{apart or ' '}{before}"
    if not (apart and comment):
        return EditSite(Span(source, end, end), f",{apart or ' '}{before}", after, joint=joint)
    if "," in code:
        end += len(line)
        return EditSite(Span(source, end, end), f"{apart}{before}", f"{after},", joint=joint)
    return EditSite(Span(source, start, start), before, f"{after},{apart}", joint=joint) if front else None


def _own_line(last: Span, close: int) -> str:
    """The line end and indentation in front of the last item of a list that gives one a line, or nothing."""
    text = last.source.text
    between = text[last.end : close]
    ends = (end for end in ("\r\n", "\r", "\n") if end in between)
    newline = min(ends, key=between.index, default="")
    start = max(text.rfind("\n", 0, last.start), text.rfind("\r", 0, last.start)) + 1
    indent = text[start : last.start]
    return newline + indent if newline and not indent.strip() else ""


def without_line(value: Span, key: str) -> Edit | None:
    """The edit that takes a key of YAML out with its line, None where something else stands there too."""
    text = value.source.text
    start, end = text.rfind("\n", 0, value.start) + 1, text.find("\n", value.end) + 1 or len(text)
    alone = re.fullmatch(rf"[ \t]*{re.escape(key)}[ \t]*:[ \t]*[\"']?", text[start : value.start])
    behind = re.fullmatch(r"[\"']?[ \t]*(?:#[^\n]*)?\r?\n?", text[value.end : end])
    return Edit(value._replace(start=start, end=end), "") if alone and behind else None


def is_explained(value: Span) -> bool:
    """Whether a comment beside a value, or above it up to a blank line, names it as it is spelled."""
    text = value.source.text
    start, named = text.rfind("\n", 0, value.start) + 1, re.compile(rf"#.*(?<!\w){re.escape(value.text)}(?!\w)")
    lines = [text[start:].partition("\n")[0]]
    for line in reversed(text[:start].splitlines()):
        if not line.strip():
            break
        lines.append(line)
    return bool(value.text) and any(map(named.search, lines))
