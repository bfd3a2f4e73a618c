"""Reads what a `pyproject.toml`, `Pipfile`, `setup.cfg` or `setup.py` says of the package that it builds."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.facts.dependencies import BUILD, EXTRA, GROUP, MAIN, Include, Project, Requirement, Script, normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs, value
from mcplint.readers.requirements import requirement
from mcplint.text.number import whole_number
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Value

SCRIPTS = ("project.scripts", "project.gui-scripts", "tool.poetry.scripts", "tool.flit.scripts")


def read(source: Source) -> Project:
    """The package. Unreadable where the file is not in its format."""
    name = posixpath.basename(source.path).lower()
    if name in ("setup.cfg", "setup.py"):
        from mcplint.readers import setup

        return setup.read_setup_cfg(source) if name.endswith(".cfg") else setup.read_setup_py(source)
    from mcplint.readers import toml

    root = toml.read(source)
    if name == "pipfile":
        asked = (
            *_requirements_by_name(root.get("packages"), MAIN),
            *_requirements_by_name(root.get("dev-packages"), GROUP),
        )
        folders = tuple(_folders(root.get("packages")))
        return Project(source, root.span.head, requirements=asked, includes=folders)
    return _pyproject(source, root)


def _pyproject(source: Source, root: MappingNode) -> Project:
    """A `pyproject.toml`. What it calls dynamic is unknown; what it leaves out otherwise is known to be absent."""
    project, poetry = at(root, "project"), at(root, "tool", "poetry")
    main = next((table for table in (project, poetry) if at(table, "name")), project or poetry)
    dynamic = frozenset(_texts(at(project, "dynamic")))
    if project is None or "dependencies" in dynamic:
        dynamic = dynamic - {"dependencies"} if at(poetry, "dependencies") else dynamic | {"dependencies"}
    readme, described = _readme(root, main if main is not None and main is poetry else None, dynamic)
    return Project(
        source,
        main.span.head if main else Span(source, 0, 0),
        value(at(main, "name")),
        value(at(main, "version")),
        readme,
        described,
        requirements=(*_standard_requirements(root), *_group_requirements(root), *_poetry(poetry)),
        includes=tuple(_dynamic_files(root)) if "dependencies" in dynamic else (),
        scripts=tuple(script for keys in SCRIPTS for script in _scripts(at(root, *keys.split(".")))),
        elsewhere=tuple(_not_from_index(root, poetry)),
        members=tuple(_texts(at(root, "tool", "uv", "workspace", "members"))),
        dynamic=dynamic | {"scripts"} if {"gui-scripts", "entry-points"} & dynamic else dynamic,
        document=root,
    )


def _readme(root: MappingNode, poetry: Node | None, dynamic: frozenset[str]) -> tuple[Value[str | None], str | None]:
    """The path of the README and its text, where either is said; what Poetry takes by itself is unknown."""
    node = at(poetry or root.get("project"), "readme")
    if "readme" in dynamic:
        node = at(root, "tool", "setuptools", "dynamic", "readme")
    file, text = at(node, "file"), at(node, "text")
    if node is None:
        return UNKNOWN if poetry or "readme" in dynamic else Value((None,)), None
    if isinstance(file, SequenceNode) and len(file.items) == 1:
        file = file.items[0]
    return value(file if isinstance(node, MappingNode) else node), text.text if isinstance(text, ScalarNode) else None


def _texts(node: Node | None) -> Iterator[str]:
    return (item.text for item in _strings(node))


def _strings(node: Node | None) -> Iterator[ScalarNode]:
    """The strings of a list, or the one that stands in its place."""
    for item in (node,) if isinstance(node, ScalarNode) else items(node):
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            yield item


def _listed_requirements(node: Node | None, kind: str) -> Iterator[Requirement]:
    """The requirements of a list of strings; one whose text is escaped has no exact spans and is left out."""
    for item in _strings(node):
        if item.span.text == item.text and (found := requirement(item.span, kind)):
            yield found


def _standard_requirements(root: MappingNode) -> Iterator[Requirement]:
    yield from _listed_requirements(at(root, "project", "dependencies"), MAIN)
    for _, listed in pairs(at(root, "project", "optional-dependencies")):
        yield from _listed_requirements(listed, EXTRA)
    yield from _listed_requirements(at(root, "build-system", "requires"), BUILD)


def _group_requirements(root: MappingNode) -> Iterator[Requirement]:
    """Dependency groups and the older tables of uv and pdm; what one group includes is in a group anyway."""
    yield from _listed_requirements(at(root, "tool", "uv", "dev-dependencies"), GROUP)
    for table in (root.get("dependency-groups"), at(root, "tool", "pdm", "dev-dependencies")):
        for _, listed in pairs(table):
            yield from _listed_requirements(listed, GROUP)


def _poetry(poetry: Node | None) -> Iterator[Requirement]:
    """The requirements of Poetry's tables, where `python` is no package."""
    yield from (each for each in _requirements_by_name(at(poetry, "dependencies"), MAIN) if each.name != "python")
    yield from _requirements_by_name(at(poetry, "dev-dependencies"), GROUP)
    for _, table in pairs(at(poetry, "group")):
        yield from _requirements_by_name(at(table, "dependencies"), GROUP)


