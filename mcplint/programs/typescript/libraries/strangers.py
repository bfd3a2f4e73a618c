"""What packages that are not known may do with callers: all of them may be turned away by a layer that nobody reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from mcplint.programs.typescript.libraries.web import CLASSES, HOOKS, MIDDLEWARE
from mcplint.programs.typescript.values import Class, Method, Object, Wrapped, prop
from mcplint.programs.values import Abstract, External, Sequence, known

_EXPRESS = (
    r"express|cors|helmet|compression|morgan|body-parser|cookie-parser|cookie-session|express-session|serve-static|"
    r"serve-favicon|serve-index|express-(?:rate-limit|slow-down|winston|pino-logger|fileupload|async-errors|ws|timeout-"
    r"handler|status-monitor|request-id|prom-bundle|useragent|robots-txt|list-endpoints|static-gzip|async-handler|"
    r"actuator|http-context|healthcheck|requests-logger)|method-override|response-time|connect-timeout|multer|hpp|"
    r"pino-http|nocache|swagger-ui-express|connect-history-api-fallback|http-proxy-middleware|"
    r"on-finished|on-headers|rate-limit-redis|errorhandler|vhost|i18next-http-middleware|cls-rtracer"
)
_KOA = (
    r"koa|@?koa[-/](?:router|bodyparser|body|cors|compress|helmet|logger|static|send|mount|ratelimit|etag|json|pino-"
    r"logger|morgan|conditional-get|response-time|compose|convert|range|serve|favicon)|koa2-cors|@koa/cors"
)
_FASTIFY = (
    r"fastify|fastify-(?:plugin|cors|helmet|sse-v2|healthcheck|metrics|graceful-shutdown|raw-body|type-provider-zod|"
    r"socket\.io|sse)|@fastify/(?:accepts|autoload|caching|compress|cookie|cors|etag|express|formbody|helmet|middie|"
    r"multipart|one-line-logger|rate-limit|request-context|response-validation|routes|sensible|session|static|swagger|"
    r"swagger-ui|type-provider-\w{1,20}|under-pressure|view|websocket)"
)
_HONO = (
    r"hono/(?:body-limit|cache|compress|context-storage|cors|csrf|etag|language|logger|method-override|pretty-json|"
    r"request-id|secure-headers|serve-static|timeout|timing|trailing-slash|powered-by)|@hono/(?:node-server/serve-static|"
    r"otel|sentry|swagger-ui)|hono-rate-limiter|hono-pino"
)
_CHECKED = r"@modelcontextprotocol/(?:sdk/server/auth/\S{1,60}|express|hono|fastify|server-legacy/auth)"
"""Whose checks are searched for by their names."""
_NEST = (
    r"@nestjs/(?:config|swagger|terminus|schedule|event-emitter|axios|typeorm|mongoose|bull|bullmq|throttler|cache-manager|"
    r"serve-static|cqrs|sequelize)|nestjs-pino|nest-winston"
)
_AROUND = (
    r"hono|hono/(?:streaming|factory|cloudflare-workers|bun|deno|vercel|adapter|conninfo|utils/\S{1,30})|pino|winston|"
    r"@hono/(?:node-server(?:/\S{1,30})?|prometheus|zod-openapi|node-ws|mcp)|prom-client|raw-body|co-body|request-ip|"
    r"mcp|get-port|open|serverless-http|micro|nanoid|uuid|lodash|"
    r"@nestjs/(?:core|common|platform-(?:express|fastify)|websockets|microservices|graphql|apollo|mapped-types)|@rekog/"
    r"mcp-nest|class-validator|class-transformer|"
    r"@sentry/[\w-]{1,40}|@opentelemetry/[\w-]{1,80}|socket\.io|ws|@godaddy/terminus|stoppable|http-terminator|"
    r"http-graceful-shutdown|lightship|http-shutdown|server-destroy|graceful-server|close-with-grace|"
    r"@modelcontextprotocol/[\w/.-]{1,80}|mcp-handler|@vercel/mcp-adapter|fetch-to-node|fastmcp|next(?:/\S{1,40})?|"
    r"next-intl(?:/\S{1,40})?|vite|vite-express|dotenv|zod|chalk|debug|newrelic|dd-trace|elastic-apm-node|"
    r"@apollo/server(?:/\S{1,40})?|graphql-http(?:/\S{1,40})?|express-graphql|node:\S{1,40}"
)
HARMLESS = re.compile(f"{_EXPRESS}|{_KOA}|{_FASTIFY}|{_HONO}|{_NEST}|{_AROUND}")
"""The packages that let every caller through: bodies, headers, logs, files, limits of how often one may ask."""
LAYERS = re.compile(f"{_EXPRESS}|{_KOA}|{_HONO}|{_NEST}|{_CHECKED}")
"""Those of them whose calls make layers, or modules of Nest."""
IMPORTED = re.compile(
    r"""\bimport\s++((?:[\w$*{},]++|\s++(?!from\s{0,9}["']|import\s)){1,200}+)\s++from\s{0,9}["']([^"'./\n][^"'\n]{0,200})["']"""
)

REQUIRED = re.compile(
    r"""\b(?:const|let|var)\s{1,9}([\w$]{1,99}|\{[\w$:,\s]{1,2000}\})\s?=\s?require\(\s?["']([^"'./\n][^"'\n]{0,200})["']"""
)
MADE = re.compile(r"(?<![\w$])([\w$]{1,99})\s?=\s?(?:await\s)?(?:new\s)?([\w$]{1,99})(?![\w$])")
"""What is given a name, and what it is made of."""
ASKED = re.compile(
    r"(?<![.\w$])(?:this\.)?([\w$]{1,99})(?:\.\w{1,40}){0,3}"
    r"\(\s{0,99}(?:req|request|ctx|context|c)(?:\.(?:raw|req|request|headers)){0,2}\s{0,9}[,)]"
)
"""What is called with a request."""


def is_harmless(path: str) -> bool:
    """Whether what a dotted name leads to lets every caller through; what is part of the language does."""
    package, colon, _ = path.partition(":")
    return not colon or HARMLESS.fullmatch(package) is not None


def makes_layer(path: str, owner: Any) -> bool:
    """Whether what a call of a harmless package gives is a layer."""
    package, colon, _ = path.partition(":")
    others = isinstance(owner, Object) and owner.library in CLASSES
    return bool(colon) and not others and LAYERS.fullmatch(package) is not None


@lru_cache(maxsize=8_192)
def shown_callers(text: str) -> bool:
    """Whether a module hands the request itself to a package that is not known, or to what it has made of one."""
    imports = (*IMPORTED.finditer(text), *REQUIRED.finditer(text))
    foreign = [found[1] for found in imports if not is_harmless(f"{found[2]}:")]
    names = {name for listed in foreign for name in re.findall(r"(?!(?:as|type)\b)[\w$]{1,99}", listed)}
    if not names:
        return False
    names |= {made for made, of in MADE.findall(text) if of in names}
    return any(name in names for name in ASKED.findall(text))


def may_refuse(option: Any) -> bool:
    """Whether a layer is not known, or comes from a package that may look at who calls."""
    if option is None or isinstance(option, Wrapped):
        return True
    if isinstance(option, External):
        return not is_harmless(option.path)
    if isinstance(option, Method):
        return not is_harmless(option.path)
    if isinstance(option, Sequence):
        return option.items is None or any(map(any_may_refuse, option.items))
    if not isinstance(option, (Object, Class)):
        return False
    library = option.library
    if isinstance(option, Object) and option.kind is None:
        return any(name in option.table and any_may_refuse(prop(known(option), name)) for name in HOOKS)
    return library is not None and library not in (*MIDDLEWARE, *CLASSES) and not is_harmless(library)


def any_may_refuse(value: Abstract) -> bool:
    """Whether one of the things that a layer may be is such."""
    return value.options is None or any(map(may_refuse, value.options))
