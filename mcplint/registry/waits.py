"""Whether a step of a workflow waits until a package index shows a release, or tries for as long as that takes."""

from __future__ import annotations

import re

from mcplint.facts.document import Node
from mcplint.registry.workflow_steps import PUBLISH, Step

ENOUGH = 60
"""Seconds of a pause after which an index is taken to show a release."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PAUSE = re.compile(r"\bsleep[ \t(]+(?:(\d{1,9})(?:\.\d+)?([smhd]?)\b|[\"']?\$)")
# A loop where a command or a statement begins, its end in a shell, what asks an index or pauses, and what publishes.
_WORDS = re.compile(
    r"(?m)(?P<loop>(?:^|[;&|({\"']|\b(?:do|then|else)\b)[ \t]*(?:for|until|while)\b)|(?P<done>\bdone\b)"
    r"|(?P<asks>\b(?:(?:sleep|setTimeout|curl|wget|fetch|urlopen|requests|httpx|uvx|npx|bunx)\b"
    r"|(?:npm|pnpm|yarn|bun) (?:view|info|show|pack|install|i|add|dlx)\b"
    r"|pip3? (?:download|index|install)\b|uv (?:pip|tool|run)\b))"
    rf"|(?P<publishes>{PUBLISH})"
)
_SAID = re.compile(r"(?m)^[ \t]*(?:echo|printf)\b[^\n]*|(?:^|(?<=\s))#[^\n]*")
_NAMED = re.compile(r"(?<![A-Za-z])w?(?:wait|retry|retries|poll)")


def waits(step: Step) -> bool:
    """Whether a step pauses for a minute or more, asks an index in a loop, or runs what is called after waiting."""
    text = _SAID.sub("", step.script_or_action + _text(step.node.get("with")))
    pause = longest_pause(step)
    return pause is None or pause >= ENOUGH or _NAMED.search(text) is not None or _has_waiting_loop(text)


def longest_pause(step: Step) -> int | None:
    """The longest pause of a step in seconds, None where one is of a length that a variable says."""
    found = [(match[1], match[2]) for _, match in step.matches(_PAUSE.pattern)]
    if any(number is None for number, _ in found):
        return None
    return max((int(number) * _UNITS[unit] for number, unit in found), default=0)


def _has_waiting_loop(text: str) -> bool:
    """Whether a loop asks for something or pauses, or, in a shell, publishes."""
    depth, publishes = 0, False
    for word in _WORDS.finditer(text):
        if word["loop"]:
            depth += 1
        elif word["done"]:
            if publishes:
                return True
            depth = max(depth - 1, 0)
        elif depth and word["asks"]:
            return True
        publishes |= bool(depth and word["publishes"])
    return False


def _text(node: Node | None) -> str:
    return node.span.text if node else ""
