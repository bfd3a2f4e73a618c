"""The blocks of lighttpd's configuration: for which requests each is, and which of them decides on a setting.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_Configuration
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname
from typing import NamedTuple

from mcplint.facts.lighttpd import Array, Assignment, Block, Expression, Include, LighttpdFile, Statement, Term
from mcplint.model import EXACT, PREFIX, PathMatch
from mcplint.project.tree import Tree
from mcplint.proxies.conditions import Condition, common_paths, expressed, intersection
from mcplint.services.compose.assembly import path_in_project
from mcplint.text.glob import fits, literal
from mcplint.text.number import whole_number
from mcplint.text.source import Span

ALL = PathMatch(PREFIX, "/")
SYSTEM = "/etc/lighttpd/"
MAX_DEPTH = 10
MOST_CONTEXTS = 200
MOST_FILES = 100
HARMLESS = re.compile(r"\bmime[\w-]{0,99}\.conf|create-mime|use-ipv6")
"""What is included with a distribution's own configuration and says nothing of requests."""
NAME = re.compile(r"\^((?:[\w-]|\\\.)+)\$")
PORT = re.compile(r"(?:\[[0-9a-fA-F:]*\]|[^\[\]:]*):(\d{1,5})")


class SettingValue(NamedTuple):
    """What a setting is set to, None where the files do not tell; `span`: where."""

    value: Term | Array | None
    span: Span


Step = tuple[int, int]


class Context(NamedTuple):
    """A block with its settings by name, as lighttpd takes them in.

    `condition`, `port`: which requests it is for. `path`: for each block around it and itself, the number of its chain
    (`else`) and its place in that. `otherwise`: which requests are left for it depends on the blocks before it.
    """

    condition: Condition
    port: int | None
    span: Span | None
    path: tuple[Step, ...]
    otherwise: bool
    settings: dict[str, SettingValue]

    @property
    def order(self) -> tuple[Step, ...]:
        """By this those are sorted that give way to others: what comes later holds, of a chain what comes first."""
        return (*((-chain, index) for chain, index in self.path), (1, 0))


class Configuration:
    """One configuration with all that it includes. A class because it takes one statement after the other."""

    def __init__(self, file: LighttpdFile, tree: Tree) -> None:
        self.tree, self.folder = tree, dirname(file.source.path)
        self.files = {file.source.path}
        self.closed, self.chains, self.includes = True, 0, 0
        self.variables: dict[str, str | None] = {}
        self.contexts = [Context(Condition((ALL,)), None, None, (), False, {})]
        self._take(file.statements, self.contexts[0], 0)

    def _take(self, statements: Iterable[Statement], here: Context, depth: int) -> None:
        chain: list[Block] = []
        for each in statements:
            match each:
                case Assignment():
                    self._assign(each, here)
                case Include():
                    for file in self._included_files(each, depth):
                        self._take(file.statements, here, depth + 1)
                case Block(subject="", otherwise=False):
                    self._take(each.body, here, depth)
                case Block():
                    chain = [*chain, each] if each.otherwise else [each]
                    self.chains += len(chain) == 1
                    self._open(each, here, len(chain) - 1, depth)

    def _open(self, block: Block, outer: Context, index: int, depth: int) -> None:
        if len(self.contexts) >= MOST_CONTEXTS or depth >= MAX_DEPTH:
            self.closed = False
            return
        own, port = condition_of(block, self.resolved(block.value))
        port = outer.port if port is None else port
        path = (*outer.path, (self.chains, index))
        otherwise = outer.otherwise or block.otherwise
        found = Context(intersection(outer.condition, own), port, block.span, path, otherwise, {})
        self.contexts.append(found)
        self._take(block.body, found, depth + 1)

    def _assign(self, each: Assignment, here: Context) -> None:
        value = self.resolved(each.value)
        name = each.name.text
        if name.startswith("var."):
            text = value.text if isinstance(value, Term) and each.operator != "+=" and not here.path else None
            self.variables[name] = text
            return
        before = here.settings.get(name)
        if each.operator == "+=" and (before or here.path):
            value = concatenated([before.value, value]) if before else None
        here.settings[name] = SettingValue(value, each.span)

    def _included_files(self, line: Include, depth: int) -> Iterator[LighttpdFile]:
        """The files of the project that a line brings in; what it may bring in besides is not known."""
        name = self.resolved(line.value)
        text = name.text if isinstance(name, Term) else ""
        if HARMLESS.search(line.span.text):
            return
        self.includes += 1
        known = bool(text) and not line.shell and depth < MAX_DEPTH and self.includes <= MOST_FILES
        pattern = path_in_project(literal(self.folder or "."), text.removeprefix(SYSTEM)) if known else None
        paths = sorted(one for one in self.tree.paths if fits(one, pattern)) if pattern else []
        self.closed = self.closed and bool(paths)
        for path in paths:
            if path not in self.files and len(self.files) <= MOST_FILES:
                self.files.add(path)
                if file := self.tree.facts("lighttpd", path):
                    yield file
                    continue
            self.closed = False

    def resolved(self, value: Expression) -> Term | Array | None:
        """What an expression comes to, None where a variable in it is not known."""
        return concatenated([self._operand(each) for each in value])

    def _operand(self, each: Term | Array) -> Term | Array | None:
        if isinstance(each, Array):
            return each._replace(
                entries=tuple(
                    (self._resolved_expression(key), self._resolved_expression(value)) for key, value in each.entries
                )
            )
        text = self.variables.get(each.text) if each.variable else each.text
        return None if text is None else each._replace(text=text, variable=False)

    def _resolved_expression(self, value: Expression) -> Expression:
        """An expression as the one thing that it comes to, where that is known."""
        found = self.resolved(value) if value else None
        return (found,) if found else value


