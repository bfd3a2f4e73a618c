"""pydantic models and pydantic-settings: fields from arguments, the environment, a `.env` file, and defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.programs.journal import Raised
from mcplint.programs.python.classes import default as field_default
from mcplint.programs.python.classes import fields
from mcplint.programs.python.libraries.environment import dotenv_pairs
from mcplint.programs.python.libraries.standard import decorator, field, replaced, same_or_maker
from mcplint.programs.python.machine import Args, Handler, Machine, made
from mcplint.programs.python.state import VALIDATES
from mcplint.programs.python.values import Class, Dict, Function, Instance, Method
from mcplint.programs.values import ABSENT, Abstract, Entries, External, Sequence, each, known, noted, union, unknown
from mcplint.text.boolean import boolean
from mcplint.values import Label

SOURCE, STANDARD = "pydantic_settings.source", ("init", "env", "dotenv", "secrets")
"""The sources of settings that pydantic hands on, by the order in which it does."""
MODEL, SETTINGS = "pydantic.BaseModel", "pydantic_settings.BaseSettings"


class Sources(NamedTuple):
    """What a settings class reads beside the environment: of which sources, each a dict, the first is the strongest.

    `certain`: whether it reads the environment and no other sources that are not known.
    """

    certain: bool = True
    above: tuple[Abstract, ...] = ()
    below: tuple[Abstract, ...] = ()


NONE = Sources()


def construct(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """A model's or settings object's fields."""
    if isinstance(owner.kind, Class):
        prefix = _prefix(machine, owner.kind) if machine.kin(owner.library, SETTINGS) else None
        file = _file(machine, owner.kind, args) if prefix is not None else {}
        own = sources(machine, owner.kind) if prefix is not None else NONE
        _fill(machine, owner, args, prefix, _delimiter(machine, owner.kind), file, own)
        _validate(machine, owner)
    return known(None)


def _fill(
    machine: Machine,
    owner: Instance,
    args: Args,
    prefix: str | None,
    delimiter: str | None,
    file: Mapping[str, Abstract] | None,
    own: Sources = NONE,
) -> None:
    made = owner.kind
    assert isinstance(made, Class)
    for name, (where, statement) in fields(made).items():
        if name.startswith("_") or name == "model_config" or "ClassVar" in ast.dump(statement.annotation):
            continue
        value = _given(args, name, _names(machine, where, name, ""))
        if value is None and prefix is not None:
            value = _from_sources(machine, where, name, statement, prefix, delimiter, file, own)
        if value is None:
            value = unknown(*args.opening) if args.open else _default(machine, where, name, statement)
            if prefix is not None and value.site and (variables := _names(machine, where, name, prefix)):
                sensitive = dict(_config(machine, where)).get("case_sensitive", known(False)).must(bool)
                named = variables[0] if sensitive or variables != (f"{prefix}{name}",) else variables[0].upper()
                value = value._replace(site=value.site._replace(variable=named))
        elif isinstance(value.only, (str, int, Dict)) or value.options is None:
            value = coerce(machine, where, statement.annotation, value)
        machine.put(owner.table, name, value)


def sources(machine: Machine, made: Class) -> Sources:
    """What `settings_customise_sources` puts above and below the environment, as far as it can be followed."""
    hook = made.find("settings_customise_sources")
    if hook is None:
        return NONE
    standard = [known(External(f"{SOURCE}.{name}")) for name in STANDARD]
    only = machine.call(each(hook, lambda option: Method(made, option)), Args((known(made), *standard))).only
    if not isinstance(only, Sequence) or only.items is None:
        return Sources(False)
    above: list[Abstract] = []
    below: list[Abstract] = []
    place = above
    for item in only.items:
        if isinstance(item.only, External) and item.only.path.startswith(SOURCE):
            place = below if item.only.path.endswith(".env") else place
        elif item.only is None:
            return Sources(False)
        else:
            place.append(machine.call(item, Args()))
    return Sources(place is below, tuple(above), tuple(below))


def _from_sources(
    machine: Machine,
    where: Class,
    name: str,
    statement: ast.AnnAssign,
    prefix: str,
    delimiter: str | None,
    file: Mapping[str, Abstract] | None,
    own: Sources,
) -> Abstract | None:
    """The field as the environment and the sources of the project's own say, None where none does."""
    found = {}
    for side in (own.above, own.below):
        values = [value for source in side if (value := _item(source, name, where, statement)) is not None]
        found[side] = coerce(machine, where, statement.annotation, values[0]) if values else None
    above, below = found[own.above], found[own.below]
    if not own.certain:
        return unknown(Label(where.frame.module.span(statement), "a source of the project's own may set it"))
    if above is not None:
        return above
    told = _from_environment(machine, where, name, statement, prefix, delimiter, file, below)
    return told if told is not None else below


