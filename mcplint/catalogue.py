"""The rules there are: one file of a folder each."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from types import ModuleType

from mcplint.core import Rule
from mcplint.mistake import Mistake


def catalogue(folder: str | None = None) -> tuple[Rule, ...]:
    """The rules of the package, and those of a folder of one's own, by name; raises Mistake."""
    rules: dict[str, Rule] = {}
    for module in (*_built_in(), *(_own(folder) if folder else ())):
        rule = _rule(module)
        if rule.name in rules:
            raise Mistake(f"{module.__file__}: there is a rule named {rule.name} already")
        rules[rule.name] = rule
    return tuple(rules[name] for name in sorted(rules))


def _built_in() -> Iterator[ModuleType]:
    package = importlib.import_module("mcplint.rules")
    for folder in package.__path__:
        for name in _modules(folder):
            yield importlib.import_module(f"mcplint.rules.{name}")


def _own(folder: str) -> Iterator[ModuleType]:
    import importlib.util

    for name in _modules(folder):
        path = os.path.join(folder, f"{name}.py")
        spec = importlib.util.spec_from_file_location(f"mcplint_own_rules.{name}", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise Mistake(f"{path}: {type(error).__name__}: {error}") from error
        yield module


def _modules(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise Mistake(f"{folder}: {error.strerror}") from error
    return sorted(name[:-3] for name in names if name.endswith(".py") and not name.startswith("_"))


def _rule(module: ModuleType) -> Rule:
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(rules) != 1:
        raise Mistake(f"{module.__file__}: holds {len(rules) or 'no'} rules, it should be one")
    return rules[0]
