"""Whether anything but an MCP server may listen on a port of its container that is asked or published."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from mcplint.dependencies.needs import home
from mcplint.dependencies.node_packages import nearest
from mcplint.knowledge.executables import NODE_SUFFIXES, PROXIES
from mcplint.model import Container, Server
from mcplint.project.kinds import kinds
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.text.urls import own_ports
from mcplint.values import UNKNOWN, Label

SILENT = ("readme", "other", "npm-lock", "lock", "pipfile.lock", "declaration", "dockerignore", "client", "mcplint")
"""The kinds of files that speak of other ports than those of a container, or of none."""
READABLE = re.compile(
    r"(?:^|/)(?:[^/.]+|\.env[^/]*|[^/]+\.(?:env|pyw?|[cm]?[jt]sx?|sh|bash|conf|cfg|ini|json|toml|ya?ml|xml|properties"
    r"|template|tmpl|service|(?:docker|caddy|container)file(?:\.\w+)?))$|dockerfile[^/]*$",
    re.IGNORECASE,
)
BESIDE = re.compile(
    r"(?i:prometheus|debugpy|supervis|multiprocess)|HTTPServer\b|TCPServer|serve_forever|start_server|create_server"
    r"|run_app\(|TCPSite|make_server|run_simple|grpc\.|Popen|create_subprocess|os\.(?:fork|spawn)"
    r"|\b(?:spawn|fork)\(|\bcluster\."
)
"""What has a program listen, or start another one that may, besides its server."""
LISTENS = re.compile(r"\buvicorn\.(?:run|Server)\(|\b\w+\.run\(\s*(?:host|port)=|\.listen\(|\bserve\(")
"""What has a program listen, as its server does once."""
STARTERS = re.compile(
    r"(?<![&>|])&(?![&>\d])|supervis|\bs6-|runsv|\bpm2\b|concurrently|honcho|foreman|circus|run-p\b|npm-run-all|overmind|^/init$"
)
"""What has a command or a script start more than one program."""
_PROXY = rf"(?:/(?:[\w.-]{{1,40}}/){{0,6}})?(?:{'|'.join(map(re.escape, PROXIES))})(?![\w./:-])"
STARTS_PROXY = re.compile(
    rf"(?:^|&&|\|\||[;&]|\b(?:then|do|else|exec|sudo|service)[ \t])[ \t]*{_PROXY}|/init\.d/{_PROXY}", re.MULTILINE
)
"""What starts one of them, which goes on in the background where its command ends."""
DOORS = re.compile(r"--inspect|\bdebugpy\b|vnc|websockify")
"""What opens a port of its own that it need not be told."""
NUMBER = re.compile(r"\d+")
MOST = 1000


def with_listeners(servers: Iterable[Server], running: Iterable[ContainerContext], tree: Tree) -> Iterator[Server]:
    """The servers, each with the ports on which nothing listens, and those on which something else may.

    The first of those that checks of its container ask, the second of those that are published or declared.
    """
    every = tuple(_with_companion(server, tree) for server in servers)
    asked = {server.id: frozenset(_checked_ports(server)) for server in every}
    shown = {server.id: frozenset(_declared_ports(server)) for server in every}
    wanted = frozenset[int]().union(*asked.values(), *shown.values())
    spoken = _mentions(wanted, running, tree) if wanted else {}
    busy: dict[str, bool] = {}
    for server in every:
        ports = asked[server.id] | shown[server.id]
        mentioned = _mentioned_ports(ports, server, spoken)
        if not ports:
            yield _with_companion_listener(server)
            continue
        starts = any(STARTERS.search(text) or DOORS.search(text) for text in _started_texts(server, tree))
        starts = starts or bool(server.companion)
        others = starts or _has_other_listeners(server, tree, busy)
        besides = ports if starts else mentioned if others else frozenset[int]()
        unheard = frozenset[int]() if others else asked[server.id] - mentioned
        yield server._replace(unheard=unheard, besides=shown[server.id] & besides)


def _with_companion(server: Server, tree: Tree) -> Server:
    """A server with where its container starts, or may start, another program with it."""
    starts_more = any(STARTERS.search(text) or STARTS_PROXY.search(text) for text in _command_texts(server, tree))
    note = Label(server.container.cmd, "starts more than one program") if starts_more and server.container else None
    return server._replace(companion=note)


def _with_companion_listener(server: Server) -> Server:
    """A server over stdio, which listens on nothing, with what another program of its container may listen on."""
    alone = server.container is None or server.speaks_http
    if alone or not server.companion:
        return server
    return server._replace(listeners=(*server.listeners, UNKNOWN))


def _checked_ports(server: Server) -> Iterator[int]:
    """The ports that the checks of a server's container ask on its own address, where it listens on others."""
    if server.container is None or not server.speaks_http:
        return
    probe = server.container.probe
    words = (probe.command.only if probe else None) or ()
    ports = own_ports(" ".join(words))
    ports |= {each.port.only or 0 for each in server.container.probes if each.port is not None and each.is_own}
    yield from (port for port in ports if port and server.port.must_not_be(port))


