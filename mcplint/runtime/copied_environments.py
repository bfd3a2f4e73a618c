"""What becomes of a virtual environment that an image copies from another stage of its build."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.command_lines import RUNNERS
from mcplint.commands.words import text
from mcplint.images.contents import Contents
from mcplint.images.image import Copied, Copy, Image
from mcplint.images.python_lacks import OTHER_PYTHONS
from mcplint.knowledge.base_images import python
from mcplint.model import Container, Install, Lack, LackKind, Packaged
from mcplint.packaging.wheel import files_below, wheel
from mcplint.programs.python.certain_imports import Imported
from mcplint.programs.start import Start
from mcplint.project.tree import Tree
from mcplint.runtime.moved_sources import moved_source
from mcplint.text.boolean import boolean
from mcplint.text.source import Edit
from mcplint.values import Label, Value


def broken_environments(
    image: Image, container: Container, start: Start, found: tuple[Imported, ...], entry: tuple[str, str], tree: Tree
) -> Iterator[Lack]:
    """The environments that do not work where they are copied to: another path, another Python, or no sources.

    `found`: what the program imports, `entry`: the file that it starts with, and its dotted name.
    """
    contents = Contents.of(image, tree)
    modules = {path: name for path, name in (entry, *((each.path, each.dotted) for each in found)) if path}
    for copy in image.copies:
        part = image.parts.get(copy.stage) if copy.stage is not None else None
        if part is None:
            continue
        for file in copy.files or ():
            if kind := _environment(file, part, image):
                yield from _moved_scripts(copy, file, container, part, image, kind, contents.tree)
                yield from _other_python(copy, file, part, image, kind)
                yield from _no_python(copy, file, part, image, kind)
                yield from _foreign_python(copy, file, container, part, image, kind)
                yield from _without_sources(copy, part, modules, contents, container)
                if kind == "venv":
                    yield from _misled_interpreters(copy, file, part, modules, image, container, start, tree)
            for inner in _environments_inside(file, part, image, container) if file.folder else ():
                yield from _other_python(copy, inner, part, image, "venv")
                yield from _no_python(copy, inner, part, image, "venv")
                yield from _foreign_python(copy, inner, container, part, image, "venv")
                yield from _misled_interpreters(copy, inner, part, modules, image, container, start, tree)


def _environment(file: Copied, part: Image, image: Image) -> str:
    """What is copied: a virtual environment (`venv`), installed packages (`packages`), or neither (empty).

    What `pip install --prefix` or `--user` has filled is a `prefix`.
    """
    name = posixpath.basename(file.source)
    if name in ("site-packages", "dist-packages"):
        return "packages"
    own = {install.span for install in image.installs} - {install.span for install in part.installs}
    if file.source in _prefixes(part) and "PYTHONPATH" not in image.env and not own:
        return "prefix"
    environment_paths = (part.env[each].only for each in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT") if each in part.env)
    return "venv" if name in (".venv", "venv") or file.source in (*environment_paths, *_environments_made(part)) else ""


def _prefixes(part: Image) -> Iterator[str]:
    """The folders that `pip install` of a stage is told to fill, and the one in root's home that `--user` means."""
    for words in (install.argv for install in part.installs if install.tool in ("pip", "uv pip")):
        for word, value in zip(words, (*words[1:], ""), strict=True):
            if word == "--prefix" or word.startswith("--prefix="):
                yield (value if word == "--prefix" else word.partition("=")[2]).rstrip("/")
        if "--user" in words and part.user.must_be("root", "0"):
            yield "/root/.local"


def _environments_inside(file: Copied, part: Image, image: Image, container: Container) -> Iterator[Copied]:
    """The environment that is made in a folder which is copied whole, where the command starts from it."""
    made = {*_synced(part), *_environments_made(part)}
    named = list(first_words(container))
    own = {install.span for install in image.installs} - {install.span for install in part.installs}
    if own or container.mounts or _mentions(part, "rm ") or _mentions(image, "venv", "uv ", "rm "):
        return
    for place in sorted(made):
        target = posixpath.normpath(posixpath.join(file.target, posixpath.relpath(place, file.source)))
        used = any(first.startswith(f"{target}/bin/") for first in named)
        plain = any("/" not in first for first in named)
        on_path = plain and _found_first(container, image, part, f"{target}/bin")
        if place.startswith(f"{file.source.rstrip('/')}/") and (used or on_path):
            yield Copied(place, target, True)


