"""`make target`: the recipe of a target with the variables of make, as far as assignments tell them.

https://www.gnu.org/software/make/manual/html_node/Reference.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.options import grammar, parse
from mcplint.commands.recipes import (
    MOST_TEXT,
    Replaced,
    bounded,
    last,
    read,
    script,
    text_with_references,
    with_references,
    with_variables,
)
from mcplint.commands.shell_words import matching
from mcplint.commands.words import Words, text
from mcplint.text.located import LocatedText
from mcplint.values import HOLE, Label, Value

FILES = ("GNUmakefile", "makefile", "Makefile")
_OPTIONS = grammar(
    "silent quiet s keep-going k always-make B no-print-directory ignore-errors i no-builtin-rules r",
    "directory file makefile jobs",
    C="directory",
    f="file",
    j="jobs",
)
_ASSIGNED = re.compile(r"\s*((?:(?:override|export|private)\s+)*)([\w.-]+)\s*(:::?=|:=|\?=|\+=|!=|=)\s*")
_RULE = re.compile(r"([^\s:=#][^:=#\n]*)::?(?![:=])([^\n]*)")
_INCLUDE = re.compile(r"\s*(-include|sinclude|include)\s+(.*)")
_CONDITION = re.compile(r"\s*(ifeq|ifneq|ifdef|ifndef|else|endif)\b")
_OWN = {"RM": "rm -f", "SHELL": "/bin/sh"}
_MOST_INCLUDED = 8
_DEEPEST = 32


class Rule(NamedTuple):
    """What one head of a makefile makes its targets from, and the lines of its recipe with whether they are certain."""

    prerequisites: tuple[str, ...]
    lines: list[tuple[LocatedText, bool]]


class Makefile:
    """What a makefile says, read from its beginning to its end; a class because each line changes what holds after it.

    `assigned`: variables by name, with what they are, whether that is expanded already, and where it is written.
    `opened`: whether a file that is not known may assign any. `overrides`: those that the command itself assigns.
    """

    def __init__(self, context: ExecContext, overrides: dict[str, str]) -> None:
        self.context, self.overrides = context, overrides
        self.assigned: dict[str, tuple[str, bool, Label]] = {}
        self.exported: set[str] = set()
        self.all_exported = self.opened = self.one_shell = False
        self.rules: dict[str, list[Rule]] = {}
        self.first: str | None = None
        self._values: dict[str, str] = {}
        self._included, self._room = 0, MOST_TEXT * 10

    def read(self, file: LocatedText) -> None:
        """Reads a file line by line."""
        depth, defining = 0, False
        rule: Rule | None = None
        for line in _lines(file):
            bare = line.text.strip()
            if defining:
                defining = not re.match(r"\s*endef\b", line.text)
            elif line.text.startswith("\t") and rule is not None:
                rule.lines.append((line.part(1), depth == 0))
            elif not bare or bare.startswith("#"):
                continue
            elif condition := _CONDITION.match(line.text):
                depth += {"endif": -1, "else": 0}.get(condition[1], 1)
            elif define := re.match(r"\s*(?:override\s+|export\s+)*define\s+([\w.-]+)", line.text):
                defining, rule = True, None
                self._assign(define[1], HOLE, True, line)
            else:
                rule = self._statement(line, depth == 0)

    def _statement(self, line: LocatedText, certain: bool) -> Rule | None:
        """Reads an assignment, a directive or a rule, whose recipe the lines after it are."""
        whole = re.sub(r"\\\n[ \t]*", " ", line.text)
        plain = re.sub(r"(?<!\\)#.*", "", whole).rstrip()
        if assigned := _ASSIGNED.match(plain):
            if "export" in assigned[1]:
                self.exported.add(assigned[2])
            self._set_variable(assigned[2], assigned[3], plain[assigned.end() :], line, certain)
        elif include := _INCLUDE.match(plain):
            for name in include[2].split():
                self._include(name, include[1] != "include", certain)
        elif re.match(r"(?:un)?export\b", plain):
            names = plain.split()[1:]
            self.all_exported |= not names
            self.exported |= {*names}
        elif head := _RULE.match(plain):
            targets = head[1].split()
            if own := _ASSIGNED.match(head[2]):
                self.overrides.setdefault(own[2], HOLE)
                return None
            prerequisites, semicolon, recipe = head[2].partition(";")
            self.one_shell |= ".ONESHELL" in targets
            rule = Rule(tuple(prerequisites.replace("|", " ").split()), [])
            at = line.text.find(recipe) if semicolon else -1
            if semicolon:
                rule.lines.append((line.part(max(at, 0)), at >= 0 and certain))
            for name in targets:
                self.rules.setdefault(name, []).append(rule)
            plain_names = (each for each in targets if not each.startswith(".") and "%" not in each)
            self.first = self.first or next(plain_names, None)
            return rule
        elif plain.lstrip().startswith(("$", "undefine", "vpath")):
            self.opened = True
        return None

    def _set_variable(self, name: str, how: str, value: str, line: LocatedText, certain: bool) -> None:
        """Assigns a variable in one of the ways of make."""
        before = self.assigned.get(name)
        if how == "?=" and certain:
            if before is None:
                self._assign(name, HOLE if self.opened else read(name, self.context, value), False, line)
        elif not certain or how in ("!=", "?="):
            self._assign(name, HOLE, True, line)
        elif how == "+=":
            old = before[0] if before else read(name, self.context, "")
            expanded = before is not None and before[1]
            self._assign(name, bounded(f"{old} {self.expanded(value) if expanded else value}".strip()), expanded, line)
        else:
            now = how != "="
            self._assign(name, self.expanded(value) if now else value, now, line)

    def _assign(self, name: str, value: str, expanded: bool, line: LocatedText) -> None:
        self.assigned[name] = (value, expanded, Label(line.span(), f"make sets {name}"))
        if name in self._values:
            self._values.clear()

    def _include(self, name: str, optional: bool, certain: bool) -> None:
        """Reads another file, what of it is known."""
        plain = certain and "$" not in name and "*" not in name
        script = self.context.script(name) if plain else None
        self._included += 1
        if script is not None and self._included <= _MOST_INCLUDED:
            first, rules = self.first, dict(self.rules)
            self.read(script)
            self.first, self.rules = first, {**self.rules, **rules}
        elif script is not None or not optional or not plain:
            self.opened = True
            self.assigned = {each: (HOLE, True, label) for each, (_, _, label) in self.assigned.items()}
            self._values.clear()

    def value(self, name: str, asking: frozenset[str] = frozenset()) -> str:
        """What a reference to a variable stands for, with a hole for what is not known."""
        if name not in self._values:
            self._values[name] = self._value(name, asking)
        return self._values[name]

    def _value(self, name: str, asking: frozenset[str]) -> str:
        if name in self.overrides:
            return self.overrides[name]
        if name in self.assigned:
            raw, expanded, _ = self.assigned[name]
            endless = name in asking or len(asking) > _DEEPEST
            return raw if expanded else HOLE if endless else self.expanded(raw, asking | {name})
        if name == "CURDIR":
            return self.context.workdir or HOLE
        if name == "MAKE":
            again = [f"{each}={stands}" for each, stands in self.overrides.items()]
            return HOLE if any(not re.fullmatch(r"[\w./:=@-]*", each) for each in again) else " ".join(["make", *again])
        if name in _OWN:
            return _OWN[name]
        if self.opened or not re.fullmatch(r"[A-Za-z_]\w*", name):
            return HOLE
        return read(name, self.context)

    def expanded(self, raw: str, asking: frozenset[str] = frozenset()) -> str:
        """A text with what its references stand for; unknown where so much was expanded that there is no end of it."""
        if self._room < 0:
            return HOLE
        found = text_with_references(raw, self.references(raw, asking))
        self._room -= len(raw) + len(found) + 1
        return found

    def references(self, raw: str, asking: frozenset[str] = frozenset()) -> list[Replaced]:
        """The references in a text, and what they stand for."""
        found = list[Replaced]()
        at = raw.find("$")
        while 0 <= at < len(raw) - 1:
            if raw[at + 1] == "$":
                end, stands = at + 2, "$"
            elif raw[at + 1] in "({":
                end = matching(raw, at + 1)
                stands = self.value(raw[at + 2 : end - 1], asking)
            else:
                end, stands = at + 2, self.value(raw[at + 1], asking)
            found.append((at, end, stands))
            at = raw.find("$", end)
        return found

    def environment(self) -> dict[str, Value[str]]:
        """The variables that make hands over to what it runs, but for those that it was handed itself and leaves."""
        found = dict[str, Value[str]]()
        for name, (_, _, label) in self.assigned.items():
            there = self.context.variable(name)
            if self.all_exported or name in self.exported or there.may_not_be(None):
                certain = self.all_exported or name in self.exported or there.must_not_be(None)
                found[name] = Value((self.value(name) if certain else HOLE,), (label,))
        return found | {name: Value((stands,)) for name, stands in self.overrides.items()}


def make(words: Words, context: ExecContext) -> Step:
    """What the recipe of a target starts."""
    options = parse(words[1:], _OPTIONS, interspersed=True)
    names, overrides = list[str](), dict[str, str]()
    for word in options.rest:
        name, equals, value = (text(word) or HOLE).partition("=")
        if equals:
            overrides[name.rstrip(":?+")] = value
        else:
            names.append(name)
    if "directory" in options.flags:
        folder = text(options.flags["directory"])
        context = context._replace(workdir=context.absolute(folder) if folder else None)
    named_file = next((text(value) or "" for key in ("file", "makefile") for value in options.values(key)), None)
    files = FILES if named_file is None else (named_file,)
    file = next((found for each in files if each and (found := context.script(each)) is not None), None)
    if file is None:
        return context.unread(filter(None, files)) or context.none("make has no makefile that is known")
    if len(names) > 1 or HOLE in names or not options.closed or ".RECIPEPREFIX" in file.text:
        return context.none("what make runs is not known")
    makefile = Makefile(context, overrides)
    makefile.read(file)
    goal = (
        names[0]
        if names
        else makefile.value(".DEFAULT_GOAL")
        if ".DEFAULT_GOAL" in makefile.assigned
        else makefile.first
    )
    if goal is None:
        return context.none("make has no target that is known")
    return _target(makefile, goal, context.because(words[0], f"make runs {goal if names else 'its first recipe'}"))


def _target(makefile: Makefile, goal: str, context: ExecContext) -> Step:
    """What the recipe of a target starts, or where it has none, that of what it is made from."""
    seen = set[str]()
    while goal in makefile.rules and goal not in seen:
        seen.add(goal)
        rules = makefile.rules[goal]
        rule = next((each for each in reversed(rules) if each.lines), None)
        if rule is not None:
            return _recipe(makefile, goal, rule, context)
        before = (name for each in reversed(rules) for name in reversed(each.prerequisites))
        goal = next((name for name in before if name in makefile.rules and name not in seen), "")
    return context.none("make has no recipe for it that is known")


def _recipe(makefile: Makefile, goal: str, rule: Rule, context: ExecContext) -> Step:
    """What a recipe starts."""
    if not all(certain for _, certain in rule.lines):
        return context.none(f"what the recipe of {goal} runs depends on conditions of make")
    inner = with_variables(context._replace(prepared=True), makefile.environment())
    written = [line for line, _ in rule.lines]
    lines = (
        _without_prefixes(with_references(line, makefile.references(line.text)))
        for line in (written if makefile.one_shell else reversed(written))
    )
    return script(lines, inner) if makefile.one_shell else last(lines, inner)


def _without_prefixes(line: LocatedText) -> LocatedText:
    """A line of a recipe without what tells make how to run it."""
    return line.part(len(line.text) - len(line.text.lstrip(" \t@+-")))


def _lines(file: LocatedText) -> list[LocatedText]:
    """The lines of a file, those joined that a backslash continues."""
    return [file.part(*found.span()) for found in re.finditer(r"(?:[^\\\n]|\\(?:.|\n))*+\n?", file.text) if found[0]]
