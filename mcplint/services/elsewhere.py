"""What files that a container is not started from would have its variables be."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mcplint.model import Container
from mcplint.project.tree import Tree
from mcplint.services.image_names import is_other_software, repository
from mcplint.text.paths import is_env_example, side_folder
from mcplint.values import Value, join

MOST_STARTS = 100
"""How many of them are asked for a variable."""


class Examples:
    """What files such as `.env.example` tell people to set; a class because each is read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, list[str]] = {}
        self._found: dict[str, Mapping[str, Value[str]]] = {}
        for path in sorted(filter(is_env_example, tree.paths)):
            self._files.setdefault(posixpath.dirname(path), []).append(path)

    def variables_near(self, path: str) -> Mapping[str, Value[str]]:
        """The variables of those in the folder of a file, in the nearest one above that has any, or in the only one."""
        folder = posixpath.dirname(path)
        while folder and folder not in self._files:
            folder = posixpath.dirname(folder)
        if folder not in self._files:
            inner = [each for each in self._files if not side_folder(each)]
            folder = inner[0] if len(inner) == 1 else folder
        if folder not in self._found:
            self._found[folder] = dict(self._read_examples(self._files.get(folder, [])))
        return self._found[folder]

    def _read_examples(self, paths: list[str]) -> Iterator[tuple[str, Value[str]]]:
        """Each variable with what any of the files has for it; one that is left empty has its default."""
        if not paths:
            return
        from mcplint.services.compose.variables import variables

        files = [variables(self._tree, [path], lambda name: None) for path in paths]
        for name in dict.fromkeys(name for file in files for name in file):
            given = [file[name].value for file in files if name in file and file[name].text]
            if given:
                yield name, join(given)


class Setup(NamedTuple):
    """What a container sets: `image`: the Dockerfile of its image, None where that is not known to be the project's;
    `files`: those that start it; `env`: its variables beside those of the image."""

    image: str | None
    files: tuple[str, ...]
    env: Mapping[str, Value[str]]


class StartFiles:
    """What the files that start containers set of variables; a class because each is looked at once.

    `sets`: by Dockerfile, by name, by the files that start it.
    """

    def __init__(self, settings: Iterable[Setup]) -> None:
        self.sets: dict[str | None, dict[str, dict[tuple[str, ...], Value[str]]]] = {}
        for image, files, env in settings:
            names = self.sets.setdefault(image, {})
            for name, value in env.items():
                if value.options and None not in value.options:
                    names.setdefault(name, {}).setdefault(files, value)


def may_be_ours(container: Container) -> bool:
    """Whether what a container runs, which is not known, may be an image of the project."""
    name = container.image.only
    return not name or ("/" in repository(name) and not is_other_software(name))


class Elsewhere(Mapping[str, Value[str]]):
    """What examples, and files that start the same image otherwise, set of the variables that a container does not set.

    A mapping that joins them as it is asked, since containers ask for few of them.
    """

    def __init__(self, told: StartFiles, own: Setup, near: Mapping[str, Value[str]]) -> None:
        self._near, self._files = near, own.files
        images = (own.image, None) if own.image else ()
        self._sets = [told.sets[each] for each in images if each in told.sets]

    def __getitem__(self, name: str) -> Value[str]:
        others = (one for sets in self._sets for files, one in sets.get(name, {}).items() if files != self._files)
        values = (*((self._near[name],) if name in self._near else ()), *islice(others, MOST_STARTS))
        if not values:
            raise KeyError(name)
        return join(values)

    def __iter__(self) -> Iterator[str]:
        names = dict.fromkeys((*self._near, *(name for sets in self._sets for name in sets)))
        return (name for name in names if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
