"""What the failure of a command in a RUN means for the build."""

from __future__ import annotations

import re

from mcplint.commands.command_lines import program
from mcplint.images.runs import RunStep

_ERREXIT = (
    r"""(?m)\bset +(?:-o +errexit|-[a-zA-Z]{0,9}e)|^SHELL\b.*["']-[a-zA-Z]{0,9}e[a-zA-Z]{0,9}["']|sh +-[a-zA-Z]{0,9}e"""
)


def skipped_after(steps: tuple[RunStep, ...]) -> int:
    """How many commands after the first are skipped where it fails: those behind `&&`."""
    return next((number for number, step in enumerate(steps) if step.line.operator != "&&"), len(steps) - 1)


def ends_build(steps: tuple[RunStep, ...]) -> bool:
    """Whether a RUN fails where its first command does: with the chain that this is of, or at once by `set -e`."""
    end = skipped_after(steps)
    operator = steps[end].line.operator
    return (operator in ("", "\n") and end + 1 == len(steps)) or (
        not end and operator not in ("||", "|", "&") and _errexit_here(steps[0])
    )


def is_conditional(before: RunStep) -> bool:
    """Whether a command depends on how the one before it turns out: a test, or one that it stands in for."""
    return before.line.operator == "||" or program(before.argv) in ("[", "[[", "test", "")


def ends_at_failures(step: RunStep) -> bool:
    """Whether the shell ends at the first command that fails: `set -e`, or the same in SHELL."""
    return re.search(_ERREXIT, step.written_at.source.text) is not None


def is_certain(steps: tuple[RunStep, ...], number: int) -> bool:
    """Whether every build runs one of the commands of a RUN, and ends where that fails."""
    step = steps[number]
    if step.skipped or step.conditional or step.line.inside or step.line.negated:
        return False
    if step.line.operator in ("||", "|", "&") or any(each.line.operator == "||" for each in steps[:number]):
        return False
    chain = steps[number : number + 1 + skipped_after(steps[number:])]
    last = chain[-1] is steps[-1] and chain[-1].line.operator in ("", "\n")
    return last or (len(chain) == 1 and _errexit_here(step))


def _errexit_here(step: RunStep) -> bool:
    """Whether the shell of this RUN ends at the first command that fails."""
    own = run_text_before(step)
    shells = (line for line in step.written_at.source.text.split("\n") if line[:5].upper() == "SHELL")
    return "set +" not in own and any(re.search(_ERREXIT, each) for each in (own, *shells))


def run_text_before(step: RunStep) -> str:
    """The text of the RUN of a command, up to that."""
    text, start = step.written_at.source.text, step.written_at.start
    return text[max(0, text.upper().rfind("\nRUN", 0, start)) : start]
