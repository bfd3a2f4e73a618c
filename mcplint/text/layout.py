"""How what is added to a text is laid out, and what goes with that which is taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mcplint.text.source import Edit, Source, Span
from mcplint.values import EditSite

_SHORT = 8
"""The words of a comment, its `#` counted, that says one thing."""


@lru_cache(maxsize=64)
def quote(source: Source) -> str:
    """The quotes that most texts of a program begin with, double ones where neither do."""
    found = re.findall(r"(?<![\w'\"])(['\"])\w", source.text)
    return "'" if found.count("'") > found.count('"') else '"'


def taken_out(spans: Iterable[Span]) -> Iterator[Edit]:
    """The edits that take spans of one file out of it, those that touch as one; a line that nothing is left on too."""
    whole: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        last = whole[-1] if whole else None
        if last and not span.source.text[last.end : span.start].strip(" \t"):
            whole[-1] = last._replace(end=max(last.end, span.end))
        else:
            whole.append(span)
    return (Edit(without_hole(span), "") for span in whole)


def without_hole(span: Span) -> Span:
    """A span with all of its line where nothing else stands there, else with the blanks that it would leave double."""
    text = span.source.text
    if span.text.endswith("\n"):
        return span
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end) + 1 or len(text)
    before, behind = text[start : span.start], text[span.end : end]
    if not before.strip() and not behind.strip():
        return span._replace(start=start, end=end)
    if not behind.strip():
        return span._replace(start=start + len(before.rstrip()))
    apart = not before or before[-1] in " \t"
    return span._replace(end=span.end + len(behind) - len(behind.lstrip(" \t"))) if apart else span


def item_after(last: Span, close: int, before: str, after: str, front: bool = True) -> EditSite | None:
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
        # A formatter ends the lines of a call with commas where there are several; one alone has none.
        alone = apart and "," not in between and source.text[max(0, start - 200) : start].rstrip().endswith("(")
        comma = "," if alone else ""
        return EditSite(Span(source, end, end), f",{apart or ' '}{before}", f"{after}{comma}", joint=joint)
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
    """The edit that takes a key of YAML out with its line and the comment above that is about it.

    None where something else stands in the line too, or a comment right above may be about what follows the key.
    """
    text = value.source.text
    start, end = text.rfind("\n", 0, value.start) + 1, text.find("\n", value.end) + 1 or len(text)
    alone = re.fullmatch(rf"[ \t]*{re.escape(key)}[ \t]*:[ \t]*[\"']?", text[start : value.start])
    behind = re.fullmatch(r"[\"']?[ \t]*(?:#[^\n]*)?\r?\n?", text[value.end : end])
    if not (alone and behind):
        return None
    next_one, indent = text[end:].partition("\n")[0], len(text[start:]) - len(text[start:].lstrip(" "))
    is_last = not next_one.strip() or next_one.lstrip()[0] == "#" or len(next_one) - len(next_one.lstrip(" ")) < indent
    line = Span(value.source, start, end)
    whole = _with_comments_above(line) if is_last else with_comment(line, key)
    above = Span(value.source, value.start, value.start)
    kept = whole.start == start and (_with_comments_above(line).start != start or has_comment_with(above, key))
    return None if kept else Edit(whole, "")


def with_comment(line: Span, *words: str) -> Span:
    """A line with the short comment above it that has one of these words, which name its key."""
    whole = _with_comments_above(line)
    comment = line.source.text[whole.start : line.start]
    named = re.search(rf"(?i)\b(?:{'|'.join(map(re.escape, words))})\b", comment)
    return whole if named and len(comment.split()) <= _SHORT else line


def _with_comments_above(line: Span) -> Span:
    """A line with the comments right above it, those of the same indentation."""
    text, start = line.source.text, line.start
    indent = re.match(r"[ \t]*", line.text)
    comment = f"{indent[0] if indent else ''}#"
    while start and text.startswith(comment, before := text.rfind("\n", 0, start - 1) + 1):
        start = before
    return line._replace(start=start)


def is_explained(value: Span) -> bool:
    """Whether a comment beside a value, or above it up to a blank line, names it as it is spelled."""
    return bool(value.text) and has_comment_with(value, value.text)


def is_remarked(value: Span) -> bool:
    """Whether a comment stands beside a value, or right above it: it may give a reason for just this one."""
    text = value.source.text
    above, _, _ = text[: value.start].rpartition("\n")
    beside = text[value.end :].partition("\n")[0]
    return bool(value.text) and ("#" in beside or above.rpartition("\n")[2].lstrip().startswith("#"))


def has_comment_with(span: Span, word: str) -> bool:
    """Whether a comment beside a span, or above it up to a blank line, has a word."""
    text = span.source.text
    start, named = text.rfind("\n", 0, span.start) + 1, re.compile(rf"^[^#]*+#.*(?<!\w){re.escape(word)}(?!\w)")
    lines = [text[start:].partition("\n")[0]]
    for line in reversed(text[:start].splitlines()):
        if not line.strip():
            break
        lines.append(line)
    return any(map(named.search, lines))