def _synced(part: Image) -> Iterator[str]:
    """The environments of projects that `uv sync` makes in a stage."""
    syncs = [install for install in part.installs if install.tool == "uv sync"]
    path = part.env.get("UV_PROJECT_ENVIRONMENT", Value((".venv",))).only
    homes = {each.image_path for install in syncs for each in install.packaged} | {part.workdir.only}
    yield from (posixpath.normpath(posixpath.join(home, path)) for home in homes if home and path and syncs)


_MAKES = re.compile(r"(?:-m venv|\buv venv|\bvirtualenv)[ \t]+((?:--?[\w-]+(?:=\S*)?[ \t]+)*)([\w./-]+)")
_IN_PROJECT = re.compile(r"virtualenvs\.in-project[ \t]+true")


def _environments_made(part: Image) -> Iterator[str]:
    """The environments that RUNs of a stage name to `venv`, `uv venv` or `virtualenv`, and that of Poetry beside it."""
    home = part.workdir.only
    for run in part.runs:
        for found in _MAKES.finditer(run.script):
            if home or found[2].startswith("/"):
                yield posixpath.normpath(posixpath.join(home or "/", found[2]))
    given = part.env.get("POETRY_VIRTUALENVS_IN_PROJECT")
    beside = given is not None and given.must(lambda word: boolean(word or "") is True)
    in_project = beside or any(_IN_PROJECT.search(run.script) for run in part.runs)
    if home and in_project and any(install.tool == "poetry" for install in part.installs):
        yield posixpath.join(home, ".venv")


_BRINGS = re.compile(r"\b(?:uv|ln|pip|virtualenv)\b|-m venv")
"""What a script says that may mend an environment before it starts something from it."""


def first_words(container: Container) -> Iterator[str]:
    """What the commands of a start name first, as far as none of them may bring an environment up to date."""
    for command in container.commands:
        first = text(command.words[0]) if command.words else None
        scripted = command.span.source != container.cmd.source
        if (
            first is None
            or posixpath.basename(first) in RUNNERS
            or (scripted and _BRINGS.search(command.span.source.text))
        ):
            return
        yield first


def _moved_scripts(
    copy: Copy, file: Copied, container: Container, part: Image, image: Image, kind: str, tree: Tree
) -> Iterator[Lack]:
    """That a script of an environment is started whose first line names the interpreter at the old path.

    Measured with venv, pip and uv: its path or PATH may find it, and the kernel does not find its interpreter.
    """
    if kind != "venv" or file.source == file.target or _mentions(part, "relocatable"):
        return
    again = any(each.target == file.source for other in image.copies for each in other.files or ())
    came = any(_overlaps(each, file.source) for other in part.copies for each in _targets(other))
    changed = _mentions(image, "ln ", "sed ", "cp ", "mv ") or _mentions(part, "sed ", "ln ")
    if again or came or container.mounts or changed:
        return
    for first in first_words(container):
        folder, name = posixpath.split(first)
        if not folder and _found_first(container, image, part, f"{file.target}/bin") and name in _scripts(part, tree):
            folder = f"{file.target}/bin"
        if folder != f"{file.target}/bin" or name.startswith("python"):
            continue
        why = f"the first line of {folder}/{name} names {file.source}/bin/python, where it was made"
        yield Lack(LackKind.ENVIRONMENT, first, copy.span, why, (Label(container.cmd, "starts it"),))
        return


def _targets(copy: Copy) -> Iterator[Copied]:
    """What a copy from another stage or image brings, by where it comes to stand."""
    if copy.stage is not None or copy.image is not None:
        yield from (each._replace(source=each.target) for each in copy.files or ())


def _found_first(container: Container, image: Image, part: Image, folder: str) -> bool:
    """Whether a folder is the first that PATH names, and the image itself installs nothing."""
    value = container.env.get("PATH")
    path = (value.only or value.partly) if value is not None else None
    own = {install.span for install in image.installs} - {install.span for install in part.installs}
    return isinstance(path, str) and path.split(":")[0].rstrip("/") == folder and not own


