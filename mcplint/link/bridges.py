"""Programs that serve stdio servers over HTTP: which release of one, what its clients speak, and where it listens."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mcplint.commands.command_lines import GATEWAYS
from mcplint.commands.options import parse
from mcplint.commands.words import span_of, spelled, text
from mcplint.dependencies.needs import needs
from mcplint.dependencies.npm import nearest_requirement
from mcplint.dependencies.npm import sdk as sdk_of
from mcplint.facts.node import NodeLock, PackageJson
from mcplint.images.image import Image
from mcplint.knowledge.npm_releases import DATE
from mcplint.knowledge.npm_sdk import SDK
from mcplint.knowledge.sdk import releases
from mcplint.knowledge.semver import admits, exact
from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.model import Bridge, Container, Link, NodeInstall, Sdk, Server
from mcplint.programs.start import NoStart, Start
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

NOWHERE: Value[Any] = Value(())
EVERY, LOOPBACK = "::", "127.0.0.1"
SPOKEN: Mapping[str | None, str] = {"sse": SSE, "streamableHttp": STREAMABLE}
"""What supergateway's `--outputTransport` names; source: https://github.com/supercorp-ai/supergateway#readme"""
KEYS = ("api-key", "apiKey", "oauth")
"""The options by which a bridge is told what its callers have to show."""
_INSTALLS = (
    ("npm", r"\b(?:npm|pnpm|yarn|bun)\b[^;&|]{{0,400}}?[\s\"']{name}(?:@([\w.^~*-]+))?(?=[\s\"',;&|]|$)"),
    ("pypi", r"\b(?:pip3?|uv|pipx)\b[^;&|]{{0,400}}?[\s\"']{name}(?:==(\d[\w.]*))?(?=[\s\"',;&|\[<>~]|$)"),
)


class StartedBridge(NamedTuple):
    """A bridge as it is started: its name, where that stands, its options, its registry and its release.

    `open`: whether it may be told more options than these.
    """

    tool: str
    span: Span
    flags: Mapping[str, Value[str]]
    registry: str
    release: Value[str]
    pin: EditSite | None
    open: bool = False

    @property
    def note(self) -> Label:
        return Label(self.span, f"{self.tool} is started here")


def bridge(
    start: Start | NoStart, command: Span, image: Image | None, container: Container, tree: Tree
) -> Bridge | None:
    """What serves over HTTP what a command starts, None where nothing does, or it is itself a client of a server.

    Two programs of different registries are called `mcp-proxy`: of one that is neither, only what it is told is known.
    """
    if not start.bridge:
        return None
    name, *words = start.bridge
    tool, span = start.wrapper or "", span_of(name, command)
    options = parse(tuple(words), GATEWAYS[tool], interspersed=tool == "mcpo")
    if any((text(word) or "").startswith(("http://", "https://")) for word in options.rest[:1]):
        return None
    if tool == "supergateway" and "stdio" not in options.flags:
        return None
    mentions = (*_installed(tool, image), *_required_by_build(tool, image, container, tree))
    origins = {origin for origin, _ in mentions}
    registry = start.registry or (origins.pop() if len(origins) == 1 else "")
    if tool == "supergateway":
        registry = "npm"
    elif not registry and "sparfenyuk/" in (container.image.only or ""):
        registry = "pypi"
    pinned = re.search(rf"{re.escape(tool)}(?:@|==)([\w.^~*-]+)", span.text)
    own = (Span(span.source, span.start + pinned.start(1), span.start + pinned.end(1)),) if pinned else ()
    release, pin = _release(tool, registry, (*own, *(each for origin, each in mentions if origin == registry)))
    sdk = UNKNOWN
    if registry == "npm":
        required = None if own or not (start.registry or not mentions) else _required(tool, image, container, tree)
        if required is not None:
            release, pin, sdk = required
        else:
            sdk = Value((releases(SDK)[-1],))
    more = bool(options.rest) and options.rest[0].options is None and all(spelled(word) != "--" for word in words)
    started_bridge = StartedBridge(tool, span, options.flags, registry, release, pin, more)
    described = {"supergateway": _supergateway, "mcpo": _mcpo}.get(tool, _MCP_PROXIES.get(registry, _unknown_bridge))
    return described(started_bridge)._replace(sdk=sdk)


def foreign_server(start: NoStart, made: Bridge, link: Link) -> Server:
    """The stdio server of others that a bridge starts, of which nothing but that is known."""
    is_stated = all(word.options is not None for word in start.bridge)
    what = "serves the stdio server that it starts" if is_stated else "serves what whoever starts it names"
    note = Label(made.span, f"{made.name} {what}")
    return Server.unset(
        made.span,
        Sdk(None, UNKNOWN),
        name=UNKNOWN,
        transport=Value((STDIO,) if is_stated else None, (note,)),
        runner=start.wrapper or "",
        bridge=made,
        links=(link,),
    )


