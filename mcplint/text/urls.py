"""The parts of a URL that a file holds, which may be none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def path(url: str) -> str:
    """The path of a URL, empty where it has none."""
    parts = _split(url)
    return parts.path if parts else ""


def authority(url: str) -> str:
    """The host of a URL with its port, empty where it has none."""
    parts = _split(url)
    return parts.netloc if parts else ""


def _split(url: str) -> SplitResult | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url)
    except ValueError:
        return None
