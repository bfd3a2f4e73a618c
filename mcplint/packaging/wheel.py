"""Which files of a project its wheel holds, by its backend, and where the backend refuses to choose.

Source: wheels built by each backend from projects of every layout (see `backend`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.dependencies import Packages, Project, normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, pairs, scalar
from mcplint.packaging.backend import FLIT, HATCHLING, PDM, POETRY, SETUPTOOLS, UV, WHEEL, backend
from mcplint.project.ignored import pattern
from mcplint.text.glob import fits
from mcplint.text.source import Span


class Wheel(NamedTuple):
    """What a wheel holds: by their paths in it, the files beside `pyproject.toml` that they come from.

    `refused`: why there is none: for want of modules, one of the paths `sought` or all of them, or for the `choice`
    that it has. `decides`: the place that chooses what is packaged.
    """

    files: Mapping[str, str] = {}
    refused: str = ""
    choice: tuple[str, ...] = ()
    decides: Span | None = None
    sought: tuple[str, ...] = ()

    def has(self, module: str) -> bool:
        """Whether it holds a module or a package of a dotted name."""
        stem = module.replace(".", "/")
        return any(path in self.files for path in (f"{stem}.py", f"{stem}/__init__.py")) or any(
            path.startswith(f"{stem}/") for path in self.files
        )


def wheel(project: Project, paths: frozenset[str]) -> Wheel | None:
    """The wheel of a project by its files, relative to its folder; None where that cannot be told."""
    root, kind = project.document, backend(project)
    maker = _MAKERS.get(kind or "")
    # A folder that is a link counts as a file, and what lies behind it is not known.
    linked = {_name(project), f"src/{_name(project)}", "src"} & paths
    if project.packages and not linked:
        alone = len({"setup.py", "setup.cfg", "pyproject.toml"} & paths) == 1
        return _of_setup(project.packages, paths) if alone else None
    return maker(project, root, paths) if root is not None and maker and not linked else None


def _name(project: Project) -> str:
    return normalized(project.name.only or "").replace("-", "_")


def _names(project: Project) -> tuple[str, ...]:
    """The names that hatchling looks for: the project's own as it is written, then the normalized one."""
    return tuple(dict.fromkeys((re.sub(r"[^\w.]+", "_", project.name.only or ""), _name(project))))


def _strings(node: Node | None) -> list[str] | None:
    """The strings of a list, or the one in its place; None where something else stands there."""
    if node is None:
        return []
    nodes = node.items if isinstance(node, SequenceNode) else (node,)
    found = [each.value for each in nodes if isinstance(each, ScalarNode) and isinstance(each.value, str)]
    return found if len(found) == len(nodes) else None


def _below(paths: Iterable[str], folder: str, strip: str = "") -> dict[str, str]:
    """The files at or below a path, by their paths without what is stripped from their front."""
    folder = posixpath.normpath(folder)
    front = f"{strip.rstrip('/')}/" if strip else ""
    inside = (path for path in paths if folder == "." or path == folder or path.startswith(f"{folder}/"))
    return {path.removeprefix(front): path for path in inside}


