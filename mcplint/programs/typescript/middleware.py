"""What the middleware of libraries around the handlers of requests does: bodies, compression, CORS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mcplint.model import Cors, TrustedHosts
from mcplint.programs.typescript.libraries.web import BODY_PARSERS
from mcplint.programs.typescript.machine import Args
from mcplint.programs.typescript.values import UNDEFINED, Object, elements, prop
from mcplint.programs.values import Abstract, known, unknown
from mcplint.text.layout import item_after, quote
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
COMPRESSION = ("compression:default",)
CORS = {
    "cors:default": ("methods", "allowedHeaders", "exposedHeaders"),
    "hono/cors:cors": ("allowMethods", "allowHeaders", "exposeHeaders"),
}
"""What the options of CORS middleware are called: methods, request headers, response headers.
Source: https://github.com/expressjs/cors#configuration-options, https://hono.dev/docs/middleware/builtin/cors"""

JSON_TYPES = ("json", "application/json", "*/json", "application/*", "*/*")
"""The types of which `application/json` is one. Source: https://github.com/jshttp/type-is#typeisrequest-types"""

KOA_TYPES = ("enableTypes", "detectJSON", "json", "parsedMethods", "parseIf")
"""The options of Koa's parsers that tell which bodies they read. Source: the three of them as they answer."""


class Middleware(NamedTuple):
    """A middleware of a library: the path below which it is, its dotted name, what it is told.

    `span`: where it is put in front of handlers; `made`: the call that makes it.
    """

    prefix: str
    name: str
    span: Span
    made: Span
    args: Args = Args()


def middleware_for(layers: Iterable[Middleware], path: Abstract) -> tuple[Middleware, ...]:
    """The middleware that a request for a path comes through."""
    if not isinstance(path.only, str):
        return ()
    return tuple(each for each in layers if f"{path.only}/".startswith(f"{_base(each.prefix)}/"))


def _base(prefix: str) -> str:
    """The path below which a prefix holds: `/*` and `*` mean everything."""
    return prefix.removesuffix("*").rstrip("/")


def body_parser(layers: tuple[Middleware, ...]) -> Middleware | None:
    """What has read the body of a request, as clients of MCP post it."""
    return next((each for each in layers if each.name in BODY_PARSERS and _reads_json(each)), None)


def _reads_json(layer: Middleware) -> bool:
    """Whether a parser certainly takes `application/json`, as it does unless it is told other types."""
    if "koa" in layer.name:
        return all(prop(layer.args.get(0), name).only is UNDEFINED for name in KOA_TYPES)
    type_option = prop(layer.args.get(0), "type")
    types = elements(type_option) or (type_option,)
    return type_option.only is UNDEFINED or any(
        isinstance(each.only, str) and each.only in JSON_TYPES for each in types
    )


def compression_labels(layers: tuple[Middleware, ...]) -> tuple[Label, ...]:
    """Where all responses are compressed; a filter of the program's own may leave streams alone."""
    found = (each for each in layers if each.name in COMPRESSION)
    return tuple(
        Label(each.span, "compresses responses") for each in found if prop(each.args.get(0), "filter").only is UNDEFINED
    )


def cors(layers: tuple[Middleware, ...]) -> tuple[Cors, ...]:
    """What browsers are allowed, if one middleware tells."""
    found = [each for each in layers if each.name in CORS]
    if len(found) != 1 or not found[0].args.get(0).options:
        return ()
    options, keys = found[0].args.get(0), CORS[found[0].name]
    origin = prop(options, "origin")
    if origin.may_be(False):
        return ()
    origins, headers = _text_list(origin, ("*",)), _text_list(prop(options, keys[1]), ("*",))
    # Neither answers a preflight with a refusal, and browsers take POST for allowed wherever one succeeds.
    methods, exposed = unknown(), _exposed_headers(found[0], options, keys[2])
    name = f"{found[0].made.text.partition('(')[0]}()"
    return (Cors(found[0].made, origins, methods, headers, exposed, name, keys),)


def trusted(guards: Iterable[Middleware]) -> tuple[TrustedHosts, ...]:
    """The names that each guard of the SDK answers in `Host`."""
    return tuple(
        TrustedHosts(
            each.span,
            known(LOOPBACK, Label(each.made, "called here"))
            if each.name.endswith("localhostHostValidation")
            else _text_list(each.args.get(0), ()),
            403,
        )
        for each in guards
    )


def _text_list(value: Abstract, default: tuple[str, ...]) -> Value[tuple[str, ...]]:
    """A list that may be spelled as a text with commas; an origin of `true` is any."""
    if value.only is UNDEFINED or value.only is True:
        return known(default, *value.trace)
    if isinstance(value.only, str):
        return known(tuple(each.strip() for each in value.only.split(",")), *value.trace)
    items = elements(value)
    if items is None or not all(isinstance(item.only, str) for item in items):
        return unknown(*value.trace)
    return known(tuple(str(item.only) for item in items), *value.trace)._replace(site=_append_site(items))


def _append_site(items: tuple[Abstract, ...]) -> EditSite | None:
    """Where another text would stand in an array, behind the last one where that is written in it."""
    written = items[-1].site if items else None
    if written is None:
        return None
    source, start, end = written.span
    last, sign = Span(source, start - 1, end + 1), source.text[end : end + 1]
    close = source.text.find("]", last.end)
    if close < 0 or source.text[last.end : close].strip(", \t\r\n"):
        return None
    return item_after(last, close, sign, sign)


def _exposed_headers(layer: Middleware, options: Abstract, name: str) -> Value[tuple[str, ...]]:
    """The response headers that pages may see, and where they would be told where nothing tells them."""
    given = prop(options, name)
    listed = _text_list(given, ())
    if given.only is not UNDEFINED:
        return listed
    site: EditSite | None = None
    made = layer.made
    if options.only is UNDEFINED and made.text.endswith("()"):
        inside = made._replace(start=made.end - 1, end=made.end - 1)
        sign = quote(made.source)
        site = EditSite(inside, f"{{ {name}: [{sign}", f"{sign}] }}", joint=f"{sign}, {sign}")
    elif isinstance(options.only, Object) and options.only.span:
        site = _property_after(options.only.span, name)
    return Value((), listed.trace, site) if site is None else Value(((),), listed.trace, site)


def _property_after(written: Span, name: str) -> EditSite | None:
    """Where a list would stand behind the properties of an object, None where comments or others' properties may."""
    inner = written.text[1:-1].rstrip()
    if not written.text.startswith("{") or not inner or re.search(r"(?<!:)//|/\*|\.\.\.", inner):
        return None
    ended, indent = inner.endswith(","), re.match(r"\s*", inner)
    apart = indent[0] if indent and "\n" in indent[0] else " "
    end = written._replace(start=written.start + 1 + len(inner), end=written.start + 1 + len(inner))
    comma, sign = "" if ended else ",", quote(written.source)
    behind = "," if ended else ""
    return EditSite(end, f"{comma}{apart}{name}: [{sign}", f"{sign}]{behind}", joint=f"{sign}, {sign}")
