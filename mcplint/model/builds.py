"""What a build packages, and what it or a start needs and provably does not find."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Edit, Span
from mcplint.values import Label


class Packaged(NamedTuple):
    """A project that a step of a build packages.

    `folder`: that of the project (`.`: its root), `place`: where it lies in the image. `editable`: what is installed
    leads back to that place.
    """

    folder: str
    place: str
    editable: bool


class Lack(NamedTuple):
    """Something that a step of a build, or a start, needs and provably does not find.

    `kind`: what it is: `copied` (a source of COPY), what a build backend insists on (`readme`, `license`, `version`,
    `force-include`, `build hook`), `modules` (those that a project is to be packaged with), `requirements` (a file that
    a requirements file includes), `member` (a member of the workspace), `lock`.
    `name`: what is needed, as it is written; `span`: the step that needs it; `notes`: where else that is said.
    `why`: how it comes that it is not there. `by_git`: only because git ignores it.
    `edits`: what would bring it.
    """

    kind: str
    name: str
    span: Span
    why: str
    notes: tuple[Label, ...] = ()
    by_git: bool = False
    edits: tuple[Edit, ...] = ()
    step: str = ""
