"""Standard output and files: whether it takes colour, and what happens when nobody reads on."""

from __future__ import annotations

import io
import os
import sys

from mcplint.reports.terminal import Paint, coloured, plain
from mcplint.usage import UsageError


def paint(choice: str, to_file: bool = False) -> Paint:
    """Colour or none by `--color`; `auto` asks NO_COLOR, FORCE_COLOR and whether a terminal reads."""
    return coloured if choice == "always" or (choice == "auto" and not to_file and _wanted()) else plain


def _wanted() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if force := os.environ.get("FORCE_COLOR"):
        return force != "0"
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """Prints a text; raises UsageError where it cannot. A reader that has gone (`| head`) is not an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, end="", flush=True)
    except OSError as error:
        # What is still in the buffer would be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"cannot print: {error.strerror}") from None


def deliver(text: str, output: str | None = None) -> None:
    """Prints a text, or writes it into a file; raises UsageError."""
    if output is None:
        return say(text)
    try:
        with open(output, "w", encoding="utf-8", newline="", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from None


def warn(text: str) -> None:
    """Says something that is not the report."""
    print(f"mcplint: {text}", file=sys.stderr)
