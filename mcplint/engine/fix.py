"""Fixes applied to the texts of a project, round by round until nothing is left to fix; the disk is not touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from typing import NamedTuple

from mcplint.engine.lint import REGISTRY
from mcplint.engine.reach import apply, first_stray_path, widened
from mcplint.engine.trials import Look, Spent
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic
from mcplint.project.tree import Tree
from mcplint.text.listed import joined_by_and
from mcplint.text.source import Edit, Span

ROUNDS = 50
UNUSED = "unused-ignore"
# Characters of a file that a person would write: a longer one is made by a program, which undoes what is edited.
LONGEST = 300_000
# Characters of a line that a person would write, and of the parts of a longer one.
LONG, PART = 400, 64
# Fixes that are looked at in one round, each beside each: the others wait for the next.
AT_ONCE = 200
Key = tuple[str, str, str]
Line = tuple[str, int]


class Fixed(NamedTuple):
    """The new texts by path, the diagnostics that were fixed, those whose fix was taken back, with the reason, and
    whether more might have been fixed in more time."""

    texts: dict[str, str]
    fixed: list[Diagnostic]
    refused: list[tuple[Diagnostic, str]]
    ended: bool


def fix(tree: Tree, look: Look, unsafe: bool = False, kept: Callable[[str], str] = lambda path: "") -> Fixed:
    """What the fixes of a project's diagnostics make of its texts: the safe ones, or all.

    `kept` tells why a path must stay as it is, nothing where it need not. A round that makes a file unreadable, adds
    an error or a warning that is not fixed next, or leaves what it was to fix is taken back, and its fixes are tried
    one by one.
    """
    texts: dict[str, str] = {}
    fixed: list[Diagnostic] = []
    refused: dict[Key, tuple[Diagnostic, str]] = {}
    before: list[Diagnostic] = []
    ended = True
    with suppress(Spent):
        for _ in range(ROUNDS):
            now = tree.with_texts(texts)
            before = _with_widened_fixes(look(now))
            offered = [d for d in _fixable(before, unsafe) if _key(d) not in refused]
            for diagnostic in offered:
                if path := next(filter(kept, _paths(diagnostic)), None):
                    refused[_key(diagnostic)] = diagnostic, f"the fix would edit {path}, which is {kept(path)}"
            offered = [d for d in offered if _key(d) not in refused]
            chosen = _compatible(now, [d for d in offered if d.rule != UNUSED])
            chosen = chosen or _compatible(
                now, _needless_ignores(now, look, [d for d in offered if d.rule == UNUSED], kept)
            )
            if not chosen:
                ended = False
                break
            made, harms, after = _harmless_fixes(now, look, before, _without_needless(now, look, chosen))
            refused |= {_key(diagnostic): (diagnostic, harm) for diagnostic, harm in harms}
            titled = _with_named_rules(now, look, before, made, after)
            texts, fixed = texts | _fixed_texts(made), [*fixed, *titled]
    there = set(map(_key, before))
    return Fixed(texts, fixed, [each for key, each in refused.items() if key in there], ended)


def applicable(
    tree: Tree, look: Look, found: Sequence[Diagnostic], kept: Callable[[str], str] = lambda path: ""
) -> list[Diagnostic]:
    """The diagnostics of a project, without the fixes that `fix` refuses at once or another one makes needless."""
    found = _with_widened_fixes(found)
    offered = [d for d in _fixable(found, unsafe=True) if not any(map(kept, _paths(d)))]
    ignores = _needless_ignores(tree, look, [d for d in offered if d.rule == UNUSED], kept)
    made_well = _harmless_by_id(tree, look, found, [d for d in offered if d.rule != UNUSED])
    made_well |= _harmless_by_id(tree, look, found, ignores)
    return [made_well.get(id(d)) or d._replace(finding=d.finding._replace(fix=None)) for d in found]


def _needless_ignores(tree: Tree, look: Look, unused: list[Diagnostic], kept: Callable[[str], str]) -> list[Diagnostic]:
    """Of the ignores that hide nothing those that still would if all else were mended, which may show more."""

    def other_findings(tree: Tree) -> list[Diagnostic]:
        return [each for each in look(tree) if each.rule != UNUSED]

    if not unused:
        return []
    now = Counter(map(_key, unused))
    with suppress(Spent):
        then = Counter(map(_key, look(tree.with_texts(fix(tree, other_findings, True, kept).texts))))
        return [each for each in unused if then[_key(each)] >= now[_key(each)]]
    return []


def _harmless_by_id(
    tree: Tree, look: Look, found: Sequence[Diagnostic], left: list[Diagnostic]
) -> dict[int, Diagnostic]:
    """The diagnostics whose fixes do no harm and are needed, by identity; their titles say what they bring to light."""
    made_well: dict[int, Diagnostic] = {}
    with suppress(Spent):
        while chosen := _compatible(tree, left):
            chosen = _without_needless(tree, look, chosen)
            made, _, after = _harmless_fixes(tree, look, found, chosen)
            titled = _with_named_rules(tree, look, found, made, after)
            made_well |= {id(diagnostic): each for diagnostic, each in zip(made, titled, strict=True)}
            there, safe = set(map(_key, after)), all(d.finding.fix and d.finding.fix.safe for d in made)
            gone = (d for d in left if made and _key(d) not in there)
            lost = [d for d in gone if safe or not (d.finding.fix and d.finding.fix.safe)]
            left = [d for d in left if d not in chosen and d not in lost]
    return made_well


def promised(
    tree: Tree, look: Look, refused: Sequence[tuple[Diagnostic, str]], kept: Callable[[str], str]
) -> list[tuple[Diagnostic, str]]:
    """Those of the refused whose fix was offered, or would be but for the files that must stay as they are."""
    if not refused:
        return []
    offered = set[Key]()
    with suppress(Spent):
        offered = {_key(each) for each in applicable(tree, look, look(tree), kept) if each.finding.fix}
    return [(each, why) for each, why in refused if _key(each) in offered or any(map(kept, _paths(each)))]


def _harmless_fixes(
    tree: Tree, look: Look, before: Sequence[Diagnostic], chosen: Sequence[Diagnostic]
) -> tuple[list[Diagnostic], list[tuple[Diagnostic, str]], Sequence[Diagnostic]]:
    """As many of the chosen as do no harm together, those that harm alone with the reason, and what is found then."""
    after, harm = _try_fixes(tree, look, before, chosen)
    if not harm:
        return list(chosen), [], after
    made: list[Diagnostic] = []
    harms: list[tuple[Diagnostic, str]] = []
    after = list(before)
    with suppress(Spent):
        for each in chosen:
            tried, harm = _try_fixes(tree, look, before, [*made, each])
            if harm and made:
                _, harm = _try_fixes(tree, look, before, [each])
            elif not harm:
                made, after = [*made, each], tried
            if harm:
                harms.append((each, harm))
    return made, harms, after


def _with_named_rules(
    tree: Tree, look: Look, before: Sequence[Diagnostic], made: list[Diagnostic], after: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """The diagnostics whose fixes are made; their titles name the rules that speak for the first time afterwards."""
    if not (brought := _rules_brought(before, after, made)):
        return made
    alone = [after] if len(made) == 1 else [look(tree.with_texts(_fixed_texts([each]))) for each in made]
    return [
        _with_rules_in_title(each, _rules_brought(before, then, [each]) & brought)
        for each, then in zip(made, alone, strict=True)
    ]


def _rules_brought(before: Iterable[Diagnostic], after: Iterable[Diagnostic], made: Sequence[Diagnostic]) -> set[str]:
    """The rules that find something in a file for the first time, of which no title says so and that no fix removes."""
    known = {(each.rule, each.finding.span.source.path) for each in before}
    fixes = [each.finding.fix for each in made if each.finding.fix]
    announced, safe = {rule for each in fixes for rule in each.leaves}, all(each.safe for each in fixes)
    new = (each for each in after if (each.rule, each.finding.span.source.path) not in known)
    left = {each.rule for each in new if not (each.finding.fix and (each.finding.fix.safe or not safe))}
    return left - announced


def _with_rules_in_title(diagnostic: Diagnostic, brought: set[str]) -> Diagnostic:
    """A diagnostic whose fix says in its title that these rules will speak."""
    fix = diagnostic.finding.fix
    if not (fix and brought):
        return diagnostic
    rules = tuple(sorted(brought))
    named = joined_by_and(f"`{rule}`" for rule in rules)
    title = f"{fix.title}{' and' if ', which ' in fix.title else ', which'} brings {named} to light"
    fix = fix._replace(title=title, leaves=(*fix.leaves, *rules))
    return diagnostic._replace(finding=diagnostic.finding._replace(fix=fix))


def _try_fixes(
    tree: Tree, look: Look, before: Sequence[Diagnostic], chosen: Sequence[Diagnostic]
) -> tuple[Sequence[Diagnostic], str]:
    """What is found when the fixes of the chosen are made, and what they do wrong."""
    texts = _fixed_texts(chosen)
    if path := first_stray_path([edit for diagnostic in chosen for edit in _edits(diagnostic)], texts):
        return before, f"the fix would change more in {path} than what it edits"
    after = look(tree.with_texts(texts))
    return after, _harm(before, after, chosen)


def _fixable(found: Collection[Diagnostic], unsafe: bool) -> Iterator[Diagnostic]:
    """The diagnostics with a fix that edits only files of which all is understood, and that a person has written."""
    unread = {each.finding.span.source.path for each in found if each.rule == "unreadable-file"}
    for diagnostic in found:
        fix = diagnostic.finding.fix
        if fix is None or not (unsafe or fix.safe) or not unread.isdisjoint(_paths(diagnostic)):
            continue
        if all(len(edit.span.source.text) <= LONGEST for edit in fix.edits):
            yield diagnostic


def _with_widened_fixes(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics, their fixes with what they change besides."""
    return [d._replace(finding=d.finding._replace(fix=widened(d.finding.fix))) if d.finding.fix else d for d in found]


