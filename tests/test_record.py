"""The project's `NamedTuple` does what `typing.NamedTuple` does."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import pytest

from mcplint import record

T = TypeVar("T")


class Plain(record.NamedTuple):
    """A place."""

    path: str
    line: int
    column: int | None = None
    words: tuple[str, ...] = ()

    @property
    def end(self) -> str:
        return f"{self.path}:{self.line}"


class Typed(typing.NamedTuple):
    """A place."""

    path: str
    line: int
    column: int | None = None
    words: tuple[str, ...] = ()

    @property
    def end(self) -> str:
        return f"{self.path}:{self.line}"


class Box(record.NamedTuple, Generic[T]):
    """Something in a box."""

    inside: T


class Special(Plain):
    """A place with a method of its own."""

    def twice(self) -> int:
        return self.line * 2


def outcome(action: Callable[[Any], Any], noun: Any) -> str:
    """What comes of it, in words that do not say which of the two it was done with."""
    try:
        found = action(noun)
    except Exception as error:
        found = (type(error).__name__, *error.args)
    return repr(found).replace(noun.__name__, "Noun")


@pytest.mark.parametrize(
    "action",
    [
        lambda noun: noun("a", 1),
        lambda noun: noun("a", line=1, words=("b",)),
        lambda noun: noun(),
        lambda noun: noun("a"),
        lambda noun: noun("a", 1, 2, (), 5),
        lambda noun: noun("a", 1, lines=2),
        lambda noun: noun("a", 1)._replace(line=7, column=2),
        lambda noun: noun("a", 1)._asdict(),
        lambda noun: noun._make(["a", 1, 2, ()]),
        lambda noun: noun._make(["a"]),
        lambda noun: (noun._fields, noun._field_defaults, noun.__match_args__, noun.__doc__, noun.__slots__),
        lambda noun: (noun("a", 1).path, noun("a", 1).column, noun("a", 1).end, noun("a", 1)[1], len(noun("a", 1))),
        lambda noun: noun("a", 1) == ("a", 1, None, ()) and hash(noun("a", 1)) == hash(("a", 1, None, ())),
        lambda noun: sorted([noun("b", 1), noun("a", 2)]),
        lambda noun: [*noun("a", 1)],
        lambda noun: pickle.loads(pickle.dumps(noun("a", 1))),
        lambda noun: copy.copy(noun("a", 1)),
        lambda noun: setattr(noun("a", 1), "path", "b"),
        lambda noun: setattr(noun("a", 1), "other", "b"),
    ],
)
def test_it_does_what_the_one_of_typing_does(action):
    assert outcome(action, Plain) == outcome(action, Typed)


@pytest.mark.parametrize("noun", [Plain, Typed])
def test_only_fields_are_replaced(noun):
    with pytest.raises((TypeError, ValueError), match="lines"):
        noun("a", 1)._replace(lines=7)


def test_a_pattern_takes_its_fields_in_order():
    match Plain("a", 1, 2):
        case Plain(path, line, column):
            assert (path, line, column) == ("a", 1, 2)


def test_it_can_be_generic_and_have_children():
    assert Box[int](3).inside == 3
    assert Special("a", 4).twice() == 8 and Special("a", 4)._replace(line=5) == Special("a", 5)
    assert isinstance(Special("a", 4), Plain)


def test_a_field_without_a_default_does_not_follow_one_with():
    with pytest.raises(TypeError, match="default"):

        class Wrong(record.NamedTuple):
            path: str = ""
            line: int
