"""What a text may grow to when something is put into it again and again."""

from __future__ import annotations

import re
from collections.abc import Callable

MOST = 100_000
"""Characters; no address, command or setting that works is longer."""


def bounded_sub(pattern: str | re.Pattern[str], replace: Callable[[re.Match[str]], str], text: str) -> str | None:
    """The text with what is found in it replaced, as `re.sub` does; None where that makes more than MOST characters."""
    pieces, at, length = list[str](), 0, 0
    for found in re.finditer(pattern, text):
        pieces += (text[at : found.start()], replace(found))
        at, length = found.end(), length + len(pieces[-1])
        if length > MOST:
            return None
    return "".join((*pieces, text[at:]))
