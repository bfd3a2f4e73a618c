"""What a setting will be at run time as far as the files tell, and which spans decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from mcplint.text.source import Edit, Span

T = TypeVar("T", covariant=True)

HOLE = "\ufffc"
"""Stands in a text for what the files do not tell: any characters, or none."""


class Label(NamedTuple):
    """A span and what there is to say of it, with the environment variable that is read there, if one is."""

    span: Span
    text: str
    variable: str = ""

    def reading(self, variable: str) -> Label:
        """The same span, as one that reads an environment variable."""
        return Label(self.span, f"reads {variable}", variable)


class EditSite(NamedTuple):
    """Where a setting is spelled, or would be, and what must stand around it there.

    A setting that is spelled has its very text as span, quotes left outside: `span.text == str(option)`.
    One that is not spelled yet has an empty span where it would be inserted, `before` and `after` included.
    Where several may be inserted, `joint` stands between two. A default that whoever starts the program may replace has
    the option (`--host`) or the variable that does so. `changes`: what else reads the setting there, as people name it.
    """

    span: Span
    before: str = ""
    after: str = ""
    option: str = ""
    variable: str = ""
    joint: str = ""
    changes: tuple[str, ...] = ()

    @classmethod
    def for_option(cls, command: Span, option: str) -> EditSite:
        """Where a command would be told by an option what it is not told."""
        return cls(command._replace(start=command.end), option=option)


class Value(NamedTuple, Generic[T]):
    """What a setting will be at run time as far as the files tell, and why.

    `options`: one is known, several are one of them, `None` may be anything; an option `None` means known to be absent.
    `trace`: from the span that reads the setting to the span that decides it. `partly`: a text that may be anything
    only where HOLE stands in it.
    """

    options: tuple[T, ...] | None = None
    trace: tuple[Label, ...] = ()
    site: EditSite | None = None
    partly: str = ""

    def must(self, test: Callable[[T], object]) -> bool:
        """Whether the test holds whatever the setting turns out to be; never where it may be anything."""
        return bool(self.options) and all(test(option) for option in self.options or ())

    def may(self, test: Callable[[T], object]) -> bool:
        """Whether the setting can turn out so that the test holds."""
        return self.options is None or any(test(option) for option in self.options)

    def must_be(self, *wanted: object) -> bool:
        """Whether the setting is certainly one of these."""
        return self.must(wanted.__contains__)

    def may_be(self, *wanted: object) -> bool:
        """Whether the setting can be one of these."""
        return self.may(wanted.__contains__)

    def must_not_be(self, *unwanted: object) -> bool:
        """Whether the setting is certainly something, and none of these."""
        return bool(self.options) and not self.may_be(*unwanted)

    def may_not_be(self, *unwanted: object) -> bool:
        """Whether the setting can be anything else than these."""
        return self.options is None or any(option not in unwanted for option in self.options)

    @property
    def only(self) -> T | None:
        """The one option, or None where there are several, any, or a known absence."""
        return self.options[0] if self.options is not None and len(self.options) == 1 else None

    @property
    def span(self) -> Span | None:
        """The span that decides the setting."""
        if self.site and self.site.span.text:
            return self.site.span
        return self.trace[-1].span if self.trace else self.site.span if self.site else None

    def write(self, text: str) -> tuple[Edit, ...]:
        """The edits that set it to the text, in whichever file decides it; none where no file does."""
        site = self.site
        return (Edit(site.span, f"{site.before}{text}{site.after}", site.changes),) if site else ()

    def __bool__(self) -> bool:
        raise TypeError("ask a value with must() or may(), it is not true or false by itself")


UNKNOWN: Value[Any] = Value()


def join(values: Iterable[Value[T]]) -> Value[T]:
    """The value that is one of the given ones: their options and traces together, spelled nowhere in particular."""
    joined = tuple(values)
    if len(joined) == 1:
        return joined[0]
    options: tuple[T, ...] | None = ()
    trace: tuple[Label, ...] = ()
    for value in joined:
        trace += tuple(note for note in value.trace if note not in trace)
        if options is None or value.options is None:
            options = None
        else:
            options += tuple(option for option in value.options if option not in options)
    sites = {value.site for value in joined}
    return Value(options, trace, sites.pop() if len(sites) == 1 else None)


def stands_in(value: Value[T], unset: Value[Any]) -> Value[T]:
    """A value that stands in for a variable which is not set, with the name of that variable where it is spelled."""
    name = next((note.variable for note in unset.trace if note.variable), "")
    return value._replace(site=value.site._replace(variable=name)) if name and value.site else value


def tail(text: Value[str], start: int) -> Value[str]:
    """A text from an offset on, with the part of its site that spells it."""
    if text.options is None:
        return Value(None, text.trace, partly=text.partly[start:])
    site = text.site
    if site and site.span.text == text.only:
        site = site._replace(span=site.span._replace(start=site.span.start + start))
    else:
        site = None
    return Value(tuple(option[start:] for option in text.options), text.trace, site)
