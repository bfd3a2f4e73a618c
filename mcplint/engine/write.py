"""Fixed texts written back: whole files at a time, in their own encoding, and only over what was read."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mcplint.findings import Unreadable
from mcplint.project.load import contents, decode
from mcplint.usage import UsageError


def write(root: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Puts the texts `after` in place of those `before`, by path in the project; raises UsageError.

    Where one file cannot be written none is, and one that is read-only stays as it is. A file that did not exist is
    made. Links are not followed.
    """
    drafts: dict[str, str] = {}
    path = ""
    try:
        for path, text in after.items():
            drafts[path] = _draft(root, path, before.get(path), text)
        for path in after:
            os.replace(drafts[path], os.path.join(root, path))
            del drafts[path]
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or 'error').lower()}") from None
    finally:
        for draft in drafts.values():
            os.unlink(draft)


def _draft(root: str, path: str, before: str | None, text: str) -> str:
    """The path of a new file beside the one it is to replace, with its mode."""
    import tempfile

    whole = os.path.join(root, path)
    folder = os.path.dirname(whole)
    if os.path.realpath(folder) != folder or os.path.islink(whole):
        raise UsageError(f"{path}: not written, it is reached through a link")
    encoding, mode = _unchanged(root, path, before) if before is not None else ("utf-8", 0o644)
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        raise UsageError(f"{path}: not written, the fixed text cannot be encoded as {encoding}") from None
    handle, draft = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=folder)
    with open(handle, "wb") as file:
        file.write(data)
    os.chmod(draft, mode)
    return draft


def _unchanged(root: str, path: str, before: str) -> tuple[str, int]:
    """The encoding and the mode of a file, if it still is what was read."""
    try:
        text, encoding = decode(path, contents(root, path))
    except Unreadable as problem:
        raise UsageError(f"{path}: {problem.message}") from None
    if text != before:
        raise UsageError(f"{path}: not written, it has changed since it was read")
    mode = os.stat(os.path.join(root, path)).st_mode & 0o7777
    if not mode & 0o222:
        raise UsageError(f"{path}: not written, it is read-only")
    return encoding, mode