def _item(source: Abstract, name: str, where: Class, statement: ast.AnnAssign) -> Abstract | None:
    """What a source says about a field."""
    only = source.only
    if isinstance(only, Dict) and (name in only.entries or not only.open):
        return only.entries.get(name)
    return unknown(Label(where.frame.module.span(statement), "a source of the project's own may set it"))


def _given(args: Args, name: str, aliases: tuple[str, ...]) -> Abstract | None:
    for each_name in (name, *aliases):
        if each_name in args.keywords:
            return args.find(None, each_name)
    return None


def _default(machine: Machine, where: Class, name: str, statement: ast.AnnAssign) -> Abstract:
    if name not in where.table and statement.value is None:
        return _demanded(machine, where, name, statement)
    value = field_default(machine, where, name, statement)
    if value.only is Ellipsis:
        return _demanded(machine, where, name, statement)
    if isinstance(value.only, str):
        return coerce(machine, where, statement.annotation, value, strict=True)
    return value


def _demanded(machine: Machine, where: Class, name: str, statement: ast.AnnAssign) -> Abstract:
    """A field without a default that nothing gives."""
    if not machine.supplied():
        raise Raised("ValidationError")
    return unknown(Label(where.frame.module.span(statement), f"`{name}` must be given at start-up"))


def _names(machine: Machine, where: Class, name: str, prefix: str) -> tuple[str, ...]:
    """The variables of a field: its aliases, else the prefix and its name."""
    value = where.table.get(name)
    only = value.only if value is not None else None
    if isinstance(only, Instance) and only.library == "pydantic.Field":
        for key in ("validation_alias", "alias"):
            alias = only.table.get(key)
            if alias is not None and alias.only is not None:
                return _alias(alias.only)
        env = only.table.get("env")
        if env is not None:
            return _alias(env.only)
    return (f"{prefix}{name}",)


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


def _from_environment(
    machine: Machine,
    where: Class,
    name: str,
    statement: ast.AnnAssign,
    prefix: str,
    delimiter: str | None,
    file: Mapping[str, Abstract] | None,
    below: Abstract | None = None,
) -> Abstract | None:
    """The field as the environment, or the `.env` file below it, says; None where neither does.

    `below`: what it is where they do not, its default if None.
    """
    note = Label(where.frame.module.span(statement), "")
    if file is None:
        return unknown(note._replace(text="a `.env` file that is not known may say"))
    inner = machine.evaluate(where.frame, _bare(statement.annotation)).only
    if delimiter and isinstance(inner, Class) and machine.kin(Instance(inner, None).library, MODEL):
        return _nested(
            machine,
            inner,
            f"{_names(machine, where, name, prefix)[0]}{delimiter}",
            delimiter,
            file,
            below if below is not None else _default(machine, where, name, statement),
        )
    found: Abstract | None = None
    for variable in reversed(_names(machine, where, name, prefix)):
        for spelled in dict.fromkeys((variable.lower(), variable, variable.upper())):
            read = machine.variable(spelled)
            if spelled != variable.upper() and spelled != variable:
                machine.reads.discard(spelled)
            if read.options == (None,) and spelled.lower() in {key.lower() for key in file}:
                read = next(value for key, value in file.items() if key.lower() == spelled.lower())
            if read.options == (None,):
                continue
            told = note.reading(spelled)
            if read.options is None:
                if spelled == variable.upper() or spelled == variable:
                    found = unknown(told, *read.trace)
                continue
            options: tuple[Any, ...] = read.options
            there = read._replace(options=tuple(each for each in options if each is not None and each is not ABSENT))
            value = coerce(machine, where, statement.annotation, noted(there, told))
            if None in read.options:
                value = union([value, below if below is not None else _default(machine, where, name, statement)])
            found = value
    return found


def _nested(
    machine: Machine,
    inner: Class,
    prefix: str,
    delimiter: str,
    file: Mapping[str, Abstract],
    base: Abstract,
) -> Abstract | None:
    """A model inside settings, whose fields are variables with a delimiter between the names."""
    made = Instance(inner, None)
    _fill(machine, made, Args(), prefix, delimiter, file)
    only = base.only
    if isinstance(only, Instance):
        for key, value in only.table.items():
            if not any(note.variable for note in getattr(made.table.get(key), "trace", ())):
                made.table[key] = value
    return known(made, *base.trace)


def _bare(annotation: ast.expr) -> ast.expr:
    """The type in `Annotated[type, …]`, `Optional[type]`, `type | None`."""
    if isinstance(annotation, ast.Subscript):
        head = ast.dump(annotation.value)
        if "Annotated" in head and isinstance(annotation.slice, ast.Tuple):
            return _bare(annotation.slice.elts[0])
        return _bare(annotation.slice) if "Optional" in head else annotation
    return _bare(annotation.left) if isinstance(annotation, ast.BinOp) else annotation


