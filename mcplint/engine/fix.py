"""Fixes applied to the texts of a project, round by round until nothing is left to fix; the disk is not touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from mcplint.findings import ERROR, Diagnostic
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Span

ROUNDS = 10
Look = Callable[[Tree], list[Diagnostic]]
Key = tuple[str, str, str]


class Fixed(NamedTuple):
    """The new texts by path, the diagnostics that were fixed, and those whose fix was taken back, with the reason."""

    texts: dict[str, str]
    fixed: list[Diagnostic]
    refused: list[tuple[Diagnostic, str]]


def fix(tree: Tree, look: Look, unsafe: bool = False) -> Fixed:
    """What the fixes of a project's diagnostics make of its texts: the safe ones, or all.

    A round that makes a file unreadable or adds an error is taken back, and its fixes are tried one by one.
    """
    texts: dict[str, str] = {}
    fixed: list[Diagnostic] = []
    refused: dict[Key, tuple[Diagnostic, str]] = {}
    for _ in range(ROUNDS):
        now = tree.over(texts)
        before = look(now)
        unread = {d.finding.span.source.path for d in before if d.rule == "unreadable-file"}
        offered = [d for d in before if _offers(d, unsafe, unread) and _key(d) not in refused]
        if not (chosen := _compatible(now, offered)):
            break
        if _harm(before, look(now.over(apply(now, chosen)))):
            for diagnostic in chosen:
                if harm := _harm(before, look(now.over(apply(now, [diagnostic])))):
                    refused[_key(diagnostic)] = diagnostic, harm
            chosen = [diagnostic for diagnostic in chosen if _key(diagnostic) not in refused][:1]
        texts |= apply(now, chosen)
        fixed += chosen
    return Fixed(texts, fixed, list(refused.values()))


def _offers(diagnostic: Diagnostic, unsafe: bool, unread: Collection[str]) -> bool:
    """Whether a diagnostic has a fix, one to a file of which all is understood."""
    fix = diagnostic.finding.fix
    return fix is not None and (unsafe or fix.safe) and not any(edit.span.source.path in unread for edit in fix.edits)


def apply(tree: Tree, diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    """The texts that the fixes of compatible diagnostics make, by path."""
    edits = {edit for diagnostic in diagnostics if diagnostic.finding.fix for edit in diagnostic.finding.fix.edits}
    texts: dict[str, str] = {}
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        source = edit.span.source
        text = texts.get(source.path, source.text)
        texts[source.path] = text[: edit.span.start] + _lines(edit.text, edit.span) + text[edit.span.end :]
    return texts


def _lines(text: str, span: Span) -> str:
    """A text with the line end of the place that it goes into: of the line before it, else of its own."""
    around = span.source.text
    end = around.rfind("\n", 0, span.start)
    if end < 0:
        end = around.find("\n", span.start)
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if end > 0 and around[end - 1] == "\r" else text


def _compatible(tree: Tree, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those whose fixes can be made together, the first come first: an edit is shared or apart from all others."""
    taken: dict[str, list[Edit]] = {}
    chosen = []
    for diagnostic in diagnostics:
        edits = diagnostic.finding.fix.edits if diagnostic.finding.fix else ()
        if all(_fits(tree, edit, (*taken.get(edit.span.source.path, ()), *edits)) for edit in edits):
            chosen.append(diagnostic)
            for edit in edits:
                taken.setdefault(edit.span.source.path, []).append(edit)
    return chosen


def _fits(tree: Tree, edit: Edit, others: Iterable[Edit]) -> bool:
    """Whether an edit is one of the text that stands in the tree and meets no other than itself."""
    path, start, end = edit.span.source.path, edit.span.start, edit.span.end
    source = tree.source(path)
    if (source.text if source else "") != edit.span.source.text:
        return False
    near = (other.span for other in others if other != edit and other.span.source.path == path)
    return not any((start < other.end and other.start < end) or other[1:] == (start, end) for other in near)


def _harm(before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> str:
    """What is worse after than before: the first file that can be read no more, or the first new error."""
    known = Counter(_key(diagnostic) for diagnostic in before)
    for diagnostic in after:
        known[_key(diagnostic)] -= 1
        if known[_key(diagnostic)] < 0 and (diagnostic.severity == ERROR or diagnostic.rule == "unreadable-file"):
            path = diagnostic.finding.span.source.path
            return f"the fix would cause {diagnostic.rule} in {path}: {diagnostic.finding.message}"
    return ""


def _key(diagnostic: Diagnostic) -> Key:
    return diagnostic.rule, diagnostic.finding.span.source.path, diagnostic.finding.message


def unified(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """A patch from the texts of one to those of the other, as `git apply` takes it."""
    from difflib import unified_diff

    lines: list[str] = []
    for path in sorted(after):
        old, new = (texts.get(path, "") for texts in (before, after))
        lines += unified_diff(_split(old), _split(new), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _split(text: str) -> list[str]:
    """The lines of a text with their ends, where only `\\n` ends one."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])
