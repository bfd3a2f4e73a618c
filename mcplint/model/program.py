"""What a program does besides serving: its routes, its calls of the SDK, its middleware and files."""

from __future__ import annotations

from typing import Any, NamedTuple

from mcplint.text.route_patterns import is_literal, literal_head, route_pattern
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, Label, Value


class Endpoint(NamedTuple):
    """A path that the program answers besides the MCP endpoint, such as a health route.

    `documents`: it is a page about the others, which a library adds by itself. `guarded`: whether middleware that lets
    not everyone pass is around it, too; None where it is part of what the MCP endpoint is part of.
    """

    path: str
    methods: tuple[str, ...]
    span: Span
    documents: bool = False
    guarded: bool | None = None


class Matching(NamedTuple):
    """How a program compares the path of a request with its routes.

    `caseless`: capitals are small letters to it. `strict`: a slash at the end counts.
    """

    caseless: bool = False
    strict: bool = False

    def answers(self, route: str, path: str) -> bool:
        """Whether a route may answer a path."""
        route, path = self._normalized(route), self._normalized(path)
        if is_literal(route):
            return route == path if self.strict else route.rstrip("/") == path.rstrip("/")
        routes = (route,) if self.strict else (route.rstrip("/"), f"{route.rstrip('/')}/")
        paths = (path,) if self.strict else (path.rstrip("/"), f"{path.rstrip('/')}/")
        return any(route_pattern(one).fullmatch(each) for one in routes for each in paths)

    def answers_below(self, route: str, path: str) -> bool:
        """Whether a route may answer a path or one below it."""
        route, path = self._normalized(route), self._normalized(path).rstrip("/")
        head = literal_head(route)
        return route.startswith(path) or (head != route and path.startswith(head))

    def _normalized(self, path: str) -> str:
        return path.casefold() if self.caseless else path


class Argument(NamedTuple):
    """An argument of a call: its name (empty where it is given by position), span and value."""

    name: str
    span: Span
    value: Value[Any]


class SdkCall(NamedTuple):
    """A call of the SDK by the dotted name of what is called (`mcp.server.fastmcp.FastMCP`, `….FastMCP.run`).

    `role`: `constructor`, `run`, `app`, `setting`, `decorator` (of the low-level server) or `registration` (of a
    tool, resource or prompt that is told of tasks). `closed`: whether all its
    arguments are known by name. `tried`: the program does without it where it fails, or comes to it after a failure.
    """

    target: str
    role: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    closed: bool = True
    tried: bool = False


class Wiring(NamedTuple):
    """How requests reach an SDK that has one object for the server and another for its transport.

    `shared`: where a server that is made before any request is connected to the transport of one, and where it is made.
    `reused`: where one without sessions that is made before any request is given each of them, and where it is made.
    `consumed`: where a transport reads the body of a request that was read before, and what read it.
    """

    shared: tuple[Label, ...] = ()
    reused: tuple[Label, ...] = ()
    consumed: tuple[Label, ...] = ()


class Portless(NamedTuple):
    """What a program listens on that is told no port.

    `fate`: `random` (any port that is free), `refused` (it ends), or `socket` (a file). `said`: what it is told, as
    the program would print it; `variable`: the environment variable that tells it, empty for none.
    """

    fate: str
    said: str
    span: Span
    variable: str = ""


class Store(NamedTuple):
    """A file in which tools keep things between calls: `json`, read and written whole, or `sqlite`."""

    kind: str
    note: Label


class Write(NamedTuple):
    """What a program writes before it serves: its path, `~` for the home of its user, and where; a file or a folder.

    `certain`: whether the program ends where it cannot.
    """

    path: str
    note: Label
    folder: bool = False
    certain: bool = True


class ServedFolder(NamedTuple):
    """A folder of files that a program serves and that has to be there when it starts: its path, and where."""

    path: str
    note: Label


