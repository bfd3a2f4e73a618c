"""What an image holds at a line of its build, as far as the files tell, and why something is not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from mcplint.commands.command_lines import program
from mcplint.images.copies import Asked, context_path, copied_from, matches, missing_source, paths_in_image, source_of
from mcplint.images.image import Copy, Image
from mcplint.images.runs import RunStep
from mcplint.knowledge.executables import NODE_MANAGERS, SHELLS, SYSTEM_INSTALLERS
from mcplint.project.discover import PRUNED
from mcplint.project.ignored import deciding, docker_file, ignored_by_git, is_ignored, line_of
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.text.glob import fits
from mcplint.text.paths import upwards
from mcplint.text.source import Edit, Span
from mcplint.values import Label, Value

# Programs that may bring any file; `git` where it does more than to look.
_BRINGING = "unzip cp mv ln make just task npx tar rsync patch install tee node git-lfs dvc cmake cargo go"
# Those that build a project of Node.
_BUILDERS = "tsc esbuild tsup tsdown swc babel rollup vite webpack ncc nest"
_OPEN = frozenset(f"{_BRINGING} {_BUILDERS}".split())
_GIT = frozenset({"clone", "pull", "checkout", "submodule", "init", "fetch"})


_FETCHED = re.compile(r"://|^git@|\.(?:tar(?:\.\w+)?|t[gbx]z2?)$")
"""The sources of an ADD whose files the project does not tell: an address, a repository, an archive."""
_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zip", ".zst")
_READING = re.compile(
    r"(?:\S*python[\d.]* -m )?(?:\S*/)?(?:pip[\d.]*|uv pip)(?: -\S+)* (?:install|wheel|download|sync) [^|&;\n]+"
)


class Absence(NamedTuple):
    """How it comes that a path is not in an image: in words, where that is said, and what would bring it."""

    why: str
    notes: tuple[Label, ...] = ()
    by_git: bool = False
    edits: tuple[Edit, ...] = ()


class CommandTexts:
    """The texts of the commands of a build so far.

    A class because it remembers what was asked: each text is looked at once a question.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = list(texts)
        self._told: dict[Callable[[str], bool], tuple[int, bool]] = {}

    def add(self, texts: Iterable[str]) -> None:
        self._texts += texts

    def any(self, asked: Callable[[str], bool]) -> bool:
        """Whether a function says so of one of the texts."""
        seen, verdict = self._told.get(asked, (0, False))
        verdict = verdict or any(map(asked, self._texts[seen:]))
        self._told[asked] = len(self._texts), verdict
        return verdict

    def names(self, name: str) -> bool:
        """Whether a name stands in one of the texts; pip alone only reads the files that it is given."""
        return any(name in text and not _READING.fullmatch(text) for text in self._texts)


