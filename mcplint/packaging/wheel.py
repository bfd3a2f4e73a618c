"""Which files of a project its wheel holds, by its backend, and where the backend refuses to choose.

Source: wheels built by each backend from projects of every layout (see `backend`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from mcplint.facts.dependencies import Project, normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, pairs, scalar
from mcplint.packaging.backend import FLIT, HATCHLING, PDM, POETRY, SETUPTOOLS, UV, WHEEL, backend
from mcplint.packaging.setuptools_wheel import of_setup, of_setuptools
from mcplint.packaging.wheel_files import Wheel, strings, wheel_paths
from mcplint.project.ignored import pattern
from mcplint.text.glob import fits


def wheel(project: Project, paths: frozenset[str]) -> Wheel | None:
    """The wheel of a project by its files, relative to its folder; None where that cannot be told."""
    root, kind = project.document, backend(project)
    maker = _MAKERS.get(kind or "")
    # A folder that is a link counts as a file, and what lies behind it is not known.
    linked = {_name(project), f"src/{_name(project)}", "src"} & paths
    if project.packages and not linked:
        alone = len({"setup.py", "setup.cfg", "pyproject.toml"} & paths) == 1
        return of_setup(project.packages, paths) if alone else None
    return maker(project, root, paths) if root is not None and maker and not linked else None


def _name(project: Project) -> str:
    return normalized(project.name.only or "").replace("-", "_")


def _names(project: Project) -> tuple[str, ...]:
    """The names that hatchling looks for: the project's own as it is written, then the normalized one."""
    return tuple(dict.fromkeys((re.sub(r"[^\w.]+", "_", project.name.only or ""), _name(project))))


