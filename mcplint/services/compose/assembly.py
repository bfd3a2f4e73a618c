"""Compose files put together as `docker compose` does it: overrides, `include`, `extends`, each in its own scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, isabs, join, normpath
from typing import NamedTuple

from mcplint.facts.compose import ComposeFile
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.project.tree import Tree
from mcplint.services.compose.interpolation import Interpolated, interpolate
from mcplint.services.compose.merging import FILE, SERVICE, merged
from mcplint.services.compose.variables import variables
from mcplint.text.source import Span
from mcplint.values import HOLE, Label, Value

MAX_INCLUDED = 16
MAX_FILES = 300
"""How deep `include` may lead, and how many files it may bring in one project, each time counted."""
MAX_EXTENDED = 32
MAX_REPEATED = 100_000
"""How many nodes `extends` may repeat in one project, as aliases may in one file."""
REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:|github\.com/", re.IGNORECASE)
"""How an address begins: a URL, `git@HOST:PATH`, or GitHub's without a scheme.
Source: https://docs.docker.com/build/concepts/context/#git-repositories"""


Services = Mapping[str, Node]


class Scope(NamedTuple):
    """What holds for the settings of one file: the folder its paths start from, and its `.env`."""

    directory: str
    variables: Mapping[str, Interpolated]


class Assembly:
    """The settings of the files of one project, merged; a class because it keeps what it has met on the way.

    `scopes`: by path of file. `notes`: what could not be followed. `severed`: by service, why what it extends is not
    known. `files`: every file that had a part.
    """

    def __init__(self, known: Mapping[str, ComposeFile], tree: Tree) -> None:
        self.known, self.tree = known, tree
        self.scopes: dict[str, Scope] = {}
        self.notes: list[Label] = []
        self.severed: dict[str, tuple[Label, ...]] = {}
        self.repeated = self.included = 0

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self.scopes)

    def load(self, paths: Iterable[str], scope: Scope, above: tuple[str, ...] = ()) -> MappingNode | None:
        """The files merged one over the other; `above` are those whose `include` led here."""
        model: Node | None = None
        for path in paths:
            file = self.file(path)
            for document in file.documents if file else ():
                self.scopes.setdefault(path, scope)
                own = self._extended(self._with_included(document, scope, (*above, path)), path)
                model = merged(model, own, FILE)
        return model if isinstance(model, MappingNode) else None

    def file(self, path: str) -> ComposeFile | None:
        """A compose file of the project by its path."""
        if path in self.known:
            return self.known[path]
        file = self.tree.facts("compose", path)
        if file is None and path in self.tree.problems:
            problem = self.tree.problems[path]
            self.notes.append(Label(problem.span, problem.message))
        return file

    def text(self, node: Node) -> Interpolated:
        """A scalar with its variables replaced, as its file's scope has them."""
        if not isinstance(node, ScalarNode):
            return Interpolated.hole(Label(node.span.head, "not a plain setting"))
        scope = self.scopes.get(node.span.source.path)
        text = scalar_text(node)
        if scope and "$" in text.text:
            text = interpolate(text, node.span, scope.variables.get)
        if "{{" in text.text and not node.span.source.path.startswith("{{"):
            return Interpolated.hole(Label(node.span, "a template fills this in"))
        return text

    def path(self, node: Node) -> str | None:
        """The path in the project that a scalar names, None where it is unknown or leads outside."""
        text = self.text(node).text
        scope = self.scopes.get(node.span.source.path)
        return path_in_project(scope.directory, text) if scope else None

    def passed_variable(self, name: str, span: Span) -> Value[str]:
        """A variable that is named without a value: the one of the project's `.env`, or the host's, or none."""
        scope = self.scopes.get(span.source.path)
        text = scope.variables.get(name) if scope else None
        return text.value if text else Value(None, (Label(span, f"{name} is passed on from the host"),))

    def _with_included(self, document: MappingNode, scope: Scope, above: tuple[str, ...]) -> MappingNode:
        """The document with what it includes beneath it."""
        listed = document.get("include")
        model: Node | None = None
        for item in listed.items if isinstance(listed, SequenceNode) else ():
            paths, inner = self._included_paths(item, scope)
            self.included += len(paths)
            if self.included > MAX_FILES:
                self.notes.append(Label(item.span.head, f"includes more than {MAX_FILES} files"))
                break
            if not paths or paths[0] in above or len(above) > MAX_INCLUDED:
                self.notes.append(Label(item.span.head, "include of a file that is not in the project, or of itself"))
                continue
            part = self.load(paths, inner, above)
            model = merged(model, part, FILE) if part else model
        below = merged(model, document, FILE) if model else document
        return below if isinstance(below, MappingNode) else document

    def _included_paths(self, item: Node, scope: Scope) -> tuple[tuple[str, ...], Scope]:
        """The files that an entry of `include` names, and the scope they are read in."""
        entry = item if isinstance(item, MappingNode) else None
        listed = entry.get("path") if entry else item
        nodes = listed.items if isinstance(listed, SequenceNode) else (listed,) if listed else ()
        paths = tuple(path for path in map(self.path, nodes) if path and self.file(path))
        if len(paths) < len(nodes) or not paths:
            return (), scope
        folder = entry.get("project_directory") if entry else None
        directory = (self.path(folder) if folder else None) or dirname(paths[0]) or "."
        own = entry.get("env_file") if entry else None
        if own is None:
            env = [path_in_project(directory, ".env")]
        else:
            env = [self.path(node) for node in (own.items if isinstance(own, SequenceNode) else (own,))]
        return paths, Scope(directory, {**variables(self.tree, env, scope.variables.get), **scope.variables})

    def _extended(self, document: MappingNode, path: str) -> MappingNode:
        """The document with every service merged over the one that it extends."""
        services = document.get("services")
        if not isinstance(services, MappingNode) or not any(_extends(node) for _, node in services.pairs):
            return document
        named = {name.text: node for name, node in services.pairs}
        merged_services = MappingNode(
            services.span, tuple((name, self._service(name.text, named, path)) for name, _ in services.pairs)
        )
        pairs = ((key, merged_services if value is services else value) for key, value in document.pairs)
        return document._replace(pairs=tuple(pairs))

    def _service(self, name: str, services: Services, path: str) -> Node:
        """A service merged over the chain of those that it extends."""
        before = len(self.notes)
        chain = list(self._chain(name, services, path))
        self.severed[name] = (*self.severed.get(name, ()), *self.notes[before:])
        node = chain.pop()
        while chain:
            node = merged(node, chain.pop(), SERVICE) or node
        return node

    def _chain(self, name: str, services: Services, path: str) -> Iterator[Node]:
        """The service, the one it extends, the one that extends, …"""
        met = {(path, name)}
        node = services[name]
        yield node
        while extends := _extends(node):
            base = self._base(extends, services, path)
            if base is None:
                self.notes.append(Label(extends.span.head, "extends a service that is not in the project"))
                return
            services, path, name = base
            node = services[name]
            self.repeated += weight(node, MAX_REPEATED)
            if (path, name) in met or len(met) == MAX_EXTENDED or self.repeated > MAX_REPEATED:
                self.notes.append(Label(extends.span.head, "extends itself, or too much in a row"))
                return
            met.add((path, name))
            yield node

    def _base(self, extends: Node, services: Services, path: str) -> tuple[Services, str, str] | None:
        """The services among which the extended one is, their file, and its name."""
        match extends:
            case MappingNode():
                file, name = extends.get("file"), self.text(extends.get("service") or extends).text
            case _:
                file, name = None, self.text(extends).text
        if file:
            scope, path = self.scopes[path], self.path(file) or ""
            other = self.file(path)
            node = other.documents[0].get("services") if other else None
            services = {key.text: value for key, value in node.pairs} if isinstance(node, MappingNode) else {}
            if services:
                self.scopes.setdefault(path, Scope(dirname(path) or ".", scope.variables))
        return (services, path, name) if name in services else None


