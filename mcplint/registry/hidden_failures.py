"""Failures to publish that nobody sees: later releases are then missing from the registry for months."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import ScalarNode, at, items, scalar
from mcplint.findings import Finding, Fix
from mcplint.registry.workflow_steps import PUBLISH, Step
from mcplint.text.layout import without_line
from mcplint.text.source import Edit

_HIDES = re.compile(r"(?:&1[ \t]*)?\|\|[ \t]*(true|:|echo\b|exit 0)[^\n]*")
_PIPED = re.compile(r"(?:&1)?[ \t]*\|&?[ \t]*(tee)\b[^\n;&|]*(?=[ \t]*(?:$|[\n;]))")
_NEGATED = re.compile(r"\bif[ \t]+![ \t]*[\"']?[\w./${}-]*\Z")
# What a script may do with a failure other than say it.
_MINDS = re.compile(r"\b(?:exit|return|false|kill|break|continue|sleep|publish|set)\b|\w=|\$\?|PIPESTATUS|\bif\b|\[")
_MOST_LATER = 50
_FAILS = re.compile(rf"\bexit [1-9]|\bfalse\b|setFailed|{PUBLISH}")
_BELOW = re.compile(r"\n[^\n]*")


def hidden(step: Step) -> Iterator[Finding]:
    """The commands of a step that publish and whose failure goes by, and what lets the whole step fail unseen."""
    for span, match in step.found(PUBLISH):
        script = match.string
        line = script.rfind("\n", 0, match.start()) + 1
        if hides := _HIDES.match(script, match.end()):
            whole = span._replace(end=span.start + len((match[0] + hides[0]).rstrip()))
            yield Finding(f"`|| {hides[1]}` hides that publishing failed", whole)
        elif (piped := _PIPED.match(script, match.end())) and not _strict(step):
            whole = span._replace(end=span.start + len((match[0] + piped[0]).rstrip()))
            yield Finding(f"`| {piped[1]}` hides that publishing failed: the shell goes by the last command", whole)
        elif _NEGATED.search(script[line : match.start()]):
            if not _MINDS.search(script[match.end() : _end(script, match.end())]):
                yield Finding("`if !` hides that publishing failed: nothing below lets the step fail", span)
        elif _is_off(script, match.start()) and _goes_on(script, match.end()):
            yield Finding("`set +e` hides that publishing failed: the script goes on and ends well", span)
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


def _strict(step: Step) -> bool:
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


def _end(script: str, start: int) -> int:
    """Where the branch of an `if` ends."""
    found = re.compile(r"(?m)(?:^|;)[ \t]*fi\b").search(script, start)
    return found.start() if found else len(script)


def _is_off(script: str, end: int) -> bool:
    """Whether the shell goes on after a command that failed, where a part of a script ends."""
    return script.rfind("set +e", 0, end) > script.rfind("set -e", 0, end)


def _goes_on(script: str, start: int) -> bool:
    """Whether commands follow the line of a place in a script, and none that looks at what became of those before."""
    lines = (found[0].strip() for found in _BELOW.finditer(script, start))
    commands = (line for line in lines if line and not line.startswith("#"))
    first = next(commands, None)
    return first is not None and not any(_MINDS.search(line) for line in (first, *commands))