class Contents(NamedTuple):
    """An image at a line of its build; `ran`: its RUNs so far, `open`: whether one of them may bring any file.

    `rewritten`: the last command that may have written the metadata of a project anew.
    """

    tree: Tree
    dockerfile: str
    context: str | None
    ignored: tuple[str, ...]
    copies: tuple[Copy, ...]
    parts: Mapping[int, Image]
    ran: CommandTexts
    open: bool
    deleted: frozenset[str] = frozenset()
    rewritten: Span | None = None
    made: tuple[Value[str], ...] = ()

    @classmethod
    def of(cls, image: Image, tree: Tree) -> Contents:
        """A whole image."""
        ran = CommandTexts(run.script for run in image.runs)
        open_ = image.open or not image.base_known
        return cls(
            tree, image.dockerfile, image.context, image.ignored, image.copies, image.parts, ran, open_,
            rewritten=image.rewritten, made=image.made,
        )  # fmt: skip

    def has(self, path: str) -> bool:
        """Whether a file or folder of the project certainly stands at a path."""
        found = copied_from(self.copies, self.parts, self.ignored, self.context, path, self.tree)
        return found is not None and (found in self.tree.paths or found in self.tree.folders)

    def image_paths(self, path: str) -> Iterator[str | None]:
        """Where a file of the project may stand in the image, None for a copy that cannot be told."""
        return paths_in_image(self.copies, self.parts, self.ignored, self.context, path)

    def image_path(self, path: str) -> str | None:
        """Where a file of the project stands in the image, the last place first; None where that is not known."""
        found = list(self.image_paths(path))
        return None if not found or None in found else found[-1]

    def place_during_run(self, path: str) -> str | None:
        """Where a file of the project stands in the image while a RUN lasts, bind mounts included."""
        mounted = tuple(copy._replace(mount=False) for copy in self.copies)
        return self._replace(copies=mounted).image_path(path)

    def files_below(self, place: str) -> Iterator[str]:
        """The files of the project that stand below a folder of the image, by their paths there."""
        front = place.rstrip("/") + "/"
        for path in self.tree.paths:
            for found in self.image_paths(path):
                if found is not None and found.startswith(front):
                    yield found[len(front) :]

    def empty(self, path: str) -> bool:
        """Whether no COPY before this line puts anything at a path or below it, not even what a clone lacks."""
        covered = self.names(path) or next(self.missing_sources(path), None) is not None
        return not covered and copied_from(self.copies, self.parts, self.ignored, self.context, path) is None

    def names(self, path: str) -> bool:
        """Whether a COPY may be to a path itself, or to one below it."""
        return _names(path, (copy.target for copy in self.copies))

    def makes(self, path: str, asked: Asked | None = None) -> bool:
        """Whether there may be a folder at a path, be it empty: a RUN, a WORKDIR, a VOLUME or a mount names it."""
        asked = set() if asked is None else asked
        if _names(path, self.made) or self.ran.names(posixpath.basename(path)) or self.ran.any(_makes_unknown):
            return True
        for copy in self.copies:
            part = self.parts.get(copy.stage) if copy.stage is not None else None
            for file in copy.files or () if part else ():
                place = _source_before_copy(file.source, file.target, path)
                if part and place is not None and (part.number, place) not in asked:
                    asked.add((part.number, place))
                    if Contents.of(part, self.tree).makes(place, asked):
                        return True
        return False

    def missing_sources(self, path: str) -> Iterator[tuple[str, bool]]:
        """What the project lacks and a COPY would put at a path, and whether it is of a folder that may hold anything.

        Such a source is built before the image is, or that COPY fails.
        """
        context = self.context
        for copy in self.copies if context is not None else ():
            target = copy.target.only
            if target is None or copy.stage is not None or copy.image is not None or copy.text is not None:
                continue
            if path != target and not path.startswith(f"{target.rstrip('/')}/"):
                continue
            for name in (source.only for source in copy.sources):
                found = missing_source(self.tree, context or "", name or "", posixpath.relpath(path, target))
                if found and not is_ignored(self.ignored, posixpath.relpath(found[0], context or ".")):
                    yield found

    def why_absent(self, path: str, expected: str, asked: Asked | None = None) -> Absence | None:
        """Why nothing stands at a path, None where something may; `expected`: what of the project belongs there."""
        asked = set() if asked is None else asked
        name = posixpath.basename(path)
        if self.open or path in self.deleted or self.has(path) or self.ran.names(name):
            return None
        if any(self._may_bring(copy, path, asked) for copy in self.copies):
            return None
        unlisted = tuple(self.missing_sources(path))
        if any(folder for _, folder in unlisted):
            return None
        covered = next((file for file, _ in unlisted), None)
        covered = covered or copied_from(self.copies, self.parts, (), self.context, path, self.tree)
        inner = covered is not None and covered not in ("", ".") and is_inner(self.tree, covered)
        if inner and copied_from(self.copies, self.parts, self.ignored, self.context, path):
            return None
        if covered is not None and (inner or covered in self.tree.paths or covered in self.tree.folders):
            return self.left_out(covered)
        there = expected in self.tree.paths or expected in self.tree.folders or is_inner(self.tree, expected)
        if covered is not None or not there:
            return absence_of(self.tree, covered or expected)
        return Absence("no COPY brings it before this line")

    def absent_all(self, pattern: str, folder: str, place: str) -> tuple[str, Absence | None]:
        """Why no file that fits a pattern stands below a place, and one of those of the folder that belongs there."""
        named = posixpath.normpath(posixpath.join(folder, pattern))
        absences: list[tuple[str, Absence | None]] = []
        for path in tuple(matches(self.tree, folder, pattern)) or (named,):
            absence = self.why_absent(posixpath.join(place, posixpath.relpath(path, folder)), path)
            absences.append((path, absence if "**" not in pattern else None))
        return next((each for each in absences if each[1] is None), absences[0])

    def keeps_unchanged(self, path: str, place: str) -> bool:
        """Whether metadata of the project certainly stands at a place as the project has it.

        The last copy that may put anything there brings it, and no command since may have written it.
        """
        for copy in reversed(self.copies):
            found = copied_from((copy,), self.parts, self.ignored, self.context, place)
            if found == path:
                then, at = self.rewritten, copy.span
                if then is not None and (then.source is not at.source or then.start > at.start):
                    return False
                if copy.stage is None:
                    return copy.image is None
                part = self.parts.get(copy.stage)
                sources = [source for file in copy.files or () if (source := source_of(file, place)) is not None]
                same = part is not None and len(sources) == 1
                return same and part is not None and Contents.of(part, self.tree).keeps_unchanged(path, sources[0])
            if (found is not None and found in self.tree.paths) or self._may_bring(copy, place, set()):
                return False
        return False

    def may_fetch(self, name: str) -> bool:
        """Whether an ADD may bring a file of a name from elsewhere: an address that ends so, or into it, an archive."""
        added = [copy for copy in self.copies if any(_FETCHED.search(source.only or "") for source in copy.sources)]
        named = {copy.target.only or name for copy in added} | {
            each.only or "" for copy in added for each in copy.sources
        }
        whole = any(each.endswith((".git", *_ARCHIVES)) or ".git#" in each for each in named)
        return whole or any(posixpath.basename(each) == name for each in named)

    def removes(self, place: str) -> bool:
        """Whether a command of the build may take away what stands at a path, or a folder around it."""
        return self.ran.any(partial(_removes, place))

    def _may_bring(self, copy: Copy, path: str, asked: Asked) -> bool:
        """Whether a copy may put something at a path, for all that is known of it; not what was `asked` already."""
        if copy.text is not None:
            return copy.target.only in (None, path)
        if copy.files is None or any(_FETCHED.search(source.only or "") for source in copy.sources):
            target = copy.target.only
            return target is None or path == target or path.startswith(f"{target.rstrip('/')}/")
        part = self.parts.get(copy.stage) if copy.stage is not None else None
        if part is None:
            return self._copies_inner(copy, path)
        inner = Contents.of(part, self.tree)
        places = {
            place for file in copy.files if (place := _source_before_copy(file.source, file.target, path)) is not None
        }
        new = [place for place in sorted(places) if (part.number, place) not in asked]
        asked |= {(part.number, place) for place in new}
        return any(inner.why_absent(place, "", asked) is None for place in new)

    def _copies_inner(self, copy: Copy, path: str) -> bool:
        """Whether a copy of the context brings a repository inside the project to where a path may be of it."""
        target, context = copy.target.only, self.context
        if copy.image is not None or context is None or not f"{path}/".startswith(f"{(target or path).rstrip('/')}/"):
            return False
        folders = (
            re.sub(r"(?:\A|/)[^/*?[]*+[*?[].*", "", source.only or "", flags=re.DOTALL) for source in copy.sources
        )
        named = (context_path(context, folder) for folder in folders)
        return any(is_inner(self.tree, each) for each in named if each not in ("", "."))

    def left_out(self, path: str) -> Absence:
        """That `.dockerignore` keeps a file of the project out of the build."""
        inside = posixpath.relpath(path, self.context or ".")
        root = posixpath.normpath(posixpath.join(self.context or ".", ".dockerignore"))
        source = docker_file(self.tree, self.dockerfile, root)
        pattern = deciding(self.ignored, inside)
        if source is None or pattern is None:
            return Absence("its `.dockerignore` leaves it out")
        line = line_of(source, pattern)
        note = Label(line, "this line leaves it out of the build")
        edits: tuple[Edit, ...] = ()
        if pattern.strip("/") == inside:
            edits = (Edit(line._replace(end=source.text.find("\n", line.end) + 1 or len(source.text)), ""),)
        elif pattern.startswith("*."):
            edits = (Edit(line._replace(start=line.end), f"\n!{inside}"),)
        return Absence(f"{source.path} leaves it out", (note,), edits=edits)


