"""The fields of pydantic models: their names from outside, their defaults, and values as their types take them."""

from __future__ import annotations

import ast
import re
from typing import Any

from mcplint.facts.python import source_text as dotted
from mcplint.programs.journal import Raised
from mcplint.programs.python import classes
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.classes import Field
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Class, Dict, Instance
from mcplint.programs.values import Abstract, External, Sequence, known, map_options, unknown
from mcplint.text.boolean import boolean
from mcplint.values import Label

MODEL = "pydantic.BaseModel"


def names(field: Field, prefix: str = "") -> tuple[str, ...]:
    """The variables of a field: its aliases, else the prefix and its name."""
    value = field.owner.table.get(field.name)
    only = value.only if value is not None else None
    if isinstance(only, Instance) and only.library == "pydantic.Field":
        for key in ("validation_alias", "alias"):
            alias = only.table.get(key)
            if alias is not None and alias.only is not None:
                return _alias(alias.only)
        env = only.table.get("env")
        if env is not None:
            return _alias(env.only)
    return (f"{prefix}{field.name}",)


def _alias(alias: Any) -> tuple[str, ...]:
    if isinstance(alias, str):
        return (alias,)
    if isinstance(alias, Instance) and "choices" in alias.table:
        only = alias.table["choices"].only
        return (
            tuple(item.only for item in only.items or () if isinstance(item.only, str))
            if isinstance(only, Sequence)
            else ()
        )
    if isinstance(alias, Sequence):
        return tuple(item.only for item in alias.items or () if isinstance(item.only, str))
    return ()


def default(machine: Machine, field: Field) -> Abstract:
    """What a field is where nothing gives it; a run without what an operator gives ends here for one that must be.

    Raises `Raised` then.
    """
    missing = field.name not in field.owner.table and field.statement.value is None
    value = classes.default(machine, field)
    if missing or value.only is Ellipsis:
        if not machine.takes_as_given():
            raise Raised("ValidationError")
        return unknown(Label(field.span, f"`{field.name}` must be given at start-up"))
    return coerce(machine, field, value, strict=True) if isinstance(value.only, str) else value


def type_of(machine: Machine, field: Field) -> Any:
    """The type that a field is annotated with, without what stands around it."""
    return machine.evaluate(field.owner.frame, _unwrapped_type(field.statement.annotation)).only


def _unwrapped_type(annotation: ast.expr) -> ast.expr:
    """The type in `Annotated[type, …]`, `Optional[type]`, `type | None`."""
    if isinstance(annotation, ast.Subscript):
        head = ast.dump(annotation.value)
        if "Annotated" in head and isinstance(annotation.slice, ast.Tuple):
            return _unwrapped_type(annotation.slice.elts[0])
        return _unwrapped_type(annotation.slice) if "Optional" in head else annotation
    return _unwrapped_type(annotation.left) if isinstance(annotation, ast.BinOp) else annotation


_BOUNDED = frozenset({"Field", "constr", "StringConstraints"})
"""What says of a text how long it is at least, or what it looks like."""


def refuses_empty(field: Field) -> bool:
    """Whether a model ends with an exception where this field is given an empty text."""
    parts = (field.statement.annotation, field.statement.value)
    calls = (node for part in parts if part is not None for node in ast.walk(part) if isinstance(node, ast.Call))
    bounds = (
        (keyword.arg, keyword.value.value)
        for call in calls
        if dotted(call.func).rpartition(".")[2] in _BOUNDED
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant)
    )
    return any(
        (name == "min_length" and isinstance(bound, int) and bound > 0)
        or (name in ("pattern", "regex") and isinstance(bound, str) and _asks_for_text(bound))
        for name, bound in bounds
    )


def _asks_for_text(pattern: str) -> bool:
    try:
        return re.search(pattern, "") is None
    except (re.error, OverflowError, RecursionError):
        return False


def coerce(machine: Machine, field: Field, value: Abstract, strict: bool = False) -> Abstract:
    """A value as a field's type takes it; what is no plain type is left as it is."""
    if value.options is None:
        return value
    kind = type_of(machine, field)
    if isinstance(kind, External):
        convert = CONVERSIONS.get(kind.path)
        if convert:
            return map_options(value, convert)
        return value if strict or kind.path in PLAIN else _unparsed_json(value)
    if isinstance(kind, Class) and isinstance(value.only, Dict):
        return _model(machine, kind, value.only, value)
    if isinstance(kind, Class) and value.must(lambda option: isinstance(option, str)):
        try:
            return machine.call(known(kind), Args((value,)))
        except Raised:
            return unknown(*value.trace)
    return value


def _model(machine: Machine, kind: Class, given: Dict, value: Abstract) -> Abstract:
    """A model that is given as a dict."""
    if not machine.kin(Instance(kind, None).library, MODEL):
        return value
    named = {key: each for key, each in given.entries.items() if isinstance(key, str)}
    try:
        return machine.call(known(kind), Args((), named, open=given.open, opening=value.trace))
    except Raised:
        return unknown(*value.trace)


def _unparsed_json(value: Abstract) -> Abstract:
    """A text of the environment for a list or dict is JSON, which is not read here."""
    return unknown(*value.trace) if value.must(lambda option: isinstance(option, str)) else value


def _bool(option: Any) -> Any:
    truth = boolean(str(option))
    return option if truth is None else truth


def _int(option: Any) -> Any:
    try:
        return int(option) if isinstance(option, str) else option
    except ValueError:
        return option


CONVERSIONS = {"builtins.bool": _bool, "builtins.int": _int}
PLAIN = ("builtins.str", "typing.Literal", "pydantic.SecretStr", "typing.Any", "builtins.float", "pathlib.Path")
