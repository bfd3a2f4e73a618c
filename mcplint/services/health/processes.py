"""What a health check finds by `pgrep`, `ps` and `pidof`, which look for a process by name or command line.

Measured with procps 4.0, sysvinit-utils 3.06 and the shell of Debian 12 and 13. BusyBox's `pgrep` looks at the first
word of a command line, its path included: https://git.busybox.net/busybox/tree/procps/pgrep.c.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import unwrapped
from mcplint.commands.node_files import INLINE, NODE
from mcplint.commands.options import parse
from mcplint.commands.python_calls import FILE, MODULE, PythonCall, python_call
from mcplint.commands.python_commands import is_python
from mcplint.commands.shell import Ran
from mcplint.commands.words import text
from mcplint.images.image import Image
from mcplint.knowledge.base_images import base
from mcplint.knowledge.executables import INITS, NODE_SUFFIXES
from mcplint.model.containers import Container
from mcplint.project.tree import Tree
from mcplint.text.paths import is_test
from mcplint.values import Value

SEARCHES = re.compile(r"-[aclnoi]*f[aclnoi]*|--full")
"""The flags of pgrep with which it looks at whole command lines."""
SHOWS = re.compile(r"(?: ?-[qciEFw]{1,6})*")
"""The flags of grep with which it still finds a pattern as it is written."""
NAMES = re.compile(r"(?: ?-[acilnox]+)*")
"""The flags of pgrep with which it looks at names alone."""
LONGEST_NAME = 15
"""How many characters of a name the kernel keeps."""
PLAIN = re.compile(r"[\w@:/ .-]{3,200}")
RUNNERS = frozenset(
    {
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "granian",
        "fastmcp",
        "tsx",
        "ts-node",
        "nodemon",
        "node",
        "bun",
        "deno",
        "npm",
        "pnpm",
        "yarn",
        "pm2",
    }
)
"""What serves or starts programs of Python and Node, under its own name."""
STARTING = (
    *("subprocess", "Popen", "multiprocessing", "ProcessPool", "os.fork", "os.spawn", "os.exec", "os.system"),
    *("os.popen", "pexpect", "child_process", "cluster", "spawn(", "execa", "setproctitle", "process.title", "prctl"),
    *("stdio_client", "StdioServerParameters", "StdioTransport", "StdioClientTransport", "mcpServers", "as_proxy"),
    *("create_proxy", "playwright"),
)
"""What a program that starts others, or calls itself otherwise, has in its text."""
SERVERS = re.compile(r"(?i)mcp|server|^python[\d.]{0,5} ")
"""What a search has for the server itself, and for nothing that a library starts."""
PROGRAMS = (".py", ".pyw", ".sh", ".bash", *NODE_SUFFIXES)
_WORD = re.compile(r"[\w.-]+")
SUFFIX = re.compile(r"\.(?:py|[cm]?[jt]s)$")


def ends_badly(words: tuple[str, ...]) -> bool:
    """Whether a command only ends a check as failed, which `|| exit 1` behind another does where that one fails."""
    return words == ("false",) or (words[0] == "exit" and words[1:] not in ((), ("0",)))


def found_in_itself(script: str, ran: list[Ran], spelled: list[tuple[str | None, ...]], image: Image | None) -> str:
    """What a script looks for among all command lines, of which its shell's own is one; nothing where it does not.

    Some shells become their last command, so that one alone finds nothing; that of Debian does not.
    """
    asked = [
        tuple(word or "" for word in words) for words in spelled if not (words and ends_badly(tuple(map(str, words))))
    ]
    flags = " ".join(word for each in asked for word in each[1:-1])
    full = (
        len(asked) == 1
        and (len(ran) > 1 or (is_debian(image) and "exec" not in script))
        and asked[0][:1] == ("pgrep",)
        and SEARCHES.fullmatch(flags)
    )
    names = [each[:1] for each in asked]
    listed = names == [("ps",), ("grep",)] and ran[0].line.operator == "|" and SHOWS.fullmatch(flags)
    pattern = asked[-1][-1] if (full or listed) and not any(each.line.inside for each in ran) else ""
    return pattern if re.fullmatch(r"[\w ./:-]{2,200}", pattern) and pattern in script else ""


def looks_everywhere(words: tuple[str, ...]) -> bool:
    """Whether a command looks at whole command lines, that of a shell around it among them."""
    return words[:1] == ("pgrep",) and SEARCHES.search(" ".join(words[1:-1])) is not None


def is_debian(image: Image | None) -> bool:
    """Whether an image starts from one of Debian or Ubuntu, whose shell does not become its last command."""
    known = base(image.base.only or "") if image else None
    return known is not None and "apt-get" in (known.tools or ())


def why_no_process(name: str, given: tuple[str, ...], container: Container, image: Image | None, tree: Tree) -> str:
    """Why no process of a container is found; empty where one may be."""
    pattern, flags = given[-1] if given else "", " ".join(given[:-1])
    known = base(image.base.only or "") if image else None
    small = known is not None and "apk" in (known.tools or ())
    if not (small or is_debian(image)) or not PLAIN.fullmatch(pattern):
        return ""
    by_name = name == "pgrep" and NAMES.fullmatch(flags)
    if by_name and not small and len(pattern) > LONGEST_NAME:
        return f"`{pattern[:60]}` has more than {LONGEST_NAME} characters, which no name of a process has"
    words = start_words(container)
    if not words or re.search(r"(?m)^[ \t]*(?:pid|shareProcessNamespace):", container.span.source.text):
        return ""
    asked = posixpath.basename(pattern.split()[-1])
    named = not SUFFIX.search(asked) and SERVERS.search(pattern) and not tree.cached(_starts_others)
    if not (named or _searches_program(pattern, words[-1], container) or _searches_server(asked, container, tree)):
        return ""
    if by_name or (name == "pidof" and not flags):
        programs = [word for word in words[:-1] if not word.startswith("-")]
        names = [posixpath.basename(word)[:LONGEST_NAME] for word in programs]
        found = any(re.search(pattern, each) for each in (*names, *programs))
        return "" if found else f"it looks for `{pattern[:60]}`, but the process is called `{names[-1]}`"
    whole = " ".join(container.command.only or ())
    full = name == "pgrep" and SEARCHES.fullmatch(flags)
    return (
        f"it looks for `{pattern[:60]}`, but the process is `{whole[:60]}`"
        if full and not re.search(pattern, whole)
        else ""
    )


def start_words(container: Container) -> tuple[str, ...]:
    """The words of a start command as far as its program, which Python or Node runs; none where it is another."""
    words = container.command.only or ()
    first = 0
    while first < len(words) and posixpath.basename(words[first]) in INITS:
        inner = unwrapped(tuple(Value((word,)) for word in words[first:]))
        first = len(words) - len(inner or ())
    name = posixpath.basename(words[first]) if first < len(words) else ""
    own = tuple(Value((word,)) for word in words[first:])
    if name == "node":
        parsed = parse(own[1:], NODE)
        return words[: len(words) - len(parsed.rest) + 1] if parsed.rest and not INLINE & parsed.flags.keys() else ()
    call = python_call(own) if is_python(name) else PythonCall("")
    named = call.kind in (FILE, MODULE) and call.program is not None and text(call.program) == words[first + call.at]
    return words[: first + call.at + 1] if named else ()


def _searches_program(pattern: str, program: str, container: Container) -> bool:
    """Whether a search is for the program itself, by its file or by a name of MCP, and for nothing that it starts."""
    asked = posixpath.basename(pattern.split()[-1])
    own = posixpath.basename(program)
    if SUFFIX.search(asked):
        return asked == own
    names = {own, SUFFIX.sub("", own), *own.split("."), container.service or "", *container.names}
    return "mcp" in asked.lower() and _without_separators(asked) in set(map(_without_separators, names))


def _searches_server(asked: str, container: Container, tree: Tree) -> bool:
    """Whether a search is for a server of the project, which is all that runs: a file, what serves it, or its name."""
    if SUFFIX.search(asked) or asked in RUNNERS:
        last = _WORD.findall(asked)[-1]
        named = tree.cached(_named_programs)
        return not any(each.endswith(last) for each in named) and not tree.cached(_starts_others)
    stem = re.sub(r"[-_](?:mcp|server)$", "", asked)
    called = _without_separators(stem) in {
        _without_separators(each) for each in (container.service or "", *container.names)
    }
    names = [spelled for each in (asked, stem) for spelled in (f'name = "{each}"', f'"name": "{each}"')]
    manifests = ("pyproject.toml", "package.json")
    own = called or any(tree.mentions(each, *names) for each in manifests if each in tree.paths)
    return own and not tree.cached(_starts_others)


def _starts_others(tree: Tree) -> bool:
    """Whether a program of the project starts others, or calls itself otherwise."""
    return any(tree.mentions(path, *STARTING) for path in _programs(tree))


def _named_programs(tree: Tree) -> frozenset[str]:
    """The files of programs, and what runs them, that programs of the project name."""
    words = (word for path in _programs(tree) for word in _WORD.findall(tree.glance(path)))
    return frozenset(
        named for word in words for named in (word, word.partition(".")[0]) if SUFFIX.search(named) or named in RUNNERS
    )


def _programs(tree: Tree) -> Iterator[str]:
    return (path for path in tree.paths if path.endswith(PROGRAMS) and not is_test(path))


def _without_separators(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())