def _scripts(part: Image, tree: Tree) -> frozenset[str]:
    """The console scripts of the projects that a stage installs, and those that every release of the SDKs brings."""
    folders = {each.folder for install in part.installs for each in install.packaged}
    projects = (tree.project(folder) for folder in folders)
    return frozenset(script.name for project in projects if project for script in project.scripts) | {"uvicorn"}


def _other_python(copy: Copy, file: Copied, part: Image, image: Image, kind: str) -> Iterator[Lack]:
    """That the packages are those of another minor release of Python."""
    made, there = python(part.base.only or ""), python(image.base.only or "")
    own = any(install.tool in ("uv sync", "uv pip", "pip", "poetry", "pdm") for install in part.installs)
    if not made or not there or made == there or not own or _brings_python(part) or _mentions(image, *OTHER_PYTHONS):
        return
    lies = f"{file.target}/lib/python{made}/site-packages" if kind != "packages" else file.target
    if kind == "packages" and f"python{made}" not in file.target:
        return
    why = f"it was made with Python {made}, and {image.base.only} has {there}, which does not look into {lies}"
    notes = (*part.base.trace[:1], *image.base.trace[:1])
    yield Lack(LackKind.ENVIRONMENT, file.target, copy.span, why, notes)


_OF_ENVIRONMENT = re.compile(r"--python[ =]/(?!usr/)\S*/bin/python3?(?=\s|$)")
"""What tells uv the Python of an environment, which is no other one."""


def _brings_python(part: Image) -> bool:
    """Whether a stage may use another Python than that of its image."""
    texts = (_OF_ENVIRONMENT.sub("", run.script) for run in part.runs)
    return any(word in text for text in texts for word in OTHER_PYTHONS)


_WITHOUT_PYTHON = re.compile(
    r"(?:^|/)astral-sh/uv:(?:[\d.]+-)?(?:debian|bookworm|trixie|alpine)[\d.]*(?:-slim)?(?:@|$)"
)
"""The images of uv that have no Python, so that uv fetches one of its own."""


def _no_python(copy: Copy, file: Copied, part: Image, image: Image, kind: str) -> Iterator[Lack]:
    """That the Python which uv has fetched for an environment stays behind: its `bin/python` is a link to that."""
    reference = part.base.only or ""
    fetched = any(install.tool == "uv sync" for install in part.installs) and not _mentions(part, "python3", "apk add")
    if kind != "venv" or not _WITHOUT_PYTHON.search(reference) or not fetched or _mentions(image, "uv ", "python3"):
        return
    given = part.env.get("UV_PYTHON_INSTALL_DIR")
    place = "/root/.local/share/uv/python" if given is None else given.only
    if place is None or any(_overlaps(each, place) for other in image.copies for each in other.files or ()):
        return
    if any(other.files is None for other in image.copies) or "UV_PROJECT_ENVIRONMENT" in part.env:
        return
    why = f"{reference} has no Python, and the one that uv fetches stays behind in {place}"
    yield Lack(LackKind.ENVIRONMENT, place, copy.span, why, part.base.trace[:1])


_OFFICIAL = re.compile(r"(?:docker\.io/)?(?:library/)?python:|(?:.*/)?astral-sh/uv:(?:[\d.]+-)?python3")
"""The images whose Python is `/usr/local/bin/python3`."""
_WITHOUT_OFFICIAL = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:debian|ubuntu|alpine)(?::|$)|gcr\.io/distroless/|scratch$"
)
"""Those that have nothing there: a Python of a distribution is `/usr/bin/python3`."""


_DISTROLESS = re.compile(r"gcr\.io/distroless/python3")
"""Those that start all that they are given with a Python of their own."""


