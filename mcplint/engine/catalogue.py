"""The rules there are: one file of a folder each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

import mcplint
from mcplint import rules as built_in
from mcplint.findings import Rule
from mcplint.usage import UsageError


class Catalogue(Mapping[str, Rule]):
    """The rules of the package, and those of a folder of one's own, by name in its order.

    Those of the package are named as their files are: each is loaded when it is first asked for.
    """

    def __init__(self, folder: str | None = None) -> None:
        """Raises UsageError for what is wrong with a folder of one's own."""
        names = (name.replace("_", "-") for path in built_in.__path__ for name in _modules(path))
        rules: dict[str, Rule | None] = dict.fromkeys(names)
        for module in _own_modules(folder) if folder else ():
            rule = _rule(module)
            if rule.name in rules:
                raise UsageError(f"{module.__file__}: there is already a rule named {rule.name}")
            rules[rule.name] = rule
        self._rules = {name: rules[name] for name in sorted(rules)}

    def __getitem__(self, name: str) -> Rule:
        rule = self._rules[name]
        if rule is None:
            module = import_module(f"{built_in.__name__}.{name.replace('-', '_')}")
            rule = self._rules[name] = _rule(module)
        return rule

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


def address(rule: str) -> str | None:
    """Where the page of a built-in rule is on the web, by `project.urls`; None where mcplint is not installed."""
    file = f"{rule.replace('-', '_')}.py"
    built = any(os.path.isfile(os.path.join(folder, file)) for folder in built_in.__path__)
    return f"{pages()}/{rule}.md" if built and pages() else None


@cache
def pages() -> str | None:
    """The folder of the pages on the web."""
    return project_url("Rules")


def project_url(name: str) -> str | None:
    """One of `project.urls`; None where mcplint is not installed.

    They are read beside the package, else as the standard library finds them, which takes time to load.
    """
    listed = _project_urls()
    if listed is None:
        from importlib.metadata import PackageNotFoundError, metadata

        try:
            listed = metadata("mcplint").get_all("Project-URL") or []
        except PackageNotFoundError:
            return None
    return dict(line.split(", ", 1) for line in listed).get(name)


def _project_urls() -> list[str] | None:
    """The `Project-URL` lines of what is installed beside the package."""
    beside = os.path.dirname(mcplint.__path__[0])
    names = os.listdir(beside) if os.path.isdir(beside) else ()
    found = [name for name in names if name.startswith("mcplint-") and name.endswith(".dist-info")]
    if len(found) != 1:
        return None
    with open(os.path.join(beside, found[0], "METADATA"), encoding="utf-8") as file:
        head = file.read().partition("\n\n")[0]
    return [line.partition(": ")[2] for line in head.splitlines() if line.startswith("Project-URL: ")]


def _own_modules(folder: str) -> Iterator[ModuleType]:
    import importlib.util

    for name in _modules(folder):
        path = os.path.join(folder, f"{name}.py")
        spec = importlib.util.spec_from_file_location(f"mcplint_own_rules.{name}", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise UsageError(f"{path}: {type(error).__name__}: {error}") from error
        yield module


def _modules(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from error
    return sorted(name[:-3] for name in names if name.endswith(".py") and not name.startswith("_"))


def _rule(module: ModuleType) -> Rule:
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(rules) != 1:
        raise UsageError(f"{module.__file__}: has {len(rules) or 'no'} rules, there must be exactly one")
    return rules[0]
