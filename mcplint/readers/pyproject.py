"""Reads a `pyproject.toml` or `Pipfile`: name, version, dependencies, scripts, and where its packages lie."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.dependencies import BUILD, EXTRA, GROUP, MAIN, Include, Project, Requirement, Script, normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.readers import toml
from mcplint.readers.requirements import requirement
from mcplint.text.number import whole
from mcplint.text.source import Source, Span


def read(source: Source) -> Project:
    """The project. Unreadable where the file is not TOML."""
    root = toml.read(source)
    if posixpath.basename(source.path).lower() == "pipfile":
        return Project(Span(source, 0, 0), requirements=tuple(_pipfile(root)), tools=frozenset({"pipenv"}))
    poetry = _at(root, "tool", "poetry")
    main = _at(root, "project") or poetry or root
    dynamic = frozenset(_strings(_at(root, "project", "dynamic")))
    requirements = (*_project(root), *_groups(root), *_poetry(poetry))
    includes = tuple(_dynamic_files(root, source)) if "dependencies" in dynamic else ()
    workspace = _at(root, "tool", "uv", "workspace")
    tools = _at(root, "tool")
    return Project(
        Span(source, 0, 0),
        _scalar(main, "name"),
        _scalar(main, "version"),
        _scalar(main, "requires-python") or _scalar(_at(poetry, "dependencies"), "python"),
        requirements,
        includes,
        (*_scripts(_at(root, "project", "scripts")), *_scripts(_at(poetry, "scripts"))),
        tuple(_sources(root, poetry)),
        tuple(dict.fromkeys(_roots(root, poetry))),
        tuple(_strings(_at(workspace, "members"))) if workspace else None,
        frozenset(key.text for key, _ in tools.pairs) if isinstance(tools, MappingNode) else frozenset(),
        tuple(_strings(_at(root, "tool", "uv", "default-groups"))) or ("dev",),
        dynamic,
        "dependencies" not in dynamic or bool(includes),
    )


def _at(node: Node | None, *keys: str) -> Node | None:
    """What stands under keys below keys, or None."""
    for key in keys:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node


def _scalar(node: Node | None, key: str) -> ScalarNode | None:
    found = _at(node, key)
    return found if isinstance(found, ScalarNode) and isinstance(found.value, str) else None


def _pairs(node: Node | None) -> tuple[tuple[ScalarNode, Node], ...]:
    return node.pairs if isinstance(node, MappingNode) else ()


def _items(node: Node | None) -> Iterator[ScalarNode]:
    """The strings of a list."""
    for item in node.items if isinstance(node, SequenceNode) else ():
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            yield item


def _strings(node: Node | None) -> Iterator[str]:
    return (item.text for item in _items(node))


def _listed(node: Node | None, kind: str, group: str = "") -> Iterator[Requirement]:
    """The requirements of a list of strings; one whose text is escaped has no exact places and is left out."""
    for item in _items(node):
        if item.span.text == item.text:
            found = requirement(item.span.source, item.span.start, item.text, kind, group)
            if found:
                yield found


def _project(root: MappingNode) -> Iterator[Requirement]:
    yield from _listed(_at(root, "project", "dependencies"), MAIN)
    for extra, listed in _pairs(_at(root, "project", "optional-dependencies")):
        yield from _listed(listed, EXTRA, normalized(extra.text))
    yield from _listed(_at(root, "build-system", "requires"), BUILD)


def _groups(root: MappingNode) -> Iterator[Requirement]:
    """Dependency groups with those that they include, and the older tables of uv and pdm that mean the same."""
    groups = _at(root, "dependency-groups")
    for name, _ in _pairs(groups):
        for included in sorted(_included(groups, name.text, frozenset())):
            yield from _listed(_at(groups, included), GROUP, normalized(name.text))
    yield from _listed(_at(root, "tool", "uv", "dev-dependencies"), GROUP, "dev")
    for name, listed in _pairs(_at(root, "tool", "pdm", "dev-dependencies")):
        yield from _listed(listed, GROUP, normalized(name.text))


def _included(groups: Node | None, name: str, seen: frozenset[str]) -> frozenset[str]:
    """The names of a group and of all that it includes."""
    listed = _at(groups, name)
    if name in seen or not isinstance(listed, SequenceNode):
        return seen
    seen |= {name}
    for item in listed.items:
        other = _scalar(item, "include-group")
        if other:
            seen = _included(groups, other.text, seen)
    return seen


def _poetry(poetry: Node | None) -> Iterator[Requirement]:
    yield from _named(_at(poetry, "dependencies"), MAIN)
    yield from _named(_at(poetry, "dev-dependencies"), GROUP, "dev")
    for group, table in _pairs(_at(poetry, "group")):
        yield from _named(_at(table, "dependencies"), GROUP, normalized(group.text))


def _pipfile(root: MappingNode) -> Iterator[Requirement]:
    yield from _named(_at(root, "packages"), MAIN)
    yield from _named(_at(root, "dev-packages"), GROUP, "dev")


def _named(table: Node | None, kind: str, group: str = "") -> Iterator[Requirement]:
    """The requirements of a table from name to version, or to what else is said of it."""
    for name, said in _pairs(table):
        for one in said.items if isinstance(said, SequenceNode) else (said,):
            version = one if isinstance(one, ScalarNode) else _at(one, "version")
            range_ = version if isinstance(version, ScalarNode) else None
            optional = _at(one, "optional")
            yield Requirement(
                normalized(name.text),
                pep440(range_.text) if range_ else None,
                Span(name.span.source, name.span.start, one.span.end),
                range_.span if range_ else Span(name.span.source, one.span.end, one.span.end),
                tuple(normalized(extra) for extra in _strings(_at(one, "extras"))),
                getattr(_scalar(one, "markers"), "text", ""),
                EXTRA if isinstance(optional, ScalarNode) and optional.value is True else kind,
                group,
            )


def pep440(range_: str) -> str | None:
    """A range of Poetry (`^1.2`, `~1.2`, `1.2.*`, `1.2`) in specifiers of PEP 440; None where it is not understood."""
    clauses = [_clause(part.strip()) for part in range_.split(",")]
    return None if None in clauses else ",".join(clause for clause in clauses if clause)


def _clause(text: str) -> str | None:
    if text in ("*", ""):
        return ""
    plain = text.lstrip("^~")
    numbers = plain.split(".")
    if text[0] in "<>=!" or text.startswith("~="):
        return text if "|" not in text and " " not in text.lstrip("<>=!~ ") else None
    if not all(whole(number) is not None for number in numbers) or len(numbers) > 4:
        return f"=={text}" if plain == text and text.replace(".*", "").replace(".", "").isalnum() else None
    if plain == text:
        return f"=={text}"
    fixed = min(len(numbers), 2) - 1
    if text[0] == "^":
        fixed = next((place for place, number in enumerate(numbers) if int(number)), len(numbers) - 1)
    bound = ".".join((*numbers[:fixed], str(int(numbers[fixed]) + 1)))
    return f">={plain},<{bound}"


def _scripts(table: Node | None) -> Iterator[Script]:
    for name, target in _pairs(table):
        called = target if isinstance(target, ScalarNode) else _at(target, "reference") or _at(target, "callable")
        if isinstance(called, ScalarNode) and ":" in called.text:
            yield Script(name.text, called.text, called.span)


def _sources(root: MappingNode, poetry: Node | None) -> Iterator[tuple[str, str]]:
    """The dependencies that are taken from elsewhere than an index."""
    for table in (_at(root, "tool", "uv", "sources"), _at(poetry, "dependencies")):
        for name, said in _pairs(table):
            for kind in ("git", "path", "url", "workspace"):
                if _at(said, kind):
                    yield normalized(name.text), kind


def _roots(root: MappingNode, poetry: Node | None) -> Iterator[str]:
    """The folders that the build takes packages from."""
    setuptools = _at(root, "tool", "setuptools")
    yield from _strings(_at(setuptools, "packages", "find", "where"))
    if top := _scalar(_at(setuptools, "package-dir"), ""):
        yield top.text
    packages = _at(poetry, "packages")
    for package in packages.items if isinstance(packages, SequenceNode) else ():
        if folder := _scalar(package, "from"):
            yield folder.text
    for listed in _strings(_at(root, "tool", "hatch", "build", "targets", "wheel", "packages")):
        yield posixpath.dirname(listed)
    if backend := _scalar(_at(root, "tool", "uv", "build-backend"), "module-root"):
        yield backend.text


def _dynamic_files(root: MappingNode, source: Source) -> Iterator[Include]:
    """The requirements files that setuptools reads the dependencies from."""
    files = _at(root, "tool", "setuptools", "dynamic", "dependencies", "file")
    for item in (files,) if isinstance(files, ScalarNode) else _items(files):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), item.text))
        if not path.startswith(".."):
            yield Include(path, "requirements", item.span)