_REMOVING = re.compile(r"\b(?:rm|mv|unlink|git clean)\b")


def _removes(place: str, text: str) -> bool:
    """Whether a RUN may take a path away: a command names it, or one around it, from whatever folder."""
    for command in re.split(r"&&|\|\||;|\n", text) if _REMOVING.search(text) else ():
        words = [word.strip("\"'").rstrip("/") for word in command.split()] if _REMOVING.search(command) else []
        named = [word if word.startswith("/") else f"*/{word.removeprefix('./')}" for word in words]
        if any("$" in word for word in words) or any(fits(each, one) for each in upwards(place) for one in named):
            return True
    return False


def absence_of(tree: Tree, path: str) -> Absence:
    """That the project has no such file, or that only git lacks it."""
    if label := ignored_by_git(tree, path):
        return Absence("git ignores it, so that a clone lacks it", (label,), by_git=True)
    if not PRUNED.isdisjoint(path.split("/")):
        return Absence("it is made by a build and not kept", by_git=True)
    return Absence("the project has no such path")


def _names(path: str, targets: Iterable[Value[str]]) -> bool:
    """Whether one of some targets may be a path itself, or one below it."""
    below = f"{path.rstrip('/')}/"
    return any(f"{(target.only or below).rstrip('/')}/".startswith(below) for target in targets)