def coerce(machine: Machine, where: Class, annotation: ast.expr, value: Abstract, strict: bool = False) -> Abstract:
    """A value as a field's type takes it; what is no plain type is left as it is."""
    kind = machine.evaluate(where.frame, _bare(annotation)).only
    if value.options is None:
        return value
    if isinstance(kind, External):
        convert = CONVERSIONS.get(kind.path)
        return (
            each(value, convert)
            if convert
            else value
            if kind.path in PLAIN
            else value
            if strict
            else _structured(value)
        )
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


def _structured(value: Abstract) -> Abstract:
    """A text of the environment for a list or dict is JSON, which is not read here."""
    return unknown(*value.trace) if value.must(lambda option: isinstance(option, str)) else value


def _bool(option: Any) -> Any:
    said = boolean(str(option))
    return option if said is None else said


def _int(option: Any) -> Any:
    try:
        return int(option) if isinstance(option, str) else option
    except ValueError:
        return option


CONVERSIONS = {"builtins.bool": _bool, "builtins.int": _int}
PLAIN = ("builtins.str", "typing.Literal", "pydantic.SecretStr", "typing.Any", "builtins.float", "pathlib.Path")


def _config(machine: Machine, made: Class) -> Iterator[tuple[str, Abstract]]:
    """The settings of a class's `model_config` or `Config`, those of its bases first."""
    for owner in reversed(made.lineage()):
        if not isinstance(owner, Class):
            continue
        value = owner.table.get("model_config")
        only = value.only if value is not None else None
        if isinstance(only, Dict):
            yield from only.entries.items()
        inner = owner.table.get("Config")
        only = inner.only if inner is not None else None
        if isinstance(only, Class):
            yield from ((name, value) for name, value in only.table.items() if hasattr(value, "options"))


def _prefix(machine: Machine, made: Class) -> str:
    found = dict(_config(machine, made)).get("env_prefix")
    return found.only if found is not None and isinstance(found.only, str) else ""


def _delimiter(machine: Machine, made: Class) -> str | None:
    found = dict(_config(machine, made)).get("env_nested_delimiter")
    return found.only if found is not None and isinstance(found.only, str) else None


def _file(machine: Machine, made: Class, args: Args) -> Mapping[str, Abstract] | None:
    """The `.env` file of settings, where the project has it; None where it may be any."""
    found = args.find(None, "_env_file")
    found = found if found is not None else dict(_config(machine, made)).get("env_file")
    if found is None or found.options == (None,):
        return {}
    names = [found.only]
    if isinstance(found.only, Sequence):
        names = [item.only for item in found.only.items or ()]
    pairs: dict[str, Abstract] = {}
    for name in names:
        if isinstance(name, Instance) and name.library == "pathlib.Path":
            name = name.table["text"].only
        if isinstance(name, str):
            machine.dotenv.extend(found.trace[:1])
            pairs |= dotenv_pairs(machine, name, found.trace[:1])
    return pairs


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
            machine.call(each(hook, lambda option: Method(owner, option)), Args((known(None),)))


def _apply(machine: Machine, owner: Instance, function: Function) -> None:
    """A validator: one of a field gives its value, one of the model is run on it."""
    mode, names = VALIDATES.one(function.table, ("", ()))
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
    return made("pydantic.AliasChoices", args, {"choices": known(Sequence("tuple", args.positional))})


def config_dict(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Dict(Entries(args.keywords), args.open), *args.notes)


def _dumped(machine: Machine, args: Args, owner: Instance) -> Abstract:
    if args.keywords or args.positional:
        return known(Dict(open_=True), *args.notes)
    pairs = ((name, value) for name, value in owner.table.items() if isinstance(name, str))
    return known(Dict(Entries(pairs)), *args.notes)


def _copied(machine: Machine, args: Args, owner: Instance) -> Abstract:
    update = args.get(None, "update").only
    return replaced(machine, Args((known(owner),), update.entries if isinstance(update, Dict) else {}), owner)


CALLS: Mapping[str, Handler] = {
    f"{MODEL}.__init__": construct,
    "pydantic.Field": partial(field, path="pydantic.Field"),
    "pydantic.AliasChoices": aliases,
    "pydantic.ConfigDict": config_dict,
    "pydantic_settings.SettingsConfigDict": config_dict,
    "pydantic.field_validator": partial(validator, mode="field"),
    "pydantic.validator": partial(validator, mode="field"),
    "pydantic.model_validator": partial(validator, mode="model"),
    "pydantic.computed_field": same_or_maker,
    f"{MODEL}.model_dump": _dumped,
    f"{MODEL}.dict": _dumped,
    f"{MODEL}.model_copy": _copied,
}
PARENTS: Mapping[str, str] = {SETTINGS: MODEL}
ALIASES: Mapping[str, str] = {
    "pydantic.BaseSettings": SETTINGS,
    "pydantic_settings.main.BaseSettings": SETTINGS,
    "pydantic.fields.Field": "pydantic.Field",
    "pydantic.main.BaseModel": MODEL,
}