MOST_TEXT = 10_000
"""How long a text that is put together may be."""


def concatenated(operands: list[Term | Array | None]) -> Term | Array | None:
    """Terms or arrays put together; None where one is not known, or both are among them."""
    terms = [each for each in operands if isinstance(each, Term)]
    arrays = [each for each in operands if isinstance(each, Array)]
    if terms and len(terms) == len(operands):
        if len(terms) == 1:
            return terms[0]
        long = sum(len(each.text) for each in terms) > MOST_TEXT
        return None if long else terms[0]._replace(text="".join(each.text for each in terms))
    if arrays and len(arrays) == len(operands):
        return arrays[0]._replace(entries=tuple(one for each in arrays for one in each.entries))
    return None


def condition_of(block: Block, value: Term | Array | None) -> tuple[Condition, int | None]:
    """Which requests a block is for, and on which port; None where that is not said."""
    unknown = Condition(None, bare=False)
    text = value.text if isinstance(value, Term) else None
    if not block.subject:
        return Condition((ALL,)), None
    if text is None:
        return unknown, None
    match block.subject, block.operator:
        case "SERVER.socket", "==":
            found = PORT.fullmatch(text)
            return (Condition((ALL,)), int(found[1])) if found else (unknown, None)
        case "HTTP.host", "==":
            return Condition((ALL,), (text.lower(),), bare=False), None
        case "HTTP.host", "=~" if found := NAME.fullmatch(text):
            return Condition((ALL,), (found[1].replace("\\", "").lower(),), bare=False), None
        case "HTTP.url", "==" | "=^" | "=~":
            match = path_match(block.operator, text)
            return (Condition((match,), bare=False) if match else unknown), None
        case "HTTP.request-method" | "HTTP.requestmethod", "==" if text.upper() != "POST":
            return Condition((ALL,), never=True, bare=False), None
    return unknown, None


def path_match(operator: str, text: str) -> PathMatch | None:
    """The paths that a condition on them takes, None where that is not known."""
    if operator == "=~":
        return expressed(text)
    if not text.startswith("/"):
        return None
    return PathMatch(EXACT if operator == "==" else PREFIX, text)


def covers(outer: Context, inner: Context) -> bool | None:
    """Whether a block holds for all requests of another one, or for none; None where it may for some."""
    if outer.path == inner.path[: len(outer.path)]:
        return True
    step = next((pair for pair in zip(outer.path, inner.path, strict=False) if pair[0] != pair[1]), None)
    if (step and step[0][0] == step[1][0]) or outer.condition.never:
        return False  # of a chain one alone holds
    hosts, asked = set(outer.condition.hosts), set(inner.condition.hosts)
    if (hosts and asked and not hosts & asked) or (outer.port and inner.port and outer.port != inner.port):
        return False
    wide, narrow = outer.condition.matches, inner.condition.matches
    if wide is None or narrow is None:
        return None
    pairs = [[common_paths(match, other) for other in wide] for match in narrow]
    if not any(any(each) for each in pairs):
        return False
    paths = all(match in each for match, each in zip(narrow, pairs, strict=True))
    names = not hosts or bool(asked and asked <= hosts)
    return True if paths and names and not outer.otherwise and outer.port in (None, inner.port) else None


def deciding(name: str, here: Context, contexts: Iterable[Context]) -> SettingValue | None:
    """What a setting is for all requests of a block, its value None where that is not known; None: nothing says so."""
    for context in sorted((each for each in contexts if name in each.settings), key=lambda each: each.order):
        decides = covers(context, here)
        if decides:
            return context.settings[name]
        if decides is None:
            return context.settings[name]._replace(value=None)
    return None


def literal_text(value: Expression) -> str | None:
    """What an expression spells, None for what is put together or not known."""
    match value:
        case (Term(text=text, variable=False),):
            return text
    return None


def key_match(key: str) -> PathMatch | None:
    """The paths that a key of `proxy.server` takes, None where they are those with an end."""
    if not key:
        return ALL
    return PathMatch(PREFIX, key) if key.startswith("/") else None


def number(setting: SettingValue | None) -> int | None:
    """A setting as a number."""
    return whole_number(setting.value.text) if setting and isinstance(setting.value, Term) else None
