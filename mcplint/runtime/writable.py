"""Where the user of a container may not write, as far as its image tells whom the folders belong to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.images.accounts import UNNAMED
from mcplint.images.contents import Contents
from mcplint.images.copies import image_paths, source_of
from mcplint.images.image import Copy, Image
from mcplint.knowledge.base_images import debian_home, has_account
from mcplint.model import Container, Lack, LackKind, Server, Write
from mcplint.project.ignored import ignored_by_git, is_ignored
from mcplint.project.tree import Tree
from mcplint.text.paths import upwards
from mcplint.values import Label, Value

READ_ONLY = "its root file system is read-only"
_NO_FILES = ("/dev", "/proc", "/sys")
_FREE = ("/tmp", "/var/tmp", "/dev", "/run/user", "/proc")
_GIVES = r"\b(?:chown|chgrp|chmod|setfacl|ln|cp|mv|rsync|bsdtar|tar|usermod)\b"
_WITH_MODE = r"\bmkdir\b.{0,200}\s-(?:\w*m|-mode)|\binstall\b.{0,200}\s-(?:\w*[mog]|-(?:mode|owner|group))"
_GIVING = re.compile(rf"{_GIVES}|{_WITH_MODE}")
"""The commands that give a folder to somebody."""
_MAKING = re.compile(r"\b(?:mkdir|install)\b")
_BARE_MKDIR = re.compile(r"\s*mkdir(?:\s+(?:-[pv]{1,2}|--parents|--verbose|[\w./][\w./-]*))+\s*")
"""Makes folders with the mode and the owner that they have by themselves."""
_CHANGES = re.compile(rf"{_GIVES}|{_MAKING.pattern}")
"""Those, and what makes one: it belongs to root where the folder around it does."""
_ANYWHERE = re.compile(r"[$*]|(?:^|[\s\"'])~")
"""What a shell makes paths of that are not written out: variables, patterns, homes."""
_LINKS = re.compile(r"\b(?:ln|cp|mv|rsync)\b")
_ARCHIVE = re.compile(r"\.(?:tar(?:\.\w+)?|t[gbx]z2?)$|[*?[]")
_INSTALLS = re.compile(
    r"\b(?:pipx?[\d.]*|uv[\s\"',]+(?:tool|python)|npm|pnpm|poetry|pdm|apt|apt-get)(?:[\s\"',]{1,9}+-[^\s\"',]{1,99}+){0,9}[\s\"',]++install\b"
)
"""The package managers whose `install` is not the program of that name: they give no folder of the project away."""


def refused_writes(image: Image, container: Container, servers: tuple[Server, ...], tree: Tree) -> Iterator[Lack]:
    """The paths that servers write before they serve, and that their user may not write; a folder may be there."""
    user = container.unprivileged
    sealed = container.read_only.must_be(True)
    if not (user or sealed) or not image.base_known or container.unread:
        return
    reason = (container.read_only if sealed else container.user).trace[:1]
    installed = any(each.packaged for each in image.installs)
    for write in (write for server in servers for write in server.writes if write.certain):
        if installed and _below_own_module(write, image, container.workdir.only or "/"):
            continue
        found = _refused_path(image, container, write.path, tree)
        if found and not (write.folder and _folder_exists(image, found[0], tree)):
            path, why = found
            notes = (*reason, Label(container.cmd, "starts the program"))
            yield Lack(LackKind.WRITABLE, path, write.note.span, why, notes, user=user)


def _folder_exists(image: Image, path: str, tree: Tree) -> bool:
    """Whether a folder is there when the container starts: a COPY, a WORKDIR, a VOLUME or a RUN makes it."""
    made = (*image.folders, *(volume.only or "" for volume in image.volumes))
    by_run = _commands_name(image, path, _MAKING, around=False)
    return by_run or Contents.of(image, tree).has(path) or any(f"{each}/".startswith(f"{path}/") for each in made)


def _below_own_module(write: Write, image: Image, workdir: str) -> bool:
    """Whether a path lies beside the module that writes it, below the working directory.

    The module of a package that is installed may run from somewhere else.
    """
    path = posixpath.normpath(posixpath.join(workdir, write.path))
    places = filter(None, image_paths(image, write.note.span.source.path))
    folders = map(posixpath.dirname, places)
    return any(folder != workdir and path.startswith(f"{folder}/") for folder in folders)


def _refused_path(image: Image, container: Container, written: str, tree: Tree) -> tuple[str, str] | None:
    """The path in the container that is written, and why the user may not; None where it may."""
    if written == "~" or written.startswith("~/"):
        found = home(container)
        if found is None:
            return None
        place, why = found
        path = posixpath.normpath(posixpath.join(place, written[2:]))
        return (path, why) if not is_open(image, container, path, tree) else None
    workdir = container.workdir.only
    if container.read_only.must_be(True) and not written.startswith(("~", *_NO_FILES)) and workdir is not None:
        path = posixpath.normpath(posixpath.join(workdir, written))
        return None if is_open(image, container, path, tree) else (path, READ_ONLY)
    if (
        written.startswith("~")
        or workdir is None
        or (written.startswith("/") and not written.startswith(f"{workdir}/"))
    ):
        return None
    path = posixpath.normpath(posixpath.join(workdir, written))
    owner = image.folders.get(workdir)
    if owner is None or path == workdir or not path.startswith(f"{workdir}/") or not owner.must_be("root", "0"):
        return None
    return None if is_open(image, container, path, tree) else (path, f"{workdir} belongs to root")


def stays_roots(image: Image, folder: str, tree: Tree) -> bool:
    """Whether a build makes a folder as root, where it stands in another's as well, and gives it to nobody.

    Whatever else names the folder than a bare `mkdir` may give it away.
    """
    name, above = posixpath.basename(folder), [*upwards(folder)]
    owners = [image.folders[each] for each in above if each in image.folders]
    if image.open or not all(owner.must_be("root", "0") for owner in owners):
        return False
    says = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    naming = [(line, words) for line, words in run_lines(image) if says.search(line)]
    if not naming or not all(_BARE_MKDIR.fullmatch(line) for line, _ in naming):
        return False
    here = image.workdir.only or "/"
    made = {posixpath.normpath(posixpath.join(here, word)) for _, words in naming for word in words}
    mine = image._replace(folders={**image.folders, folder: Value(("root",))})
    return folder in made and not _may_be_given_away(mine, folder, tree)


def home(container: Container) -> tuple[str, str] | None:
    """The home of the user that a container runs as, and why it may not write there; None where it may."""
    user = container.unprivileged
    if "HOME" in container.env:
        return None
    sealed = container.read_only.must_be(True)
    if sealed and container.user.must_be("root", "0"):
        return "/root", READ_ONLY
    if not user:
        return None
    accounts = list(container.accounts.values())
    account = container.accounts.get(user) or next((one for one in accounts if str(one.uid) == user), None)
    if account is not None:
        if sealed and account.home is not None:
            return account.home, READ_ONLY
        if account.home is None or account.made is not False:
            return None
        return account.home, f"the build makes no {account.home}, and /home belongs to root"
    place = debian_home(container.image.only, user) if UNNAMED.name not in container.accounts else None
    if place is not None:
        return place, READ_ONLY if sealed else f"the home of the user {user} is {place}, where only root may write"
    if not user.isdecimal() or any(one.uid is None for one in accounts) or has_account(container.image.only, int(user)):
        return None
    return "/", f"the user {user} has no entry in /etc/passwd, so that its home is /, which belongs to root"


def is_open(image: Image, container: Container, path: str, tree: Tree) -> bool:
    """Whether another user may write a path: it is mounted there, or something may give it or its folder to them."""
    if any(volume.only is None for volume in image.volumes):
        return True
    if container.read_only.must_be(True):
        kept = not {volume.only for volume in image.volumes}.isdisjoint(upwards(path))
        return kept or container.may_hide(path) or image.altered is not None or _commands_name(image, path, _LINKS)
    return (
        container.may_hide(path)
        or any(path.startswith(each) for each in _FREE)
        or _may_be_given_away(image, path, tree)
    )


def _may_be_given_away(image: Image, path: str, tree: Tree) -> bool:
    """Whether a build may give a path of its image, or a folder around it, to somebody."""
    above = list(upwards(path))
    homes = (account.home for account in image.accounts.values() if account.made is not False)
    owner = next((image.folders[each] for each in above if each in image.folders), None)
    if owner is not None and not owner.must_be("root", "0"):
        return True
    changes = _CHANGES if owner is None else _GIVING
    if (
        image.altered
        or _commands_name(image, path, changes)
        or any("umask" in run.script for run in image.runs)
        or not {*above[:-1]}.isdisjoint(homes)
    ):
        return True
    return any(_is_given_by(copy, image, path, above, tree) for copy in image.copies if not copy.mount)


def _is_given_by(copy: Copy, image: Image, path: str, above: list[str], tree: Tree) -> bool:
    """Whether a copy may bring a path, or a folder around it, as somebody's.

    `--chown` says whose all of it is, but for the folder that it is copied to. From another stage or image, what lies
    below the folder that is copied keeps its owners and modes, as does what an archive holds (run with BuildKit 0.8).
    """
    covers = copy.target.only in (None, *above)
    part = image.parts.get(copy.stage) if copy.stage is not None else None
    if copy.gives_write_access:
        return covers and any(_may_be_brought(copy, image, each, part, tree) for each in above)
    if copy.image is not None or (copy.stage is not None and (part is None or copy.files is None)):
        return covers
    if part is None:
        unpacked = any(_ARCHIVE.search(source.only or "") for source in copy.sources)
        return covers and unpacked and copy.span.text[:3].upper() == "ADD"
    found = ((file, source_of(file, path)) for file in copy.files or ())
    return any(
        source is not None
        and (source == file.source or _may_be_there(part, file.source, source, tree))
        and (part.user_named or _may_be_given_away(part, source, tree))
        for file, source in found
    )


def _may_be_brought(copy: Copy, image: Image, path: str, part: Image | None, tree: Tree) -> bool:
    """Whether a copy may bring what stands at a path; the folder that it is copied to has an owner of its own."""
    if path == copy.target.only and path in image.folders:
        return False
    if copy.files is None or copy.text is not None:
        return copy.files is None or path == copy.target.only
    for file in copy.files:
        source = source_of(file, path)
        if source is None:
            continue
        if part is not None:
            if source == file.source or _may_be_there(part, file.source, source, tree):
                return True
            continue
        there = source in tree.paths or source in tree.folders or ignored_by_git(tree, source)
        if there and not is_ignored(image.ignored, posixpath.relpath(source, image.context or ".")):
            return True
    return False


def _may_be_there(image: Image, top: str, path: str, tree: Tree) -> bool:
    """Whether a path, or a folder around it, may stand in an image below a folder of that."""
    if image.altered or image.open:
        return True
    below = [each for each in upwards(path) if each.startswith(f"{top.rstrip('/')}/")]
    installed = (below if install.environments is None else install.environments for install in image.installs)
    made = {folder for folders in installed for folder in folders}
    contents = Contents.of(image, tree)
    words = {word for _, line in run_lines(image) for word in line}
    return any(contents.has(each) or {each, posixpath.basename(each)} & words or each in made for each in below)


def _commands_name(image: Image, path: str, commands: re.Pattern[str], around: bool = True) -> bool:
    """Whether one of some commands of an image's RUNs names a path, or a folder `around` it, or may mean any."""
    above = list(upwards(path))[:-1] if around else [path]
    names = {*above, *(name for each in above for name in _suffix_names(each))}
    changes = ((line, words) for line, words in run_lines(image) if commands.search(_INSTALLS.sub("", line)))
    return any(names & words or {".", "/"} & words or _ANYWHERE.search(line) is not None for line, words in changes)


def _suffix_names(path: str) -> Iterator[str]:
    """The ways to name a path from the folders around it."""
    parts = path.strip("/").split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
        yield "./" + "/".join(parts[start:])


def run_lines(image: Image) -> Iterator[tuple[str, frozenset[str]]]:
    """The commands of an image's RUNs as they are written, each with its words.

    What a shell inside is given as one quoted word, an array or a list in braces is taken apart too, and the lines of a
    here-document are commands: what is looked for may stand in any of them.
    """
    for run in image.runs:
        for line in re.split(r"&&|;|\n", run.script.replace("\\\n", " ")):
            yield line, frozenset(word.rstrip("/") or "/" for word in re.split(r"[\s\"'{},]+", line) if word)
