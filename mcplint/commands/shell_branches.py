"""The branches of a shell's text: which of them exclude each other, and which are not taken, as far as that is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from mcplint.commands.shell import Env, Ran, Shell
from mcplint.commands.shell_nodes import Branch, Command, Compound, Node
from mcplint.commands.shell_parser import parse, simple
from mcplint.commands.shell_paths import Path, TooManyPaths, Walk
from mcplint.commands.shell_tests import is_test
from mcplint.text.located import LocatedText
from mcplint.text.source import Span

_CHOOSING = re.compile(r"\[|\b(?:if|case|test|true|false)\b")
"""What a text has in which anything is chosen."""
Way = tuple[tuple[int, int], ...]
"""The branches that a command stands in, outermost first: the number of what chooses, and of the branch."""


class Branches(NamedTuple):
    """`ways`: the branches that commands stand in, by their place. `skipped`: the commands that are not run."""

    ways: Mapping[Span, Way] = {}
    skipped: frozenset[Span] = frozenset()


def branches(script: LocatedText, env: Env, workdir: str | None) -> Branches:
    """The branches of a text. What `||` stands in for is none, as whether a program succeeds is not told."""
    if not _CHOOSING.search(script.text):
        return Branches()
    nodes = parse(script)
    walk = _Visits()
    try:
        walk.through(script, Shell(env, workdir), None)
    except TooManyPaths:
        walk = _Visits()
    ways: dict[Span, Way] = {}
    _place(nodes, (), ways)
    return Branches(ways, frozenset(line.span for line in simple(walk.skipped())))


def apart(one: Way, other: Way) -> bool:
    """Whether only one of two commands is run."""
    chosen = dict(one)
    return any(chosen.get(choice, branch) != branch for choice, branch in other)


def _place(nodes: Iterable[Node], way: Way, ways: dict[Span, Way]) -> None:
    """Notes the branches of all commands below."""
    for node in nodes:
        if isinstance(node, Command):
            if way:
                ways[node.span] = way
            continue
        chooses = node.kind in ("if", "case")
        for number, branch in enumerate(node.branches):
            _place(branch.condition, way, ways)
            _place(branch.body, (*way, (id(node), number)) if chooses else way, ways)


class _Visits(Walk):
    """A walk that notes which commands and branches it comes by; a class as the walk is one."""

    def __init__(self) -> None:
        super().__init__(_kept, lambda name, workdir: None, lambda name, workdir: None)
        self.reached: list[tuple[Node, ...]] = []
        self.chosen: list[Branch] = []
        self.entered: set[int] = set()
        self.run: set[int] = set()

    def skipped(self) -> list[Node]:
        """What is not run, however anything turns out that is not known."""
        found = [node for branch in self.chosen if id(branch.body) not in self.entered for node in branch.body]
        for nodes in self.reached:
            before = False
            for one, following in pairwise(nodes):
                tested = id(one) in self.run and isinstance(one, Command) and is_test(one)
                before = (tested or before) and one.operator in ("&&", "||") and id(following) not in self.run
                found += [following] if before else []
        return found

    def nodes(self, nodes: Iterable[Node], paths: list[Path]) -> list[Path]:
        if isinstance(nodes, tuple) and any(not path.left for path in paths):
            self.entered.add(id(nodes))
            self.reached.append(nodes)
        return super().nodes(nodes, paths)

    def node(self, node: Node, path: Path) -> list[tuple[Path, bool | None]]:
        self.run.add(id(node))
        if isinstance(node, Compound) and node.kind in ("if", "case"):
            self.chosen += node.branches
        return super().node(node, path)


def _kept(ran: Ran) -> bool:
    return False