def in_front(made: Bridge, inner: Sequence[Server]) -> Iterator[Server]:
    """The server that a bridge is, in front of those that it starts; nothing where it is not known which one."""
    if made.package is None or not any(server.transport.may_be(STDIO) for server in inner):
        return
    note = Label(made.span, f"{made.name} is started here")
    yield Server(
        id="",
        span=made.span,
        name=Value((made.name,), (note,)),
        sdk=Sdk(made.package, made.release._replace(trace=made.release.trace or (note,))),
        transport=made.transport,
        host=made.host,
        port=made.port,
        path=made.path if made.transport.options is not None else UNKNOWN,
        message_path=made.message_path,
        endpoints_closed=made.closed,
        stateless=made.stateless,
        json_response=Value((False,), (note,)) if made.transport.must_be(STREAMABLE) else NOWHERE,
        workers=Value((1,), (note,)),
        allowed_hosts=NOWHERE,
        kind="bridge",
        runner=made.name,
        links=inner[0].links,
    )


def _installed(tool: str, image: Image | None) -> Iterator[tuple[str, Span]]:
    """The registries that a build installs it from, with the span of its release, empty where none is named."""
    for step in image.runs if image else ():
        lines = step.span.text.replace("\\\n", "  ")
        for origin, pattern in _INSTALLS:
            for match in re.finditer(pattern.format(name=re.escape(tool)), lines):
                start, end = match.span(1) if match[1] else (match.end(), match.end())
                yield origin, Span(step.span.source, step.span.start + start, step.span.start + end)


def _required_by_build(tool: str, image: Image | None, container: Container, tree: Tree) -> Iterator[tuple[str, Span]]:
    """The registry and the span of its release, where requirements of the build name it or a lock file has it."""
    if tool == "supergateway" or not image or not container.installs:
        return
    wanted = needs(tree, container.installs, image.folder)
    yield from (("pypi", entry.span) for entry in wanted.locked if entry.name == tool)
    for asked in wanted.requirements:
        if asked.name == tool:
            pin = re.fullmatch(r"==(\d[\w.]*)", asked.specifier or "")
            limit = asked.range if pin and asked.range and asked.range.text.endswith(pin[1]) else None
            end = limit.end if limit else asked.span.end
            yield "pypi", Span(asked.span.source, end - len(pin[1]) if limit and pin else end, end)


def _release(tool: str, registry: str, spans: Sequence[Span]) -> tuple[Value[str], EditSite | None]:
    """The release that the first span asks for which names one, of npm the newest that it allows."""
    span = next((each for each in spans if each.text), None)
    if span is None:
        return Value(None), None
    pinned = exact(span.text) if registry == "npm" else span.text
    if pinned:
        return Value((pinned,), (Label(span, f"pins {tool} {pinned}"),)), EditSite(span)
    fitting = [each for each in releases(f"npm:{tool}") if admits(span.text, each)]
    if not fitting:
        return Value(None), None
    why = f"{tool} {fitting[-1]} is the newest release that `{span.text}` allows as of {DATE}"
    return Value((fitting[-1],), (Label(span, why),)), EditSite(span)


def _required(
    tool: str, image: Image | None, container: Container, tree: Tree
) -> tuple[Value[str], EditSite | None, Value[str]] | None:
    """The release of a dependency that the build installs where the command is run, which npx and scripts take.

    With it come the span that decides the release, where no lock file does, and the release of the SDK that it gets.
    """
    for install in image.node_installs if image else ():
        package: PackageJson | None = tree.facts("package_json", install.package)
        if package is None or tool not in package.requirements.get("dependencies", {}):
            continue
        if install.folder != container.workdir.only:
            continue
        home = posixpath.dirname(install.package)
        found = sdk_of(f"npm:{tool}", tree, home, install.lock is not None).version
        return found, None if install.lock else found.site, _sdk(install, tree, home)
    return None


def _sdk(install: NodeInstall, tree: Tree, home: str) -> Value[str]:
    """The release of the SDK that a dependency of a project gets, where it is the only one that may be installed."""
    lock: NodeLock | None = tree.facts("npm_lock", install.lock) if install.lock else None
    if lock is not None and lock.kind == "pnpm-lock.yaml":
        return UNKNOWN
    if lock is not None:
        found = tuple(dict.fromkeys(each.version for each in lock.packages if f"npm:{each.name}" == SDK))
        return Value(found or None)
    return (
        sdk_of(SDK, tree, home, False).version
        if nearest_requirement(SDK[4:], tree, home)
        else Value((releases(SDK)[-1],))
    )