def _declared_ports(server: Server) -> Iterator[int]:
    """The ports of a server's container that are published or declared, where it listens on others."""
    container = server.container
    if container is None or not server.speaks_http:
        return
    ports = {each.target.only for each in (*container.ports, *container.forwards, *container.expose)}
    yield from (port for port in ports if port and server.port.must_not_be(port))


def _mentions(ports: frozenset[int], running: Iterable[ContainerContext], tree: Tree) -> dict[int, list[Span]]:
    """Where the programs, scripts and configuration of a project mention some ports, checks left out."""
    check_offsets: dict[str, set[int]] = {}
    for at in (at for each in running for at in _port_declarations(each.container)):
        check_offsets.setdefault(at.source.path, set()).update(range(at.start, at.end))
    found: dict[int, list[Span]] = {port: [] for port in ports}
    silent = {path for kind, paths in kinds(tree.paths).items() if kind in SILENT for path in paths}
    numbers = {str(port): port for port in ports}
    for path in sorted(tree.paths - silent):
        if not READABLE.search(path) or is_test(path):
            continue
        text = tree.glance(path)
        matches = [match for match in NUMBER.finditer(text) if match[0] in numbers]
        source = tree.source(path) if matches else None
        for match in matches if source else ():
            there = found[numbers[match[0]]]
            alone = text[match.start() - 1 : match.start()] != "."
            if source and alone and len(there) < MOST and match.start() not in check_offsets.get(path, ()):
                there.append(Span(source, *match.span()))
    return found


def _port_declarations(container: Container) -> Iterator[Span]:
    """What of a container speaks of ports without anything listening there: its checks, and what is published."""
    checks = (container.probe, *container.probes, *container.checks)
    yield from (each.span for each in checks if each)
    yield from (each.span for each in (*container.ports, *container.expose, *container.forwards))


def _mentioned_ports(ports: frozenset[int], server: Server, spoken: Mapping[int, list[Span]]) -> frozenset[int]:
    """The ports that the project mentions elsewhere than in checks and in what sets the port of the server."""
    container = server.container
    if container is None:
        return ports
    declared = {each.target.only for each in (*container.ports, *container.forwards, *container.expose)}
    declared_ports = frozenset[int | None]() if server.port.must_not_be(*declared) else declared
    words = [str(word) for value in (container.command, *container.env.values()) for word in value.options or ("",)]
    text, known = "\n".join(words), [each.span for each in server.port.trace]
    mentions = (any(not any(_lies_in(span, each) for each in known) for span in spoken[port]) for port in ports)
    return frozenset(
        port
        for port, there in zip(ports, mentions, strict=True)
        if port in declared_ports or str(port) in text or there
    )


def _lies_in(span: Span, outer: Span) -> bool:
    return span.source.path == outer.source.path and outer.start <= span.start and span.end <= outer.end


def _started_texts(server: Server, tree: Tree) -> Iterator[str]:
    """The words that a server's container starts, and the scripts and programs among them."""
    yield from _words(server)
    yield from (source.text for path in _files(server, tree) if (source := tree.source(path)))


def _command_texts(server: Server, tree: Tree) -> Iterator[str]:
    """The words that a server's container starts, and what has commands among them, such as scripts of a shell."""
    yield from _words(server)
    commands = (path for path in _files(server, tree) if not path.endswith((".py", *NODE_SUFFIXES)))
    yield from (source.text for path in commands if (source := tree.source(path)))


def _words(server: Server) -> list[str]:
    container = server.container
    return [str(word) for word in (container.command.only or ())] if container else []


def _files(server: Server, tree: Tree) -> list[str]:
    """The files of the project that are called as those words are."""
    named = (word for word in _words(server) if "/" in word or "." in word)
    return [path for word in named for path in tree.files_named(posixpath.basename(word))][:MOST]


def _has_other_listeners(server: Server, tree: Tree, known: dict[str, bool]) -> bool:
    """Whether something else may listen in a server's program."""
    path = server.span.source.path
    folder = home(tree, path) if path.endswith(".py") else nearest(tree, posixpath.dirname(path)) or ""
    suffixes = (".py",) if path.endswith(".py") else NODE_SUFFIXES
    if (key := f"{folder} {suffixes[0]}") not in known:
        known[key] = _mentions_other_listeners(tree, folder, suffixes)
    return known[key]


def _mentions_other_listeners(tree: Tree, folder: str, suffixes: tuple[str, ...]) -> bool:
    """Whether the programs in a folder speak of what listens besides one server."""
    listening = 0
    for path in tree.below(folder):
        if not path.endswith(suffixes) or is_test(path) or not (source := tree.source(path)):
            continue
        listening += sum(1 for _ in LISTENS.finditer(source.text))
        if listening > 1 or BESIDE.search(source.text):
            return True
    return False