def _hatchling(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    tables = (at(root, *WHEEL), at(root, "tool", "hatch", "build"))
    given: dict[str, Node] = {}
    for table in reversed(tables):
        given |= {name.text: node for name, node in pairs(table)}
    open_ = {"hooks", "artifacts", "bypass-selection", "dev-mode-dirs", "only-packages"} & given.keys()
    if open_ - {"artifacts"}:
        return None
    lists = {key: _strings(given.get(key)) for key in ("packages", "only-include", "include", "exclude")}
    if any(each is None for each in lists.values()):
        return None
    sources = given.get("sources")
    if isinstance(sources, MappingNode):
        return None
    stripped = sorted(_strings(sources) or [])
    decides = next((given[key].span for key in ("packages", "only-include", "include") if key in given), None)
    if lists["packages"] or lists["only-include"]:
        files: dict[str, str] = {}
        for package in lists["only-include"] or lists["packages"] or []:
            if package in paths and not package.endswith(".py"):
                return None
            front = posixpath.dirname(package.rstrip("/")) if not lists["only-include"] else ""
            files |= _below(paths, package, front)
    elif lists["include"]:
        wanted = [_pattern(each) for each in lists["include"] or []]
        files = {path: path for path in paths if any(each(path) for each in wanted)}
    else:
        names = _names(project)
        found = next((each for name in names if (each := _discovered(name, paths))), None)
        if found is None and "force-include" in given:
            return None
        if found is None:
            refused = f"hatchling finds no {_name(project)}/__init__.py, src/{_name(project)}/__init__.py or the like"
            ends = ("/__init__.py", ".py")
            sought = (f"{front}{name}{end}" for front in ("src/", "") for end in ends for name in reversed(names))
            return Wheel(refused=refused, sought=tuple(sought))
        files = _below(paths, found, posixpath.dirname(found))
        if found.count("/") and not found.startswith("src/"):
            files = _below(paths, found.partition("/")[0])
    out = [_pattern(each) for each in lists["exclude"] or []]
    files = {name: path for name, path in files.items() if not any(each(path) for each in out)}
    for front in stripped:
        files = {name.removeprefix(f"{front.rstrip('/')}/"): path for name, path in files.items()}
    for name, target in pairs(given.get("force-include")):
        within = {
            posixpath.join(scalar(target), posixpath.relpath(path, name.text)) if path != name.text else scalar(target):
            path
            for path in _below(paths, name.text).values()
        }  # fmt: skip
        files |= within
    return Wheel(files, decides=decides)


def _pattern(text: str) -> Callable[[str], bool]:
    """A pattern of git's kind, as hatchling takes them."""
    name = text.removeprefix("!").rstrip("/")
    return pattern(name.lstrip("/") if "/" in name else f"**/{name}").covers


def _discovered(name: str, paths: frozenset[str]) -> str | None:
    """The package or module that hatchling takes by itself."""
    for found in (name, f"src/{name}"):
        if f"{found}/__init__.py" in paths:
            return found
    if f"{name}.py" in paths:
        return f"{name}.py"
    spaces = [path for path in paths if fits(path, f"*/{name}/__init__.py") and path.count("/") == 2]
    return posixpath.dirname(spaces[0]) if len(spaces) == 1 else None


_FOLDERS = (
    "ci bin debian doc docs documentation manpages news newsfragments changelog test tests unit_test unit_tests "
    "example examples scripts tools util utils python build dist venv env requirements tasks fabfile site_scons "
    "benchmark benchmarks exercise exercises htmlcov"
)
_MODULES = (
    "setup conftest test tests example examples build toxfile noxfile pavement dodo tasks fabfile conanfile manage "
    "benchmark benchmarks exercise exercises"
)
_EXCLUDED, _EXCLUDED_MODULES = frozenset(_FOLDERS.split()), frozenset(_MODULES.split())


def _setuptools(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    if {"setup.py", "setup.cfg"} & paths:
        return None
    said = at(root, "tool", "setuptools")
    front = at(said, "package-dir")
    base = scalar(at(front, "")) if front else ""
    named, modules = at(said, "packages"), _strings(at(said, "py-modules"))
    if (front and len(pairs(front)) > 1) or (front and not base) or modules is None or at(said, "ext-modules"):
        return None
    listed = {each: path for each in modules for path in (posixpath.join(base, f"{each}.py"),) if path in paths}
    files = {f"{each}.py": path for each, path in listed.items()}
    if isinstance(named, SequenceNode):
        names = _strings(named)
        packages = [each.replace(".", "/") for each in names or []]
        files |= {name: path for each in packages for name, path in _directly(paths, each, base).items()}
        return Wheel(files, decides=named.span) if names is not None else None
    if named is not None:
        return _found(named, paths, base, files)
    if at(said, "py-modules") is not None:
        return Wheel(files, decides=at(said, "py-modules").span)  # type: ignore[union-attr]
    if base or any(path.startswith("src/") for path in paths):
        inside = base or "src"
        return Wheel(_below(paths, inside, inside))
    return _flat(paths)


def _directly(paths: frozenset[str], package: str, base: str) -> dict[str, str]:
    """The modules of one package, those of packages inside it left out."""
    folder = posixpath.join(base, package)
    return {
        f"{package}/{posixpath.basename(path)}": path
        for path in paths
        if posixpath.dirname(path) == folder and path.endswith((".py", ".pyi", ".so"))
    }


def _found(named: Node, paths: frozenset[str], base: str, files: dict[str, str]) -> Wheel | None:
    """`[tool.setuptools.packages.find]`"""
    find = at(named, "find")
    folders = _strings(at(find, "where")) or [base or "."]
    include, exclude = _strings(at(find, "include")) or ["*"], _strings(at(find, "exclude")) or []
    spaces = at(find, "namespaces")
    regular = isinstance(spaces, ScalarNode) and spaces.value is False
    if find is None or len(folders) != 1:
        return None
    files |= _searched(paths, folders[0], include, exclude, regular)
    return Wheel(files, decides=find.span)


def _of_setup(said: Packages, paths: frozenset[str]) -> Wheel:
    """`setup(packages=…)` and `[options]` of `setup.cfg`"""
    files = {f"{each}.py": posixpath.join(said.base, f"{each}.py") for each in said.modules}
    for each in said.names:
        files |= _directly(paths, each.replace(".", "/"), said.base)
    if said.where is not None:
        files |= _searched(paths, said.where, said.include, said.exclude, not said.spaces)
    return Wheel({name: path for name, path in files.items() if path in paths}, decides=said.span)


def _searched(
    paths: frozenset[str], folder: str, include: Iterable[str], exclude: Iterable[str], regular: bool
) -> dict[str, str]:
    """The modules of the packages below a folder; `regular`: only of those with an `__init__.py`."""
    files: dict[str, str] = {}
    where = "" if folder in ("", ".") else posixpath.normpath(folder)
    for path in paths:
        inside = path.removeprefix(f"{where}/") if where else path
        if (where and not path.startswith(f"{where}/")) or "/" not in inside or not inside.endswith(".py"):
            continue
        parts = inside.split("/")[:-1]
        package = ".".join(parts)
        whole = all(posixpath.join(where, *parts[: count + 1], "__init__.py") in paths for count in range(len(parts)))
        wanted = any(fits(package, each) for each in include) and not any(fits(package, each) for each in exclude)
        if wanted and (whole or not regular) and all(part.isidentifier() for part in parts):
            files[inside] = path
    return files


def _flat(paths: frozenset[str]) -> Wheel:
    """What setuptools discovers where nothing is said and there is no `src/`."""
    folders = sorted({path.partition("/")[0] for path in paths if "/" in path})
    packages = [each for each in folders if each.isidentifier() and each not in _EXCLUDED and each[0] not in "._"]
    alone = sorted(path[:-3] for path in paths if path.endswith(".py") and "/" not in path)
    modules = [each for each in alone if each.isidentifier() and each not in _EXCLUDED_MODULES and each[0] != "_"]
    if len(packages) > 1:
        return Wheel(refused="setuptools does not choose between several packages", choice=tuple(packages))
    if packages:
        return Wheel({path: path for path in paths if path.startswith(f"{packages[0]}/")})
    if len(modules) > 1:
        return Wheel(refused="setuptools takes no module of several", choice=tuple(modules))
    return Wheel({f"{each}.py": f"{each}.py" for each in modules})


def _uv(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    said = at(root, "tool", "uv", "build-backend")
    names, folder = _strings(at(said, "module-name")), at(said, "module-root")
    space = at(said, "namespace")
    if names is None or at(said, "data") or (isinstance(space, ScalarNode) and space.value is True):
        return None
    place = scalar(folder) if folder else "src"
    files: dict[str, str] = {}
    for name in names or [_name(project)]:
        package = posixpath.normpath(posixpath.join(place, name.replace(".", "/")))
        if f"{package}/__init__.py" not in paths:
            sought = f"{package}/__init__.py"
            return Wheel(refused=f"uv_build finds no {sought}", sought=(sought,))
        files |= _below(paths, package, posixpath.normpath(place) if place not in ("", ".") else "")
    return Wheel(files, decides=said.span if said else None)


def _poetry(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    named = at(root, "tool", "poetry", "packages")
    if at(root, "tool", "poetry", "build") or at(root, "tool", "poetry", "include"):
        return None
    if not isinstance(named, SequenceNode):
        return _plain("poetry-core", _name(project), paths)
    files: dict[str, str] = {}
    for each in named.items:
        package, place, formats = scalar(at(each, "include")), scalar(at(each, "from")), at(each, "format")
        if formats is not None and "wheel" not in (_strings(formats) or ["wheel"]):
            continue
        if not package or at(each, "to") or any(sign in package for sign in "*?["):
            return None
        inside = _below(paths, posixpath.join(place, package), place)
        if not inside:
            missing = posixpath.join(place, package)
            return Wheel(refused=f"poetry-core finds nothing in {missing}", decides=each.span, sought=(missing,))
        files |= inside
    return Wheel(files, decides=named.span)


def _flit(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    name = (project.name.only or "").replace("-", "_").replace(".", "/")
    return None if at(root, "tool", "flit", "module") else _plain("flit_core", name, paths)


def _plain(tool: str, name: str, paths: frozenset[str]) -> Wheel:
    """A package or a module of the project's name, beside its metadata or in `src/`."""
    for front in ("", "src"):
        found = posixpath.join(front, name)
        if inside := _below(paths, found, front):
            return Wheel(inside)
        if f"{found}.py" in paths:
            return Wheel({f"{name}.py": f"{found}.py"})
    sought = tuple(f"{front}{name}{end}" for front in ("src/", "") for end in ("", ".py"))
    return Wheel(refused=f"{tool} finds neither {name}/ nor src/{name}/ nor {name}.py", sought=sought)


def _pdm(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    if at(root, "tool", "pdm", "build"):
        return None
    if any(path.startswith("src/") for path in paths):
        return Wheel(_below(paths, "src", "src"))
    packages = {path.partition("/")[0] for path in paths if fits(path, "*/__init__.py") and path.count("/") == 1}
    packages -= {"tests", "test"}
    return Wheel({path: path for path in paths if path.partition("/")[0] in packages})


_MAKERS: Mapping[str, Callable[[Project, MappingNode, frozenset[str]], Wheel | None]] = {
    HATCHLING: _hatchling,
    SETUPTOOLS: _setuptools,
    UV: _uv,
    POETRY: _poetry,
    FLIT: _flit,
    PDM: _pdm,
}


def inside(paths: Iterable[str], folder: str) -> frozenset[str]:
    """The files below a folder of the project, relative to it."""
    front = "" if folder in ("", ".") else f"{folder}/"
    return frozenset(path.removeprefix(front) for path in paths if path.startswith(front))


def modules(made: Wheel) -> Iterator[str]:
    """The dotted names of the modules that a wheel holds."""
    for path in made.files:
        if path.endswith(".py"):
            yield path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
