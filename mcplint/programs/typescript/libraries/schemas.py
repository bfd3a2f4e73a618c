"""Schemas that settings go through: zod, envalid and t3-env; dotenv, which reads them from a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from mcplint.programs.demands import deciding_variable
from mcplint.programs.journal import Raised
from mcplint.programs.noted import Noted
from mcplint.programs.typescript.libraries.output import prints
from mcplint.programs.typescript.libraries.standard import converted
from mcplint.programs.typescript.literals import spread_into
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.operators import fallback_value
from mcplint.programs.typescript.values import NOTHING, UNDEFINED, Object, number, prop, truth
from mcplint.programs.values import OPEN, Abstract, External, known, union, unknown
from mcplint.values import EditSite, Label, Value

ZOD, VALID = "zod:Schema", "envalid:Validator"
PLAIN = (
    "string",
    "number",
    "boolean",
    "any",
    "unknown",
    "literal",
    "enum",
    "nativeEnum",
    "union",
    "array",
    "url",
    "int",
)
_SAME = (
    *(
        "min",
        "max",
        "int",
        "positive",
        "nonnegative",
        "url",
        "email",
        "nonempty",
        "describe",
        "regex",
        "refine",
        "strict",
    ),
    *("superRefine", "nullable", "brand", "readonly", "passthrough", "gte", "lte", "gt", "lt", "length"),
    *(
        "finite",
        "safe",
        "startsWith",
        "endsWith",
        "includes",
        "uuid",
        "ip",
        "port",
        "catchall",
        "strip",
        "meta",
        "register",
        "check",
    ),
)


class Schema(NamedTuple):
    """What a schema makes of a value.

    `kind`: `string`, `object`, …; `coerce`: whether it converts; `steps`: functions, schemas and names of methods that
    follow; `shape`: the properties of an object; `default`: instead of `undefined`; `before`, `inner`: of `preprocess`;
    `filled`: whether an empty text is refused, `spared`: whether one that is missing is not.
    """

    kind: str
    coerce: bool = False
    steps: tuple[Any, ...] = ()
    shape: Abstract = unknown()
    default: Abstract | None = None
    before: Abstract = unknown()
    inner: Abstract = unknown()
    filled: bool = False
    spared: bool = False


SCHEMA: Noted[Schema] = Noted("what a schema makes of a value")
VALIDATOR: Noted[tuple[str, Abstract]] = Noted("the kind of a variable, and its options")


def schema(machine: Machine, args: Args, owner: Any, kind: str, coerce: bool = False) -> Abstract:
    made = Schema(kind, coerce)
    if kind == "object":
        made = made._replace(shape=args.get(0))
    elif kind == "preprocess":
        made = made._replace(before=args.get(0), inner=args.get(1))
    return known(Object(External(ZOD), args.span, {SCHEMA: (made,)}), *args.notes)


def schema_of(value: Any) -> Schema | None:
    """What a schema of zod makes of values; None for anything else."""
    found: tuple[Schema, ...] = SCHEMA.of(value.table) if isinstance(value, Object) else ()
    return found[0] if found else None


def _with_schema(owner: Object, told: Schema) -> Abstract:
    return known(Object(owner.kind, owner.span, {**owner.table, SCHEMA: (told,)}))


def same_schema(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(owner)


def default(machine: Machine, args: Args, owner: Any) -> Abstract:
    current = schema_of(owner)
    return _with_schema(owner, current._replace(default=args.get(0))) if current else unknown()


def require_length(machine: Machine, args: Args, owner: Any, least: int | None = None) -> Abstract:
    """`.min(1)`, `.length(32)`, `.nonempty()`: a text that has characters."""
    current, minimum = schema_of(owner), args.get(0).only if least is None else least
    if current is None or current.kind != "string" or not isinstance(minimum, (int, float)) or minimum < 1:
        return known(owner)
    return _with_schema(owner, current._replace(filled=True))


def catch_refusal(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.catch(value)`: what is refused becomes a value."""
    current = schema_of(owner)
    return _with_schema(owner, current._replace(filled=False, spared=True)) if current else unknown()


