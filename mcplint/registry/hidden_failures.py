"""Failures to publish that nobody sees: later releases are then missing from the registry for months."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_parser import commands
from mcplint.facts.document import ScalarNode, at, items, scalar
from mcplint.findings import Finding, Fix
from mcplint.registry.script_outcomes import handed_on, outcome
from mcplint.registry.workflow_steps import PUBLISH, Step
from mcplint.text.layout import without_line
from mcplint.text.located import LocatedText
from mcplint.text.source import Edit

_HIDES = re.compile(
    r"(?:&1[ \t]*)?(?:[ \t]{0,9}&&[ \t]{0,9}(?:echo|printf)\b[^\n;&|]*+)?\|\|[ \t]*(true|:|echo\b|exit 0)[^\n]*"
)
_PIPED = re.compile(r"(?:&1)?[ \t]*\|&?[ \t]*(tee)\b[^\n;&|]*+(?=$|[\n;])")
_MOST_LATER = _MOST_FOUND = 50
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_WHY = {
    "if": "nothing below lets the step fail",
    "if !": "nothing below lets the step fail",
    "set +e": "the script goes on and ends well",
    "|| { … }": "nothing in it lets the step fail",
}
_FAILS = re.compile(rf"\bexit [1-9]|\bfalse\b|setFailed|{PUBLISH}")


def hidden_failures(step: Step) -> Iterator[Finding]:
    """The commands of a step that publish and whose failure goes by, and what lets the whole step fail unseen."""
    for span, match in islice(step.matches(PUBLISH), _MOST_FOUND):
        script = match.string
        hides = _HIDES.match(script, match.end())
        if hides and not _passed_on(step, commands(LocatedText(span.source, hides[0]))):
            whole = span._replace(end=span.start + len((match[0] + hides[0]).rstrip()))
            yield Finding(f"`|| {hides[1]}` hides that publishing failed", whole)
        elif (piped := _PIPED.match(script, match.end())) and not _is_strict(step):
            whole = span._replace(end=span.start + len((match[0] + piped[0]).rstrip()))
            yield Finding(f"`| {piped[1]}` hides that publishing failed: the shell goes by the last command", whole)
        elif step.run and (found := outcome(step.run, span.start)) and not _passed_on(step, found.commands):
            yield Finding(f"`{found.by}` hides that publishing failed: {_WHY[found.by]}", span)
    for owner in (step.node, step.job):
        key, value = owner.key("continue-on-error"), owner.get("continue-on-error")
        if (
            key
            and isinstance(value, ScalarNode)
            and value.value is True
            and not (owner is step.node and _looked_at(step))
        ):
            whole = key.span._replace(end=value.span.end)
            fix = Fix("let the step fail", (without_line(value.span, key.text) or Edit(value.span, "false"),))
            yield Finding("`continue-on-error` hides that publishing failed", whole, fix=fix)


def _is_strict(step: Step) -> bool:
    """Whether a pipe fails with any of its commands, or its script minds them; a `bash` that is named has that set."""
    shells = (step.node.get("shell"), *(at(each, "defaults", "run", "shell") for each in (step.job, step.workflow)))
    shell = scalar(next(filter(None, shells), None))
    script = step.run.text if step.run else ""
    return bool(shell) or "pipefail" in script or "PIPESTATUS" in script or "grep" in script


def _looked_at(step: Step) -> bool:
    """Whether a later step of the job, not far below, asks what became of it, and fails or publishes again."""
    name, below = scalar(step.node.get("id")), step.position + 1
    later = items(step.job.get("steps"))[below : below + _MOST_LATER]
    asks = re.compile(rf"\bsteps\.{re.escape(name)}\.outcome\b")
    return bool(name) and any(asks.search(each.span.text) and _FAILS.search(each.span.text) for each in later)


def _passed_on(step: Step, run: Iterable[Command]) -> bool:
    """Whether the workflow asks elsewhere for what commands hand on, or a later step of the job publishes again."""
    if any(not names or not _words_elsewhere(step).isdisjoint(names) for names in handed_on(run)):
        return True
    later = items(step.job.get("steps"))[step.position + 1 :][:_MOST_LATER]
    return any(re.search(PUBLISH, each.span.text) for each in later)


def _words_elsewhere(step: Step) -> frozenset[str]:
    whole, own = step.workflow.span, step.node.span
    return frozenset(
        name
        for part in (whole._replace(end=own.start), whole._replace(start=own.end))
        for name in _NAME.findall(part.text)
    )