def _foreign_python(
    copy: Copy, file: Copied, container: Container, part: Image, image: Image, kind: str
) -> Iterator[Lack]:
    """That the environment's Python, a link to that of the official image, leads nowhere in another one."""
    made, there = part.base.only or "", image.base.only or ""
    words = [text(word) or "" for word in (container.argv and container.argv.words) or ()]
    by_own = _DISTROLESS.match(there) and words[0:1] and words[0].startswith("/usr/bin/python")
    if by_own and "PYTHONPATH" in container.env:
        return
    started = any(
        first.startswith(f"{file.target}/bin/") for first in (*first_words(container), *(words[1:2] if by_own else ()))
    )
    if kind != "venv" or not started or not _OFFICIAL.match(made) or not _WITHOUT_OFFICIAL.match(there):
        return
    targets = [each.target.only or "/" for each in image.copies]
    if any(each == "/" or f"{each}/".startswith("/usr/") for each in targets):
        return
    if (
        _brings_python(part)
        or _mentions(part, "--copies")
        or _mentions(image, *OTHER_PYTHONS, "ln ", "uv ", "/usr/local", "make")
    ):
        return
    why = f"its Python is a link to the one in /usr/local/bin of {made}, where {there} has none"
    if by_own:
        why = f"{there} runs it with {words[0]}, which does not look into {file.target}, and {why}"
    yield Lack(LackKind.ENVIRONMENT, file.target, copy.span, why, (*part.base.trace[:1], *image.base.trace[:1]))


def _overlaps(file: Copied, place: str) -> bool:
    """Whether what is copied is a folder, something in it, or what it lies in."""
    here = file.source.rstrip("/")
    return f"{place}/".startswith(f"{here}/") or here.startswith(f"{place}/")


def _editable(part: Image) -> Iterator[tuple[Install, Packaged]]:
    """The projects to whose sources an environment of a stage leads back."""
    packaged = [(install, each) for install in part.installs for each in install.packaged]
    local = [(install, each) for install in part.installs for each in install.local]
    fixed = {each.folder for _, each in local if not each.editable}
    wheels = any(word.endswith((".whl", ".tar.gz")) for install in part.installs for word in install.argv)
    if not wheels and all(each.editable for _, each in packaged):
        yield from ((install, each) for install, each in (*packaged, *local) if each.folder not in fixed)


def _without_sources(
    copy: Copy, part: Image, modules: Mapping[str, str], contents: Contents, container: Container
) -> Iterator[Lack]:
    """That the environment leads back to the sources of a project, which the image does not have."""
    if contents.open or container.mounts:
        return
    for install, each in _editable(part):
        own = _modules(each, contents.tree)
        path = next((path for path in modules if path in own), None)
        if path and next(contents.image_paths(path), "") == "":
            yield _editable_lack(copy, install, each, f"no COPY brings `{path}` here", container)
            return


def _misled_interpreters(
    copy: Copy,
    file: Copied,
    part: Image,
    modules: Mapping[str, str],
    image: Image,
    container: Container,
    start: Start,
    tree: Tree,
) -> Iterator[Lack]:
    """That the environment which is started leads to the old path of sources that stand at another one here."""
    bins, names = f"{file.target}/bin", list(first_words(container))
    if not names or len(names) < len(container.commands) or _mentions(part, ".pth", "sed "):
        return
    folder = posixpath.dirname(names[-1])
    if folder != bins and (folder or not _found_first(container, image, part, bins)):
        return
    for install, each in _editable(part):
        own = _modules(each, tree)
        mine = {path: name for path, name in modules.items() if path in own and name != "__main__"}
        if found := moved_source(each, next(iter(modules)), mine, image, container, start, tree):
            path, place = found
            why = f"COPY brings `{path}` to {place}, where it does not lead"
            yield _editable_lack(copy, install, each, why, container)
            return


def _editable_lack(copy: Copy, install: Install, packaged: Packaged, why: str, container: Container) -> Lack:
    """The lack of the sources that an editable install leads to."""
    made = f"`{' '.join(install.argv)}` made an editable install of {packaged.image_path}"
    notes = (Label(install.span, "installs the project editable"), Label(container.cmd, "starts the program"))
    site = install.site if install.tool == "uv sync" else None
    flag = (Edit(site.span, f"{site.before}--no-editable{site.after}"),) if site else ()
    return Lack(LackKind.ENVIRONMENT, packaged.image_path, copy.span, f"{made}, and {why}", notes, edits=flag)


def _modules(packaged: Packaged, tree: Tree) -> frozenset[str]:
    """The files of a project that its wheel holds, none where that cannot be told."""
    folder = "" if packaged.folder == "." else packaged.folder
    project = tree.project(folder)
    made = wheel(project, files_below(tree.paths, folder)) if project else None
    return frozenset(posixpath.join(folder, path) for path in made.files.values()) if made else frozenset()


def _mentions(image: Image, *words: str) -> bool:
    return any(word in run.script for run in image.runs for word in words)
