"""The notes: one Markdown file each, in a directory that every replica mounts."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

DIRECTORY = Path(os.environ.get("NOTES_DIR", "notes"))


def slug(title: str) -> str:
    """The file name a title stands for: lower case, its words joined by hyphens."""
    name = re.sub(r"\W+", "-", title.casefold()).strip("-")
    if not name:
        raise ValueError("a title needs a letter or a digit")
    return name[:80]


def write(title: str, text: str) -> None:
    """Keeps the note. A reader in another replica sees the old text or the new one, never half of it."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=DIRECTORY, suffix=".part", delete=False) as part:
        part.write(text)
    os.replace(part.name, DIRECTORY / f"{slug(title)}.md")


def read(title: str) -> str:
    """The note's text; FileNotFoundError where there is none of that title."""
    return (DIRECTORY / f"{slug(title)}.md").read_text(encoding="utf-8")


def titles() -> list[str]:
    """The names of all notes, in order."""
    return sorted(file.stem for file in DIRECTORY.glob("*.md"))
