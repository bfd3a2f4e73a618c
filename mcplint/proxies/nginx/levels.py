"""Blocks of nginx with their includes expanded and their placeholders filled in, and what they hand down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.findings import Unreadable
from mcplint.knowledge.nginx import ACCESS, NOT_INHERITED, REWRITES, TOGETHER
from mcplint.project.tree import Tree
from mcplint.proxies.nginx.envsubst import filled
from mcplint.proxies.nginx.places import Places
from mcplint.values import Value

DEEPEST = 16
MOST_DIRECTIVES = 50_000


class Level(NamedTuple):
    """One block, its includes expanded, inside the blocks around it.

    `own`: its directives by name; `steps`: those of the rewrite module, `rules`: those that allow and deny, in order.
    `open`: whether more may stand in it than the files show. `files`: those that lead here, none of which may be
    included once more.
    """

    name: str
    directive: Directive | None
    inside: tuple[Directive, ...]
    own: Mapping[str, tuple[Directive, ...]]
    parent: Level | None
    open: bool
    files: frozenset[str]
    steps: tuple[Directive, ...] = ()
    rules: tuple[Directive, ...] = ()

    @property
    def depth(self) -> int:
        return sum(1 for _ in self.outward())

    def outward(self) -> Iterator[Level]:
        """This block and those around it."""
        level: Level | None = self
        while level:
            yield level
            level = level.parent

    def effective(self, name: str) -> tuple[Directive, ...]:
        """The directives of a name that hold here: all those of the innermost block that has any."""
        rivals = next((names for names in TOGETHER if name in names), (name,))
        for level in self.outward():
            if any(rival in level.own for rival in rivals):
                return level.own.get(name, ())
            if name in NOT_INHERITED:
                break
        return ()

    def last(self, name: str) -> Directive | None:
        """The directive of a name that holds here where there can be but one."""
        found = self.effective(name)
        return found[-1] if found else None

    @property
    def closed(self) -> bool:
        """Whether the files show everything that holds here."""
        return not any(level.open for level in self.outward())


class Includes:
    """Finds and expands what a configuration includes, inside the project only.

    A class because it remembers the files it has read and how much they brought.
    `places`: what lies where in the image, as path there to path in the project, files and folders.
    `env`: the environment in which `envsubst` fills in templates, if it is known.
    """

    def __init__(
        self,
        files: Mapping[str, NginxFile],
        tree: Tree,
        places: Mapping[str, str],
        env: Callable[[str], Value[str | None]] | None = None,
    ) -> None:
        self.files: dict[str, NginxFile | None] = dict(files)
        self.tree = tree
        self.places = Places.of(files, tree, places)
        self.env = env
        self.left = MOST_DIRECTIVES
        self.included: set[str] = set()

    def level(self, name: str, directive: Directive | None, inside: Sequence[Directive], parent: Level | None) -> Level:
        """A block inside another."""
        files = parent.files if parent else frozenset(each.span.source.path for each in inside)
        if directive:
            files |= {directive.span.source.path}
        expanded = tuple(self.expand(inside, files, parent is None))
        named: dict[str, list[Directive]] = {}
        for found in expanded:
            named.setdefault(found.name, []).append(found)
        own = {key: tuple(found) for key, found in named.items()}
        opened = any(map(_opens, expanded)) or self.left < 0
        steps, rules = (tuple(d for d in expanded if d.name in names) for names in (REWRITES, ACCESS))
        return Level(name, directive, expanded, own, parent, opened, files, steps, rules)

    def expand(self, directives: Iterable[Directive], active: frozenset[str], http: bool) -> Iterator[Directive]:
        """The directives, each include replaced by what it brings; one that cannot be followed stays."""
        for directive in directives:
            if directive.name != "include" or len(directive.args) != 1:
                yield filled(directive, self.env)
                continue
            paths = self.places.find(directive, http)
            if paths is None or len(active) > DEEPEST:
                yield directive
                continue
            for path in paths:
                if path in active or not (file := self.file(path)):
                    yield directive
                    continue
                self.included.add(path)
                self.left -= len(file.directives) + 1
                if self.left < 0:
                    return
                yield from self.expand(file.directives, active | {path}, http)

    def file(self, path: str) -> NginxFile | None:
        """One file of the project, read now where it was not known to be nginx's before."""
        if path not in self.files:
            from mcplint.readers.nginx import read

            source = self.tree.source(path)
            try:
                self.files[path] = read(source) if source else None
            except Unreadable:
                self.files[path] = None
        return self.files[path]


def _opens(directive: Directive) -> bool:
    """Whether a block that holds this may hold more than is seen."""
    return directive.name == "include" or (directive.hole and not directive.args and directive.block is None)
