"""Command lines whose options a schema of zod declares: `@mongosh/arg-parser`, which is built on yargs' parser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.programs.typescript.libraries.options import Option, parse_options, result, words
from mcplint.programs.typescript.libraries.schemas import schema_of
from mcplint.programs.typescript.libraries.yargs import from_environment
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import ARGUMENTS, UNDEFINED, Object, array, prop
from mcplint.programs.values import Abstract, External, Sequence, known, unknown

PARSER = "@mongosh/arg-parser:Parser"


def parser(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`createParseArgsWithCliOptions({schema, parserOptions})`: a function of words."""
    return known(Object(External(PARSER), args.span, {ARGUMENTS: (args,)}), *args.notes)


def parse(machine: Machine, args: Args, owner: Any) -> Abstract:
    """What the words, and the variables that begin with a prefix, set; it takes options of its own besides."""
    config = ARGUMENTS.of(owner.table)[0].get(0)
    schema = schema_of(prop(config, "schema").only)
    shape: Any = schema.shape.only if schema else None
    names = shape.names() if isinstance(shape, Object) else ()
    options = [Option(name, (name,), _kind(shape.table[name]), known(UNDEFINED)) for name in names]
    given = words(machine, prop(args.get(0), "args"))
    line = parse_options(machine, from_environment(options, prop(prop(config, "parserOptions"), "envPrefix")), given)
    rest = known(array(*line.rest)) if line.closed else known(Sequence("list", None))
    found = {"parsed": known(result(line, open_=True)), "positional": rest, "deprecated": unknown()}
    return known(Object(None, args.span, found), *args.notes)


def _kind(value: Abstract) -> str:
    schema = schema_of(value.only)
    if schema is not None and schema.kind == "preprocess":
        return _kind(schema.inner)
    return schema.kind if schema is not None and schema.kind in ("number", "boolean") else "string"


CALLS: Mapping[str, Handler] = {
    **{
        f"@mongosh/arg-parser{module}:{name}": parser
        for module in ("", "/arg-parser")
        for name in ("createParseArgs", "createParseArgsWithCliOptions")
    },
    f"{PARSER}.call": parse,
}
CLASSES = (PARSER,)
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
