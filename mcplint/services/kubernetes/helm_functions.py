"""What the functions of Helm's templates come to, as far as they are known here.

https://helm.sh/docs/chart_template_guide/function_list/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

MARK = "\ue000"
"""Stands in a text for what is not known."""


class Unknown:
    """A value that is not known; a class because it is told by its identity."""


UNKNOWN = Unknown()


def field(value: Any, path: str) -> Any:
    """What stands under a path of names; nothing where a name is missing."""
    for name in path.split(".") if path else ():
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(name) if isinstance(value, dict) else None
    return value


def go_text(value: Any) -> str:
    """A value as Go's templates print it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else MARK


def quoted(*values: Any) -> str:
    return " ".join(json.dumps(go_text(value), ensure_ascii=False) for value in values if value is not None)


def yaml_text(value: Any, indent: int = 0) -> str:
    """A value as YAML in block style."""
    space = "  " * indent
    if isinstance(value, dict) and value:
        return "\n".join(f"{space}{json.dumps(str(key))}:{_yaml_below(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"{space}-{_yaml_below(item, indent)}" for item in value)
    return json.dumps(value, ensure_ascii=False)


def _yaml_below(value: Any, indent: int) -> str:
    nested = isinstance(value, (dict, list)) and bool(value)
    return f"\n{yaml_text(value, indent + 1)}" if nested else f" {yaml_text(value)}"


def indented(count: int, text: str) -> str:
    return "\n".join(f"{' ' * min(count, 100)}{line}" for line in text.split("\n"))


def formatted(pattern: str, *values: Any) -> Any:
    """`printf`, for texts and whole numbers."""
    parts = re.split(r"%([sdvq])", pattern)
    if len(parts) // 2 != len(values) or "%" in "".join(parts[::2]):
        return UNKNOWN
    filled = (quoted(value) if verb == "q" else go_text(value) for verb, value in zip(parts[1::2], values, strict=True))
    return "".join(text for pair in zip(parts[::2], (*filled, ""), strict=True) for text in pair)


def _default(otherwise: Any, value: Any = None) -> Any:
    return value if value is UNKNOWN else value or otherwise


def _and(*values: Any) -> Any:
    return next((value for value in values if value is UNKNOWN or not value), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if value is UNKNOWN or value), values[-1])


LAZY = frozenset({"and", "or", "default", "ternary", "required", "coalesce"})
"""Functions that may be certain although something they are given is not known."""
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "default": _default,
    "and": _and,
    "or": _or,
    "not": lambda value: not value,
    "empty": lambda value: not value,
    "eq": lambda value, *others: value in others,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "lt": lambda one, other: one < other,
    "ternary": lambda yes, no, test: UNKNOWN if test is UNKNOWN else yes if test else no,
    "required": lambda message, value: value,
    "fail": lambda message: "",
    "coalesce": lambda *values: _or(*values),
    "quote": quoted,
    "squote": lambda value: f"'{go_text(value)}'",
    "toYaml": yaml_text,
    "toJson": json.dumps,
    "indent": indented,
    "nindent": lambda count, text: f"\n{indented(count, text)}",
    "trunc": lambda count, text: text[:count],
    "trim": str.strip,
    "trimSuffix": lambda end, text: text.removesuffix(end),
    "trimPrefix": lambda start, text: text.removeprefix(start),
    "lower": str.lower,
    "upper": str.upper,
    "replace": lambda old, new, text: text.replace(old, new),
    "contains": lambda inner, text: inner in text,
    "hasPrefix": lambda start, text: text.startswith(start),
    "hasSuffix": lambda end, text: text.endswith(end),
    "has": lambda item, values: item in values,
    "hasKey": lambda table, key: key in table,
    "printf": formatted,
    "print": lambda *values: "".join(map(go_text, values)),
    "toString": go_text,
    "int": int,
    "int64": int,
    "list": lambda *values: list(values),
    "dict": lambda *values: dict(zip(values[::2], values[1::2], strict=True)),
    "join": lambda between, values: between.join(map(go_text, values)),
    "len": len,
    "get": lambda table, key: table.get(key, ""),
    "index": lambda value, *keys: _index(value, keys),
}


def _index(value: Any, keys: tuple[Any, ...]) -> Any:
    for key in keys:
        value = value[key] if isinstance(value, list) else value.get(key)
    return value
