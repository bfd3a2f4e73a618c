"""Reads what a `setup.cfg` or `setup.py` says in plain literals of the package that it builds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mcplint.facts.dependencies import EXTRA, Packages, Project, Requirement, Script
from mcplint.facts.document import ScalarNode, value
from mcplint.facts.python import Module
from mcplint.facts.python_bodies import unfolded
from mcplint.readers import ini, python
from mcplint.readers.requirements import requirement
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label, Value


def read_setup_cfg(source: Source) -> Project:
    """What a `setup.cfg` says; what it leaves out a `setup.py` may say."""
    spans_by_key: dict[tuple[str, str], list[Span]] = {}
    for section, key, span in ini.read(source):
        spans_by_key.setdefault((section, key), []).append(span)
    asked = [found for span in spans_by_key.get(("options", "install_requires"), ()) if (found := requirement(span))]
    for (section, _), spans in spans_by_key.items():
        if section == "options.extras_require":
            asked += [found for span in spans if (found := requirement(span, EXTRA))]
    start = Span(source, 0, 0)
    name, version, described = (
        spans_by_key.get(("metadata", key), [start])[0] for key in ("name", "version", "long_description")
    )
    readme = described.text.removeprefix("file:").strip() if described.text.startswith("file:") else ""
    entries = tuple(
        s for span in spans_by_key.get(("options.entry_points", "console_scripts"), ()) for s in _scripts(span)
    )
    return Project(
        source,
        name,
        _value_at(name) if name.text else UNKNOWN,
        _value_at(version) if version.text and ":" not in version.text else UNKNOWN,
        Value((readme,), (Label(described, "set here"),)) if readme and "," not in readme else UNKNOWN,
        requirements=tuple(asked),
        scripts=entries,
        dynamic=frozenset() if entries else frozenset({"scripts"}),
        packages=_configured_packages(spans_by_key),
    )


def _configured_packages(said: Mapping[tuple[str, str], list[Span]]) -> Packages | None:
    """`packages = find:` and the like of `[options]`, whose search has a section of its own."""

    def words(key: str, section: str = "options") -> tuple[str, ...]:
        lines = (span.text for span in said.get((section, key), ()))
        return tuple(word.strip() for line in lines for word in line.split(",") if word.strip())

    named, modules, find = words("packages"), words("py_modules"), "options.packages.find"
    roots = [word.replace(" ", "").partition("=") for word in words("package_dir")]
    where = words("where", find)
    if not named or len(where) > 1 or len(roots) > 1 or any(name for name, _, _ in roots):
        return None
    span, base = said["options", "packages"][0], roots[0][2] if roots else ""
    if named not in (("find:",), ("find_namespace:",)):
        return Packages(span, named, modules, base=base) if all(map(_is_dotted, named)) else None
    return Packages(
        *(span, (), modules, where[0] if where else ".", words("include", find) or ("*",), words("exclude", find)),
        spaces=named == ("find_namespace:",),
        base=base,
    )


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _value_at(span: Span) -> Value[str]:
    return value(ScalarNode(span, span.text, span.text))


def _scripts(span: Span) -> Iterator[Script]:
    """The console scripts that lines `name = module:function` say."""
    end = span.start
    for line in span.text.splitlines(keepends=True):
        name, equals, target = line.partition("=")
        end += len(line)
        start = end - len(target.lstrip())
        if equals:
            yield Script(name.strip(), target.strip(), Span(span.source, start, start + len(target.strip())))


def read_setup_py(source: Source) -> Project:
    """What a `setup.py` says: the keywords of its call of `setup`, which may be names of constants of the module."""
    module: Module = python.read(source)
    names = {
        target.id: node.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = (node for node in ast.walk(unfolded(module.tree)) if isinstance(node, ast.Call))
    call = next((call for call in calls if _name(call.func) == "setup"), None)
    given = {word.arg: _constant(word.value, names) for word in call.keywords if word.arg} if call else {}
    listed = given.get("install_requires")
    asked: list[Requirement | None] = [requirement(span) for span in _strings(module, listed)]
    for strings in _pairs(given.get("extras_require")).values():
        asked += [requirement(span, EXTRA) for span in _strings(module, strings)]
    console = _pairs(given.get("entry_points")).get("console_scripts")
    whole = call is not None and (listed is None or isinstance(listed, ast.List | ast.Tuple))
    name, version = (next(map(_value_at, _strings(module, given.get(key))), UNKNOWN) for key in ("name", "version"))
    return Project(
        source,
        Span(source, 0, 0),
        name,
        version,
        requirements=tuple(filter(None, asked)),
        scripts=tuple(script for span in _strings(module, console) for script in _scripts(span)),
        dynamic=frozenset() if whole else frozenset({"dependencies"}),
        packages=_called_packages(module, call, given) if call else None,
    )


_FINDERS = {"find_packages": False, "find_namespace_packages": True}
"""The functions of setuptools that find packages: whether a folder needs no `__init__.py`."""


def _called_packages(module: Module, call: ast.Call, given: Mapping[str, ast.expr]) -> Packages | None:
    """`packages=` of a call of `setup`, which nothing else adds modules to."""
    named, modules, root = given.get("packages"), _texts(given.get("py_modules")), given.get("package_dir")
    roots = {key: _texts(each) for key, each in _pairs(root).items()}
    bases = _texts(root) if not isinstance(root, ast.Dict) else roots.get("", ())
    opened = {"cmdclass", "ext_modules", "distclass"} & given.keys() or any(word.arg is None for word in call.keywords)
    if named is None or opened or modules is None or bases is None or set(roots) - {""} or len(bases) > 1:
        return None
    span, base = module.span(named), bases[0] if bases else ""
    if isinstance(named, ast.Call):
        return _finder(named, Packages(span, (), modules, base=base))
    names = _texts(named)
    return Packages(span, names, modules, base=base) if names and all(map(_is_dotted, names)) else None


def _finder(call: ast.Call, made: Packages) -> Packages | None:
    """`find_packages(where, exclude, include)`"""
    arguments = dict(zip(("where", "exclude", "include"), call.args, strict=False))
    arguments |= {word.arg or "**": word.value for word in call.keywords}
    texts = {key: _texts(each) for key, each in arguments.items()}
    spaces = _FINDERS.get(_name(call.func))
    if spaces is None or set(texts) - {"where", "exclude", "include"} or not all(texts.values()):
        return None
    where, include, exclude = (texts.get(key) for key in ("where", "include", "exclude"))
    return made._replace(
        where=where[0] if where else ".", include=include or ("*",), exclude=exclude or (), spaces=spaces
    )


def _texts(node: ast.expr | None) -> tuple[str, ...] | None:
    """A literal string or those of a list, None where something else stands there."""
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node] if node else []
    found = [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return tuple(found) if len(found) == len(nodes) else None


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constant(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    return names.get(node.id, node) if isinstance(node, ast.Name) else node


def _pairs(node: ast.expr | None) -> dict[str, ast.expr]:
    """The values of a dictionary whose keys are strings."""
    items = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return {str(key.value): value for key, value in items if isinstance(key, ast.Constant)}


def _strings(module: Module, node: ast.expr | None) -> Iterator[Span]:
    """The spans of a string or of those of a list, those left out that are not spelled as they read."""
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else (node,):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            site = module.site(item, module.span(item))
            if site:
                yield site.span
