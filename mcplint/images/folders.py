"""Whom the folders belong to that a build makes by a COPY or a plain `mkdir`.

A folder that is there already keeps its owner, whatever is copied to it (run with BuildKit 0.8).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from mcplint.commands.command_lines import is_root
from mcplint.images.growing import Growing
from mcplint.images.image import Copy
from mcplint.images.runs import RunStep
from mcplint.text.paths import upwards
from mcplint.values import Value

_SYSTEM = re.compile(r"/(?:bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?")
"""The folders at the top of a base image."""
_PLAIN = re.compile(r"-[pv]{1,2}|--parents|--verbose")


def copied_to(growing: Growing, copy: Copy, into: bool, linked: bool) -> None:
    """Notes the folders that a COPY or ADD makes: they belong to whom `--chown` says, or to root.

    `into`: whether its target is certainly a folder. What is taken for one and is a file has the same owner.
    `linked`: whether `--link` makes it a layer of its own, which has those folders anew.
    """
    target = copy.target.only
    if target is None or not (copy.gives_write_access or _belongs_to_root(growing)):
        return
    several = copy.files is None or any(file.folder for file in copy.files)
    several |= any("*" in (source.only or "") for source in copy.sources)
    folder = target if into or several else posixpath.dirname(target)
    given: Value[str] = Value(None) if copy.owner is None else copy.owner
    owner = given if copy.gives_write_access else Value(("root",))
    if linked and copy.gives_write_access:
        growing.folders |= dict.fromkeys(upwards(folder), Value(None))
    growing.folders |= dict.fromkeys(_new(growing, folder, copy.gives_write_access), owner)


def made_by(growing: Growing, steps: Iterable[RunStep]) -> None:
    """Notes the folders that plain `mkdir` commands make for certain: they belong to the user that runs them."""
    for step in steps:
        plain = all(map(_PLAIN.fullmatch, (word for word in step.words[1:] if word.startswith("-"))))
        by_itself = bool(step.line.argv) and step.line.argv[0].text == "mkdir" and not step.line.inside
        if not (by_itself and plain) or step.skipped or step.conditional or not _belongs_to_root(growing):
            continue
        for word in step.argv[1:]:
            folder = step.absolute(word.only) if word.only and not word.only.startswith("-") else None
            if folder:
                growing.folders |= dict.fromkeys(_new(growing, folder, False), growing.user)


def _belongs_to_root(growing: Growing) -> bool:
    """Whether all that a stage has made so far belongs to root, but for what it gives to somebody."""
    return not growing.user_named and growing.user.must(is_root) and not growing.open


def _new(growing: Growing, folder: str, given: bool) -> Iterator[str]:
    """A folder and those around it that are not there yet, as far as is known; homes may be, unless `given`."""
    for path in upwards(folder):
        inside = _SYSTEM.fullmatch(f"/{path.split('/')[1]}") is not None
        if path in growing.folders or _SYSTEM.fullmatch(path) or (inside and path != folder):
            return
        if not given and path.startswith("/home/"):
            return
        yield path
