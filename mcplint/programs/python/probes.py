"""What a program asks of the SDK's release before it does something: an attribute, a version, an import that may fail.

What it does after such a question is not done on every release.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.programs.python.values import Instance
from mcplint.programs.values import Abstract, External
from mcplint.text.source import Span


class Probes:
    """The questions of one run.

    `named`: objects, or dotted names of an SDK, with the attribute that is asked for; no name where it is any.
    `spans`: where the SDK is asked for its version or an attribute; whether both answers depend on the release, or
    only that the attribute is not there. `versions`: how often its version was asked for. `chosen`: how many ways
    around what runs now are those of some releases. `answered`: how many follow an answer of whatever kind, which is
    no release's that lacks what is imported there. `functions`: those that are made on a way of some releases.
    """

    def __init__(self) -> None:
        self.named: set[tuple[Any, str | None]] = set()
        self.spans: dict[Span, bool] = {}
        self.versions = self.chosen = self.answered = 0
        self.functions: set[ast.AST] = set()

    def attribute(self, value: Abstract, name: str | None, span: Span | None) -> None:
        """An attribute is asked for that may not be there."""
        for option in value.options or ():
            path = option.path if isinstance(option, External) else getattr(option, "library", None)
            if isinstance(path, str) and path.partition(".")[0] in PYTHON_MODULES:
                self.named.add((option if isinstance(option, Instance) else path, name))
                if span is not None:
                    self.spans.setdefault(span, False)

    def version(self, span: Span | None) -> None:
        """The version of an SDK is asked for."""
        self.versions += 1
        if span is not None:
            self.spans[span] = True

    def note_dependence(self, value: Abstract, versions: int) -> None:
        """What is assigned depends on the version if that was asked for on the way; `versions`: how often before."""
        if self.versions > versions:
            self.spans |= {note.span: True for note in value.trace}

    def decide(self, test: ast.expr, value: Abstract, versions: int, sense: bool) -> bool | None:
        """Whether a way that a condition leads to is that of some releases; None where the SDK is not asked."""
        if self.versions > versions:
            return True
        found = [self.spans[note.span] for note in value.trace if note.span in self.spans]
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, sense = test.operand, not sense
        return True in found or not sense if found else None

    def decided_branch(self, body: Callable[[], Abstract], decided: bool | None) -> Callable[[], Abstract]:
        """The way as it is run, where a condition leads to it that is decided so."""

        def run() -> Abstract:
            outer = self.chosen, self.answered
            self.chosen += bool(decided)
            self.answered += 1
            try:
                return body()
            finally:
                self.chosen, self.answered = outer

        return body if decided is None else run

    def was_probed(self, owner: Any, name: str) -> bool:
        """Whether an attribute of an object was asked for before, of itself or of its class."""
        kind = getattr(owner, "library", None)
        return any((each, part) in self.named for each in (owner, kind) for part in (name, None))
