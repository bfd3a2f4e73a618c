"""Programs that give up root before they start another, in a command or in the script that it runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.commands.command_lines import USER_CHANGERS
from mcplint.commands.shell_parser import commands
from mcplint.images.copies import built_text, project_path
from mcplint.images.image import Image, Launch
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label


def drops_root(image: Image, tree: Tree) -> Label | None:
    """Where what the image starts changes to another user."""
    for launch in (image.entrypoint, image.cmd):
        if launch and (place := next(_places(image, launch, tree), None)) is not None:
            return Label(place, f"{posixpath.basename(place.text)} changes the user")
    return None


def _places(image: Image, launch: Launch, tree: Tree) -> Iterator[Span]:
    if launch.shell is not None:
        yield from _in_script(launch.words[0])
        return
    for word in launch.words:
        if posixpath.basename(word.text) in USER_CHANGERS:
            yield word.span()
        elif (text := _script(image, word.text, tree)) is not None:
            yield from _in_script(text)
        elif " " in word.text:
            yield from _in_script(word)


def _in_script(text: LocatedText) -> Iterator[Span]:
    for command in commands(text):
        if command.argv and posixpath.basename(command.argv[0].text) in USER_CHANGERS:
            yield command.argv[0].span


def _script(image: Image, path: str, tree: Tree) -> LocatedText | None:
    """The shell script of the project that stands at a path of the image."""
    place = posixpath.normpath(posixpath.join(image.workdir.only or "/", path))
    if (built := built_text(image, place)) is not None:
        return built
    found = project_path(image, place)
    source = tree.source(found) if found is not None and _is_script(found) else None
    return LocatedText.of(Span(source, 0, len(source.text))) if isinstance(source, Source) else None


def _is_script(path: str) -> bool:
    return path.endswith((".sh", ".bash")) or "." not in posixpath.basename(path)
