"""Which steps of a GitHub workflow run: the events that start it, and what the `if` of jobs and steps makes of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, scalar
from mcplint.registry.workflow_steps import Step

# Functions with which a job runs although one that it waits for was skipped.
_ANYWAY = re.compile(r"\b(?:always|failure|cancelled)[ \t]*\(")
_TOKEN = re.compile(r"(?<!\s)\s*+(?:('(?:[^']|'')*')|([\w.-]+)|(&&|\|\||==|!=|[!(),])|(\S))")
_CALLS = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}
# What the functions that ask for the state of a job give where everything has gone well.
_STATES = {"always": True, "success": True, "failure": False, "cancelled": False}
_MOST_TOKENS = 200
# Branches that stand for all where no filter names one.
_BRANCHES = ("main", "another-branch")
_PATTERN = re.compile(r"[?+\[\]!]")


class Event(NamedTuple):
    """What starts a workflow, with the span that says so, and the ref that it runs for."""

    name: str
    ref: str
    node: Node
    settings: Node | None

    def value(self, name: str) -> str | None:
        """What a name in an expression stands for, None where that cannot be told."""
        kind, _, short = self.ref.removeprefix("refs/").partition("/")
        if name == "github.ref_type" and kind in ("heads", "tags"):
            return {"heads": "branch", "tags": "tag"}[kind]
        known = {
            "github.event_name": self.name,
            "github.ref": self.ref,
            "github.event.ref": self.ref,
            "github.ref_name": short,
        }
        return known.get(name) or None


def triggers(node: Node | None) -> Iterator[tuple[str, Node, Node | None]]:
    """What starts a workflow: by name, with its place and its settings."""
    yield from ((key.text, key, settings) for key, settings in pairs(node))
    yield from ((scalar(one), one, None) for one in (items(node) or (node,)) if isinstance(one, ScalarNode))


def events(workflow: MappingNode) -> Iterator[Event]:
    """The events that start a workflow, a push once for each kind of ref that its filters let through."""
    for name, node, settings in triggers(workflow.get("on")):
        if name == "push":
            yield from (Event(name, ref, node, settings) for ref in _refs(settings))
        elif name == "release":
            yield Event(name, "refs/tags/v1.0.0", node, settings)
        else:
            yield Event(name, "refs/pull/1/merge" if name == "pull_request" else "", node, settings)


def _refs(settings: Node | None) -> Iterator[str]:
    filters = {key.text for key, _ in pairs(settings)}
    branches = [scalar(one) for one in items(at(settings, "branches")) or (at(settings, "branches"),) if one]
    if "branches" in filters:
        named = (re.sub(r"\*+", "x", branch) for branch in branches if not _PATTERN.search(branch))
        yield from (f"refs/heads/{branch}" for branch in named)
    elif not filters & {"tags", "tags-ignore"} or "branches-ignore" in filters:
        yield from (f"refs/heads/{branch}" for branch in _BRANCHES)
    if filters & {"tags", "tags-ignore"} or not filters & {"branches", "branches-ignore"}:
        yield "refs/tags/v1.0.0"


def step_runs(step: Step, event: Event) -> bool | None:
    """Whether a step runs where everything before it goes well, None where that cannot be told."""
    return _kleene_and(_job_runs(step, event), _if_result(step.node.get("if"), event))


def _job_runs(step: Step, event: Event) -> bool | None:
    """Whether the job of a step runs: one whose `if` asks for no state is skipped with any that it waits for."""
    condition = step.job.get("if")
    runs = _if_result(condition, event)
    for other in () if _ANYWAY.search(scalar(condition)) else step.awaited.values():
        runs = _kleene_and(runs, _if_result(other.get("if"), event))
    return runs


def _kleene_and(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else None if one is None or other is None else True


def _if_result(node: Node | None, event: Event) -> bool | None:
    """What an `if` gives for an event, None where that cannot be told."""
    if node is None:
        return True
    text = scalar(node).strip()
    whole = re.fullmatch(r"\$\{\{((?:(?!\}\}).)*)\}\}", text, re.DOTALL)
    return _Expression(whole[1] if whole else text, event).result()


class _Expression:
    """An expression of GitHub's, read from left to right."""

    def __init__(self, text: str, event: Event) -> None:
        self.event = event
        self.tokens = [match.groups() for _, match in zip(range(_MOST_TOKENS), _TOKEN.finditer(text), strict=False)]
        self.position = 0

    def result(self) -> bool | None:
        given = self.or_expression()
        return None if self.position < len(self.tokens) or len(self.tokens) == _MOST_TOKENS else _truth(given)

    def accept(self, operator: str) -> bool:
        found = self.position < len(self.tokens) and self.tokens[self.position][2] == operator
        self.position += found
        return found

    def or_expression(self) -> str | bool | None:
        given = self.and_expression()
        while self.accept("||"):
            left, right = _truth(given), _truth(self.and_expression())
            given = True if left or right else None if left is None or right is None else False
        return given

    def and_expression(self) -> str | bool | None:
        given = self.compared()
        while self.accept("&&"):
            given = _kleene_and(_truth(given), _truth(self.compared()))
        return given

    def compared(self) -> str | bool | None:
        left = self.operand()
        for operator in ("==", "!="):
            if self.accept(operator):
                right = self.operand()
                if not isinstance(left, str) or not isinstance(right, str):
                    return None
                return (left.lower() == right.lower()) is (operator == "==")
        return left

    def operand(self) -> str | bool | None:
        if self.accept("!"):
            truth = _truth(self.operand())
            return None if truth is None else not truth
        if self.accept("("):
            given = self.or_expression()
            return given if self.accept(")") else self.give_up()
        if self.position >= len(self.tokens):
            return self.give_up()
        text, name, *_ = self.tokens[self.position]
        self.position += 1
        if text:
            return text[1:-1].replace("''", "'")
        if name is None:
            return self.give_up()
        return self.function_result(name.lower()) if self.accept("(") else self.constant_or_variable(name)

    def give_up(self) -> str | None:
        """Gives up: nothing of what follows is understood."""
        self.position = len(self.tokens) + 1
        return None

    def constant_or_variable(self, name: str) -> str | bool | None:
        return name == "true" if name in ("true", "false") else self.event.value(name)

    def function_result(self, name: str) -> bool | None:
        given: list[str | bool | None] = []
        while not self.accept(")"):
            if self.position >= len(self.tokens) or (given and not self.accept(",")):
                self.give_up()
                return None
            given.append(self.or_expression())
        texts = [one.lower() for one in given if isinstance(one, str)]
        if name in _CALLS and len(texts) == len(given) == 2:
            return _CALLS[name](texts[0], texts[1])
        return None if given else _STATES.get(name)


def _truth(given: str | bool | None) -> bool | None:
    return given if given is None or isinstance(given, bool) else bool(given)
