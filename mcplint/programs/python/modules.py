"""Where the modules of a program lie in the project: the folders that the interpreter would search, and their files."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from mcplint.facts.dependencies import PROJECTS
from mcplint.facts.python import Module, located
from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.project.tree import Tree
from mcplint.text.paths import contains, side_folder
from mcplint.text.source import Source
from mcplint.values import Label

Beside = Callable[[str], str | None]


def _find_nothing(name: str) -> None:
    """Finds no module beside a program."""


class Modules:
    """The modules of a tree by dotted name, or `file:` and a path; a class because it keeps what it has found.

    `there`: whether a file lies where the program runs, which one that would hide an SDK must. `beside`: the file of a
    module that lies beside the program where it runs, and elsewhere in the project.
    """

    def __init__(
        self,
        tree: Tree,
        roots: tuple[str, ...],
        there: Callable[[str], bool] = lambda path: True,
        beside: Beside = _find_nothing,
    ) -> None:
        self.tree, self.roots, self.there, self.beside = tree, roots, there, beside
        self._found: dict[str, Module | None] = {}

    def __call__(self, name: str) -> Module | None:
        if name not in self._found:
            path = name.removeprefix("file:") if name.startswith("file:") else self._path(name)
            if path is not None and name.partition(".")[0] in PYTHON_MODULES and not self.there(path):
                path = None
            self._found[name] = None if path is None else self._read_module(path)
        return self._found[name]

    def unread(self) -> Iterator[Label]:
        """Why files among them cannot be read."""
        for name in (name for name, module in self._found.items() if module is None and not name.startswith("file:")):
            problem = self.tree.problems.get(self._path(name) or "")
            if problem:
                yield Label(problem.span, problem.message)

    def _path(self, name: str) -> str | None:
        return find(self.tree, self.roots, name) or self.beside(name)

    def _read_module(self, path: str) -> Module | None:
        if path.endswith("/"):
            return located(Source(f"{path}__init__.py", ""), ast.Module([], []))
        return self.tree.facts("python", path)


def find(tree: Tree, roots: tuple[str, ...], name: str) -> str | None:
    """The file of a module; a folder, with a slash at its end, for a package without `__init__.py`.

    An SDK is only shadowed from the first root: the others are where the project is likely to be installed from.
    """
    return _find_path(tree.paths, roots, name)


@lru_cache(maxsize=8_192)
def _find_path(paths: frozenset[str], roots: tuple[str, ...], name: str) -> str | None:
    parts = name.split(".")
    # `python -m` and ASGI servers find modules whose names no import statement could spell.
    if not all(parts) or "/" in name or name.startswith("-"):
        return None
    searched = roots[:1] if parts[0] in PYTHON_MODULES else roots
    searched = tuple(root for root in searched if parts[0] in _top_level_names(paths).get(root, ()))
    for root in searched:
        stem = posixpath.join(root, *parts)
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path in paths and _reachable(paths, root, parts):
                return path
    if parts[0] in PYTHON_MODULES:
        return None
    stems = (posixpath.join(root, *parts) for root in searched)
    return next((f"{folder}/" for folder in stems if folder in _namespaces(paths)), None)


def finder_in_folders(tree: Tree, file: Callable[[str], str | None], folders: Collection[str]) -> Beside:
    """Finds the modules that lie in folders where a program runs, by where their files lie in the project.

    `file`: the path in the project of a path there.
    """

    def find_beside(name: str) -> str | None:
        parts = name.split(".")
        if parts[0] in PYTHON_MODULES or not all(parts) or "/" in name or name.startswith("-"):
            return None
        stems = [posixpath.join(folder, *parts) for folder in folders]
        ends = (f"{stem}{end}" for stem in stems for end in ("/__init__.py", ".py"))
        own = next((path for path in map(file, ends) if path in tree.paths), None)
        spaces = (path for path in map(file, stems) if path in _namespaces(tree.paths)) if own is None else ()
        return own or next((f"{path}/" for path in spaces), None)

    return find_beside


def is_misspelled_module(tree: Tree, home: str, name: str) -> bool:
    """Whether a top-level name is spelled as a module of the project but for its case, dashes and underscores."""
    near = {path: path.rpartition("/")[2].removesuffix(".py") for path in tree.paths if path.endswith(".py")}
    near |= {folder: folder.rpartition("/")[2] for folder in _namespaces(tree.paths)}
    return is_misspelled(name, {each for where, each in near.items() if contains(side_folder(where), home)})


def is_misspelled(name: str, own: Collection[str]) -> bool:
    """Whether a name is none of these, and one of them but for its case, dashes and underscores."""
    return name not in own and _normalized(name) in set(map(_normalized, own)) - {""}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]", "", name).lower()


def _reachable(paths: frozenset[str], root: str, parts: list[str]) -> bool:
    """Whether no plain module hides a package of the same name on the way."""
    stems = (posixpath.join(root, *parts[:length]) for length in range(1, len(parts)))
    return not any(f"{stem}.py" in paths and f"{stem}/__init__.py" not in paths for stem in stems)


@lru_cache(maxsize=4)
def _namespaces(paths: frozenset[str]) -> frozenset[str]:
    """Every folder but the root that has Python below it."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0] if path.endswith(".py") else ""
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


