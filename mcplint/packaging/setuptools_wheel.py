"""Which files setuptools puts into a wheel, and which folders it ends without.

Source: wheels and editable installs built by setuptools 61, 69, 75 and 84.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from mcplint.facts.dependencies import Packages, Project
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, pairs, scalar
from mcplint.packaging.wheel_files import Wheel, strings, wheel_paths
from mcplint.text.glob import fits
from mcplint.text.paths import upwards
from mcplint.text.source import Span

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


def of_setuptools(project: Project, root: MappingNode, paths: frozenset[str]) -> Wheel | None:
    """By `[tool.setuptools]`, or what setuptools discovers where that says nothing."""
    settings = at(root, "tool", "setuptools")
    folders = {name.text: posixpath.normpath(scalar(node)) for name, node in pairs(at(settings, "package-dir"))}
    base = "" if folders.get("") == "." else folders.get("", "")
    named, modules = at(settings, "packages"), strings(at(settings, "py-modules"))
    if {"setup.py", "setup.cfg"} & paths or modules is None or at(settings, "ext-modules"):
        return None
    listed = {each: path for each in modules for path in (posixpath.join(base, f"{each}.py"),) if path in paths}
    files = {f"{each}.py": path for each, path in listed.items()}
    if isinstance(named, SequenceNode):
        return _listed_packages(named, paths, folders, files)
    if folders.keys() - {""} or (folders and not base):
        return None
    if named is not None:
        return _found_packages(named, paths, base, files)
    if at(settings, "py-modules") is not None:
        return Wheel(files, decides=at(settings, "py-modules").span)  # type: ignore[union-attr]
    if base or any(path.startswith("src/") for path in paths):
        inside = base or "src"
        return _without_base(inside, paths, settings.span if settings else None) or Wheel(
            wheel_paths(paths, inside, inside)
        )
    return _flat_layout(paths)


def _listed_packages(
    named: SequenceNode, paths: frozenset[str], folders: Mapping[str, str], files: dict[str, str]
) -> Wheel | None:
    """The packages that are named one by one, of which setuptools insists on each folder."""
    names = strings(named)
    there = frozenset(parent for path in paths for parent in upwards(posixpath.dirname(path)))
    for package, node in zip(names or (), named.items, strict=names is not None):
        folder = _package_folder(package, folders)
        if folder not in ("", ".") and folder not in there and not folder.startswith(".."):
            return Wheel(refused=f"setuptools finds no {folder}/", decides=node.span, sought=(folder,))
        files |= _own_modules(paths, package.replace(".", "/"), folder)
    return Wheel(files, decides=named.span) if names is not None else None


def _without_base(folder: str, paths: frozenset[str], span: Span | None) -> Wheel | None:
    """The refusal of a project that lacks the folder of all its packages, where setuptools writes their metadata."""
    folder = posixpath.normpath(folder)
    if folder.startswith(".") or any(path.startswith(f"{folder}/") for path in paths):
        return None
    return Wheel(refused=f"setuptools finds no {folder}/", decides=span, sought=(folder,), lenient=True)


def _package_folder(package: str, folders: Mapping[str, str]) -> str:
    """The folder of a package of a dotted name, by what `package-dir` says of it or of the packages around it."""
    parts = package.split(".")
    for count in range(len(parts), -1, -1):
        front = folders.get(".".join(parts[:count]))
        if front is not None:
            return posixpath.normpath(posixpath.join(front, *parts[count:]))
    return posixpath.join(*parts)


def _own_modules(paths: frozenset[str], package: str, folder: str) -> dict[str, str]:
    """The modules of one package, those of packages inside it left out."""
    return {
        f"{package}/{posixpath.basename(path)}": path
        for path in paths
        if posixpath.dirname(path) == folder and path.endswith((".py", ".pyi", ".so"))
    }


def _found_packages(named: Node, paths: frozenset[str], base: str, files: dict[str, str]) -> Wheel | None:
    """`[tool.setuptools.packages.find]`"""
    find = at(named, "find")
    folders = strings(at(find, "where")) or [base or "."]
    include, exclude = strings(at(find, "include")) or ["*"], strings(at(find, "exclude")) or []
    spaces = at(find, "namespaces")
    regular = isinstance(spaces, ScalarNode) and spaces.value is False
    if find is None or len(folders) != 1:
        return None
    if without := _without_base(base or folders[0], paths, find.span):
        return without
    files |= _modules_below(paths, folders[0], include, exclude, regular)
    return Wheel(files, decides=find.span)


def of_setup(said: Packages, paths: frozenset[str]) -> Wheel:
    """`setup(packages=…)` and `[options]` of `setup.cfg`"""
    files = {f"{each}.py": posixpath.join(said.base, f"{each}.py") for each in said.modules}
    for each in said.names:
        package = each.replace(".", "/")
        files |= _own_modules(paths, package, posixpath.join(said.base, package))
    if said.where is not None:
        files |= _modules_below(paths, said.where, said.include, said.exclude, not said.spaces)
    return Wheel({name: path for name, path in files.items() if path in paths}, decides=said.span)


def _modules_below(
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


def _flat_layout(paths: frozenset[str]) -> Wheel:
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
