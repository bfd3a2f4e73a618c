"""What is known already and not reported: the findings at another revision, and those that a baseline keeps."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from mcplint.cli.workspace import Workspace
from mcplint.engine import baseline
from mcplint.engine import lint as engine
from mcplint.findings import INTERNAL_ERROR, NOTE, Diagnostic
from mcplint.project.tree import Tree
from mcplint.reports import plural


class Known(NamedTuple):
    """The findings that a baseline keeps, and those at another revision.

    `paths`: the files at that revision. `gone`: the texts of those with findings that are there no more.
    """

    kept: tuple[baseline.KnownFinding, ...] = ()
    base: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    gone: Mapping[str, str] = {}

    def new(self, asked: Iterable[Diagnostic], found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Those of the findings that are not known; `found` are all of the run. A failure of mcplint never is."""
        if not (self.kept or self.base):
            return list(asked)
        found = tuple(found)
        kept = {each.fingerprint for each in self.kept}
        sources = (each.finding.span.source for each in found)
        fresh = {source.path: source.text for source in sources if source.path not in self.paths}
        renamed = baseline.renames(self.gone, fresh)
        now, before = baseline.fingerprints_by_identity(found), baseline.fingerprints_by_identity(found, renamed)
        names = [(each, baseline.identity(each)) for each in asked]
        return [
            each
            for each, name in names
            if each.rule == INTERNAL_ERROR or not (now[name] in kept or before[name] in self.base)
        ]


def staged(here: Workspace) -> AbstractContextManager[Tree]:
    """The project as the next commit will have it; raises UsageError."""
    from mcplint.project import revision

    return revision.staged(here.root, here.config.exclude, here.tree.named)


def known_findings(here: Workspace, base: str | None, file: str | None, written: bool) -> Known:
    """What is known by a revision and by a baseline, which need not be there where it will be written."""
    known = Known()
    if file and not (written and not os.path.lexists(file)):
        known = known._replace(kept=tuple(baseline.read(file)))
    return _with_base(here, base, known) if base is not None else known


def _with_base(here: Workspace, base: str, known: Known) -> Known:
    from mcplint.project import revision

    with revision.at(here.root, base, here.config.exclude, here.tree.named, here.tree.paths) as tree:
        found = engine.lint(tree, here.rules, here.config)
    sources = (each.finding.span.source for each in found)
    gone = {source.path: source.text for source in sources if source.path not in here.tree.paths}
    return known._replace(base=frozenset(baseline.fingerprints(found)), paths=tree.paths, gone=gone)


def keep(
    known: Known, found: list[Diagnostic], here: Workspace, file: str, write: bool, prune: bool
) -> tuple[Known, str | None, str]:
    """What is known after the baseline is written or pruned, its new text or None, and what there is to say of it."""
    stale = baseline.stale(known.kept, found, lambda rule: rule not in here.rules or here.config.runs(rule))
    if not (write or prune):
        return known, None, _stale_note(file, stale)
    gone = set(stale)
    kept = [each for each in known.kept if each not in gone]
    if write:
        shown = [d for d in found if here.is_reported(d) and (here.config.pedantic or d.severity != NOTE)]
        there = {each.fingerprint for each in kept}
        fresh = baseline.of((d for d in shown if d.rule != INTERNAL_ERROR), found)
        kept += [each for each in fresh if each.fingerprint not in there]
    summary = f"{file}: {plural(len(kept), 'known finding')}, {len(stale)} removed"
    return known._replace(kept=tuple(kept)), baseline.write(kept), summary


def _stale_note(file: str, stale: list[baseline.KnownFinding]) -> str:
    """A note that a baseline keeps findings which are gone; empty where it keeps none."""
    if not stale:
        return ""
    names = list(dict.fromkeys(f"{each.rule} in {each.path}" for each in stale))
    named = ", ".join(names[:3]) + (", …" if names[3:] else "")
    them = "them" if stale[1:] else "it"
    return f"{file}: {plural(len(stale), 'known finding')} no longer there ({named}); --prune-baseline removes {them}"
