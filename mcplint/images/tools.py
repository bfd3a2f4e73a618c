"""Which programs an image provably lacks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.images.image import Copy, Image
from mcplint.knowledge.images import base, split

# Words of a RUN after which anything may be installed.
_OPEN = (".sh", "| sh", "|sh", "bash", "make ", "ansible", "conda")
_BINARIES = frozenset({"bin", "sbin", "usr", "local", "opt"})


def lacks(image: Image, program: str) -> bool:
    """Whether a program is surely not on the image's PATH: its base has none, and nothing that follows brings it."""
    reference = image.base.only or ""
    known = base(reference)
    if not known or known.tools is None or not split(reference)[1] or program in image.tools:
        return False
    return not any(word in text for text in _run_texts(image) for word in (program, *_OPEN)) and not any(
        map(_may_bring, image.copies)
    )


def _run_texts(image: Image) -> Iterator[str]:
    for run in image.runs:
        yield run.text.text
        yield from (heredoc.body.text for heredoc in run.heredocs)


def _may_bring(copy: Copy) -> bool:
    """Whether a copy from elsewhere puts something where programs are looked for."""
    if copy.image is None and copy.stage is None:
        return False
    target = copy.target.only
    return target is None or not _BINARIES.isdisjoint(posixpath.normpath(target).split("/")) or target == "/"
