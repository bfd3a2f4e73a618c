"""What a rule is, what it finds, and what keeps mcplint from looking."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from mcplint.text.source import Edit, Span
from mcplint.values import Label

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (NOTE, WARNING, ERROR)
INTERNAL_ERROR = "internal-error"
"""The rule that tells of a failure of mcplint itself: it is always reported, whatever is asked or configured."""


# What the fences of a page hold that are no files.
TOLD = {"output": "mcplint prints:", "diff": "The fix changes:"}


class Fix(NamedTuple):
    """Edits in any files that fix a finding together: all are made or none.

    `leaves`: the rules that report what the title, or what the finding covers, says is so afterwards. `opens`: it leads
    to what nothing led to before, of which rules then speak for the first time. `then`: the command that is left to
    run.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False
    leaves: tuple[str, ...] = ()
    opens: bool = False
    then: str = ""

    @property
    def description(self) -> str:
        """The title with what is left to be done."""
        return f"{self.title}, then run `{self.then}`" if self.then else self.title


class Finding(NamedTuple):
    """What a check yields: what is wrong, where, what else to look at, and how to fix it.

    `severity` is given only where the facts make it milder or graver than the rule's. `cause` is given where the
    message tells of one thing what differs by how it is used: of a span and a cause, one finding is reported.
    `covers`: the rules that would tell of the same cause at one of its spans: what they find there becomes its notes.
    """

    message: str
    span: Span
    notes: tuple[Label, ...] = ()
    fix: Fix | None = None
    severity: str | None = None
    cause: str | None = None
    covers: tuple[str, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """What it points at, its own span first."""
        return self.span, *(note.span for note in self.notes)


class Rule(NamedTuple):
    """A check with its name, its severity and the parts of the model that it is handed, one at a time."""

    name: str
    severity: str
    check: Callable[..., Iterable[Finding]]
    parts: tuple[type, ...]
    options: tuple[tuple[str, Any], ...] = ()
    page: str = ""

    @property
    def title(self) -> str:
        """What is wrong, in one line: the first of the page."""
        return self.page.strip().partition("\n")[0]

    @property
    def text(self) -> str:
        """The page below its title, in Markdown; below the files of an example it says what the two fences are."""
        import re

        below = self.page.strip().partition("\n")[2].strip()
        return re.sub(r"^```(output|diff)$", lambda fence: f"\n{TOLD[fence[1]]}\n{fence[0]}", below, flags=re.M)


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
    `unused`: those of the names that hide nothing, with the reason why not.
    """

    span: Span
    names: tuple[Span, ...]
    lines: range
    unused: tuple[tuple[Span, str], ...] = ()


class Failure(NamedTuple):
    """An internal error of mcplint: what failed, on which part, how, and the traceback."""

    step: str
    span: Span
    error: str
    traceback: str

    @classmethod
    def of(cls, step: str, span: Span, error: Exception) -> Failure:
        """The internal error of an exception."""
        import traceback

        details = "".join(traceback.format_exception(error)).rstrip()
        return cls(step, span, f"{type(error).__name__}: {error}", details)


class Unreadable(Exception):
    """A file that its reader cannot make sense of, and where it stopped.

    `severity` caps what the engine makes of it: NOTE for a template or syntax newer than the running Python.
    """

    def __init__(self, span: Span, message: str, severity: str = ERROR) -> None:
        super().__init__(message)
        self.span, self.message, self.severity = span, message, severity


class NotFollowed(Unreadable):
    """A file that is read, but takes more steps or room than one may to be followed as a whole."""


class InnerRepository(Unreadable):
    """A repository inside the project, such as a submodule: a project of its own, of which nothing is read."""


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