def _bridge(told: StartedBridge, package: str | None, **known: Any) -> Bridge:
    """The bridge, with the key that it is told, which counts for one unless it is certainly empty."""
    keyed = any(told.flags[name].may(bool) for name in KEYS if name in told.flags)
    return Bridge(told.tool, told.release, span=told.span, pin=told.pin, package=package, keyed=keyed, **known)


def _mcpo(told: StartedBridge) -> Bridge:
    """mcpo, which speaks OpenAPI instead of MCP, on every interface.

    Source: https://github.com/open-webui/mcpo#readme
    """
    host, port = _option(told, ("host",), "0.0.0.0"), _option(told, ("port",), "8000")
    config = told.flags.get("config", NOWHERE)
    return _bridge(told, "mcpo", transport=NOWHERE, path=NOWHERE, host=host, port=_number(port), config=config)


def _supergateway(told: StartedBridge) -> Bridge:
    """supergateway 2.8 to 4.0: SSE without sessions of its own unless it is told otherwise, on every interface."""
    transport = _translated(told.flags.get("outputTransport", Value(("sse",), (told.note,))), SPOKEN)
    over_sse = transport.must_be(SSE)
    return _bridge(
        told,
        "npm:supergateway",
        transport=transport,
        host=Value((EVERY,), (told.note,)),
        port=_number(_option(told, ("port",), "8000")),
        path=_option(told, ("ssePath",) if over_sse else ("streamableHttpPath",), "/sse" if over_sse else "/mcp"),
        stateless=NOWHERE if over_sse else Value(("stateful" not in told.flags,), (told.note,)),
        message_path=_option(told, ("messagePath",), "/message") if over_sse else NOWHERE,
        closed="healthEndpoint" not in told.flags,
    )


def _npm_proxy(told: StartedBridge) -> Bridge:
    """mcp-proxy of npm: SSE alone up to 2.x, both beside each other from 5.x on, on every interface."""
    version = told.release.only
    old = version is not None and int(version.partition(".")[0]) < 3
    server_option = told.flags.get("server", Value(("sse",) if old else ("stream",), (told.note,)))
    transport = (
        _translated(server_option, {"sse": SSE, "stream": STREAMABLE}) if version or "server" in told.flags else UNKNOWN
    )
    over_sse = transport.must_be(SSE)
    names = ("endpoint", "sseEndpoint" if over_sse else "streamEndpoint")
    return _bridge(
        told,
        "npm:mcp-proxy",
        transport=transport,
        host=_option(told, ("host",), EVERY),
        port=_number(_option(told, ("port",), "8080")),
        path=_option(told, names, "/sse" if over_sse else "/mcp"),
        stateless=NOWHERE if over_sse else _stateless(told),
    )


def _python_proxy(told: StartedBridge) -> Bridge:
    """mcp-proxy of PyPI: both beside each other, on its own machine alone and on any port unless it is told others."""
    return _bridge(
        told,
        "mcp-proxy",
        transport=Value((STREAMABLE,), (told.note,)),
        host=_option(told, ("host", "sse-host"), LOOPBACK),
        port=_number(_option(told, ("port", "sse-port"), "")),
        path=UNKNOWN if any(name.startswith("named-server") for name in told.flags) else Value(("/mcp",), (told.note,)),
        stateless=_stateless(told),
    )


_MCP_PROXIES = {"npm": _npm_proxy, "pypi": _python_proxy}


def _unknown_bridge(told: StartedBridge) -> Bridge:
    """A program of a name that several have."""
    host, port = (_option(told, (name, f"sse-{name}"), None) for name in ("host", "port"))
    return _bridge(told, None, transport=UNKNOWN, host=host, port=_number(port))


def _option(told: StartedBridge, names: Sequence[str], default: str | None) -> Value[str]:
    unsaid = UNKNOWN if default is None else Value(None if told.open else (default,), (told.note,))
    return next((told.flags[name] for name in names if name in told.flags), unsaid)


def _stateless(told: StartedBridge) -> Value[bool]:
    given = "stateless" in told.flags
    return Value((given,) if given or not told.open else None, (told.note,))


def _translated(said: Value[str], meanings: Mapping[str | None, str]) -> Value[str]:
    found = tuple(meanings[option] for option in said.options or () if option in meanings)
    return Value(found if found and len(found) == len(said.options or ()) else None, said.trace)


def _number(said: Value[str]) -> Value[int]:
    if said.only is None or not said.only.isdigit():
        return Value(None, said.trace)
    return Value((int(said.only),), said.trace, said.site)