def _hatchling(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    tables = (at(root, *WHEEL), at(root, "tool", "hatch", "build"))
    given: dict[str, Node] = {}
    for table in reversed(tables):
        given |= {name.text: node for name, node in pairs(table)}
    open_ = {"hooks", "artifacts", "bypass-selection", "dev-mode-dirs", "only-packages"} & given.keys()
    if open_ - {"artifacts"}:
        return None
    lists = {key: strings(given.get(key)) for key in ("packages", "only-include", "include", "exclude")}
    if any(each is None for each in lists.values()):
        return None
    sources = given.get("sources")
    if isinstance(sources, MappingNode):
        return None
    stripped = sorted(strings(sources) or [])
    decides = next((given[key].span for key in ("packages", "only-include", "include") if key in given), None)
    if lists["packages"] or lists["only-include"]:
        files: dict[str, str] = {}
        for package in lists["only-include"] or lists["packages"] or []:
            if package in paths and not package.endswith(".py"):
                return None
            front = posixpath.dirname(package.rstrip("/")) if not lists["only-include"] else ""
            files |= wheel_paths(paths, package, front)
    elif lists["include"]:
        wanted = [_pattern(each) for each in lists["include"] or []]
        files = {path: path for path in paths if any(each(path) for each in wanted)}
    else:
        names = _names(project)
        found = next((each for name in names if (each := _hatchling_default(name, paths))), None)
        if found is None and "force-include" in given:
            return None
        if found is None:
            refused = f"hatchling finds no {_name(project)}/__init__.py, src/{_name(project)}/__init__.py or the like"
            ends = ("/__init__.py", ".py")
            sought = (f"{front}{name}{end}" for front in ("src/", "") for end in ends for name in reversed(names))
            return Wheel(refused=refused, sought=tuple(sought))
        files = wheel_paths(paths, found, posixpath.dirname(found))
        if found.count("/") and not found.startswith("src/"):
            files = wheel_paths(paths, found.partition("/")[0])
    out = [_pattern(each) for each in lists["exclude"] or []]
    files = {name: path for name, path in files.items() if not any(each(path) for each in out)}
    for front in stripped:
        files = {name.removeprefix(f"{front.rstrip('/')}/"): path for name, path in files.items()}
    for name, target in pairs(given.get("force-include")):
        within = {
            posixpath.join(scalar(target), posixpath.relpath(path, name.text)) if path != name.text else scalar(target):
            path
            for path in wheel_paths(paths, name.text).values()
        }  # fmt: skip
        files |= within
    return Wheel(files, decides=decides)


def _pattern(text: str) -> Callable[[str], bool]:
    """A pattern of git's kind, as hatchling takes them."""
    name = text.removeprefix("!").rstrip("/")
    return pattern(name.lstrip("/") if "/" in name else f"**/{name}").matches


def _hatchling_default(name: str, paths: frozenset[str]) -> str | None:
    """The package or module that hatchling takes by itself."""
    for found in (name, f"src/{name}"):
        if f"{found}/__init__.py" in paths:
            return found
    if f"{name}.py" in paths:
        return f"{name}.py"
    spaces = [path for path in paths if fits(path, f"*/{name}/__init__.py") and path.count("/") == 2]
    return posixpath.dirname(spaces[0]) if len(spaces) == 1 else None


def _uv(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    settings = at(root, "tool", "uv", "build-backend")
    names, folder = strings(at(settings, "module-name")), at(settings, "module-root")
    space = at(settings, "namespace")
    if names is None or at(settings, "data") or (isinstance(space, ScalarNode) and space.value is True):
        return None
    base = scalar(folder) if folder else "src"
    files: dict[str, str] = {}
    for name in names or [_name(project)]:
        package = posixpath.normpath(posixpath.join(base, name.replace(".", "/")))
        if f"{package}/__init__.py" not in paths:
            sought = f"{package}/__init__.py"
            return Wheel(refused=f"uv_build finds no {sought}", sought=(sought,))
        files |= wheel_paths(paths, package, posixpath.normpath(base) if base not in ("", ".") else "")
    return Wheel(files, decides=settings.span if settings else None)


def _poetry(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    named = at(root, "tool", "poetry", "packages")
    if at(root, "tool", "poetry", "build") or at(root, "tool", "poetry", "include"):
        return None
    if not isinstance(named, SequenceNode):
        return _default_package("poetry-core", _name(project), paths)
    files: dict[str, str] = {}
    for each in named.items:
        package, base, formats = scalar(at(each, "include")), scalar(at(each, "from")), at(each, "format")
        if formats is not None and "wheel" not in (strings(formats) or ["wheel"]):
            continue
        if not package or at(each, "to") or any(sign in package for sign in "*?["):
            return None
        inside = wheel_paths(paths, posixpath.join(base, package), base)
        if not inside:
            missing = posixpath.join(base, package)
            return Wheel(refused=f"poetry-core finds nothing in {missing}", decides=each.span, sought=(missing,))
        files |= inside
    return Wheel(files, decides=named.span)


def _flit(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    name = (project.name.only or "").replace("-", "_").replace(".", "/")
    return None if at(root, "tool", "flit", "module") else _default_package("flit_core", name, paths)


def _default_package(tool: str, name: str, paths: frozenset[str]) -> Wheel:
    """A package or a module of the project's name, beside its metadata or in `src/`."""
    for front in ("", "src"):
        found = posixpath.join(front, name)
        if inside := wheel_paths(paths, found, front):
            return Wheel(inside)
        if f"{found}.py" in paths:
            return Wheel({f"{name}.py": f"{found}.py"})
    sought = tuple(f"{front}{name}{end}" for front in ("src/", "") for end in ("", ".py"))
    return Wheel(refused=f"{tool} finds neither {name}/ nor src/{name}/ nor {name}.py", sought=sought)


def _pdm(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    if at(root, "tool", "pdm", "build"):
        return None
    if any(path.startswith("src/") for path in paths):
        return Wheel(wheel_paths(paths, "src", "src"))
    packages = {path.partition("/")[0] for path in paths if fits(path, "*/__init__.py") and path.count("/") == 1}
    packages -= {"tests", "test"}
    return Wheel({path: path for path in paths if path.partition("/")[0] in packages})


_MAKERS: Mapping[str, Callable[[Project, MappingNode, frozenset[str]], Wheel | None]] = {
    HATCHLING: _hatchling,
    SETUPTOOLS: of_setuptools,
    UV: _uv,
    POETRY: _poetry,
    FLIT: _flit,
    PDM: _pdm,
}


def files_below(paths: Iterable[str], folder: str) -> frozenset[str]:
    """The files below a folder of the project, relative to it."""
    front = "" if folder in ("", ".") else f"{folder}/"
    return frozenset(path.removeprefix(front) for path in paths if path.startswith(front))


def modules(made: Wheel) -> Iterator[str]:
    """The dotted names of the modules that a wheel holds."""
    for path in made.files:
        if path.endswith(".py"):
            yield path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
