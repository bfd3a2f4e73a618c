"""How far the edits of fixes reach: the texts that they make, and what they change beside what they are written for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from importlib import import_module
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, as_python
from mcplint.findings import Fix, Unreadable
from mcplint.project.kinds import kind
from mcplint.text.listed import joined_by_and
from mcplint.text.source import Edit, Part, Source, Span

READERS = {
    **{name: name for name in ("python", "dockerfile", "nginx", "typescript", "haproxy", "lighttpd")},
    "caddyfile": "caddy",
    "env": "dotenv",
    "unit": "ini",
    "setup.cfg": "ini",
}
SUFFIXES = {"json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml"}
Name = tuple[int, str, str]


class Change(NamedTuple):
    """The characters that an edit takes away, and those that stand in their place afterwards."""

    start: int
    end: int
    new_start: int
    new_end: int


class SectionEntry(NamedTuple):
    """One entry of a section of a YAML file, a service for instance: where its key begins, and its value."""

    start: int
    value: object


def apply(edits: Iterable[Edit]) -> dict[str, str]:
    """The texts that edits make, by path; those that are the same are made once."""
    texts: dict[str, str] = {}
    for edit in reversed(_in_order(edits)):
        source = edit.span.source
        text = texts.get(source.path, source.text)
        texts[source.path] = text[: edit.span.start] + _lines(edit.text, edit.span) + text[edit.span.end :]
    return texts


def _in_order(edits: Iterable[Edit]) -> list[Edit]:
    return sorted(dict.fromkeys(edits), key=lambda edit: (edit.span.start, edit.span.end))


def _lines(text: str, span: Span) -> str:
    """A text with the line end of the span that it goes into: of the line before it, else of its own.

    What takes the place of a whole file has the line ends that it is to have.
    """
    around = span.source.text
    if span.start == 0 and span.end == len(around) > 0:
        return text
    end = around.rfind("\n", 0, span.start)
    if end < 0:
        end = around.find("\n", span.start)
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if end > 0 and around[end - 1] == "\r" else text


def first_stray_path(edits: Sequence[Edit], texts: dict[str, str]) -> str:
    """The first path in whose new text something else than what is edited reads otherwise, empty for none.

    What no edit touches must be there as before, under the same key, statement, block or stage; what an edit adds must
    not have fallen into a comment. Files that had no parts before are not asked.
    """
    for path, text in texts.items():
        own = [edit for edit in edits if edit.span.source.path == path]
        if not own[0].span.source.text or (before := _file_parts(own[0].span.source)) is None:
            continue
        after = _file_parts(Source(path, text))
        changes = list(_changes(own))
        if (
            after is None
            or _says_nothing(own, changes, after)
            or _untouched_before(before, changes) != _untouched_after(after, changes)
        ):
            return path
    return ""


def _file_parts(source: Source) -> tuple[Part, ...] | None:
    """What a file says, piece by piece; None where its format has no pieces here or it cannot be read."""
    row = kind(source.path)
    suffix = source.path.rpartition(".")[2].lower()
    reader = READERS.get(row.name if row else "") or SUFFIXES.get(suffix)
    if reader is None:
        return None
    try:
        found: tuple[Part, ...] = import_module(f"mcplint.readers.{reader}").parts(source)
    except Unreadable:
        return None
    return found or None


def _changes(edits: Iterable[Edit]) -> Iterator[Change]:
    moved = 0
    for edit in _in_order(edits):
        (_, start, end), size = edit.span, len(_lines(edit.text, edit.span))
        yield Change(start, end, start + moved, start + moved + size)
        moved += size - (end - start)


def _untouched_before(parts: Iterable[Part], changes: Sequence[Change]) -> Counter[Part]:
    """The parts that no edit touches, where they are to be afterwards."""
    starts, ends = [each.start for each in changes], [each.end for each in changes]
    moved = partial(_offset_after, changes, ends)
    return Counter(
        Part(start := moved(part.start), start + part.end - part.start, part.said, moved(part.under))
        for part in parts
        if not _touched(part, starts, ends)
    )


def _untouched_after(parts: Iterable[Part], changes: Sequence[Change]) -> Counter[Part]:
    starts, ends = [each.new_start for each in changes], [each.new_end for each in changes]
    return Counter(part for part in parts if not _touched(part, starts, ends))


def _touched(part: Part, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether a part meets one of several spans that follow each other."""
    before = bisect_right(starts, part.end)
    return before > 0 and ends[before - 1] >= part.start


