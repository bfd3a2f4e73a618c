"""The branches of a shell's text: which of them exclude each other, and which are not taken, as far as that is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from mcplint.commands.shell import Env, Ran, Shell
from mcplint.commands.shell_nodes import Command, Compound, Node
from mcplint.commands.shell_parser import parse, simple
from mcplint.commands.shell_paths import Path, TooManyPaths, Walk
from mcplint.commands.shell_tests import Exists, is_test, may_fit
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import UNKNOWN

_CHOOSING = re.compile(r"\[|\b(?:if|case|test|true|false)\b")
"""What a text has in which anything is chosen."""
Arms = tuple[tuple[int, int], ...]
"""The branches that a command stands in, outermost first: the number of what chooses, and of the branch."""


class Branches(NamedTuple):
    """`arms`: the branches that commands stand in, by their place. `skipped`: the commands that are not run.

    `conditional`: those of which it is not known whether they are run, as a test decides that.
    """

    arms: Mapping[Span, Arms] = {}
    skipped: frozenset[Span] = frozenset()
    conditional: frozenset[Span] = frozenset()


def branches(script: LocatedText, env: Env, workdir: str | None, exists: Exists) -> Branches:
    """The branches of a text. What `||` stands in for is none, as whether a program succeeds is not told."""
    if not _CHOOSING.search(script.text):
        return Branches()
    nodes = parse(script)
    walk = _Visits(exists)
    arms: dict[Span, Arms] = {}
    _note_arms(nodes, (), arms)
    try:
        walk.paths_through(script, Shell(env, workdir), None)
    except TooManyPaths:
        return Branches(arms, conditional=frozenset(arms))
    return Branches(arms, _spans(walk.skipped()), _spans(walk.conditional()))


def _spans(nodes: Iterable[Node]) -> frozenset[Span]:
    return frozenset(line.span for line in simple(nodes))


def exclusive(one: Arms, other: Arms) -> bool:
    """Whether only one of two commands is run."""
    chosen = dict(one)
    return any(chosen.get(choice, branch) != branch for choice, branch in other)


def _note_arms(nodes: Iterable[Node], taken: Arms, arms: dict[Span, Arms]) -> None:
    """Notes the branches of all commands below."""
    for node in nodes:
        if isinstance(node, Command):
            if taken:
                arms[node.span] = taken
            continue
        chooses = node.kind in ("if", "case")
        for number, branch in enumerate(node.branches):
            _note_arms(branch.condition, taken, arms)
            _note_arms(branch.body, (*taken, (id(node), number)) if chooses else taken, arms)


class _Visits(Walk):
    """A walk that notes which commands and branches it comes by; a class as the walk is one."""

    def __init__(self, exists: Exists) -> None:
        super().__init__(_keep_nothing, lambda name, workdir: None, exists)
        self.reached: list[tuple[Node, ...]] = []
        self.choices: list[Compound] = []
        self.entered: set[int] = set()
        self.run: set[int] = set()
        self.open: set[int] = set()

    def skipped(self) -> list[Node]:
        """The commands that are never run, whatever unknown conditions turn out to be."""
        chosen = (branch for choice in self.choices for branch in choice.branches)
        found = [node for branch in chosen if id(branch.body) not in self.entered for node in branch.body]
        for nodes in self.reached:
            before = False
            for one, following in pairwise(nodes):
                tested = id(one) in self.run and isinstance(one, Command) and is_test(one)
                before = (tested or before) and one.operator in ("&&", "||") and id(following) not in self.run
                found += [following] if before else []
        return found

    def conditional(self) -> list[Node]:
        """The commands that are run or not depending on unknown conditions."""
        found = list[Node]()
        for choice in self.choices:
            tests = [(branch.condition or branch.patterns, branch) for branch in choice.branches]
            first = next((number for number, (test, _) in enumerate(tests) if id(test) in self.open), len(tests))
            found += [node for _, branch in tests[first:] for node in branch.body]
        for nodes in self.reached:
            behind = False
            for one, following in pairwise(nodes):
                behind = (behind or id(one) in self.open) and one.operator in ("&&", "||")
                found += [following] if behind else []
        return found

    def nodes(self, nodes: Iterable[Node], paths: list[Path]) -> list[Path]:
        if isinstance(nodes, tuple) and any(not path.left for path in paths):
            self.entered.add(id(nodes))
            self.reached.append(nodes)
        return super().nodes(nodes, paths)

    def node(self, node: Node, path: Path) -> list[tuple[Path, bool | None]]:
        self.run.add(id(node))
        if isinstance(node, Compound) and node.kind in ("if", "case"):
            self.choices.append(node)
        return super().node(node, path)

    def _command(self, line: Command, path: Path) -> list[tuple[Path, bool | None]]:
        outcomes = super()._command(line, path)
        self.open.update(id(line) for _, truth in outcomes if truth is None and is_test(line))
        return outcomes

    def _branch_on(self, condition: tuple[Node, ...], path: Path) -> tuple[list[Path], list[Path]]:
        yes, no = super()._branch_on(condition, path)
        if yes and no:
            self.open.add(id(condition))
        return yes, no

    def _run_case(self, node: Compound, path: Path) -> list[Path]:
        subject = path.shell.value(node.words[0]) if node.words else UNKNOWN
        for branch in node.branches:
            if None in (may_fit(subject, pattern) for pattern in branch.patterns):
                self.open.add(id(branch.patterns))
        return super()._run_case(node, path)


def _keep_nothing(ran: Ran) -> bool:
    return False
