"""What Node provably does not find when a container starts a program: its file, or the packages that it imports."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from mcplint.commands.node_calls import VERBS, Called, called_in
from mcplint.commands.package_calls import looked_up
from mcplint.commands.shell_parser import commands
from mcplint.dependencies.node_packages import Compiled, nearest, package_json
from mcplint.facts.dockerfile import Instruction
from mcplint.facts.node import PackageJson
from mcplint.images.contents import Contents
from mcplint.images.copies import copied_from, project_path, source_of
from mcplint.images.image import Copied, Copy, Image
from mcplint.images.node_lacks import home_of, of_start
from mcplint.knowledge.executables import NODE_MANAGERS, WITHOUT_FILES
from mcplint.model import Container, Lack, LackKind
from mcplint.programs.start import Start
from mcplint.programs.typescript.builds import compiled_alone, is_build
from mcplint.programs.typescript.packages import file_of
from mcplint.programs.typescript.unresolved import wanted_packages
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.runtime.build_outputs import outputs, unknown_writers
from mcplint.text.paths import outwards
from mcplint.text.source import Span
from mcplint.values import Label

PLAIN = WITHOUT_FILES | {"tsc"}
"""The programs of a build that make no file which Node would load, but for a compiler."""
_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts")
_CHECKS_ONLY = {"noEmit": "keeps tsc from writing it", "emitDeclarationOnly": "has tsc write declarations only"}
"""The options that keep the compiler from writing what Node loads. Source: https://www.typescriptlang.org/tsconfig"""
_ELSEWHERE = re.compile(r"--(?:prefix|dir|cwd)\b|\s-C\b|\bdeploy\b|node_modules|--no-?Emit|--emit|--out|tsconfig", re.I)
"""What a command says that puts packages elsewhere, or has the compiler write other files."""
_WRITES = re.compile(r"\b(?:cp|copy\w*|cpy|mv|node|bun|tsx)\b|--no-?Emit|--emit|--out|tsconfig", re.I)
"""What a script says that may write a file beside those of the compiler."""
_QUIET = ("cache", "config", "prune")
_SEARCHED = ("NODE_PATH", "NODE_OPTIONS")


def of_node_start(start: Start, word: Span, image: Image, container: Container, tree: Tree) -> Iterator[Lack]:
    """The file that is started, if no step makes it, else the first package that it imports and that is not there."""
    path = start.image_path or ""
    found = list(of_start(path, word, image, tree))
    yield from found
    if (
        found
        or any(lack.kind == LackKind.OUTPUT for lack in image.lacks)
        or not _only_installs_and_compiles(image, tree)
    ):
        return
    lack = _built_elsewhere(start, word, image, tree)
    if lack is None and not any(map(_ELSEWHERE.search, _scripts(tree, start.target))):
        lack = _unwritten_output(start, word, image, tree) or _without_packages(start, word, image, container, tree)
    if lack is not None:
        yield lack


def _built_elsewhere(start: Start, word: Span, image: Image, tree: Tree) -> Lack | None:
    """The built file that is started, where all that builds the package writes to other folders."""
    path, home = start.image_path or "", nearest(tree, posixpath.dirname(start.target))
    if home is None or not start.target.endswith(_TYPESCRIPT) or Contents.of(image, tree).has(path):
        return None
    made = outputs(tree, home)
    origins = list(_origins(image, path, tree)) if made else []
    if not made or not origins or any(origin is None or origin[0] != home for origin in origins):
        return None
    paths = [posixpath.normpath(posixpath.join(*origin)) for origin in origins if origin]
    if any(each in tree.paths or made.may_hold(each) or is_inner(tree, each) for each in paths):
        return None
    if next(unknown_writers(tree), None):
        return None
    shown = posixpath.relpath(path, image.workdir.only or "/")
    return Lack(LackKind.OUTPUT, shown, word, f"{made.tool} writes to {made.folders_from(home)}", made.said)


def _only_installs_and_compiles(image: Image, tree: Tree) -> bool:
    """Whether a build does nothing but to install packages where it says so, and to compile."""
    known = all(stage.base_known for stage in image.stages) and ".pnp.cjs" not in tree.paths
    return known and all(_does_nothing_else(run) for stage in image.stages for run in stage.runs)


