"""Helm charts with their own values, as far as their templates can be followed.

Values come from the chart's `values.yaml`, the release is taken to be called as the chart. What a template does beyond
the functions here makes that text unknown; a condition on it keeps the whole template from being followed.
https://helm.sh/docs/chart_template_guide/, https://pkg.go.dev/text/template
"""

from __future__ import annotations

import json
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.facts.helm import Action, Block, Part, Template, Text
from mcplint.facts.platform import Manifests
from mcplint.project.tree import Tree
from mcplint.services.kubernetes.helm_functions import FUNCTIONS, LAZY, MARK, UNKNOWN, field, go_text
from mcplint.text.paths import is_test
from mcplint.text.source import Source, Span

CHART, VALUES, TEMPLATES = "Chart.yaml", "values.yaml", "templates"
STEPS, LONGEST, DEPTH = 50_000, 400_000, 40


class Beyond(Exception):
    """What a template does cannot be followed."""


class Chart(NamedTuple):
    """A chart: its folder, what its templates find under `.`, and its named templates."""

    folder: str
    root: Mapping[str, Any]
    defines: Mapping[str, tuple[Source, tuple[Part, ...]]]
    templates: tuple[Template, ...]


def charts(tree: Tree) -> Iterator[Chart]:
    """The charts of a project."""
    for path in tree.files_named(CHART):
        folder = posixpath.dirname(path)
        files = [each for each in tree.below(posixpath.join(folder, TEMPLATES)) if not is_test(each)]
        templates = [tree.facts("helm", each) for each in files if each.endswith((".yaml", ".yml", ".tpl"))]
        known = tuple(template for template in templates if template)
        about, values = (
            as_python(tree.facts("yaml.document", each)) for each in (path, posixpath.join(folder, VALUES))
        )
        about = about if isinstance(about, dict) else {}
        name = str(about.get("name", posixpath.basename(folder)))
        described = {f"{key[:1].upper()}{key[1:]}": value for key, value in about.items() if isinstance(key, str)}
        release = {"Name": name, "Namespace": "default", "Service": "Helm", "IsInstall": True, "IsUpgrade": False}
        root = {"Values": values if isinstance(values, dict) else {}, "Chart": described, "Release": release}
        defines = {key: (each.source, parts) for each in known for key, parts in each.defines}
        yield Chart(folder, root, defines, known)


def manifests(tree: Tree) -> Iterator[Manifests]:
    """The objects of all charts, as they are installed with the charts' own values."""
    from mcplint.readers.kubernetes import rendered

    for chart in charts(tree):
        for template in chart.templates:
            if template.source.path.endswith(".tpl") or "kind:" not in template.source.text:
                continue
            run = _Run(chart, template.source)
            try:
                run.write_parts(template.parts, {"$": chart.root, ".": chart.root})
            except (Beyond, RecursionError):
                continue
            found = rendered(Source(template.source.path, "".join(run.texts)), run.span_in_template, MARK)
            if found or not "".join(run.texts).strip():
                tree.problems.pop(template.source.path, None)
            if found:
                yield found


def as_python(node: Node | None) -> Any:
    """A document as Python's own values."""
    match node:
        case ScalarNode(value=value):
            return value
        case MappingNode(pairs=pairs):
            return {key.text: as_python(value) for key, value in pairs}
        case SequenceNode(items=items):
            return [as_python(item) for item in items]
    return None