def _extends(service: Node) -> Node | None:
    return service.get("extends") if isinstance(service, MappingNode) else None


def weight(node: Node | None, most: int) -> int:
    """How many nodes a node holds, aliases counted each time; counting stops at `most`."""
    stack, count = [node] if node else [], 0
    while stack and count <= most:
        match stack.pop():
            case MappingNode(pairs=pairs):
                stack += (value for _, value in pairs)
            case SequenceNode(items=items):
                stack += items
        count += 1
    return count


def scalar_text(node: ScalarNode) -> Interpolated:
    """A scalar as the text that compose makes of it; numbers are written anew: `010` is 8, `3.0` is 3."""
    match node.value:
        case bool(value):
            text = "true" if value else "false"
        case int(value):
            octal = node.text.isdigit() and node.text[0] == "0" and not set(node.text) & set("89")
            text = str(int(node.text, 8) if octal else value)
        case float(value):
            text = repr(value).removesuffix(".0") if 1e-4 <= abs(value) < 1e6 or not value else HOLE
        case _:
            text = node.text
    return Interpolated.of(text, node.span)


def path_in_project(directory: str, path: str) -> str | None:
    """A path from a folder of the project as one from the root; None where it leads outside or is not known."""
    if HOLE in path or isabs(path) or path[1:2] == ":" or REMOTE.match(path) or path.startswith("~"):
        return None
    found = normpath(join(directory, path))
    return None if found.startswith("..") else found