def _does_nothing_else(run: Instruction) -> bool:
    """Whether the commands of a RUN make no file for Node but by a compiler or a manager of packages."""
    for command in commands(run.text):
        words = looked_up(tuple(word.text for word in command.words))
        if words[:1] == ("tsc",) and len(words) > 1:
            return False
        if _ELSEWHERE.search(" ".join(words)) or not words or words[0] not in {*NODE_MANAGERS, *PLAIN} - {"bun"}:
            return False
    called = [each for each in _managers(run) if each.changes_folder or each.verb not in (*VERBS[each.tool], *_QUIET)]
    return not run.heredocs and all(not each.changes_folder and is_build(each.script) for each in called)


def _unwritten_output(start: Start, word: Span, image: Image, tree: Tree) -> Lack | None:
    """The compiled file that is started, where the compiler is told to write none."""
    path, home = start.image_path or "", nearest(tree, posixpath.dirname(start.target))
    if home is None or not start.target.endswith(_TYPESCRIPT) or Contents.of(image, tree).has(path):
        return None
    compiled = compiled_alone(tree, home)
    options = compiled.options if compiled else {}
    for name, writes in _CHECKS_ONLY.items():
        if name in options and options[name].text == "true":
            shown = posixpath.relpath(path, image.workdir.only or "/")
            note = Label(options[name].span, "says so")
            return Lack(LackKind.OUTPUT, shown, word, f"`{name}` {writes}", (note,))
    if compiled and "rootDir" in options and compiled.root is not None and never_compiled(image, path, tree):
        shown = posixpath.relpath(path, image.workdir.only or "/")
        note, written = (
            Label(options["rootDir"].span, "keeps the folders below this one"),
            _output_path(start, compiled),
        )
        return Lack(LackKind.OUTPUT, shown, word, f"tsc writes {written}", (note,))
    return None


def _output_path(start: Start, compiled: Compiled) -> str:
    """Where the compiler writes a source, relative to its configuration."""
    inside = posixpath.splitext(posixpath.relpath(start.target, compiled.root or "."))[0]
    return posixpath.relpath(posixpath.join(compiled.out or "", f"{inside}.js"), compiled.folder or ".")


def never_compiled(image: Image, path: str, tree: Tree) -> bool:
    """Whether a path lies where only the compiler writes, and no source is compiled to it."""
    if not _only_installs_and_compiles(image, tree) or Contents.of(image, tree).has(path):
        return False
    origins = list(_origins(image, path, tree))
    return bool(origins) and all(origin is not None and uncompiled(tree, origin[0])(origin[1]) for origin in origins)


def _origins(image: Image, path: str, tree: Tree) -> Iterator[tuple[str, str] | None]:
    """Where a build would have made what stands at a path: a package of the project and the path in it.

    None for what comes from neither the project nor one of its stages, or from a folder that the project lacks.
    """
    contents, workdir = Contents.of(image, tree), image.workdir.only
    if next(contents.missing_sources(path), None):
        yield None
    home = home_of(contents, workdir) if workdir else None
    yield (home, posixpath.relpath(path, workdir)) if home is not None and workdir else None
    for copy in image.copies:
        if _may_be_foreign(copy, path):
            yield None
        part = image.parts.get(copy.stage) if copy.stage is not None else None
        for file in (copy.files or ()) if part else ():
            source = source_of(file, path)
            if source is not None and part is not None:
                yield from _origins(part, source, tree)


def uncompiled(tree: Tree, home: str) -> Callable[[str], bool]:
    """Whether a file of a package, by its path there, lies where only the compiler writes, and has no source."""
    compiled = compiled_alone(tree, home)
    if compiled is None or not compiled.out:
        return lambda name: False
    if any(map(_WRITES.search, _scripts(tree, posixpath.join(home, "package.json")))):
        return lambda name: False
    out, root, stems = compiled.out, compiled.root, _stems(tree) if compiled.root is None else {}

    def is_lacking(name: str) -> bool:
        inside = posixpath.relpath(posixpath.normpath(posixpath.join(home, name)), out)
        if inside.startswith(".."):
            return False
        if root is not None:
            return file_of(tree, posixpath.join(root, inside)) is None
        stem = posixpath.splitext(inside)[0]
        return not any(f"/{each}".endswith(f"/{stem}") for each in stems.get(posixpath.basename(stem), ()))

    return is_lacking


def _stems(tree: Tree) -> dict[str, list[str]]:
    """The files of a project without their suffixes, by what is left of their names."""
    found: dict[str, list[str]] = {}
    for path in tree.paths:
        stem = posixpath.splitext(path)[0]
        found.setdefault(posixpath.basename(stem), []).append(stem)
    return found


