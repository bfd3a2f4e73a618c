"""What Caddyfiles import: snippets and files, put in place of the line that names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname

from mcplint.facts.caddy import Caddyfile, Directive, Word
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import path_in_project
from mcplint.text.glob import fits, literal

MAX_DEPTH = 20
MOST_LINES = 20_000
MOST_PATTERNS = 100
ARGUMENT = re.compile(r"\{args(?:\.(\d{1,3})|\[(\d{1,3})\])\}")


class Imports:
    """The snippets and files of one configuration. A class because it counts what it has brought in."""

    def __init__(self, file: Caddyfile, tree: Tree) -> None:
        self.tree, self.folder, self.brought = tree, dirname(file.source.path) or ".", 0
        self.snippets = _snippets_by_name(file)
        self.found: dict[str, list[str]] = {}
        self.files = {file.source.path}

    def sites(self, file: Caddyfile) -> Iterator[Directive]:
        """The sites of a file and of those that it imports outside of any."""
        yield from file.sites
        for line in file.directives:
            for path, other in self._files(line) if line.name == "import" else ():
                if path not in self.files:
                    self.files.add(path)
                    self.snippets = {**_snippets_by_name(other), **self.snippets}
                    yield from self.sites(other)

    def resolved(self, body: tuple[Directive, ...], depth: int = 0) -> Iterator[Directive]:
        """The directives with what they import in its place; an import that cannot be followed is left as it is."""
        for line in body:
            if line.name == "import" and depth < MAX_DEPTH and self.brought < MOST_LINES:
                inner = self._imported_directives(line)
                if inner is not None:
                    self.brought += len(inner)
                    yield from self.resolved(inner, depth + 1)
                    continue
            yield line._replace(body=tuple(self.resolved(line.body, depth + 1))) if depth < MAX_DEPTH else line

    def _imported_directives(self, line: Directive) -> tuple[Directive, ...] | None:
        name = line.texts[0] if line.args else ""
        if f"({name})" in self.snippets:
            return tuple(_with_arguments(one, line.args[1:]) for one in self.snippets[f"({name})"].body)
        files = [file for _, file in self._files(line)]
        if not files and "*" not in name:
            return None
        return tuple(one for file in files for one in (*file.directives, *file.sites))

    def _files(self, line: Directive) -> Iterator[tuple[str, Caddyfile]]:
        """The files of the project that an import names, a pattern among them."""
        word = next(iter(line.args), None)
        pattern = path_in_project(literal(self.folder), word.text) if word and not word.open else None
        if pattern is None:
            return
        if pattern not in self.found and len(self.found) < MOST_PATTERNS:
            self.found[pattern] = sorted(one for one in self.tree.paths if fits(one, pattern))
        for path in self.found.get(pattern, ()):
            if file := self.tree.facts("caddy", path):
                yield path, file


def _snippets_by_name(file: Caddyfile) -> Mapping[str, Directive]:
    return {one.name: one for one in file.snippets}


def _with_arguments(line: Directive, given: tuple[Word, ...]) -> Directive:
    """A line of a snippet with the arguments that it is imported with."""
    words = tuple(_argument(word, given) for word in line.words)
    return line._replace(words=words, body=tuple(_with_arguments(one, given) for one in line.body))


def _argument(word: Word, given: tuple[Word, ...]) -> Word:
    def fill(found: re.Match[str]) -> str:
        number = int(found[1] or found[2])
        return given[number].text if number < len(given) else found[0]

    return word._replace(text=ARGUMENT.sub(fill, word.text)) if "{args" in word.text else word
