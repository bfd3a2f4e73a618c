"""What COPY, ADD and the bind mounts of a RUN bring into the image of a stage, and from where."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.dockerfile import Instruction
from mcplint.images.accounts import FILE, UNNAMED
from mcplint.images.contents import Contents
from mcplint.images.copies import from_context, from_stage
from mcplint.images.copy_lacks import of_copy
from mcplint.images.environments import may_bring_install, may_freeze
from mcplint.images.fetched_installers import adds_installer
from mcplint.images.folders import copied_to
from mcplint.images.growing import Growing
from mcplint.images.image import Copied, Copy, Image
from mcplint.project.ignored import is_ignored
from mcplint.text.located import LocatedText
from mcplint.text.paths import upwards
from mcplint.values import Value

MOST_WAYS = 500


def copy_in(growing: Growing, instruction: Instruction) -> None:
    """What a COPY or ADD changes."""
    heredocs = {heredoc.span.start: heredoc for heredoc in instruction.heredocs}
    words = [word for word in instruction.words if word.span().start not in heredocs]
    if not words or len(instruction.words) < 2:
        return
    *sources, last = (growing.expand(word) for word in words)
    target = growing.absolute(last)
    if adds_installer(sources) and target.only:
        growing.installers.add(target.only if target.only != growing.workdir.only else f"{target.only}/install.sh")
    into = _is_folder(growing, last.only, target.only)
    flags = {flag.name: flag.value for flag in instruction.flags}
    owner, mode = flags.get("chown"), flags.get("chmod")
    linked = any(flag.name == "link" for flag in instruction.flags)
    copy = Copy(
        tuple(sources),
        target,
        instruction.span,
        owner=growing.expand(owner) if owner else None,
        mode=mode.text if mode else None,
        excludes=tuple(flag.value.text for flag in instruction.flags if flag.name == "exclude" and flag.value),
    )
    if target.only is None or target.only in upwards(FILE):
        growing.accounts[UNNAMED.name] = UNNAMED
    for heredoc in heredocs.values():
        place = target.only
        if place is not None and (into or len(instruction.words) > 2):
            place = posixpath.join(place, heredoc.name)
        inside = target._replace(options=None if place is None else (place,))
        growing.copies.append(copy._replace(sources=(), target=inside, text=heredoc.body, files=()))
        copied_to(growing, growing.copies[-1], False, linked)
    if sources:
        many = into or len(sources) > 1
        growing.copies.append(_sourced(growing, copy, flags.get("from"), many, "parents" in flags))
        copied_to(growing, growing.copies[-1], many, linked)
        growing.lacks += of_copy(growing.copies[-1], growing.contents(), growing.build.given)
        _copied_modules(growing, growing.copies[-1])


def mounts(growing: Growing, instruction: Instruction) -> Iterator[Copy]:
    """The bind mounts of a RUN, as copies that last as long as it does."""
    for flag in instruction.flags:
        if flag.name != "mount" or flag.value is None:
            continue
        given = dict(_options(flag.value))
        kind = given["type"].text if "type" in given else "bind"
        target = next((given[key] for key in ("target", "dst", "destination") if key in given), None)
        if target is not None:
            growing.made.append(growing.absolute(growing.expand(target)))
        if kind != "bind" or target is None:
            continue
        source = next((given[key] for key in ("source", "src") if key in given), None)
        sources = (growing.expand(source) if source else Value((".",)),)
        copy = Copy(sources, growing.absolute(growing.expand(target)), flag.span, mount=True)
        yield _sourced(growing, copy, given.get("from"), False)


def _copied_modules(growing: Growing, copy: Copy) -> None:
    """Forgets what is installed where a copy may bring other packages; notes what another stage does not make."""
    if copy.stage is not None and (part := growing.parts.get(copy.stage)) and part.node_installs:
        from mcplint.images.node_lacks import of_stage_copy

        growing.lacks += of_stage_copy(copy, part, Contents.of(part, growing.build.tree))
    target = copy.target.only or ""
    brings = copy.stage is not None or copy.image is not None or not is_ignored(growing.build.ignored, "node_modules")
    for folder in [each for each in growing.node_folders if brings and f"{each}/".startswith(f"{target}/")]:
        del growing.node_folders[folder]


def _is_folder(growing: Growing, written: str | None, path: str | None) -> bool:
    """Whether a target is a folder: by its spelling, or because the working directory lies in it."""
    if written is None or path is None:
        return False
    holds = f"{growing.workdir.only or ''}/".startswith(f"{path.rstrip('/')}/")
    return holds or written == "." or written.endswith(("/", "/."))


def _sourced(growing: Growing, copy: Copy, origin: LocatedText | None, into: bool, parents: bool = False) -> Copy:
    """The copy with where its files come to stand."""
    if origin is None:
        files = from_context(copy.sources, copy.target, growing.build.tree, growing.build.context, into, parents)
        return copy._replace(files=files)
    reference = growing.expand(origin)
    if (folder := _folder_outside_context(growing, reference.only)) is not None:
        files = from_context(copy.sources, copy.target, growing.build.tree, folder, into, parents)
        return copy._replace(image=reference, files=files)
    if (inside := _in_context(growing, reference.only)) is not None:
        moved = tuple(
            source._replace(options=(posixpath.join(inside, source.only.lstrip("/") or "."),))
            if source.only is not None
            else source
            for source in copy.sources
        )
        return _sourced(growing, copy._replace(sources=moved), None, into, parents)
    number = growing.build.stage(reference.only, growing.stage.number) if reference.only else None
    part = growing.build.images.get(number) if number is not None else None
    if part is None:
        return copy._replace(image=reference)
    files = from_stage(copy.sources, copy.target, into)
    ways = growing.ways + part.ways * len(files or ())
    if ways > MOST_WAYS:
        growing.give_up(copy.span, f"copies files between its stages in more than {MOST_WAYS} ways, too many to follow")
        return copy._replace(image=reference)
    growing.ways = ways
    _take_from_stage(growing, part, files)
    return copy._replace(stage=part.number, files=files)


def _in_context(growing: Growing, name: str | None) -> str | None:
    """The path in the build's own context of a named one, None where that lies elsewhere."""
    folder, context = _named_context(growing, name), growing.build.context
    if folder is None or context is None:
        return None
    path = posixpath.relpath(folder, context)
    return None if path.startswith("..") else path


