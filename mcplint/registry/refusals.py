"""What publishing refuses although the schema allows it, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mcplint.facts.manifest import Path, Violation
from mcplint.findings import Finding
from mcplint.model import Manifest
from mcplint.registry.address import bundle_fault
from mcplint.registry.predicates import undefined
from mcplint.registry.properties import Property, is_filled_in, properties
from mcplint.registry.rows import PACKAGE, ROWS, Row

MOST = 100


def refusals(manifest: Manifest, subject: str) -> Iterator[Finding]:
    """What publishing refuses of a subject, up to MOST; not where the schema has something to say already."""
    return islice(_refusals(manifest, subject), MOST)


def _refusals(manifest: Manifest, subject: str) -> Iterator[Finding]:
    reported = {violation.path for violation in manifest.document.violations}
    for row, prop in _refused_properties(manifest, (row for row in ROWS if row.subject == subject)):
        # A release writes what stands for it in the file, so that the file as it lies is not published.
        pending = prop.key in ("identifier", "version") and is_filled_in(prop.text)
        if not pending and not _is_covered(prop.path, reported):
            yield Finding(_message(row, prop), prop.span, fix=row.fix(prop) if row.fix else None)
            reported.add(prop.path)


def is_refused(manifest: Manifest, violation: Violation) -> bool:
    """Whether publishing, too, refuses what the schema refuses there."""
    return any(prop.path == violation.path for _, prop in _refused_properties(manifest, ROWS))


def _refused_properties(manifest: Manifest, rows: Iterable[Row]) -> Iterator[tuple[Row, Property]]:
    for row in rows:
        for pattern in row.at.split("|"):
            for prop in properties(manifest.document.root, pattern):
                kind = prop.sibling("registryType" if row.subject == PACKAGE else "type")
                if (not row.of or kind in row.of) and row.refuses(prop):
                    yield row, prop


def _is_covered(path: Path, reported: set[Path]) -> bool:
    """Whether something is reported of the property already, or of what it lies in."""
    return any(path[:length] in reported for length in range(1, len(path) + 1))


def _message(row: Row, prop: Property) -> str:
    """The words of a row for a property. What only some of them say is not worked out for the others."""
    names = sorted(undefined(prop)) if "{undefined}" in row.message else ()
    return row.message.format(
        value=prop.text[:80],
        type=prop.sibling("registryType"),
        fault=bundle_fault(prop.text) if "{fault}" in row.message else "",
        undefined=", ".join(f"`{{{name}}}`" for name in names),
    )