def optional(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.optional()`: what is missing stays so."""
    current = schema_of(owner)
    return _with_schema(owner, current._replace(spared=True)) if current else unknown()


def step(machine: Machine, args: Args, owner: Any, name: str = "") -> Abstract:
    """`.transform(function)`, `.pipe(schema)`, `.trim()`: what is made of the value then."""
    current = schema_of(owner)
    return _with_schema(owner, current._replace(steps=(*current.steps, name or args.get(0)))) if current else unknown()


def extend(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.extend({…})`, `.merge(schema)`: an object with more properties."""
    current, other = schema_of(owner), schema_of(args.get(0).only)
    if current is None:
        return unknown(*args.notes)
    made = Object(None, args.span)
    spread_into(machine, current.shape, made)
    spread_into(machine, other.shape if other else args.get(0), made)
    return _with_schema(owner, current._replace(shape=known(made)))


def shape(machine: Machine, owner: Any) -> Abstract:
    """`.shape`: the schemas of the properties."""
    current = schema_of(owner)
    return current.shape if current else unknown()


def parse(machine: Machine, args: Args, owner: Any) -> Abstract:
    return parsed(machine, owner, args.get(0), 0)


def safe_parse(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`.safeParse(value)`: it may say no, and then gives no data."""
    try:
        data = parsed(machine, owner, args.get(0), 0)
    except Raised as left:
        note = (left.demand.reading(left.demand.text),) if left.demand else ()
        refused = {"success": known(False, *note), "data": known(UNDEFINED), "error": unknown()}
        return known(Object(None, args.span, refused), *args.notes)
    return known(Object(None, args.span, {"success": unknown(), "data": data, "error": unknown()}), *args.notes)


def parsed(machine: Machine, owner: Any, value: Abstract, depth: int) -> Abstract:
    """What a schema makes of a value that it does not refuse.

    An empty text that it does raises `Raised`, and so does a variable that is missing.
    """
    machine.spend(1)
    current = schema_of(owner)
    if current is None or depth > 12:
        return unknown(*value.trace)
    if current.filled and value.must_be(""):
        raise Raised("ZodError")
    needed = current.kind == "string" and not (current.coerce or current.spared or current.default is not None)
    if needed and value.must_be(UNDEFINED) and (demand := deciding_variable(value, machine.optional)):
        raise Raised("ZodError", demand)
    if current.kind == "preprocess":
        prepared = partial(_preprocess, machine, current, depth)
        found = prepared(value) if current.default is None else _or_default(value, current.default, prepared)
    elif current.kind == "object":
        found = _object(machine, owner, current, value, depth)
    elif current.kind in ("union", "array", "any", "unknown", "literal", "enum", "nativeEnum", "string", "url"):
        found = _or_default(value, current.default, lambda given: given)
    else:
        change = {"boolean": truth}.get(current.kind, number) if current.coerce else None
        found = _or_default(value, current.default, lambda given: converted(given, change) if change else given)
    for each in current.steps:
        found = _step(machine, each, found, depth)
    return found


def _preprocess(machine: Machine, told: Schema, depth: int, value: Abstract) -> Abstract:
    """What `z.preprocess(function, schema)` makes of a value."""
    return parsed(machine, told.inner.only, machine.call(told.before, Args((value,))), depth + 1)


def _step(machine: Machine, each: Any, found: Abstract, depth: int) -> Abstract:
    if isinstance(each, str):
        return machine.call(machine.member(found, each, Label(machine.origin, "")), Args())
    if schema_of(each.only):
        return parsed(machine, each.only, found, depth + 1)
    return machine.call(each, Args((found,)))


def _object(machine: Machine, owner: Object, told: Schema, value: Abstract, depth: int) -> Abstract:
    names = told.shape.only
    if not isinstance(names, Object):
        return unknown(*value.trace)
    if value.only is UNDEFINED:
        if told.default is None:
            return value
        value = told.default
    made = Object(None, owner.span, {OPEN: True} if names.open else None)
    for name in names.names():
        note = Label(owner.span, "read here") if owner.span else Label(machine.origin, "read here")
        given = machine.member(value, name, note)
        inner = names.table[name].only
        made.table[name] = parsed(machine, inner, given, depth + 1)
    return known(made)


def _or_default(value: Abstract, fallback: Abstract | None, change: Any) -> Abstract:
    """The value, or the default where it is `undefined`."""
    if value.options is None or fallback is None:
        return change(value) if value.only not in NOTHING else value
    kept = tuple(option for option in value.options if option not in NOTHING)
    if len(kept) == len(value.options):
        found: Abstract = change(value)
        return found
    spelled = fallback_value(fallback, value)
    return union([change(value._replace(options=kept)), spelled]) if kept else spelled


def clean_env(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`cleanEnv(process.env, {PORT: port({default: 3000})})` of envalid."""
    shape = args.get(1).only
    if not isinstance(shape, Object):
        return unknown(*args.notes)
    made = Object(None, args.span)
    for name in shape.names():
        validator = shape.table[name].only
        given = machine.member(args.get(0), name, args.notes[0])
        if not isinstance(validator, Object) or not VALIDATOR.of(validator.table):
            made.table[name] = unknown(*args.notes)
            continue
        kind, options = VALIDATOR.of(validator.table)[0]
        fallback = prop(options, "default")
        change = number if kind in ("num", "port") else None
        made.table[name] = _or_default(
            given,
            None if fallback.only is UNDEFINED else fallback,
            lambda value, change=change: converted(value, change) if change else value,
        )
    return known(made, *args.notes)


def validator(machine: Machine, args: Args, owner: Any, kind: str) -> Abstract:
    return known(Object(External(VALID), args.span, {VALIDATOR: ((kind, args.get(0)),)}))


def create_env(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`createEnv({server: {…}, runtimeEnv: process.env})` of t3-env."""
    made = Object(None, args.span)
    source, skipped = prop(args.get(0), "runtimeEnv"), prop(args.get(0), "skipValidation")
    checked = skipped.must_be(UNDEFINED) or skipped.must_be(False)
    for part in ("server", "client", "shared"):
        shape: Any = prop(args.get(0), part).only
        for name in shape.names() if isinstance(shape, Object) else ():
            given = machine.member(source, name, args.notes[0])
            made.table[name] = parsed(machine, shape.table[name].only, given, 1) if checked else given
    return known(made, *args.notes)


def dotenv(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Reads a `.env` file of the project into the environment, where the image has one."""
    path_option = prop(args.get(0), "path").only if args.positional else None
    path = machine.world.file(path_option if isinstance(path_option, str) else ".env")
    found = machine.world.tree.facts("dotenv", path) if path is not None else None
    for line in found.assignments if found is not None else ():
        if line.value is None:
            continue
        old = machine.variable(line.name, own=False)
        exact = not (line.expanded and "$" in line.value.text)
        site = EditSite(line.value.span()) if line.value.exact else None
        note = Label(line.value.span(), "sets it")
        new: Abstract = Value((line.value.text,), (*args.notes, note), site) if exact else unknown(*args.notes)
        if old.must(lambda option: option is None):
            machine.put(machine.environ, line.name, new)
        elif old.options is None or None in old.options:
            machine.put(machine.environ, line.name, unknown(*args.notes))
    return unknown(*args.notes)


def config(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`dotenv.config()`, which dotenv 17 says on standard output unless it is told to be quiet."""
    release = machine.world.sdk("npm:dotenv").version.only or ""
    quiet = prop(args.get(0), "quiet").must_not_be(False, UNDEFINED) if args.positional else False
    if release.startswith("17.") and not quiet and machine.variable("DOTENV_CONFIG_QUIET", own=False).may_be(None):
        prints(machine, args, owner)
    return dotenv(machine, args, owner)


def _coercing_schema(name: str) -> Handler:
    return partial(schema, kind=name, coerce=True)


CALLS: Mapping[str, Handler] = {
    **{f"zod:{name}": partial(schema, kind=name) for name in (*PLAIN, "object", "preprocess", "looseObject")},
    **{f"zod:coerce.{name}": _coercing_schema(name) for name in ("string", "number", "boolean")},
    "zod:strictObject": partial(schema, kind="object"),
    **{f"{ZOD}.{name}": same_schema for name in _SAME},
    **{f"{ZOD}.{name}": optional for name in ("optional", "nullish")},
    f"{ZOD}.catch": catch_refusal,
    **{f"{ZOD}.{name}": require_length for name in ("min", "length")},
    **{f"{ZOD}.{name}": partial(require_length, least=1) for name in ("nonempty", "email", "uuid")},
    f"{ZOD}.default": default,
    f"{ZOD}.prefault": default,
    f"{ZOD}.transform": step,
    f"{ZOD}.pipe": step,
    **{f"{ZOD}.{name}": partial(step, name=name) for name in ("toLowerCase", "toUpperCase", "trim")},
    f"{ZOD}.extend": extend,
    f"{ZOD}.merge": extend,
    f"{ZOD}.parse": parse,
    f"{ZOD}.parseAsync": parse,
    f"{ZOD}.safeParse": safe_parse,
    "envalid:cleanEnv": clean_env,
    **{
        f"envalid:{name}": partial(validator, kind=name)
        for name in ("str", "num", "port", "host", "bool", "url", "json")
    },
    "@t3-oss/env-core:createEnv": create_env,
    "@t3-oss/env-nextjs:createEnv": create_env,
    "dotenv:config": config,
    "dotenv:configDotenv": config,
    "import dotenv/config": dotenv,
}
CLASSES = (ZOD,)
READS: Mapping[str, Reader] = {f"{ZOD}.shape": shape}
ALIASES: Mapping[str, str] = {
    "zod:z": "zod:default",
    **{
        f"{module}:{name}": f"zod:{name}"
        for module in ("zod/v4", "zod/v3")
        for name in (*PLAIN, "object", "preprocess", "default", "coerce")
    },
    "zod/v4:z": "zod:default",
    "zod/v3:z": "zod:default",
}
