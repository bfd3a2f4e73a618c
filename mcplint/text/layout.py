"""Where one more item stands in a list of a program, laid out as the items before it are."""

from __future__ import annotations

from mcplint.text.source import Span
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
