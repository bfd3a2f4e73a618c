"""pydantic models and pydantic-settings: fields from arguments, the environment, a `.env` file, and defaults."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.journal import Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.classes import Field, fields
from mcplint.programs.python.libraries import standard
from mcplint.programs.python.libraries.model_fields import MODEL, coerce, default, names, refuses_empty, type_of
from mcplint.programs.python.libraries.settings import SETTINGS, Settings, config, item, settings
from mcplint.programs.python.libraries.standard import copy_with_changes, decorator, same_or_maker
from mcplint.programs.python.machine import Handler, Machine, new_instance
from mcplint.programs.python.state import VALIDATES
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method
from mcplint.programs.values import ABSENT, Abstract, Entries, Sequence, known, map_options, noted, union, unknown
from mcplint.values import Label


def construct(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """A model's or settings object's fields."""
    if isinstance(owner.kind, Class):
        read = settings(machine, owner.kind, args) if machine.kin(owner.library, SETTINGS) else None
        _fill(machine, owner, args, read)
        _validate(machine, owner)
    return known(None)


def _fill(machine: Machine, owner: Instance, args: Args, read: Settings | None) -> None:
    """Gives a model its fields, from settings as well where it has such."""
    assert isinstance(owner.kind, Class)
    for field in fields(owner.kind):
        if field.name.startswith("_") or field.name == "model_config" or _is_of_class(field):
            continue
        value = _given_argument(args, field)
        if value is not None:
            if isinstance(value.only, (str, int, Dict)) or value.options is None:
                value = coerce(machine, field, value)
        else:
            value = _from_sources(machine, field, read) if read else None
            if value is None:
                value = unknown(*args.opening) if args.open else _by_default(machine, field, read)
            elif value.must_be("") and refuses_empty(field):
                raise Raised("ValidationError")
        machine.put(owner.table, field.name, value)


def _by_default(machine: Machine, field: Field, read: Settings | None) -> Abstract:
    """A field that nothing gives; where it is one of settings, a variable may."""
    if read is None:
        return default(machine, field)
    variables = names(field, read.prefix)
    try:
        return _with_variable_name(default(machine, field), field, read.prefix)
    except Raised as left:
        if len(variables) == 1:
            left.demand = Label(field.span, variables[0].upper())
        raise


def _is_of_class(field: Field) -> bool:
    return "ClassVar" in ast.dump(field.statement.annotation)


def _given_argument(args: Args, field: Field) -> Abstract | None:
    name = next((each for each in (field.name, *names(field)) if each in args.keywords), None)
    return args.find(None, name) if name is not None else None


def _with_variable_name(value: Abstract, field: Field, prefix: str) -> Abstract:
    """A default that the variable of its field may replace: where it is written knows that."""
    variables = names(field, prefix)
    if value.site is None or not variables:
        return value
    sensitive = dict(config(field.owner)).get("case_sensitive", known(False)).must(bool)
    own = variables == (f"{prefix}{field.name}",)
    variable = variables[0].upper() if own and not sensitive else variables[0]
    return value._replace(site=value.site._replace(variable=variable))


def _from_sources(machine: Machine, field: Field, read: Settings) -> Abstract | None:
    """The field as the environment and the sources of the project's own say, None where none does."""
    above, below = (_first(machine, field, side) for side in (read.sources.above, read.sources.below))
    if not read.sources.certain:
        return unknown(Label(field.span, "a source of the project's own may set it"))
    if above is not None:
        return above
    from_environment = _from_environment(machine, field, read, below)
    return from_environment if from_environment is not None else below


def _first(machine: Machine, field: Field, sources: tuple[Abstract, ...]) -> Abstract | None:
    """What the strongest of these sources says."""
    values = [value for source in sources if (value := item(source, field)) is not None]
    return coerce(machine, field, values[0]) if values else None


def _from_environment(machine: Machine, field: Field, read: Settings, below: Abstract | None = None) -> Abstract | None:
    """The field as the environment, or the `.env` file below it, says; None where neither does.

    `below`: what it is where they do not, its default if None.
    """
    if read.file is None:
        return unknown(Label(field.span, "a `.env` file that is not known may say"))
    variables = names(field, read.prefix)
    inner = type_of(machine, field)
    if read.delimiter and isinstance(inner, Class) and machine.kin(Instance(inner, None).library, MODEL):
        base = below if below is not None else default(machine, field)
        return _nested(machine, inner, base, Settings(f"{variables[0]}{read.delimiter}", read.delimiter, read.file))
    file = {key.lower(): value for key, value in reversed(read.file.items())}
    found: Abstract | None = None
    for variable in reversed(variables):
        for spelled in dict.fromkeys((variable.lower(), variable, variable.upper())):
            exact = spelled in (variable, variable.upper())
            variable_value = machine.variable(spelled)
            if not exact:
                machine.reads.discard(spelled)
            if variable_value.options == (None,):
                variable_value = file.get(spelled.lower(), variable_value)
            if variable_value.options == (None,) or (variable_value.options is None and not exact):
                continue
            label = Label(field.span, "").reading(spelled)
            open_ = variable_value.options is None
            found = (
                unknown(label, *variable_value.trace)
                if open_
                else _coerced_or_default(machine, field, variable_value, label, below)
            )
    return found


