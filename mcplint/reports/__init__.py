"""What mcplint prints: one module a format, each a function from a report to text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic, Rule
from mcplint.model import Deployment

LINK, WORDS = "link", "words"


class Coverage(NamedTuple):
    """How much of a project a run looked at; of `inner_projects`, such as submodules, nothing is read."""

    files: int = 0
    servers: int = 0
    routes: int = 0
    containers: int = 0
    starts: int = 0
    unfollowed: int = 0
    inner_projects: int = 0


class Paint(Protocol):
    """Gives a text the looks that the keywords of `click.style` name."""

    def __call__(self, text: str, *, fg: str | None = None, bold: bool = False) -> str: ...


def unpainted(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text as it is."""
    return text


def coloured(text: str, *, fg: str | None = None, bold: bool = False) -> str:
    """The text with the codes that a terminal understands."""
    from click import style

    return style(text, fg=fg, bold=bold or None) if text else text


class Report(NamedTuple):
    """What is reported of a run: its findings, what it covered, how many notes it hides and how many findings that are
    known.

    `folder` leads from the working folder to the project's root. `rules` are those that could have spoken.
    `columns`: the width of the terminal, 0 for none. `pages`: how people are led to a rule's page: by a LINK behind
    its name, in WORDS with its first finding, or not at all. `quiet`: without the line that says what was covered.
    `found`: all findings of the run, where more were found than are reported. `changed`: the lines of findings, file
    and line, that a pull request changes. `deployment`: what the run made of the files.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    covered: Coverage = Coverage()
    hidden: int = 0
    folder: str = ""
    rules: Mapping[str, Rule] = {}
    colour: bool = False
    columns: int = 0
    pages: str = ""
    quiet: bool = False
    known: int = 0
    found: tuple[Diagnostic, ...] = ()
    changed: frozenset[tuple[str, int]] = frozenset()
    deployment: Deployment = Deployment()

    @property
    def paint(self) -> Paint:
        return coloured if self.colour else unpainted


def counts(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many diagnostics there are of each severity, the gravest first."""
    number = {ERROR: 0, WARNING: 0, NOTE: 0}
    for diagnostic in diagnostics:
        number[diagnostic.severity] += 1
    return number


def fingerprints(report: Report) -> list[str]:
    """The fingerprint of each finding that is reported, whatever else of its run is."""
    from mcplint.engine.baseline import fingerprints, fingerprints_by_identity, identity

    if not report.found:
        return fingerprints(report.diagnostics)
    prints = fingerprints_by_identity(report.found)
    return [prints[identity(diagnostic)] for diagnostic in report.diagnostics]


def path_from_here(folder: str, path: str) -> str:
    """A path of the project as seen from where mcplint runs; `folder` leads from there to the project's root."""
    if folder in ("", "."):
        return path
    from os.path import join, relpath, sep

    return relpath(join(folder, path)).replace(sep, "/")


def plural(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `no files`."""
    return f"{number or 'no'} {noun}{'s' * (number != 1)}"