def _requirements_by_name(table: Node | None, kind: str) -> Iterator[Requirement]:
    """The requirements of a table from name to version, or to what else is said of it."""
    for name, requirement_value in pairs(table):
        for one in items(requirement_value) or (requirement_value,):
            version = one if isinstance(one, ScalarNode) else at(one, "version")
            range_ = version if isinstance(version, ScalarNode) else None
            optional, marker = at(one, "optional"), at(one, "markers")
            yield Requirement(
                normalized(name.text),
                pep440(range_.text) if range_ else None,
                Span(name.span.source, name.span.start, _end(one)),
                range_.span if range_ else Span(name.span.source, one.span.end, one.span.end),
                tuple(normalized(extra) for extra in _texts(at(one, "extras"))),
                marker.text if isinstance(marker, ScalarNode) else "",
                EXTRA if isinstance(optional, ScalarNode) and optional.value is True else kind,
            )


def _folders(table: Node | None) -> Iterator[Include]:
    """The projects that a table names by their folders."""
    for _, group in pairs(table):
        for item in _strings(at(group, "path")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(item.span.source.path), item.text))
            if not path.startswith(".."):
                yield Include(path, "project", item.span)


def _end(node: Node) -> int:
    """Where a value ends, with the quote behind it."""
    end = node.span.end
    quoted = isinstance(node, ScalarNode) and node.span.source.text[end : end + 1] in ("'", '"')
    return end + quoted


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
    if not all(whole_number(number) is not None for number in numbers) or len(numbers) > 4:
        return f"=={text}" if plain == text and text.replace(".*", "").replace(".", "").isalnum() else None
    if plain == text:
        return f"=={text}"
    fixed = min(len(numbers), 2) - 1
    if text[0] == "^":
        fixed = next((index for index, number in enumerate(numbers) if int(number)), len(numbers) - 1)
    bound = ".".join((*numbers[:fixed], str(int(numbers[fixed]) + 1)))
    return f">={plain},<{bound}"


def _scripts(table: Node | None) -> Iterator[Script]:
    for name, target in pairs(table):
        called = at(target, "callable") or at(target, "reference") or target
        if isinstance(called, ScalarNode) and isinstance(called.value, str):
            yield Script(name.text, called.text, called.span)


def _not_from_index(root: MappingNode, poetry: Node | None) -> Iterator[str]:
    """The dependencies that are taken from elsewhere than an index."""
    for table in (at(root, "tool", "uv", "sources"), at(poetry, "dependencies")):
        for name, source_value in pairs(table):
            if any(at(source_value, kind) for kind in ("git", "path", "url", "workspace")):
                yield normalized(name.text)


def _dynamic_files(root: MappingNode) -> Iterator[Include]:
    """The requirements files that setuptools reads the dependencies from."""
    for item in _strings(at(root, "tool", "setuptools", "dynamic", "dependencies", "file")):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(item.span.source.path), item.text))
        if not path.startswith(".."):
            yield Include(path, "requirements", item.span)