def _may_be_foreign(copy: Copy, path: str) -> bool:
    """Whether a COPY may put something at a path that is neither of the project nor of a stage."""
    target = copy.target.only
    below = target is None or path == target or path.startswith(f"{target.rstrip('/')}/")
    return below and (copy.image is not None or copy.files is None)


def _scripts(tree: Tree, target: str) -> Iterator[str]:
    """The scripts that build the package of a program."""
    home = nearest(tree, posixpath.dirname(target))
    package = package_json(tree, home) if home is not None else None
    scripts = package.scripts.items() if package else ()
    yield from (node.text for name, node in scripts if is_build(name) or "tsc" in node.text)


def _without_packages(start: Start, word: Span, image: Image, container: Container, tree: Tree) -> Lack | None:
    """The first package that is imported at start, where no folder that Node looks into can hold any."""
    path = start.image_path or ""
    if start.runtime != "node" or any(name in env for name in _SEARCHED for env in (container.env, start.env)):
        return None
    if "node_modules" in path or any(each.verb not in _QUIET for run in image.runs for each in _managers(run)):
        return None
    if not start.target.endswith(_TYPESCRIPT) and project_path(image, path, tree) != start.target:
        return None
    places = [posixpath.join("/", folder.lstrip("/"), "node_modules") for folder in outwards(posixpath.dirname(path))]
    if any(_may_hold(image, place, tree) for place in places):
        return None
    found = next(wanted_packages(tree, start.target), None)
    if found is None:
        return None
    name, imported = found
    stage = next((part for part in image.parts.values() if part.node_installs), None)
    why = "no step brings `node_modules` into the image"
    notes = [Label(imported, "imports it")]
    if stage is not None:
        why = f"`node_modules` stays behind in stage `{stage.name or stage.number}`"
        notes.append(Label(stage.node_installs[0].span, "installs it there"))
    return Lack(LackKind.PACKAGES, name, _bringing_copy(image, path) or word, why, tuple(notes))


def _bringing_copy(image: Image, path: str) -> Span | None:
    """The COPY from another stage that brings the program."""
    copies = (copy for copy in reversed(image.copies) if copy.stage is not None)
    found = next((copy for copy in copies if any(_source_path(file, path) for file in copy.files or ())), None)
    return found.span if found else None


def _may_hold(image: Image, place: str, tree: Tree) -> bool:
    """Whether packages may stand in a folder of an image, for all that is known of it."""
    if copied_from((each for each in image.copies if each.stage is None), {}, image.ignored, image.context, place):
        return True
    return any(_may_bring(copy, image, place, tree) for copy in image.copies)


def _may_bring(copy: Copy, image: Image, place: str, tree: Tree) -> bool:
    """Whether a COPY puts a folder of packages, or something in it, at a path of an image."""
    target = copy.target.only
    if target is None or f"{target.rstrip('/')}/".startswith(f"{place}/"):
        return True
    if copy.text is not None or (copy.stage is None and copy.image is None and copy.files is not None):
        return False
    if copy.files is None:
        return place.startswith(f"{target.rstrip('/')}/")
    part = image.parts.get(copy.stage) if copy.stage is not None else None
    inner = [found for file in copy.files if (found := _source_path(file, place))]
    return bool(inner) if part is None else any(_is_installed(part, each, tree) for each in inner)


def _source_path(file: Copied, path: str) -> str | None:
    """Where a path below what is copied stood before."""
    if path == file.target:
        return file.source
    below = file.target.rstrip("/") + "/"
    return posixpath.join(file.source, path[len(below) :]) if path.startswith(below) else None


def _is_installed(stage: Image, place: str, tree: Tree) -> bool:
    """Whether a stage may have packages in a folder: it installs there, or something that it copies is there."""
    folders = [install.folder for install in stage.node_installs]
    calls = [called for run in stage.runs for called in _managers(run) if called.verb in VERBS[called.tool]]
    if None in folders or any(each.names or each.changes_folder for each in calls) or (calls and not folders):
        return True
    if "pnpm-workspace.yaml" in tree.paths or any(
        _has_members(install.package, tree) for install in stage.node_installs
    ):
        return True
    return posixpath.dirname(place) in folders or _may_hold(stage, place, tree)


def _has_members(path: str, tree: Tree) -> bool:
    package: PackageJson | None = tree.facts("package_json", path)
    return package is None or bool(package.workspaces)


def _managers(run: Instruction) -> Iterator[Called]:
    """The commands of managers of packages in a RUN, but those about what is installed for all projects."""
    found = (called_in(looked_up(tuple(word.text for word in each.words))) for each in commands(run.text))
    return (each for each in found if each and not each.is_global)
