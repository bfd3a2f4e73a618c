"""Findings that are known: what each is told again by, and the file that keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mcplint.findings import Diagnostic
from mcplint.knowledge.secrets import masked
from mcplint.text.lines import line, position
from mcplint.text.source import Span
from mcplint.usage import UsageError

VERSION = 1
# The most bytes of a file of known findings.
LIMIT = 16 << 20
# The most lines that are compared to tell a new name, each line as often as its file is.
MOST_LINES = 100_000_000
Identity = tuple[str, Span, str]
"""What no two diagnostics of a run share: rule, span and message."""


class KnownFinding(NamedTuple):
    """A finding that a file keeps; the message is for whoever reads the file."""

    rule: str
    path: str
    message: str
    fingerprint: str


def identity(diagnostic: Diagnostic) -> Identity:
    """What tells a diagnostic from the others of its run."""
    return diagnostic.rule, diagnostic.finding.span, diagnostic.finding.message


def fingerprints(found: Iterable[Diagnostic], renamed: Mapping[str, str] | None = None) -> list[str]:
    """What each finding of a run keeps while other lines change: of its rule, path, line and number of the like.

    `renamed`: the paths that some files had before.
    """
    from hashlib import sha256

    seen: Counter[tuple[str, str, str]] = Counter()
    prints = []
    for diagnostic in found:
        source = diagnostic.finding.span.source
        path = (renamed or {}).get(source.path, source.path)
        key = (diagnostic.rule, path, line(source.text, position(diagnostic.finding.span).line).strip())
        seen[key] += 1
        data = "\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass")
        prints.append(sha256(data).hexdigest())
    return prints


def fingerprints_by_identity(
    found: Iterable[Diagnostic], renamed: Mapping[str, str] | None = None
) -> dict[Identity, str]:
    """The fingerprints of the findings of a run, by what each is told by in it."""
    found = tuple(found)
    return dict(zip(map(identity, found), fingerprints(found, renamed), strict=True))


def renames(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The path that each new file had before, by the texts of those that are gone and of those that are new.

    Half of the lines are the same at least, as git has it. Where very many are gone and new, only those that are the
    same are told again, as git has it too.
    """
    left, found = {old: _lines(text) for old, text in before.items()}, dict[str, str]()
    same: dict[str, list[str]] = {}
    for old, text in sorted(before.items(), reverse=True):
        same.setdefault(text, []).append(old)
    for path, text in sorted(after.items()):
        if same.get(text):
            found[path] = same[text].pop()
            del left[found[path]]
    others = {path: _lines(text) for path, text in sorted(after.items()) if path not in found}
    if len(others) * _total(left) + len(left) * _total(others) > MOST_LINES:
        return found
    for path, lines in others.items():
        likeness = {old: _shared_lines_ratio(gone, lines) for old, gone in left.items()}
        if likeness and likeness[best := max(likeness, key=lambda old: likeness[old])] >= 0.5:
            found[path] = best
            del left[best]
    return found


def _total(files: Mapping[str, Counter[str]]) -> int:
    return sum(map(len, files.values()))


def _lines(text: str) -> Counter[str]:
    return Counter(text.split("\n"))


def _shared_lines_ratio(mine: Counter[str], theirs: Counter[str]) -> float:
    """Twice the number of lines that two texts share, by the number of all their lines."""
    return 2 * (mine & theirs).total() / (mine.total() + theirs.total())


def write(known: Iterable[KnownFinding]) -> str:
    """The file of known findings: a line each, in the order of their files."""
    from json import dumps

    shown = {each._replace(message=masked(each.message)) for each in known}
    rows = ",\n".join(f"    {dumps(each._asdict())}" for each in sorted(shown, key=_sort_key))
    return f'{{\n  "version": {VERSION},\n  "findings": [{f"{chr(10)}{rows}{chr(10)}  " if rows else ""}]\n}}\n'


def _sort_key(known: KnownFinding) -> tuple[str, str, str]:
    return known.path, known.rule, known.fingerprint


def read(path: str) -> list[KnownFinding]:
    """The known findings that a file keeps; raises UsageError."""
    import json
    import os

    try:
        if os.path.lexists(path) and not os.path.isfile(path):
            raise UsageError(f"{path}: not a regular file")
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {(error.strerror or 'error').lower()}") from None
    if len(data) > LIMIT:
        raise UsageError(f"{path}: larger than {LIMIT >> 20} MB, so it is no baseline of mcplint")
    try:
        document = json.loads(data)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: no JSON document in UTF-8") from None
    return _known_findings(path, document)


def _known_findings(path: str, document: Any) -> list[KnownFinding]:
    match document:
        case {"version": int(version)} if version > VERSION:
            raise UsageError(f"{path}: version {version} of a baseline, which is newer than this mcplint")
        case {"version": 1, "findings": list(rows)}:
            pass
        case _:
            raise UsageError(f'{path}: no baseline of mcplint: it has no "version" with "findings"')
    known = []
    for number, row in enumerate(rows, 1):
        texts = (
            [text for field in KnownFinding._fields if isinstance(text := row.get(field), str)]
            if isinstance(row, dict)
            else []
        )
        if len(texts) < len(KnownFinding._fields):
            raise UsageError(
                f"{path}: finding {number} has not all of {', '.join(KnownFinding._fields)}, each a string"
            )
        known.append(KnownFinding(*texts))
    return known


def of(found: Iterable[Diagnostic], among: Iterable[Diagnostic]) -> list[KnownFinding]:
    """Findings as they are kept; `among` are all of the run."""
    prints = fingerprints_by_identity(among)
    return [
        KnownFinding(each.rule, each.finding.span.source.path, each.finding.message, prints[identity(each)])
        for each in found
    ]


def stale(
    known: Iterable[KnownFinding], found: Iterable[Diagnostic], asked: Callable[[str], bool]
) -> list[KnownFinding]:
    """The kept findings that are found no more; nothing can be said of one whose rule is not `asked`."""
    there = set(fingerprints(found))
    return [each for each in known if asked(each.rule) and each.fingerprint not in there]
