"""Standard output and files: whether it takes colour, and what happens when nobody reads on."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from mcplint.reports import Paint, coloured, unpainted
from mcplint.reports.escape import log, terminal
from mcplint.usage import UsageError


def paint(choice: str) -> Paint:
    """Colour or none by `--color`."""
    return coloured if is_coloured(choice) else unpainted


def is_coloured(choice: str, to_file: bool = False) -> bool:
    """Whether `--color` wants colours; `auto` asks NO_COLOR, FORCE_COLOR and whether a terminal reads."""
    return choice == "always" or (choice == "auto" and not to_file and _terminal_takes_colour())


def _terminal_takes_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if force := os.environ.get("FORCE_COLOR"):
        return force != "0"
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def takes_links() -> bool:
    """Whether standard output is a terminal known to show links (OSC 8); FORCE_HYPERLINK decides otherwise."""
    if force := os.environ.get("FORCE_HYPERLINK"):
        return force != "0"
    known = ("TERM_PROGRAM", "VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "ALACRITTY_WINDOW_ID")
    marked = any(os.environ.get(name) for name in known) and os.environ.get("TERM_PROGRAM") != "Apple_Terminal"
    dumb = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return marked and not dumb and sys.stdout is not None and sys.stdout.isatty()


def say(text: str) -> None:
    """Prints a text; raises UsageError where it cannot. A reader that has gone (`| head`) is not an error."""
    if sys.stdout is None and text:
        raise UsageError("cannot print: standard output is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, end="", flush=True)
    except OSError as error:
        # What is still in the buffer would be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"cannot print: {error.strerror}") from None


def say_patch(patch: str, colour: bool = False) -> None:
    """Prints a patch as `git apply` takes it; on a terminal, which takes none, in git's colours and so that it cannot
    be steered.

    GitHub's runner is told to obey no commands in it. Whoever applies a patch passes over what stands around it.
    """
    if colour or (sys.stdout is not None and sys.stdout.isatty()):
        shown = log(terminal(patch, keep="\n"))
        say("".join(map(_coloured_line, shown.splitlines(keepends=True))) if colour else shown)
    elif patch and os.environ.get("GITHUB_ACTIONS") == "true":
        from secrets import token_hex

        token = token_hex(16)
        say(f"::stop-commands::{token}\n{patch}::{token}::\n")
    else:
        say(patch)


def _coloured_line(line: str) -> str:
    """A line of a patch in git's colours."""
    if line.startswith(("--- ", "+++ ")):
        return coloured(line, bold=True)
    colour = {"@": "cyan", "-": "red", "+": "green"}.get(line[:1])
    return coloured(line, fg=colour) if colour else line


def deliver(text: str, output: str | None = None) -> None:
    """Prints a text, or writes it into a file; raises UsageError."""
    if output is None:
        say(text)
    else:
        write_files({output: text})


def refuse_twins(paths: Iterable[str]) -> None:
    """Raises UsageError where two of the files are the same one."""
    seen: set[str] = set()
    for path in paths:
        if os.path.realpath(path) in seen:
            raise UsageError(f"{path} is the file of two options")
        seen.add(os.path.realpath(path))


def write_files(texts: Mapping[str, str]) -> None:
    """Writes texts by path: all of them, or none where one cannot be; raises UsageError."""
    with write_all_or_none(texts):
        pass


@contextmanager
def write_all_or_none(texts: Mapping[str, str]) -> Iterator[None]:
    """Writes texts by path after something else is done: all of them, or none where one cannot be or that fails, which
    is not begun where one of them has no place. Raises UsageError."""
    drafts: list[tuple[str, str]] = []
    path = ""
    try:
        for path, text in texts.items():
            drafts.append((_draft(path), os.path.realpath(path)))
            with open(drafts[-1][0], "w", encoding="utf-8", newline="", errors="backslashreplace") as file:
                file.write(text)
    except OSError as error:
        _discard(drafts)
        raise _write_error(path, error) from None
    try:
        yield
        for draft, path in drafts:
            if draft != path:
                os.replace(draft, path)
    except OSError as error:
        raise _write_error(path, error) from None
    finally:
        _discard(drafts)


def _write_error(path: str, error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written: {error.strerror}")


def _discard(drafts: Iterable[tuple[str, str]]) -> None:
    for draft, path in drafts:
        if draft != path and os.path.exists(draft):
            os.unlink(draft)


def _draft(path: str) -> str:
    """A new file beside the one to write, with its mode; a pipe or a device itself, which is written to directly."""
    import tempfile

    path, there = os.path.realpath(path), os.path.exists(path)
    if there and not os.path.isfile(path):
        return path
    if there and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    handle, draft = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=os.path.dirname(path))
    os.close(handle)
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(draft, os.stat(path).st_mode & 0o7777 if there else 0o666 & ~mask)
    return draft


def warn(text: str) -> None:
    """Says something that is not the report, on one line of standard error."""
    print(f"mcplint: {terminal(text)}", file=sys.stderr)


def columns() -> int:
    """The width of the terminal that reads standard output, by COLUMNS or its own word; 0 where none reads."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 0
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and len(given) < 6 and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Says on a terminal what takes longer than a second, and takes it away at the end."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    from threading import Timer

    stream, shown = sys.stderr, []

    def show() -> None:
        shown.append(True)
        print(f"mcplint: {text}", end="\r", file=stream, flush=True)

    timer = Timer(1, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown:
            print("\033[2K", end="\r", file=stream, flush=True)