class _Run:
    """One template on its way to a text, each piece with its offsets; a class because pieces and steps add up."""

    def __init__(self, chart: Chart, source: Source, steps: int = STEPS, depth: int = 0) -> None:
        self.chart, self.source, self.steps, self.depth = chart, source, steps, depth
        self.texts: list[str] = []
        self.pieces: list[tuple[int, int, int, bool]] = []
        self.length = 0

    def span_in_template(self, span: Span) -> Span:
        """The span in the template of a span in the text that it makes."""

        def at(offset: int) -> tuple[int, int, int, bool]:
            return self.pieces[max(0, bisect_right(self.pieces, offset, key=itemgetter(0)) - 1)]

        first, last = at(span.start), at(max(span.start, span.end - 1))
        start = first[1] + (span.start - first[0]) if first[3] else first[1]
        end = last[1] + (span.end - last[0]) if last[3] else last[2]
        return Span(self.source, start, max(start, end))

    def write_parts(self, parts: tuple[Part, ...], scope: dict[str, Any]) -> None:
        """Writes what parts come to."""
        for part in parts:
            self.steps -= 1
            if self.steps < 0 or self.length > LONGEST:
                raise Beyond
            match part:
                case Text(start, end):
                    self.write(self.source.text[start:end], start, end, True)
                case Action(start, end, words):
                    self.act(start, end, words, scope)
                case Block():
                    self.block(part, scope)

    def write(self, text: str, start: int, end: int, exact: bool) -> None:
        if text:
            self.pieces.append((self.length, start, end, exact))
            self.texts.append(text)
            self.length += len(text)

    def act(self, start: int, end: int, words: tuple[str, ...], scope: dict[str, Any]) -> None:
        if words[1:2] in ((":=",), ("=",)):
            scope[words[0]] = self.value(words[2:], scope)
        elif words:
            self.write(go_text(self.value(words, scope)), start, end, False)

    def block(self, block: Block, scope: dict[str, Any]) -> None:
        for action, parts in block.ways:
            words = action.words[1:]
            if not action.words:
                return self.write_parts(parts, dict(scope))
            if action.words[0] == "range":
                if self.write_range(words, parts, scope):
                    return None
                continue
            inner = dict(scope)
            if words[1:2] == (":=",):
                value = inner[words[0]] = self.value(words[2:], scope)
            else:
                value = self.value(words, scope)
            if value is UNKNOWN:
                raise Beyond
            if value:
                if action.words[0] == "with":
                    inner["."] = value
                for name, set_ in self.scope_after(parts, inner).items():
                    if name in scope and name.startswith("$") and name != "$" and words[:1] != (name,):
                        scope[name] = set_
                return None
        return None

    def scope_after(self, parts: tuple[Part, ...], scope: dict[str, Any]) -> dict[str, Any]:
        self.write_parts(parts, scope)
        return scope

    def write_range(self, words: tuple[str, ...], parts: tuple[Part, ...], scope: dict[str, Any]) -> bool:
        """Writes the body of a `range` for each item; whether there is one."""
        names: list[str] = []
        if ":=" in words:
            names = [word for word in words[: words.index(":=")] if word != ","]
            words = words[words.index(":=") + 1 :]
        value = self.value(words, scope)
        if value is UNKNOWN:
            raise Beyond
        pairs = (
            sorted(value.items())
            if isinstance(value, dict)
            else list(enumerate(value if isinstance(value, list) else ()))
        )
        for key, item in pairs:
            inner = {**scope, ".": item}
            for name, given in zip(names, (key, item) if len(names) > 1 else (item,), strict=False):
                inner[name] = given
            self.write_parts(parts, inner)
        return bool(pairs)

    def value(self, words: tuple[str, ...], scope: dict[str, Any]) -> Any:
        """What the words of an action come to."""
        return _Expression(self, words, scope).result()

    def included(self, name: object, context: object) -> Any:
        """The text of a named template."""
        found = self.chart.defines.get(name) if isinstance(name, str) else None
        if found is None or self.depth > DEPTH:
            return UNKNOWN
        inner = _Run(self.chart, found[0], self.steps, self.depth + 1)
        try:
            inner.write_parts(found[1], {"$": context, ".": context})
        finally:
            self.steps = inner.steps
        return "".join(inner.texts)


class _Expression:
    """The pipeline of an action; a class because its words are read one after the other."""

    def __init__(self, run: _Run, words: tuple[str, ...], scope: Mapping[str, Any]) -> None:
        self.run, self.words, self.scope, self.at = run, words, scope, 0

    def result(self) -> Any:
        value = self.pipeline(0)
        return value if self.at == len(self.words) else UNKNOWN

    def pipeline(self, depth: int) -> Any:
        if depth > DEPTH:
            raise Beyond
        value = self.command(depth, ())
        while self.peek() == "|":
            self.at += 1
            value = self.command(depth, (value,))
        return value

    def peek(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def command(self, depth: int, last: tuple[Any, ...]) -> Any:
        """A function with its arguments, or a value alone; `last`: what a pipe hands on."""
        self.run.steps -= 1
        first = self.peek()
        if re.fullmatch(r"[A-Za-z]\w*", first) and first not in ("true", "false", "nil"):
            self.at += 1
            arguments = (*self.operands(depth), *last)
            return self.call(first, arguments)
        operands = self.operands(depth)
        return operands[0] if len(operands) == 1 and not last else UNKNOWN

    def operands(self, depth: int) -> tuple[Any, ...]:
        found: list[Any] = []
        while (word := self.peek()) not in ("", "|", ")", ","):
            self.at += 1
            if word == "(":
                value = self.pipeline(depth + 1)
                self.at += self.peek() == ")"
                if self.peek().startswith(".") and len(self.peek()) > 1:
                    value = field(value, self.peek()[1:])
                    self.at += 1
                found.append(value)
            else:
                found.append(self.operand(word))
        return tuple(found)

    def operand(self, word: str) -> Any:
        if word[0] == '"':
            try:
                return json.loads(word)
            except ValueError:
                return UNKNOWN
        if word[0] == "`":
            return word[1:-1]
        if word in ("true", "false", "nil"):
            return {"true": True, "false": False}.get(word)
        if re.fullmatch(r"-?\d{1,15}", word):
            return int(word)
        name, _, path = word.partition(".")
        if name == "" and word[0] == ".":
            return field(self.scope["."], path)
        if name.startswith("$"):
            return field(self.scope.get(name, UNKNOWN), path)
        return self.call(word, ()) if re.fullmatch(r"[A-Za-z]\w*", word) else UNKNOWN

    def call(self, name: str, given: tuple[Any, ...]) -> Any:
        if name in ("include", "template"):
            return self.run.included(*given[:2]) if len(given) == 2 else UNKNOWN
        function = FUNCTIONS.get(name)
        if function is None or (name not in LAZY and any(each is UNKNOWN for each in given)):
            return UNKNOWN
        try:
            made = function(*given)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            return UNKNOWN
        return UNKNOWN if isinstance(made, str) and len(made) > LONGEST else made
