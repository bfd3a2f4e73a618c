"""The files of variables that lie in a project, also those that git ignores, and the secrets in them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice

from mcplint.facts.compose import Assignment, EnvFile
from mcplint.images.image import Copy, Image
from mcplint.knowledge import secrets as known
from mcplint.model.secrets import Secret
from mcplint.project.ignored import ignored_by_git, is_ignored
from mcplint.project.tree import Tree
from mcplint.text.paths import is_env_example
from mcplint.text.source import Span
from mcplint.values import Label

_STAGES = ("prod", "production", "staging", "live", "docker")
LIVE = frozenset(
    (
        *(".env", ".env.local", ".env.development.local", "prod.env", "production.env"),
        *(f".env.{stage}{own}" for stage in _STAGES for own in ("", ".local")),
    )
)
"""The names of files of variables that are no examples, nor for tests."""
TRIED = re.compile(r"(?i)test|example|sample|dummy|fake|mock|fixture|snakeoil|localhost|node_modules|(?:^|/)docs?/")
"""Parts of the path of a file whose secrets open nothing."""
EXPECTED = r"^(?:export )?(?i:\w{0,60}(?:key|token|secret|password)\w{0,60}) ?="
"""A line of an example that asks for a secret."""
MOST_FOLDERS = 500

Carried = Mapping[str, list[Label]]
"""The files of variables that are told already, with what copies each into an image."""


def first_secret(tree: Tree, path: str) -> tuple[Assignment, str] | None:
    """The first secret of a file of variables and its kind; of a file that git ignores no more is made than that."""
    return tree.cached(_first_secret, path)


def _first_secret(tree: Tree, path: str) -> tuple[Assignment, str] | None:
    file: EnvFile | None = tree.facts("dotenv", path)
    if file is None and (source := tree.read_ignored(path)):
        from mcplint.readers.dotenv import read

        file = read(source)
    for assignment in file.assignments if file else ():
        text = assignment.value.text if assignment.value is not None else ""
        if kind := known.secret_or_url(assignment.name, text):
            return assignment, kind
    return None


def may_hold(tree: Tree, path: str) -> bool:
    """Whether a file of variables has a secret, or is not here, so that nobody can tell."""
    return not tree.has(path) or first_secret(tree, path) is not None


def _live(tree: Tree) -> tuple[str, ...]:
    """The files of variables that lie in the project; those that git does not list are looked for by their names."""
    found = {path for path in tree.paths if posixpath.basename(path) in LIVE}
    nearest = sorted({"", *tree.folders}, key=lambda folder: (folder.count("/"), folder)) if tree.listed else ()
    for folder in islice(nearest, MOST_FOLDERS):
        found.update(_variable_files(tree, folder))
    return tuple(sorted(path for path in found if not TRIED.search(path)))


def _variable_files(tree: Tree, folder: str) -> Iterator[str]:
    yield from filter(tree.has, (posixpath.join(folder, name) for name in sorted(LIVE)))


def copied(folder: str, copy: Copy, image: Image, tree: Tree, carried: Carried) -> Iterator[Secret]:
    """The files of variables with secrets in a folder of the context that is copied, where nothing leaves them out.

    What is told already of a file is not told again: it is noted there that it gets into an image as well.
    """
    whole = posixpath.join(image.folder, folder) if folder else image.folder
    own = _variable_files(tree, whole) if tree.listed and whole not in tree.paths else ()
    below = f"{whole}/" if whole else ""
    found = sorted({*own, *(path for path in tree.cached(_live) if path.startswith(below))})
    left = [path for path in found if not _is_left_out(path, copy, image) and first_secret(tree, path)]
    for path in left:
        if path in carried:
            carried[path].append(Label(copy.span, "copies it into an image too"))
    expected = [path for path in left if path not in carried]
    if expected:
        more = f", with {len(expected) - 1} more like it," if expected[1:] else ""
        notes = filter(None, (ignored_by_git(tree, path) for path in expected))
        name = posixpath.relpath(expected[0], image.folder or ".")
        yield Secret("context", f"{name}{more}", "", copy.span, tuple(dict.fromkeys(notes)))
    elif not folder and not left:
        yield from _expected_env_file(copy, image, tree)


def _is_left_out(path: str, copy: Copy, image: Image) -> bool:
    """Whether `.dockerignore` or `--exclude` keeps a file of the project out of an image."""
    inside = posixpath.relpath(path, image.folder or ".")
    names = (inside, posixpath.basename(inside))
    return is_ignored(image.ignored, inside) or any(
        fnmatchcase(name, pattern.removeprefix("**/")) for pattern in copy.excludes for name in names
    )


def _env_example(tree: Tree, folder: str) -> str | None:
    return next(filter(is_env_example, tree.files_in_folder(folder)), None)


def _expected_env_file(copy: Copy, image: Image, tree: Tree) -> Iterator[Secret]:
    """The `.env` that people make as an example tells them, unless the project has one of its own without secrets."""
    path = posixpath.join(image.folder, ".env")
    if _is_left_out(path, copy, image) or (path in tree.paths and not ignored_by_git(tree, path)):
        return
    example = tree.cached(_env_example, image.folder)
    source = tree.source(example) if example else None
    asked = re.search(EXPECTED, source.text, re.MULTILINE) if source else None
    if source and asked:
        note = Label(Span(source, *asked.span()), "says what to put in it")
        yield Secret("context", ".env", "", copy.span, (note,), present=False)