class Blocking(NamedTuple):
    """A tool that keeps its thread for long: its name, where it does so, and whether it is a coroutine function."""

    name: str
    coroutine: bool
    note: Label


class Metrics(NamedTuple):
    """A port of its own on which a program shows its metrics, and the address that it listens on there; `caught`:
    whether the program may go on where it does not get the port."""

    port: Value[int]
    host: Value[str]
    span: Span
    caught: bool = False


class Asgi(NamedTuple):
    """What an ASGI server is told besides where to listen.

    `trusted`: the addresses whose `X-Forwarded-…` headers it obeys, as one text. `patience`: how many seconds it gives
    open requests when it is asked to end, an option None for as long as they take. `root_path`: what it takes to stand
    in front of every path. `reload`: whether it starts the program anew whenever a file changes, `named`: whether it is
    given the application as an import string, which it needs to do so. `certified`: whether callers need a
    certificate of their own.
    """

    trusted: Value[str] = UNKNOWN
    patience: Value[float | None] = UNKNOWN
    root_path: Value[str] = UNKNOWN
    reload: Value[bool] = Value((False,))
    named: Value[bool] = UNKNOWN
    certified: Value[bool] = Value((False,))


class Guard(NamedTuple):
    """What checks the callers of a server: the dotted name of its class, the call that makes it and its arguments.

    `closed`: whether these are all, and whether the class is the library's own.
    """

    provider: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    closed: bool = False

    def argument(self, name: str) -> Argument | None:
        """The argument of this name."""
        return next((each for each in self.arguments if each.name == name), None)


class Mounted(NamedTuple):
    """A mount on the way to the MCP application: its prefix, and the path that what is mounted serves itself."""

    prefix: Value[str]
    inner: Value[str]
    span: Span

    @property
    def doubled(self) -> bool:
        """Whether the prefix ends with the very path that what is mounted serves: `/mcp/mcp`."""
        prefix, inner = ((value.only or "").rstrip("/") for value in (self.prefix, self.inner))
        return bool(inner) and prefix.endswith(inner)


class TrustedHosts(NamedTuple):
    """A middleware that answers only requests with one of these names in `Host`; `*.name` takes those below.

    `answer`: the status that others get.
    """

    span: Span
    names: Value[tuple[str, ...]]
    answer: int = 400


class Cors(NamedTuple):
    """A CORS middleware around the application; a list that is not given is known to be what the library takes for it.

    `name`: what it is called; `keys`: what its lists of methods, request headers and response headers are called.
    """

    span: Span
    origins: Value[tuple[str, ...]]
    methods: Value[tuple[str, ...]]
    headers: Value[tuple[str, ...]]
    exposed: Value[tuple[str, ...]]
    name: str = "CORSMiddleware"
    keys: tuple[str, ...] = ("allow_methods", "allow_headers", "expose_headers")


class LogLevel(NamedTuple):
    """A log level that the program hands to `logging`, and the call that takes it.

    `looked_up`: it was the name of an attribute of `logging` on its way. `option`: uvicorn's command is told it.
    """

    value: Value[str]
    span: Span
    looked_up: bool = False
    option: bool = False


def imported_fact(dotted: str, module: bool) -> str:
    """What says of a release of an SDK whether it has a name, or a module by that name."""
    return f"import.{dotted}{'.*' if module else ''}"


class Import(NamedTuple):
    """An import of an SDK that the program makes; `guarded` where a failure is caught.

    `unresolved`: a module of the SDK or of the program that plain Node, which runs it, does not find by this path, or
    one that does not export the name `lacks`; `edits`: the path that would do. `module`: `import a.b`, which finds no
    name of `a` that is no module.
    """

    dotted: str
    span: Span
    guarded: bool = False
    unresolved: bool = False
    edits: tuple[Edit, ...] = ()
    lacks: str = ""
    module: bool = False

    @property
    def fact(self) -> str:
        """What says of a release of the SDK whether it has this."""
        return imported_fact(self.dotted, self.module)