def _makes_unknown(text: str) -> bool:
    """Whether a command makes folders whose names the shell puts together."""
    return re.search(r"\bmkdir\s[^\n;&|]{0,400}[$`{]", text) is not None


def _source_before_copy(source: str, target: str, path: str) -> str | None:
    """Where a path below what is copied stood before."""
    if path == target:
        return source
    below = target.rstrip("/") + "/"
    return posixpath.join(source, path[len(below) :]) if path.startswith(below) else None


def may_bring_files(steps: tuple[RunStep, ...]) -> bool:
    """Whether a command of a RUN may bring any file: it copies, unpacks, fetches, or runs what is not followed."""
    return any(map(_may_bring_files, steps))


def _may_bring_files(step: RunStep) -> bool:
    name, words = program(step.argv), step.words
    if name == "git":
        return not _GIT.isdisjoint(words)
    if name in ("curl", "wget"):
        return False
    if name in NODE_MANAGERS:
        from mcplint.images.node_installs import brings_files

        return brings_files(step)
    if name in SHELLS or name.rstrip("0123456789.") == "python":
        scripts = (word for word in words[1:] if word.endswith((".sh", ".py")) or word == "-c")
        return next(scripts, None) is not None
    return name in _OPEN or name.endswith((".sh", ".py")) or name.startswith("$")


def command_texts(steps: tuple[RunStep, ...]) -> Iterator[str]:
    """The texts of commands that may make a file by its name; what a package manager installs is none."""
    for step in (step for step in steps if program(step.argv) not in SYSTEM_INSTALLERS):
        written = (redirect.target.text for redirect in step.redirects if ">" in redirect.operator)
        yield " ".join((*step.words, *written))
