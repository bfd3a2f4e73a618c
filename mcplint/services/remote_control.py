"""Programs in a container that let others steer it, or its screen, without a password, and on which ports.

https://nodejs.org/en/learn/getting-started/debugging#security-implications,
https://github.com/microsoft/debugpy/wiki/Command-Line-Reference, https://github.com/LibVNC/x11vnc,
https://github.com/novnc/websockify
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename
from typing import NamedTuple

from mcplint.commands.node_files import NODE
from mcplint.commands.options import parse
from mcplint.commands.shell import Shell, inline_script
from mcplint.commands.words import spelled
from mcplint.knowledge.executables import NODE_LOADERS, NODE_NAMES
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.health.scripts import script
from mcplint.values import Value

INSPECTED = re.compile(r"--inspect(?:-brk|-wait)?=(?:0\.0\.0\.0|\[::\])(?::(\d{1,5}))?")
EVERYWHERE = re.compile(r"(?:0\.0\.0\.0|\[::\]):(\d{1,5})")
LISTENS = re.compile(r"(?:(?:0\.0\.0\.0|\[::\])?:)?(\d{1,5})")
LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1)?:(\d{1,5})")
_NODE = (*NODE_NAMES, *NODE_LOADERS, "nodemon")
PROTECTED = frozenset(
    {"-rfbauth", "-passwd", "-passwdfile", "-usepw", "-unixpw", "-unixpw_nis", "-ssl", "-stunnel", "-allow", "-inetd"}
    | {"-listen", "-connect", "-http", "-autoport", "-rc", "-svc", "-display_auth", "-no_rfbport", "-noipv4"}
)
"""Options of x11vnc that ask for a password, or after which it is not known who may connect."""


class RemoteControl(NamedTuple):
    """What lets everybody steer it: its name, why, and the ports on which it does."""

    name: str
    why: str
    ports: frozenset[int]


def remote_control(context: ContainerContext, tree: Tree) -> RemoteControl | None:
    """The first program that a container certainly starts with a door for everybody."""
    commands = list(_commands(context, tree))
    for words in commands:
        if found := _open_debugger(words):
            return found
    screens = {port: local for words in commands for port, local in _screen(words)}
    opened = {port for port, local in screens.items() if not local}
    opened |= {port for words in commands for port in _novnc_ports(words, frozenset(screens))}
    return RemoteControl("x11vnc", "x11vnc is given no password", frozenset(opened)) if opened else None


def _commands(context: ContainerContext, tree: Tree) -> Iterator[tuple[str, ...]]:
    """What a container starts: its command, or what its shell or script comes to whatever happens there."""
    container = context.container
    words = container.argv.words if container.argv else None
    texts = [word.only for word in words or ()]
    if not container.argv or not words or None in texts:
        return
    argv = tuple(word or "" for word in texts)
    given = inline_script(words, container.argv.span)
    own = script(argv, container, context.image, tree) if given is None else None
    located, whole = given or (own.text if own and own.language == "sh" else None, None)
    if located is None:
        yield argv
        return
    if not re.search("inspect|debugpy|x11vnc", located.text):
        return
    for ran in Shell(container.program_variable, None).run(located, whole):
        started = [word.only for word in ran.argv or ()]
        if started and None not in started and not ran.line.inside:
            yield tuple(word or "" for word in started)


def _open_debugger(argv: tuple[str, ...]) -> RemoteControl | None:
    """A debugger that is told to listen everywhere, which knows no passwords."""
    names = [basename(word) for word in argv]
    for at, name in enumerate(names[:8]):
        if name in _NODE:
            for option, value in parse(tuple(Value((word,)) for word in argv[at + 1 :]), NODE).given:
                if found := INSPECTED.fullmatch(f"--{option}={spelled(value)}"):
                    port = frozenset({int(found[1] or 9229)})
                    return RemoteControl("Node's inspector", "Node's inspector runs whatever code it is sent", port)
        if name == "debugpy" and "--listen" in argv[at:-1]:
            address = argv[argv.index("--listen", at) + 1]
            if listens := EVERYWHERE.fullmatch(address):
                return RemoteControl("debugpy", "debugpy runs whatever code it is sent", frozenset({int(listens[1])}))
    return None


def _screen(argv: tuple[str, ...]) -> Iterator[tuple[int, bool]]:
    """The port of an x11vnc that asks for no password, and whether it is on loopback."""
    words = argv[1:] if argv[:1] == ("exec",) else argv
    if not words or basename(words[0]) != "x11vnc" or not PROTECTED.isdisjoint(words):
        return
    screen_port = words[words.index("-rfbport") + 1 :][:1] if "-rfbport" in words else ("5900",)
    if screen_port and screen_port[0].isdecimal() and len(screen_port[0]) < 6:
        yield int(screen_port[0]), "-localhost" in words


def _novnc_ports(argv: tuple[str, ...], screens: frozenset[int]) -> Iterator[int]:
    """The port on which noVNC shows one of the screens to browsers."""
    name = basename(argv[0])
    listens = target = ""
    if name == "websockify" and len(argv) > 2 and not any("auth" in word or "cert" in word for word in argv):
        listens, target = argv[-2:]
    elif name in ("novnc_proxy", "launch.sh", "novnc"):
        given = dict(pairwise(argv))
        listens, target = given.get("--listen", "6080"), given.get("--vnc", "localhost:5900")
    port, shown = LISTENS.fullmatch(listens), LOCAL.fullmatch(target)
    if port and shown and int(shown[1]) in screens:
        yield int(port[1])
