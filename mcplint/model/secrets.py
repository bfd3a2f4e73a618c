"""Secrets that stand in the files of a project."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.values import Label

SPELLED = ("image", "compose", "kubernetes", "client")
"""Where a secret itself is the text of its span, or stands in it."""


class Secret(NamedTuple):
    """A secret, or what leads to one; what it is itself is kept nowhere.

    `where`: `image`, `build` (used by a build), `argument` (of a build, kept by ENV), `copy` (copied into an image),
    `context` (copied once it is there), `compose`, `kubernetes`, `client`, `env file`, `tracked file` (one that git
    tracks although it is to ignore it). `name`: the variable, header or
    file. `kind`: `GitHub token`, `secret`, …, empty where it is a file of them; `token`: that of the job which builds
    an image. `present`: whether it is there now, or comes to be there.
    """

    where: str
    name: str
    kind: str
    span: Span
    notes: tuple[Label, ...] = ()
    present: bool = True

    @property
    def title(self) -> str:
        """What a message calls its kind: `an OpenAI key`, `a secret`."""
        return f"{'an' if self.kind.startswith(('A', 'O', 'npm', 'xAI')) else 'a'} {self.kind}"
