"""The names of a project's files, to be looked up by folder and by their last part."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property


class Names:
    """A class because it sorts the names by what is asked of them, once."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = frozenset(paths)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that has files below it; the root is the empty name."""
        found: set[str] = set()
        for path in self.paths:
            while path and (path := path.rpartition("/")[0]) not in found:
                found.add(path)
        return frozenset(found)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The files by their last part, sorted."""
        return _by(self._sorted, _last)

    @cached_property
    def folders_called(self) -> Mapping[str, tuple[str, ...]]:
        """The folders by their last part, sorted."""
        return _by(sorted(self.folders), _last)

    @cached_property
    def by_folder(self) -> Mapping[str, tuple[str, ...]]:
        """The files by the folder that they lie in, sorted; the root is the empty name."""
        return _by(self._sorted, lambda path: path.rpartition("/")[0])

    def below(self, folder: str) -> tuple[str, ...]:
        """The files below a folder, sorted; all of them below the root, which is `.` or the empty name."""
        if folder in ("", "."):
            return self._sorted
        # `0` is what comes next after `/`.
        first, end = (bisect_left(self._sorted, folder + sign) for sign in "/0")
        return self._sorted[first:end]

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.paths))


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _by(paths: Iterable[str], key: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(key(path), []).append(path)
    return {name: tuple(named) for name, named in found.items()}