def _folder_outside_context(growing: Growing, name: str | None) -> str | None:
    """The folder of the project that a named context is, where it lies outside the build's own."""
    return _named_context(growing, name) if _in_context(growing, name) is None else None


def _named_context(growing: Growing, name: str | None) -> str | None:
    folder = dict(growing.build.given.named).get(name or "")
    return folder if folder == "." or folder in growing.build.tree.folders else None


def _take_from_stage(growing: Growing, part: Image, files: tuple[Copied, ...] | None) -> None:
    """Notes that the image takes something from another stage: of its installs, those whose environment may be in it.

    Where those stand from then on is not followed.
    """
    if part.number not in growing.parts:
        growing.parts[part.number] = part
        growing.node_installs += [each for each in part.node_installs if each not in growing.node_installs]
        growing.lacks += [lack for lack in part.lacks if lack not in growing.lacks]
    if part.number not in growing.waiting:
        growing.waiting[part.number] = part.installs
        files = None if part.open or may_freeze(part) else files
    waiting = growing.waiting[part.number]
    here = {install.span for install in growing.installs} if waiting else ()
    brought = [install for install in waiting if may_bring_install(files, install)]
    growing.installs += [each._replace(environments=None) for each in brought if each.span not in here]
    growing.waiting[part.number] = tuple(each for each in waiting if each not in brought)


def _options(value: LocatedText) -> Iterator[tuple[str, LocatedText]]:
    """`key=value,key=value` by its keys; a key alone has an empty value."""
    start = 0
    for option in value.text.split(","):
        key, equals, _ = option.partition("=")
        yield key.strip().lower(), value.part(start + len(key) + len(equals), start + len(option))
        start += len(option) + 1