def _offset_after(changes: Sequence[Change], ends: Sequence[int], offset: int) -> int:
    """Where a character stands after the changes; one that is taken away where the text in its place begins."""
    behind = bisect_right(ends, offset)
    if behind < len(changes) and changes[behind].start < offset:
        return changes[behind].new_start
    return offset + changes[behind - 1].new_end - changes[behind - 1].end if behind else offset


def _says_nothing(edits: Iterable[Edit], changes: Iterable[Change], parts: Sequence[Part]) -> bool:
    """Whether words that are added between others say nothing: they make no part, and no part without others has them.

    A comment in a function is within a part too, one that has others.
    """
    for edit, (start, end, *new) in zip(_in_order(edits), changes, strict=True):
        if start == end and any(re.search(r"\w", line.partition("#")[0]) for line in edit.text.split("\n")):
            first, last = new
            # Those that have something in common with them, if only that one begins where the other ends.
            held = [part for part in parts if part.start <= last and part.end >= first]
            inner = min(held, key=lambda part: part.end - part.start, default=None)
            if inner is None or (
                inner.start < new[0] and new[1] < inner.end and any(map(partial(_is_part_of, inner), parts))
            ):
                return True
    return False


def _is_part_of(outer: Part, part: Part) -> bool:
    """Whether a part is one of several in another one."""
    return outer.start <= part.start and part.end <= outer.end and part.end - part.start < outer.end - outer.start


def widened(fix: Fix) -> Fix:
    """The fix; where an anchor or an included file gives its edits to others too, unsafe, with all that it changes."""
    changed = sorted({name for edit in fix.edits for name in edit.changes})
    for source in dict.fromkeys(edit.span.source for edit in fix.edits):
        if SUFFIXES.get(source.path.rpartition(".")[2]) == "yaml" and _has_alias(source):
            shared = _entries_changed_elsewhere(source, [edit for edit in fix.edits if edit.span.source == source])
            changed += shared if len(shared) > 1 else []
    if not changed:
        return fix
    return fix._replace(title=f"{fix.title}, which changes {joined_by_and(changed)}", safe=False)


@lru_cache(maxsize=64)
def _has_alias(source: Source) -> bool:
    """Whether a file of YAML may have an alias, looked for once for all fixes in it."""
    return re.search(r"(?m)(?:^|[\s\[{,])\*\w", source.text) is not None


def _entries_changed_elsewhere(source: Source, edits: list[Edit]) -> list[str]:
    """The entries of a file that edits change, if one of them has none of the edits in it; extensions (`x-`) apart."""
    texts = apply(edits)
    before, after = _entries(source), _entries(Source(source.path, texts[source.path]))
    changed = [name for name in before if name in after and before[name].value != after[name].value]
    starts = sorted((entry.start, name) for name, entry in before.items())
    homes = {
        max((each for each in starts if each[0] < edit.span.start), default=starts[0])[1] for edit in edits if starts
    }
    real = [name for name in changed if not name[1].startswith("x-")]
    return [f"`{name[2] or name[1]}`" for name in real] if set(real) - homes else []


def _entries(source: Source) -> dict[Name, SectionEntry]:
    """The entries of the sections of each document, by the number of the document, the section and their own key."""
    from mcplint.readers.yaml import documents

    try:
        found = documents(source)
    except Unreadable:
        return {}
    return {name: entry for number, node in enumerate(found) for name, entry in _sections(number, node)}


def _sections(number: int, node: Node) -> Iterator[tuple[Name, SectionEntry]]:
    for section, inner in node.pairs if isinstance(node, MappingNode) else ():
        yield (
            (number, section.text, ""),
            SectionEntry(section.span.start, None if isinstance(inner, MappingNode) else as_python(inner)),
        )
        for key, value in inner.pairs if isinstance(inner, MappingNode) else ():
            yield (number, section.text, key.text), SectionEntry(key.span.start, as_python(value))