@lru_cache(maxsize=4)
def _top_level_names(paths: frozenset[str]) -> dict[str, set[str]]:
    """By folder, what can be imported from it by its first name: modules, and folders that have Python below them."""
    found: dict[str, set[str]] = {}
    for path in (*_namespaces(paths), *(path[:-3] for path in paths if path.endswith(".py"))):
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, set()).add(name)
    return found


def loads_library(
    tree: Tree,
    roots: tuple[str, ...],
    path: str,
    libraries: tuple[str, ...] = PYTHON_MODULES,
    there: Callable[[str], bool] = lambda path: True,
    beside: Beside = _find_nothing,
) -> bool:
    """Whether a file may import one of some libraries, by itself or through files of the project.

    Told by the text alone, so that what starts no server need not be followed; one that imports very much may.
    """
    pending, seen = [path], set()
    while pending:
        path = pending.pop()
        source = tree.source(path) if path not in seen else None
        seen.add(path)
        if source is None:
            continue
        if "import_module" in source.text and _COMPUTED.search(source.text):
            return True
        names = _imports(source)
        if len(names) > MOST_IMPORTS:
            return True
        for name in names:
            absolute = _absolute(path, name) if name.startswith(".") else name
            parts = absolute.split(".") if absolute else []
            here, near = (("",), _find_nothing) if name.startswith(".") else (roots, beside)
            if parts and parts[0] in libraries:
                own = find(tree, here, ".".join(parts[:2]))
                if own is None or not there(own):
                    return True
            packages = (".".join(parts[: length + 1]) for length in range(len(parts)))
            found = (find(tree, here, each) or near(each) for each in packages)
            pending += (inner for inner in found if inner and not inner.endswith("/"))
    return False


def management_commands(tree: Tree, roots: tuple[str, ...], name: str) -> dict[str, str]:
    """The modules that apps of Django have for one of its commands, with their files, of the first root with any."""
    end = f"/management/commands/{name}.py"
    paths = [path for path in tree.files_named(f"{name}.py") if f"/{path}".endswith(end)]
    for root in roots:
        own = {
            posixpath.relpath(path, root or ".")[:-3].replace("/", "."): path for path in paths if contains(root, path)
        }
        if found := {module: path for module, path in own.items() if find(tree, roots, module) == path}:
            return found
    return {}


def _absolute(path: str, name: str) -> str:
    """The dotted name from the project's root of a relative one in a file; empty where it leads out of the project."""
    rest = name.lstrip(".")
    folders = path.split("/")[: -(len(name) - len(rest))]
    return ".".join([*folders, *filter(None, [rest])])


@lru_cache(maxsize=2_048)
def _imports(source: Source) -> tuple[str, ...]:
    """The names that a file may import: by statements, as `module:attribute`, by `import_module(name)`."""
    names = dict.fromkeys(_NAMED.findall(source.text))
    if "import_module" in source.text:
        names |= dict.fromkeys(_TEXTS.findall(source.text))
    for module, members, modules in _IMPORT.findall(source.text):
        plain = [each.split()[0] for each in (members or modules).strip("()").split(",") if each.split()]
        dot = "" if module.endswith(".") else "."
        names |= dict.fromkeys([module, *(f"{module}{dot}{each}" for each in plain)] if module else plain)
    return tuple(names)


MOST_IMPORTS = 1_000
"""How many names that a file imports are looked for one by one."""
_IMPORT = re.compile(
    r"(?m)^(?:.*[;:])?[ \t]*+"
    r"(?:from[ \t]++([\w.]*+)[ \t]++import[ \t]*+(\([^)]{0,4000}\)|[^\n#;]*+)|import[ \t]++([^\n#;]++))"
)
_NAMED = re.compile(r"""["']([\w.]+):[\w.]+["']""")
_COMPUTED = re.compile(r"""\bimport_module\(\s*+(?![rRbBuU]?["'][\w.]*["']\s*[,)]|\))""")
"""A call with a name that is put together or read when it is made, which may be any."""
_TEXTS = re.compile(r"""["'](\.*\w[\w.]*)["']""")


def roots(tree: Tree, first: str | None, *more: str, home: str = "") -> tuple[str, ...]:
    """The folders in which a program that begins in one folder finds its modules: that one, then those of projects.

    A project's packages lie beside its metadata or in `src/`; the nearest project comes first: to where the program
    begins, or where that is not known to its home.
    """
    given = ["" if folder == "." else folder for folder in (*([first] if first is not None else []), *more)]
    start = given[0] if first is not None else home
    folders = sorted(project_folders(tree, start), key=lambda folder: _distance(start, folder))
    found = list(given)
    for folder in folders:
        source = posixpath.join(folder, "src")
        found += [*([source] if source in tree.folders else []), folder]
    return tuple(dict.fromkeys([*found, ""]))


def project_folders(tree: Tree, start: str) -> Iterator[str]:
    """The folders of a tree that hold a Python project, for a program that begins in one of its folders."""
    return (folder for folder in _projects(tree.paths) if contains(side_folder(folder), start))


@lru_cache(maxsize=4)
def _projects(paths: frozenset[str]) -> tuple[str, ...]:
    """The folders that hold the metadata of a Python project."""
    return tuple(path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] in PROJECTS)


def _distance(start: str, folder: str) -> tuple[int, int, str]:
    """How far a folder lies from another: those around it first, nearest first."""
    if contains(folder, start):
        return (0, -folder.count("/") - bool(folder), folder)
    return (1, folder.count("/"), folder)
