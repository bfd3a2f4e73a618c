"""Programs that serve a stdio server over HTTP, as servers of their own in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mcplint.commands.command_lines import GATEWAYS
from mcplint.commands.options import parse
from mcplint.commands.words import span_of
from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.link.bridges import SPOKEN
from mcplint.model import Sdk, Server
from mcplint.programs.start import Start
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

NOWHERE: Value[Any] = Value(())
EVERY, LOOPBACK = "::", "127.0.0.1"
_INSTALLS = (
    ("npm", r"\b(?:npm|pnpm|yarn|bun)\b[^\n]{{0,400}}?[\s\"']{name}(?:@(\d[\w.-]*))?(?=[\s\"',]|$)"),
    ("pypi", r"\b(?:pip3?|uv|pipx)\b[^\n]{{0,400}}?[\s\"']{name}(?:==(\d[\w.]*))?(?=[\s\"',\[<>~]|$)"),
)


class Settings(NamedTuple):
    """What a bridge is told, with what it does where it is told nothing."""

    transport: Value[str]
    host: Value[str]
    port: Value[int]
    path: Value[str]
    stateless: Value[bool]
    message_path: Value[str] = NOWHERE


class Told(NamedTuple):
    """A bridge as it is started: its name, where that stands, and its options."""

    tool: str
    span: Span
    flags: Mapping[str, Value[str]]


def bridged(start: Start, inner: Sequence[Server], recipe: str) -> Iterator[Server]:
    """The server that a bridge is, in front of those that it starts; `recipe`: the Dockerfile of its image.

    Nothing where its program is not one that is known: two of different registries are called `mcp-proxy`.
    """
    name, *words = start.bridge
    tool, span = start.wrapper or "", span_of(name, start.span)
    found = [(origin, match[1]) for origin, match in _installed(tool, recipe)]
    origins = {origin for origin, _ in found}
    registry = start.registry or (origins.pop() if len(origins) == 1 else "")
    described = {"supergateway": _supergateway, "mcp-proxy": _MCP_PROXIES.get(registry)}.get(tool)
    if described is None or not any(server.transport.may_be(STDIO) for server in inner):
        return
    told = Told(tool, span, parse(tuple(words), GATEWAYS[tool]).flags)
    said = re.search(rf"{re.escape(tool)}@(\d[\w.-]*)", span.text)
    version = said[1] if said else next((version for origin, version in found if origin == registry and version), None)
    note = Label(told.span, f"{told.tool} is started here")
    package = f"npm:{told.tool}" if told.tool == "supergateway" or registry == "npm" else told.tool
    settings = described(told, note, version)
    yield Server(
        id="",
        span=told.span,
        name=Value((told.tool,), (note,)),
        sdk=Sdk(package, Value((version,) if version else None, (note,))),
        transport=settings.transport,
        host=settings.host,
        port=settings.port,
        path=settings.path if settings.transport.options else UNKNOWN,
        message_path=settings.message_path,
        stateless=settings.stateless,
        json_response=Value((False,), (note,)) if settings.transport.must_be(STREAMABLE) else NOWHERE,
        workers=Value((1,), (note,)),
        allowed_hosts=NOWHERE,
        kind="bridge",
        runner=told.tool,
        links=inner[0].links,
    )


def _installed(tool: str, recipe: str) -> Iterator[tuple[str, re.Match[str]]]:
    for origin, pattern in _INSTALLS:
        for match in re.finditer(pattern.format(name=re.escape(tool)), recipe.replace("\\\n", " ")):
            yield origin, match


def _supergateway(told: Told, note: Label, version: str | None) -> Settings:
    """supergateway 2.8 to 4.0: SSE without sessions of its own unless it is told otherwise, on every interface."""
    output = told.flags.get("outputTransport", Value(("sse",), (note,)))
    transport = _changed(output, SPOKEN)
    over_sse = transport.must_be(SSE)
    path = _option(told, ("ssePath",) if over_sse else ("streamableHttpPath",), "/sse" if over_sse else "/mcp", note)
    return Settings(
        transport,
        Value((EVERY,), (note,)),
        _number(_option(told, ("port",), "8000", note)),
        path,
        NOWHERE if over_sse else Value(("stateful" not in told.flags,), (note,)),
        _option(told, ("messagePath",), "/message", note) if over_sse else NOWHERE,
    )


def _npm_proxy(told: Told, note: Label, version: str | None) -> Settings:
    """mcp-proxy of npm: SSE alone up to 2.x, both beside each other from 5.x on, on every interface."""
    old = version is not None and int(version.partition(".")[0]) < 3
    said = told.flags.get("server", Value(("sse",) if old else ("stream",), (note,)))
    transport = _changed(said, {"sse": SSE, "stream": STREAMABLE}) if version or "server" in told.flags else UNKNOWN
    over_sse = transport.must_be(SSE)
    names = ("endpoint", "sseEndpoint" if over_sse else "streamEndpoint")
    path = _option(told, names, "/sse" if over_sse else "/mcp", note)
    return Settings(
        transport,
        _option(told, ("host",), EVERY, note),
        _number(_option(told, ("port",), "8080", note)),
        path,
        NOWHERE if over_sse else Value(("stateless" in told.flags,), (note,)),
    )


def _python_proxy(told: Told, note: Label, version: str | None) -> Settings:
    """mcp-proxy of PyPI: both beside each other, on its own machine alone and on any port unless it is told others."""
    return Settings(
        Value((STREAMABLE,), (note,)),
        _option(told, ("host", "sse-host"), LOOPBACK, note),
        _number(_option(told, ("port", "sse-port"), "", note)),
        Value(("/mcp",), (note,)),
        Value(("stateless" in told.flags,), (note,)),
    )


_MCP_PROXIES = {"npm": _npm_proxy, "pypi": _python_proxy}


def _option(told: Told, names: Sequence[str], default: str, note: Label) -> Value[str]:
    return next((told.flags[name] for name in names if name in told.flags), Value((default,), (note,)))


def _changed(said: Value[str], meanings: Mapping[str | None, str]) -> Value[str]:
    found = tuple(meanings[option] for option in said.options or () if option in meanings)
    return Value(found if found and len(found) == len(said.options or ()) else None, said.trace)


def _number(said: Value[str]) -> Value[int]:
    if said.only is None or not said.only.isdigit():
        return Value(None, said.trace)
    return Value((int(said.only),), said.trace, said.site)
