"""The types everyone speaks: places, values, findings, rules.

Nouns are tuples, so no part of a run can change what the next one reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from mcplint.record import NamedTuple

T = TypeVar("T")

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (NOTE, WARNING, ERROR)


class Source(NamedTuple):
    """A file of the project: its path relative to the project's root, with `/`, and its decoded text."""

    path: str
    text: str

    def __repr__(self) -> str:
        return f"Source({self.path!r})"


class Span(NamedTuple):
    """Characters `start` to `end` (code points, end exclusive) of one file."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def head(self) -> Span:
        """The part of this span that lies on its first line."""
        newline = min((i for i in (self.text.find("\n"), self.text.find("\r")) if i >= 0), default=len(self.text))
        return self._replace(end=self.start + newline)

    def __repr__(self) -> str:
        return f"Span({self.source.path}:{self.start}-{self.end} {self.text[:40]!r})"


class Note(NamedTuple):
    """A place and what there is to say of it."""

    span: Span
    text: str


class Edit(NamedTuple):
    """The text that is to stand where the span stands now."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits in any files that mend a finding together: all are made or none."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Slot(NamedTuple):
    """Where a setting is spelled, or would be, and what must stand around it there.

    A setting that is spelled has its very text as span, quotes left outside: `span.text == str(option)`.
    One that is not spelled yet has an empty span where it would be inserted, `before` and `after` included.
    """

    span: Span
    before: str = ""
    after: str = ""


class Value(NamedTuple, Generic[T]):
    """What a setting will be at run time as far as the files tell, and why.

    `options`: one is known, several are one of them, `None` may be anything; an option `None` means known to be absent.
    `trace`: from the place that reads the setting to the place that decides it.
    """

    options: tuple[T, ...] | None = None
    trace: tuple[Note, ...] = ()
    slot: Slot | None = None

    def must(self, test: Callable[[T], object]) -> bool:
        """Whether the test holds whatever the setting turns out to be; never where it may be anything."""
        return bool(self.options) and all(test(option) for option in self.options or ())

    def may(self, test: Callable[[T], object]) -> bool:
        """Whether the setting can turn out so that the test holds."""
        return self.options is None or any(test(option) for option in self.options)

    @property
    def only(self) -> T | None:
        """The one option, or None where there are several, any, or a known absence."""
        return self.options[0] if self.options is not None and len(self.options) == 1 else None

    @property
    def span(self) -> Span | None:
        """The place that decides the setting."""
        if self.slot and self.slot.span.text:
            return self.slot.span
        return self.trace[-1].span if self.trace else self.slot.span if self.slot else None

    def write(self, text: str) -> tuple[Edit, ...]:
        """The edits that set it to the text, in whichever file decides it; none where no file does."""
        return (Edit(self.slot.span, f"{self.slot.before}{text}{self.slot.after}"),) if self.slot else ()

    def __bool__(self) -> bool:
        raise TypeError("ask a value with must() or may(), it is not true or false by itself")


UNKNOWN: Value[Any] = Value()


def join(values: Iterable[Value[T]]) -> Value[T]:
    """The value that is one of the given ones: their options and traces together, spelled nowhere in particular."""
    joined = tuple(values)
    if len(joined) == 1:
        return joined[0]
    options: tuple[T, ...] | None = ()
    trace: tuple[Note, ...] = ()
    for value in joined:
        trace += tuple(note for note in value.trace if note not in trace)
        if options is None or value.options is None:
            options = None
        else:
            options += tuple(option for option in value.options if option not in options)
    slots = {value.slot for value in joined}
    return Value(options, trace, slots.pop() if len(slots) == 1 else None)


class Finding(NamedTuple):
    """What a check yields: what is wrong, where, what else to look at, and how to mend it.

    `severity` is given only where the facts make it milder or graver than the rule's.
    """

    message: str
    span: Span
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None
    severity: str | None = None


class Rule(NamedTuple):
    """A check with its name, its severity and the parts of the model that it is handed, one at a time."""

    name: str
    severity: str
    check: Callable[..., Iterable[Finding]]
    parts: tuple[type, ...]
    options: tuple[tuple[str, Any], ...] = ()
    page: str = ""


class Diagnostic(NamedTuple):
    """What the engine makes of a finding: its rule, the severity that holds here, and the id of its part."""

    rule: str
    severity: str
    finding: Finding
    part: str = ""


class Ignore(NamedTuple):
    """A comment that hides findings: `span` runs from its `#` to the end of the line.

    `names`: the rules it names, as they are written. `lines`: the lines (from 1) whose diagnostics it hides, none where
    it is no comment but a name in the configuration, which hides those of whole files.
    `idle`: those of the names that hide nothing, with the reason why not.
    """

    span: Span
    names: tuple[Span, ...]
    lines: range
    idle: tuple[tuple[Span, str], ...] = ()


class Failure(NamedTuple):
    """A mistake of mcplint itself: what failed, on which part, how, and the traceback."""

    step: str
    span: Span
    error: str
    traceback: str

    @classmethod
    def of(cls, step: str, span: Span, error: Exception) -> Failure:
        """The mistake that an exception tells of."""
        import traceback

        told = "".join(traceback.format_exception(error)).rstrip()
        return cls(step, span, f"{type(error).__name__}: {error}", told)


class Unreadable(Exception):
    """A file that its reader cannot make sense of, and where it stopped.

    `severity` caps what the engine makes of it: NOTE for a template or syntax newer than the running Python.
    """

    def __init__(self, span: Span, message: str, severity: str = ERROR) -> None:
        super().__init__(message)
        self.span, self.message, self.severity = span, message, severity


def rule(name: str, severity: str) -> Callable[[Callable[..., Iterable[Finding]]], Rule]:
    """Makes a rule of a check. The annotation of its first parameter is the part it is handed (a union: each of them),
    its keyword-only parameters with defaults are the options that a configuration may set."""

    def register(check: Callable[..., Iterable[Finding]]) -> Rule:
        annotations = {key: value for key, value in check.__annotations__.items() if key != "return"}
        part = next(iter(annotations.values()))
        options = tuple((check.__kwdefaults__ or {}).items())
        page = check.__globals__.get("__doc__") or ""
        return Rule(name, severity, check, getattr(part, "__args__", (part,)), options, page)

    return register
