"""Where the files of a project stand in an image, by its COPY and ADD instructions, and the way back."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mcplint.images.image import Copied, Copy, Image
from mcplint.project.ignored import is_ignored
from mcplint.project.tree import Tree
from mcplint.text.glob import fits, literal
from mcplint.text.located import LocatedText
from mcplint.values import Value

Asked = set[tuple[int, str]]
"""The paths of other stages, by their numbers, that were looked for already."""


def from_context(
    sources: Sequence[Value[str]], target: Value[str], tree: Tree, context: str | None, into: bool, parents: bool
) -> tuple[Copied, ...] | None:
    """Where the sources of a COPY from the build context come to stand; None where the files do not tell.

    `into`: whether the target is written as a folder; `parents`: whether their folders are kept.
    """
    place = target.only
    if place is None or context is None or any(source.only is None for source in sources):
        return None
    found: list[Copied] = []
    for source in (source.only or "" for source in sources):
        if "://" in source or source.startswith("git@"):
            continue
        folder, star, _ = source.partition("/*")
        whole = context_path(context, folder)
        if star and source.endswith("/*") and not parents and whole in tree.folders:
            found.append(Copied(whole, place.rstrip("/"), False))
        for path in matches(tree, context, source):
            kept = posixpath.relpath(path, context) if parents else posixpath.basename(path)
            if path in tree.paths:
                found.append(Copied(path, posixpath.join(place, kept) if into or parents else place, False))
            else:
                found.append(Copied(path or ".", posixpath.join(place, kept) if parents else place, True))
    return tuple(found)


def from_stage(sources: Sequence[Value[str]], target: Value[str], into: bool) -> tuple[Copied, ...] | None:
    """What a copy from another stage brings: a name with a suffix is taken for a file, any other may be a folder."""
    place = target.only
    if place is None or any(source.only is None for source in sources):
        return None
    paths = [posixpath.normpath(posixpath.join("/", source.only or "")) for source in sources]
    return tuple(_from_stage(path, place, into) for path in paths)


def _from_stage(path: str, place: str, into: bool) -> Copied:
    name = posixpath.basename(path)
    return Copied(path, posixpath.join(place, name) if into and "." in name[1:] else place, True)


def context_path(context: str, source: str) -> str:
    """A path of the build context as a path of the project; the root is the empty name. It never leaves the context."""
    inside = posixpath.normpath(posixpath.join("/", source))[1:].lstrip("/")
    path = posixpath.normpath(posixpath.join(context, inside))
    return "" if path == "." else path


def matches(tree: Tree, context: str, source: str) -> Iterator[str]:
    """The files and folders of the project that a source names."""
    if not any(sign in source for sign in "*?["):
        path = context_path(context, source)
        if path in tree.paths or path in tree.folders or not path:
            yield path
        return
    parts = context_path(literal(context), source).split("/")
    for candidate in sorted(tree.paths | tree.folders):
        pieces = candidate.split("/")
        if len(pieces) == len(parts) and all(map(fits, pieces, parts)):
            yield candidate


def missing_source(tree: Tree, context: str, source: str, inside: str) -> tuple[str, bool] | None:
    """The file of the context that a source which the project lacks may put at a path, whether it is of a folder.

    `inside`: that path as the target names it, `.` for the target itself. A name with a suffix is taken for a file.
    """
    folder, name = posixpath.split(source.rstrip("/"))
    if "://" in source or name in ("", ".", "..") or tree.cached(_is_listed, context, source):
        return None
    if "." not in name[1:]:
        return context_path(context, posixpath.join(source, inside)), True
    if inside == "." or fits(inside, name):
        return context_path(context, posixpath.join(folder, name if inside == "." else inside)), False
    return None


def _is_listed(tree: Tree, context: str, source: str) -> bool:
    return next(matches(tree, context, source), None) is not None


def project_path(image: Image, path: str, tree: Tree | None = None) -> str | None:
    """The path in the project of what stands at an absolute path of the image, whether there is such a file or not.

    None where no COPY of the project's files covers it, or where `.dockerignore` leaves it out.
    """
    return copied_from(image.copies, image.parts, image.ignored, image.context, path, tree)


def copied_from(
    copies: Iterable[Copy],
    parts: Mapping[int, Image],
    ignored: tuple[str, ...],
    context: str | None,
    path: str,
    tree: Tree | None = None,
) -> str | None:
    """The path in the project of a file in the image, by the copies that were made so far, the last one first.

    Of several that cover it, one that copies it counts, as far as `tree` tells: what a folder lacks hides nothing.
    """
    found = tuple(_copied_from(copies, parts, ignored, context, path))
    there = (each for each in found if tree is None or each in tree.paths or each in tree.folders)
    return next(there, found[0] if found else None)


def _copied_from(
    copies: Iterable[Copy],
    parts: Mapping[int, Image],
    ignored: tuple[str, ...],
    context: str | None,
    path: str,
    asked: Asked | None = None,
) -> Iterator[str]:
    path = posixpath.normpath(path)
    asked = set() if asked is None else asked
    for copy in reversed(tuple(copies)):
        for file in sorted(copy.files or (), key=lambda file: file.folder):
            source = source_of(file, path)
            if source is None or _is_excluded(copy, file, source):
                continue
            if copy.stage is not None:
                part = parts.get(copy.stage)
                if part and (part.number, source) not in asked:
                    asked.add((part.number, source))
                    yield from _copied_from(part.copies, part.parts, part.ignored, part.context, source, asked)
            elif not is_ignored(ignored, posixpath.relpath(source, context or ".")):
                yield source


def _is_excluded(copy: Copy, file: Copied, source: str) -> bool:
    """Whether `--exclude` keeps a path below a folder that is copied out of the image."""
    inside = posixpath.relpath(source, file.source) if file.folder else posixpath.basename(source)
    return bool(copy.excludes) and is_ignored(copy.excludes, inside)


def built_text(image: Image, path: str, asked: Asked | None = None) -> LocatedText | None:
    """The text of a file that the build itself writes at an absolute path: a here-document, or what a RUN prints."""
    path = posixpath.normpath(path)
    asked = set() if asked is None else asked
    for copy in reversed(image.copies):
        if copy.text is not None and copy.target.only == path:
            return copy.text
        for file in (copy.files or ()) if copy.stage in image.parts else ():
            source, part = source_of(file, path), image.parts[copy.stage or 0]
            if source is None or (part.number, source) in asked:
                continue
            asked.add((part.number, source))
            if (found := built_text(part, source, asked)) is not None:
                return found
    return None


def source_of(file: Copied, path: str) -> str | None:
    """Where what stands at a path of the image is copied from, None where this does not bring it."""
    if path == file.target:
        return file.source
    below = file.target.rstrip("/") + "/"
    if not (file.folder and path.startswith(below)):
        return None
    return posixpath.normpath(posixpath.join(file.source, path[len(below) :]))


StagePaths = dict[int, tuple[str | None, ...]]
"""Where a file stands in the stages that were asked, by their numbers."""


def image_paths(image: Image, path: str, known: StagePaths | None = None) -> Iterator[str | None]:
    """The absolute paths in the image at which a file of the project stands; None for a copy that cannot be told."""
    return paths_in_image(image.copies, image.parts, image.ignored, image.context, path, known)


def paths_in_image(
    copies: Iterable[Copy],
    parts: Mapping[int, Image],
    ignored: tuple[str, ...],
    context: str | None,
    path: str,
    known: StagePaths | None = None,
) -> Iterator[str | None]:
    """Where a file of the project stands, by the copies that were made so far, without what is mounted."""
    known = {} if known is None else known
    for copy in copies:
        elsewhere = copy.image is not None and copy.files is None
        if copy.mount or elsewhere or copy.text is not None:
            continue
        if copy.files is None:
            yield None
        elif copy.stage is None:
            targets = tuple(_targets(copy.files, path))
            if targets and not is_ignored(ignored, posixpath.relpath(path, context or ".")):
                yield from targets
        elif part := parts.get(copy.stage):
            if part.number not in known:
                known[part.number] = tuple(dict.fromkeys(image_paths(part, path, known)))
            for place in known[part.number]:
                yield from _targets(copy.files, place) if place is not None else (None,)


def _targets(files: Iterable[Copied], path: str) -> Iterator[str]:
    for file in files:
        below = "" if file.source == "." else file.source.rstrip("/") + "/"
        if path == file.source:
            yield file.target
        elif file.folder and path.startswith(below):
            yield posixpath.join(file.target, path[len(below) :])
