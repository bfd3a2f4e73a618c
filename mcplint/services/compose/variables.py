"""What `.env` files and env files say, their values filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mcplint.project.tree import Tree
from mcplint.services.compose.interpolation import Interpolated, Lookup, interpolate, located
from mcplint.values import Label

if TYPE_CHECKING:
    from mcplint.facts.compose import EnvFile


def variables(tree: Tree, paths: Iterable[str | None], outer: Lookup) -> dict[str, Interpolated]:
    """What `.env` files say, later ones over earlier ones; those that are not there say nothing."""
    found: dict[str, Interpolated] = {}
    for path in paths:
        file = env_file(tree, path) if path else None
        for name, text in settings(file, outer) if file else ():
            found[name] = text
    return found


def env_file(tree: Tree, path: str, raw: bool = False) -> EnvFile | None:
    """A file of variables of the project, None where it is not there or cannot be read."""
    return tree.facts("dotenv.raw" if raw else "dotenv", path)


def settings(file: EnvFile, outer: Lookup) -> Iterator[tuple[str, Interpolated]]:
    """The variables of a file with their texts. `outer` comes before the file's own variables, as a shell does."""
    own: dict[str, Interpolated] = {}
    for name, key, value, expanded in file.assignments:
        if value is None:
            text = outer(name)
        else:
            text = located(value)
            if expanded and "$" in text.text:
                text = interpolate(text, value.span(), lambda name: outer(name) or own.get(name))
        if text is not None:
            own[name] = text.with_note(Label(key, f"{file.source.path.rpartition('/')[2]} sets {name}"))
            yield name, own[name]
