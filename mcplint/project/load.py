"""The text of one file of a project, whatever lies there: read within bounds, and decoded."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress

from mcplint.findings import Unreadable
from mcplint.project.kinds import Kind, kind
from mcplint.text.source import Source, Span

PLAIN = Kind("plain", ())
SPECIAL = "not a regular file"


def load(root: str, path: str) -> Source:
    """The file of a path in the project whose root (a real path) is given; raises Unreadable where it has no text."""
    return Source(path, decode(path, contents(root, path))[0])


def contents(root: str, path: str) -> bytes:
    """The bytes of a regular file inside the project, of at most the size that its kind may have."""
    try:
        handle = _open_in_project(root, path)
        try:
            return of_handle(handle, path)
        finally:
            os.close(handle)
    except OSError as error:
        raise _unreadable(path, _reason(error, os.path.join(root, path))) from None


def of_handle(handle: int, path: str) -> bytes:
    """The bytes of an open file of a path."""
    limit = (kind(path) or PLAIN).limit
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        raise _unreadable(path, "a folder, not a file" if stat.S_ISDIR(mode) else SPECIAL)
    data = _up_to(handle, limit + 1)
    if len(data) > limit:
        raise _unreadable(path, f"larger than {limit >> 10:,} KB")
    return data


def _open_in_project(root: str, path: str) -> int:
    """The descriptor of a file of the project, links on the way to it followed where they stay inside."""
    if ".." not in path and os.open in os.supports_dir_fd:
        with suppress(OSError):
            return _opened_unlinked(root, path)
    real = os.path.realpath(os.path.join(root, path), strict=True)
    if os.path.commonpath([root, real]) != root:
        raise _unreadable(path, "a link that leads out of the project")
    return _opened_unlinked(root, os.path.relpath(real, root).replace(os.sep, "/"))


def _opened_unlinked(root: str, path: str) -> int:
    """The descriptor of a file in a folder: no link is followed, whatever is put in its way meanwhile."""
    nofollow, nonblock = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_NONBLOCK", 0)
    if os.open not in os.supports_dir_fd:
        return os.open(os.path.join(root, path), os.O_RDONLY | nonblock | nofollow)
    *folders, name = path.split("/")
    at = opened_folder(root, folders)
    try:
        return os.open(name, os.O_RDONLY | nonblock | nofollow, dir_fd=at)
    finally:
        os.close(at)


def opened_folder(root: str, folders: Iterable[str]) -> int:
    """The descriptor of a folder below the root, which is reached through no link."""
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            outer, at = at, os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(outer)
    except OSError:
        os.close(at)
        raise
    return at


def _up_to(handle: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.read(handle, min(size, 1 << 20))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _reason(error: OSError, whole: str) -> str:
    link = os.path.islink(whole)
    match error.errno:
        case errno.ENOENT:
            return "a link to a file that does not exist" if link else "removed since it was listed"
        case errno.ELOOP:
            return "a link that leads back to itself"
        case errno.ENXIO:
            return SPECIAL
        case _:
            return (error.strerror or "unknown error").lower()


def decode(path: str, data: bytes) -> tuple[str, str]:
    """The text of a file and the name of the encoding that gives the same bytes back; raises Unreadable.

    A byte order mark belongs to the encoding, not to the text. Line ends stay as they are.
    """
    row = kind(path) or PLAIN
    if _utf16(data):
        raise _unreadable(path, "encoded as UTF-16, save it as UTF-8")
    if (null := data.find(0)) >= 0:
        raise _unreadable(path, "contains a NUL byte, so it is not text", data[: null + 1])
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") and not row.strict else "utf-8"
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        other = "latin-1" if row.latin else _declared_encoding(data) if row.name == "python" else None
        if other:
            return data.decode(other), other
        start = error.start + 3 * (encoding == "utf-8-sig")
        raise _unreadable(path, "not encoded as UTF-8", data[: start + 1]) from None


def _utf16(data: bytes) -> bool:
    """Whether bytes start with a UTF-16 mark, or every second one at their start is zero."""
    even, odd = any(data[:8:2]), any(data[1:8:2])
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(data) > 3 and even != odd)


def _declared_encoding(data: bytes) -> str | None:
    """The encoding that a Python file declares in its first two lines and is written in, or None."""
    import io
    import tokenize

    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        return encoding if data.decode(encoding).encode(encoding) == data else None
    except (SyntaxError, ValueError, LookupError):
        return None


def _unreadable(path: str, text: str, upto: bytes = b"") -> Unreadable:
    """A problem at the last byte of what was read so far, or at the start of the file."""
    source = Source(path, upto.decode("latin-1"))
    return Unreadable(Span(source, max(len(source.text) - 1, 0), len(source.text)), text)
