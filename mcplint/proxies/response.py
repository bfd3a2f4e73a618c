"""What becomes of a request that a proxy takes, whatever program it is."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.values import Label

PROXY, REDIRECT, STATUS, FILE, OTHER, UNKNOWN = "proxy", "redirect", "status", "file", "other", "unknown"


class Response(NamedTuple):
    """What becomes of a request.

    `kind`: it is proxied (to `upstream`, which is asked for `uri`), redirected (to `to`), answered with a `status`, by
    a file, by something else, or unknown. `location`: the head of the location that answers; `trace`: what led there.
    `certain`: whether every block on the way is wholly known.
    """

    kind: str
    location: Span | None = None
    upstream: str | None = None
    uri: str | None = None
    status: int | None = None
    to: str | None = None
    trace: tuple[Label, ...] = ()
    certain: bool = True
