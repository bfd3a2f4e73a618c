"""Findings for people: the lines they point at, in every file, with what there is to say of them; or one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mcplint.engine.catalogue import address
from mcplint.findings import SEVERITIES, Diagnostic, Finding, Fix
from mcplint.reports import LINK, WORDS, Report, counts, path_from_here, plural
from mcplint.reports.escape import log, terminal
from mcplint.reports.terminal import Annotation, Gutter, snippet, wrapped
from mcplint.text.lines import position

COLOURS = {"error": "bright_red", "warning": "bright_yellow", "note": "bright_cyan"}
# More findings than this are counted by rule at the end.
MANY = 10


def full(given: Report) -> str:
    """Every finding with its lines, how many there are of each rule where they are many, and what was covered."""
    parts = [findings(given)] if given.diagnostics else []
    if len(given.diagnostics) > MANY:
        parts.append(statistics(given.diagnostics))
    last = "".join(f"{line}\n" for line in wrapped(summary(given), given.columns, indent=2))
    return "\n".join([*parts, *([] if given.quiet else [last])])


def findings(given: Report) -> str:
    """One block a finding, an empty line between them."""
    return log("\n".join("".join(f"{line}\n" for line in _block(*each, given)) for each in _with_pages(given)))


def concise(given: Report) -> str:
    """A line a finding, and what was covered; on a terminal, which no program reads, many are counted as well."""
    lines = "".join(f"{row}\n" for row in rows(given))
    if given.columns and len(given.diagnostics) > MANY:
        lines += f"\n{statistics(given.diagnostics)}\n"
    return log(lines if given.quiet else f"{lines}{summary(given)}\n")


def rows(given: Report) -> Iterator[str]:
    """A line a finding."""
    for diagnostic, page in _with_pages(given):
        yield _row(diagnostic, given) + (f"; help: {page}" if page else "")


def _with_pages(given: Report) -> Iterator[tuple[Diagnostic, str | None]]:
    """Each finding with the address that is to be read beside it: that of its rule's page, once in a report."""
    name_words = set()
    for diagnostic in given.diagnostics:
        first = given.pages == WORDS and diagnostic.rule not in name_words
        yield diagnostic, address(diagnostic.rule) if first else None
        name_words.add(diagnostic.rule)


def _row(diagnostic: Diagnostic, given: Report) -> str:
    """The line of a finding, its severity, rule and message."""
    finding = diagnostic.finding
    where = position(finding.span)
    path = terminal(path_from_here(given.folder, finding.span.source.path))
    return f"{path}:{where.line}:{where.column}: {_kind(diagnostic, given)}: {terminal(finding.message)}"


def _kind(diagnostic: Diagnostic, given: Report) -> str:
    """The severity and the rule of a finding, where the terminal takes links with one to the rule's page."""
    rule, severity, *_ = diagnostic
    page = address(rule) if given.pages == LINK else None
    name = f"\x1b]8;;{page}\x1b\\{rule}\x1b]8;;\x1b\\" if page else rule
    return given.paint(f"{severity}[{name}]", fg=COLOURS[severity], bold=True)


def statistics(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings each rule has, most first."""
    number = Counter((diagnostic.severity, diagnostic.rule) for diagnostic in diagnostics)
    rows = sorted(number.items(), key=lambda row: (-row[1], -SEVERITIES.index(row[0][0]), row[0][1]))
    return "".join(f"{count:>5}  {severity:<7}  {rule}\n" for (severity, rule), count in rows)


def summary(given: Report) -> str:
    """The last line: what was looked at and what was found; hidden notes are counted apart."""
    covered, hidden = given.covered, given.hidden
    more = f"; {plural(hidden, 'note')} hidden, --pedantic shows {'it' if hidden == 1 else 'them'}" if hidden else ""
    apart = f"; {plural(covered.inner_projects, 'inner project')} not read" if covered.inner_projects else ""
    if not covered.files:
        return f"nothing to lint: no file here belongs to the deployment of an MCP server{apart}{more}"
    parts = [plural(covered.files, "file")]
    parts += [plural(covered.servers, "server")] if covered.servers else []
    parts += [plural(covered.routes, "route")] if covered.routes else []
    kinds = ", ".join(plural(number, severity) for severity, number in counts(given.diagnostics).items() if number)
    found = plural(len(given.diagnostics), "finding") + (f" ({kinds})" if kinds else "")
    lost = f"; {plural(covered.unfollowed, 'start')} not followed" if covered.unfollowed else ""
    known = f"; {plural(given.known, 'known finding')} not shown" if given.known else ""
    return f"{', '.join(parts)}{lost}{apart}; {found}{known}{more}"


def _block(diagnostic: Diagnostic, page: str | None, given: Report) -> Iterator[str]:
    _, severity, finding, _ = diagnostic
    colour, paint = COLOURS[severity], given.paint
    first, *rest = wrapped(terminal(finding.message), given.columns, len(f"{severity}[{diagnostic.rule}]: "), 2)
    yield _kind(diagnostic, given) + paint(f": {first}".rstrip(), bold=True)
    yield from (paint(line, bold=True) for line in rest)
    files: dict[str, list[Annotation]] = {}
    for label in _labels(finding, colour):
        files.setdefault(label.span.source.path, []).append(label)
    lines = (position(label.span).line for labels in files.values() for label in labels)
    gutter = Gutter(max(len(str(line)) for line in lines), paint, given.folder, given.columns)
    for number, labels in enumerate(files.values()):
        yield from [gutter.row()] if number else []
        yield from snippet(labels, gutter, ":::" if number else "-->")
    advice = {"fix": f"{terminal(finding.fix.description)} ({_option(finding.fix)})"} if finding.fix else {}
    advice |= {"help": page} if page else {}
    yield from [gutter.row()] if advice else []
    for name, words in advice.items():
        start = gutter.width + len(f" = {name}: ")
        first, *rest = wrapped(words, given.columns, start, start)
        yield f"{gutter.row(mark=' =')} {paint(f'{name}:', bold=True)} {first}"
        yield from rest


def _option(fix: Fix) -> str:
    """The option that makes a fix."""
    return "--fix" if fix.safe else "--unsafe-fixes"


def _labels(finding: Finding, colour: str) -> list[Annotation]:
    """The primary place and the notes; a note on the primary place gives it its words."""
    words = dict.fromkeys(note.text for note in finding.notes if note.span == finding.span)
    others = dict.fromkeys(Annotation(note.span, note.text) for note in finding.notes if note.span != finding.span)
    return [Annotation(finding.span, "\n".join(words), colour), *others]
