"""What one template of a Helm chart says: text, actions, and blocks of them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from mcplint.text.source import Source


class Text(NamedTuple):
    """Text that stands in the template from `start` to `end`, without what the actions beside it trim."""

    start: int
    end: int


class Action(NamedTuple):
    """`{{ … }}` from `start` to `end`, and the words in it; a string stands with its quotes."""

    start: int
    end: int
    words: tuple[str, ...]


class Block(NamedTuple):
    """An `if`, `with`, `range` or `define`: each way with the action that it begins with, the last may be an `else`."""

    kind: str
    ways: tuple[tuple[Action, tuple[Part, ...]], ...]


Part: TypeAlias = Text | Action | Block


class Template(NamedTuple):
    """A template; `defines` are its named ones, wherever they stand."""

    source: Source
    parts: tuple[Part, ...]
    defines: tuple[tuple[str, tuple[Part, ...]], ...] = ()
