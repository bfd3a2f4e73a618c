"""Fixed texts written back: whole files at a time, in their own encoding, and only over what was read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.findings import Unreadable
from mcplint.project.load import decode, of_handle, opened_folder
from mcplint.usage import UsageError

LINKED = "not written, it is reached through a link"
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


class OpenFile(NamedTuple):
    """A file of the project: the descriptor of its folder and its name there.

    Where a system has no such descriptors it is None, and the name is the whole path.
    """

    folder: int | None
    name: str


def write(root: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Puts the texts `after` in place of those `before`, by path in the project; raises UsageError.

    Where one file cannot be written none is, and one that is read-only stays as it is. A file that did not exist is
    made. Links are not followed, also where one is put in the way meanwhile: a folder is held open from the moment
    that it is looked at.
    """
    targets: dict[str, OpenFile] = {}
    drafts: dict[str, str] = {}
    path = ""
    try:
        for path, text in after.items():
            targets[path] = _target(root, path)
            drafts[path] = _draft(targets[path], path, before.get(path), text)
        for path, (folder, name) in targets.items():
            os.replace(drafts[path], name, src_dir_fd=folder, dst_dir_fd=folder)
            del drafts[path]
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or 'error').lower()}") from None
    finally:
        for path, draft in drafts.items():
            os.unlink(draft, dir_fd=targets[path].folder)
        for folder, _ in targets.values():
            if folder is not None:
                os.close(folder)


def _target(root: str, path: str) -> OpenFile:
    """Where the file of a path is; its folder is reached through no link, and is held open."""
    *folders, name = path.split("/")
    if os.open not in os.supports_dir_fd:
        folder = os.path.join(root, *folders)
        if os.path.realpath(folder) != folder:
            raise UsageError(f"{path}: {LINKED}")
        return OpenFile(None, os.path.join(folder, name))
    try:
        return OpenFile(opened_folder(root, folders), name)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise UsageError(f"{path}: {LINKED}") from None
        raise


def _draft(target: OpenFile, path: str, before: str | None, text: str) -> str:
    """The name of a new file beside the one that it is to replace, with its mode."""
    folder, name = target
    if _is_link(target):
        raise UsageError(f"{path}: {LINKED}")
    encoding, mode = ("utf-8", 0o644) if before is None else _unchanged(target, path, before)
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        raise UsageError(f"{path}: not written, the fixed text cannot be encoded as {encoding}") from None
    draft = os.path.join(os.path.dirname(name), f".{os.path.basename(name)}.{os.urandom(6).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW, mode | 0o200, dir_fd=folder)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(draft, mode, dir_fd=folder)
    except OSError:
        os.unlink(draft, dir_fd=folder)
        raise
    return draft


def _is_link(target: OpenFile) -> bool:
    try:
        return stat.S_ISLNK(os.stat(target.name, dir_fd=target.folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _unchanged(target: OpenFile, path: str, before: str) -> tuple[str, int]:
    """The encoding and the mode of a file, if it still is what was read."""
    flags = os.O_RDONLY | NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(target.name, flags, dir_fd=target.folder)
    except FileNotFoundError:
        raise UsageError(f"{path}: not written, it was removed since it was listed") from None
    try:
        text, encoding = decode(path, of_handle(handle, path))
        mode = os.fstat(handle).st_mode & 0o7777
    except Unreadable as problem:
        raise UsageError(f"{path}: {problem.message}") from None
    finally:
        os.close(handle)
    if text != before:
        raise UsageError(f"{path}: not written, it has changed since it was read")
    if not mode & 0o222:
        raise UsageError(f"{path}: not written, it is read-only")
    return encoding, mode