def _coerced_or_default(
    machine: Machine, field: Field, said: Abstract, told: Label, below: Abstract | None
) -> Abstract:
    """What a variable says as the field's type takes it, with what stands in where it may not be set."""
    options: tuple[Any, ...] = said.options or ()
    there = said._replace(options=tuple(each for each in options if each is not None and each is not ABSENT))
    value = coerce(machine, field, noted(there, told))
    return union([value, below if below is not None else default(machine, field)]) if None in options else value


def _nested(machine: Machine, inner: Class, base: Abstract, read: Settings) -> Abstract:
    """A model inside settings, whose fields are variables with a delimiter between the names."""
    made = Instance(inner, None)
    _fill(machine, made, Args(), read)
    if isinstance(base.only, Instance):
        for key, value in base.only.table.items():
            if not any(note.variable for note in getattr(made.table.get(key), "trace", ())):
                made.table[key] = value
    return known(made, *base.trace)


def _validate(machine: Machine, owner: Instance) -> None:
    """What a validator may change is not known; `model_post_init` is run."""
    made = owner.kind
    assert isinstance(made, Class)
    for base in made.lineage():
        if not isinstance(base, Class):
            continue
        for value in base.table.values():
            only = getattr(value, "only", None)
            if isinstance(only, Function) and VALIDATES in only.table:
                _apply(machine, owner, only)
        if "model_post_init" in base.table:
            hook = base.table["model_post_init"]
            machine.call(map_options(hook, lambda option: Method(owner, option)), Args((known(None),)))


def _apply(machine: Machine, owner: Instance, function: Function) -> None:
    """A validator: one of a field gives its value, one of the model is run on it."""
    mode, names = VALIDATES.first(function.table, ("", ()))
    if mode == "model":
        machine.call(known(function), Args((known(owner),)))
        return
    for name in names:
        if name in owner.table:
            count = len(function.node.args.args)
            given = (known(owner.kind), owner.table[name], unknown())[:count]
            machine.put(owner.table, name, machine.call(known(function), Args(given)))


def validator(machine: Machine, args: Args, owner: Any, mode: str) -> Abstract:
    """`@field_validator("a", mode=…)`, `@model_validator(mode="after")`."""
    names = tuple(value.only for value in args.positional if isinstance(value.only, str))
    when = args.get(None, "mode", known("after")).only

    def mark(value: Abstract) -> Abstract:
        if isinstance(value.only, Function) and (mode == "field" or when == "after"):
            value.only.table[VALIDATES] = ((mode, names),)
        return value

    return decorator(args, mark)


def aliases(machine: Machine, args: Args, owner: Any) -> Abstract:
    return new_instance("pydantic.AliasChoices", args, {"choices": known(Sequence("tuple", args.positional))})


def config_dict(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Dict(Entries(args.keywords), args.open), *args.notes)


def _model_dump(machine: Machine, args: Args, owner: Instance) -> Abstract:
    if args.keywords or args.positional:
        return known(Dict(open_=True), *args.notes)
    pairs = ((name, value) for name, value in owner.table.items() if isinstance(name, str))
    return known(Dict(Entries(pairs)), *args.notes)


def _model_copy(machine: Machine, args: Args, owner: Instance) -> Abstract:
    update = args.get(None, "update").only
    return copy_with_changes(machine, Args((known(owner),), update.entries if isinstance(update, Dict) else {}), owner)


CALLS: Mapping[str, Handler] = {
    f"{MODEL}.__init__": construct,
    "pydantic.Field": partial(standard.field, path="pydantic.Field"),
    "pydantic.AliasChoices": aliases,
    "pydantic.ConfigDict": config_dict,
    "pydantic_settings.SettingsConfigDict": config_dict,
    "pydantic.field_validator": partial(validator, mode="field"),
    "pydantic.validator": partial(validator, mode="field"),
    "pydantic.model_validator": partial(validator, mode="model"),
    "pydantic.computed_field": same_or_maker,
    f"{MODEL}.model_dump": _model_dump,
    f"{MODEL}.dict": _model_dump,
    f"{MODEL}.model_copy": _model_copy,
}
PARENTS: Mapping[str, str] = {SETTINGS: MODEL}
ALIASES: Mapping[str, str] = {
    "pydantic.BaseSettings": SETTINGS,
    "pydantic_settings.main.BaseSettings": SETTINGS,
    "pydantic.fields.Field": "pydantic.Field",
    "pydantic.main.BaseModel": MODEL,
}
