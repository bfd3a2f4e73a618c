"""What publishing refuses although the schema allows it, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mcplint.facts.manifest import Path, Violation
from mcplint.findings import Finding
from mcplint.model import Manifest
from mcplint.registry import address, reference
from mcplint.registry import predicates as forms
from mcplint.registry.place import Place, is_filled_in, places
from mcplint.registry.rows import ROWS, Row

MOST = 100


def refusals(manifest: Manifest, *subjects: str) -> Iterator[Finding]:
    """What publishing refuses of some subjects, up to MOST; not where the schema has something to say already."""
    yield from islice(_refusals(manifest, subjects), MOST)


def _refusals(manifest: Manifest, subjects: tuple[str, ...]) -> Iterator[Finding]:
    if not manifest.document.whole:
        return
    spoken = {violation.path for violation in manifest.document.violations}
    for row, place in _refused(manifest, (row for row in ROWS if row.subject in subjects)):
        if not _is_pending(place) and not _covered(place.path, spoken):
            yield Finding(_message(row, place), place.span, fix=row.mend(place))
            spoken.add(place.path)


def is_refused(manifest: Manifest, violation: Violation) -> bool:
    """Whether publishing, too, refuses what the schema refuses there."""
    return any(place.path == violation.path for _, place in _refused(manifest, ROWS))


def _refused(manifest: Manifest, rows: Iterable[Row]) -> Iterator[tuple[Row, Place]]:
    for row in rows:
        for pattern in row.at.split("|"):
            for place in places(manifest.document.root, pattern):
                if row.refuses(place):
                    yield row, place


def _is_pending(place: Place) -> bool:
    """Whether a release writes what is published here, so that the file as it lies is not."""
    return place.key in ("identifier", "version") and is_filled_in(place.text)


def _covered(path: Path, spoken: set[Path]) -> bool:
    """Whether something is said of the place already, or of what it lies in."""
    return any(path[:length] in spoken for length in range(1, len(path) + 1))


def _message(row: Row, place: Place) -> str:
    """The words of a row for a place. What only some of them say is not worked out for the others."""
    undefined = set(address.variables(place.text)) - forms.defined(place) if "{undefined}" in row.message else set()
    return row.message.format(
        value=place.text[:80],
        type=forms.kind(place) if place.path[0] == "packages" else "",
        fault=reference.bundle_fault(place.text) if "{fault}" in row.message else "",
        undefined=", ".join(f"`{{{name}}}`" for name in sorted(undefined)),
    )
