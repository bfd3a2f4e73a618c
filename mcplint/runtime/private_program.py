"""The program that a container starts, where only root may reach it, and the shell that its image lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import program, unwrapped
from mcplint.commands.words import Words, span_of, text
from mcplint.images.available_programs import in_root_home, lacks_named_shell, lacks_python, lacks_shell
from mcplint.images.fetched_installers import PRIVATE, PYTHONS
from mcplint.images.image import Image
from mcplint.knowledge.executables import SHELLS
from mcplint.model import Container, Lack, LackKind
from mcplint.values import Label


def private(image: Image, container: Container) -> Iterator[Lack]:
    """The program that another user than root starts, where it lies in root's home, which nobody else may enter."""
    user = container.unprivileged
    for command in container.commands if image.private and user and not container.may_hide(PRIVATE) else ():
        words = command.words or ()
        name = program(words)
        folder = posixpath.dirname(_program_path(container, text(words[0]) if words else None))
        fetched = in_root_home(image, folder) if folder in image.private and lacks_python(image) else None
        put = in_root_home(image, name) if name in image.private else fetched
        if put and not (fetched and container.may_hide(PYTHONS)):
            notes = (put, *container.user.trace[:1])
            span, path = span_of(words[0], command.span), PYTHONS if put == fetched else PRIVATE
            step = "its Python" if put == fetched else ""
            yield Lack(LackKind.PROGRAM, name, span, "open to root alone", notes, path=path, user=user, step=step)
            return


def _program_path(container: Container, name: str | None) -> str:
    """The path of a program that is named by one, or that the first folder of PATH may hold."""
    if name is None or "/" in name:
        return posixpath.normpath(posixpath.join(container.workdir.only or "/", name or ""))
    path = container.env.get("PATH")
    return posixpath.join((path.only or "").partition(":")[0], name) if path is not None else name


def shell(image: Image, container: Container) -> Iterator[Lack]:
    """The shell that a command, the script that it starts or the entry point of its base image is given, and lacks."""
    words: Words = (container.argv.words or ()) if container.argv else ()
    front = [program((word,)) for word in words[:2]]
    found = next((name for name in front if name in SHELLS), None)
    if container.argv is None or container.mounts or container.unread:
        return
    if found and lacks_shell(image):
        yield Lack(LackKind.SHELL, found, container.argv.span, f"{image.base.only} has no shell")
        return
    while (rest := unwrapped(words)) is not None:
        words = rest
    script, name = container.script, program(words)
    span, notes = container.argv.span, tuple[Label, ...]()
    if name not in SHELLS and script and script.direct and (named := _SHEBANG.match(script.first.text)):
        name, span, notes = posixpath.basename(named[1]), script.first, (Label(script.word, "starts the script"),)
    if name in SHELLS and lacks_named_shell(image, name):
        yield Lack(LackKind.SHELL, name, span, f"{image.base.only} has no {name}", notes)


_SHEBANG = re.compile(r"#!\s*(?:\S*/env\s+(?:-S\s*)?)?(\S+)")