def _paths(diagnostic: Diagnostic) -> tuple[str, ...]:
    """The files that the fix of a diagnostic edits."""
    return tuple(edit.span.source.path for edit in _edits(diagnostic))


def _edits(diagnostic: Diagnostic) -> tuple[Edit, ...]:
    return diagnostic.finding.fix.edits if diagnostic.finding.fix else ()


def _fixed_texts(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    """The texts that the fixes of compatible diagnostics make, by path."""
    return apply(edit for diagnostic in diagnostics for edit in _edits(diagnostic))


def _compatible(tree: Tree, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Those whose fixes can be made in one round: where a fix changes what another finding rests on, it goes first."""
    diagnostics = diagnostics[:AT_ONCE]
    edited = [_lines_of(edit.span for edit in _edits(diagnostic)) for diagnostic in diagnostics]
    grounds = [_lines_of(_spans(diagnostic)) for diagnostic in diagnostics]
    first = [
        diagnostic
        for number, diagnostic in enumerate(diagnostics)
        if not any(
            lines & grounds[number]
            and not edited[number] & grounds[other]
            and _edits(diagnostics[other]) != _edits(diagnostic)
            for other, lines in enumerate(edited)
        )
    ]
    return _with_separate_edits(tree, first or diagnostics[:1])


def _without_needless(tree: Tree, look: Look, chosen: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The chosen, without those that another one fixes too, of two that each rest on what the other edits."""
    edited = [_lines_of(edit.span for edit in _edits(diagnostic)) for diagnostic in chosen]
    grounds = [_lines_of(_spans(diagnostic)) for diagnostic in chosen]
    needless: set[int] = set()
    for one, other in permutations(range(len(chosen)), 2):
        first, second = chosen[one], chosen[other]
        apart = first.rule != second.rule and _edits(first) != _edits(second)
        meet = edited[one] & grounds[other] and edited[other] & grounds[one]
        if apart and meet and needless.isdisjoint((one, other)):
            left = look(tree.with_texts(_fixed_texts([first])))
            needless |= {other} if _key(second) not in map(_key, left) else set()
    return [diagnostic for number, diagnostic in enumerate(chosen) if number not in needless]


def _with_separate_edits(tree: Tree, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Those whose edits meet in no line unless they are the same, the first come first."""
    chosen: list[Diagnostic] = []
    taken: dict[Line, set[Edit]] = {}
    for diagnostic in diagnostics:
        edits = set(_edits(diagnostic))
        lines = _lines_of(edit.span for edit in edits)
        if all(taken[line] <= edits for line in lines if line in taken) and all(
            _is_current(tree, edit) for edit in edits
        ):
            chosen.append(diagnostic)
            for line in lines:
                taken.setdefault(line, set()).update(edits)
    return chosen


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    """The spans that a finding rests on."""
    yield diagnostic.finding.span
    yield from (label.span for label in diagnostic.finding.notes)


def _lines_of(spans: Iterable[Span]) -> set[Line]:
    """The first and the last line of each span, as a path and the offset where the line begins.

    Of a line that is longer than people write them it is the part, and those beside it.
    """
    found = set()
    for span in spans:
        path, text = span.source.path, span.source.text
        for offset in (span.start, max(span.start, span.end - 1)):
            start, part = text.rfind("\n", 0, offset) + 1, offset // PART
            if text.find("\n", start, start + LONG) >= 0 or len(text) <= start + LONG:
                found.add((path, start))
            else:
                found |= {(path, -max(1, each)) for each in (part - 1, part, part + 1)}
    return found


def _is_current(tree: Tree, edit: Edit) -> bool:
    """Whether an edit is one of the text that stands in the tree."""
    source = tree.source(edit.span.source.path)
    return (source.text if source else "") == edit.span.source.text


def _harm(before: Iterable[Diagnostic], after: Iterable[Diagnostic], chosen: Sequence[Diagnostic]) -> str:
    """What the fixes of the chosen do wrong: a file that can be read no more, what is new, what stays."""
    left = Counter(map(_key, after))
    known = Counter(map(_cause, before))
    for diagnostic in after:
        known[_cause(diagnostic)] -= 1
        if known[_cause(diagnostic)] < 0 and not _is_acceptable(diagnostic, chosen):
            path = diagnostic.finding.span.source.path
            return f"the fix would cause {diagnostic.rule} in {path}: {diagnostic.finding.message}"
    left.subtract(Counter(map(_key, before)) - Counter(map(_key, chosen)))
    return next(("the finding would stay" for diagnostic in chosen if left[_key(diagnostic)] > 0), "")


def _is_acceptable(diagnostic: Diagnostic, chosen: Sequence[Diagnostic]) -> bool:
    """Whether a new finding may follow from the fixes of the chosen.

    It may where it is a note or stood behind what they open or an error of the registry, where the title of a fix says
    so, and where the next fix removes it, a safe one if the chosen are.
    """
    fix, fixes = diagnostic.finding.fix, [each.finding.fix for each in chosen if each.finding.fix]
    if diagnostic.severity != WARNING:
        return diagnostic.severity == NOTE
    refused = any(each.rule.startswith(REGISTRY) and each.severity == ERROR for each in chosen)
    behind = refused and diagnostic.rule.startswith(REGISTRY)
    fixable = fix is not None and (fix.safe or not all(each.safe for each in fixes))
    return behind or fixable or any(each.opens or diagnostic.rule in each.leaves for each in fixes)


def _cause(diagnostic: Diagnostic) -> tuple[str, str]:
    """What tells a finding from a new one, whatever its words.

    The registry refuses a document for one error after the other: where one is gone, the next was there before.
    """
    if diagnostic.rule.startswith(REGISTRY):
        return REGISTRY, diagnostic.severity
    return diagnostic.rule, diagnostic.finding.span.source.path


def _key(diagnostic: Diagnostic) -> Key:
    return diagnostic.rule, diagnostic.finding.span.source.path, diagnostic.finding.message
