"""Placeholders that a container's start-up fills in: `${NAME}` in templates, a name in capitals anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from mcplint.facts.nginx import Directive, Word
from mcplint.values import Label, Value

Env: TypeAlias = Callable[[str], Value[str | None]]


def filled(directive: Directive, env: Env | None) -> Directive:
    """The directive with its placeholders replaced by what the environment says."""
    if not any("$" in word.text for word in directive.args):
        return directive
    template = ".template" in directive.span.source.path
    return directive._replace(args=tuple(_filled(word, template, env) for word in directive.args))


def _filled(word: Word, template: bool, env: Env | None) -> Word:
    """A name in capitals is never a variable of nginx, any other only where the environment has it."""
    if not template and "${" not in word.text:
        return word
    text, trace, hole, at = "", word.trace, word.hole, 0
    for found in re.finditer(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", word.text):
        name = found[1] or found[2]
        capital = name.isupper() and (template or found[1] is not None)
        value = env(name) if env and (capital or template) else Value[str | None]()
        if isinstance(value.only, str):
            text += word.text[at : found.start()] + value.only
            at = found.end()
            trace += (Label(word.span, f"{name} is filled in from the environment"), *value.trace)
        elif capital:
            hole = True
    return word._replace(text=text + word.text[at:], trace=trace, hole=hole)
