"""The keys of what is noted in a run of Python and on its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcplint.programs.noted import Noted, NotedByAll

if TYPE_CHECKING:
    from mcplint.model import Endpoint, Metrics, ServedFolder, Server, Write
    from mcplint.programs.python.arguments import Args
    from mcplint.values import Label

ASKS_TERMINAL = "asks for a terminal"
"""The note on what asks whether a standard stream is a terminal."""

# Of the run.
BACKGROUND: Noted[Server] = Noted("servers that run beside the rest of the program")
PRINTED: Noted[Label] = Noted("writes to standard output on some path to here")
SURELY_PRINTED: NotedByAll[Label | bool] = NotedByAll("writes that every path to here has, True where each has some")
WRITTEN: NotedByAll[Write] = NotedByAll("files and folders that are written on every path to here")
DIRECTORY: NotedByAll[str] = NotedByAll("the working directory, where every path to here has changed to the same one")
MOVED: Noted[bool] = Noted("some path to here has changed the working directory")
FOLDERS: NotedByAll[ServedFolder] = NotedByAll("folders of files that have to be there on every path to here")
MEASURED: NotedByAll[Metrics] = NotedByAll("metrics that are served on every path to here")
DIVERTED: Noted[bool] = Noted("standard output leads elsewhere")
AT_TERMINAL: NotedByAll[bool] = NotedByAll("every path to here has found that it is used at a terminal")
RUNNING: Noted[Any] = Noted("applications and session managers whose lifespan runs")
UNSURE: Noted[bool] = Noted("something unknown may run a lifespan")
TRANSPORTS: Noted[Any] = Noted("transports that are made")
APPS: Noted[Any] = Noted("applications of servers that are made")

# Of an object.
CALL: Noted[Args] = Noted("arguments of the call that made it")
MADE: Noted[str] = Noted("classes of libraries whose constructor has run")
MEMBER: Noted[type | None] = Noted("member of an enumeration, and of which plain type")
MAKER: Noted[Any] = Noted("what a decorator was told")

# Of a function or class.
PROPERTY: Noted[bool] = Noted("property")
STATIC: Noted[bool] = Noted("staticmethod")
CLASS: Noted[bool] = Noted("classmethod")
FIELDS: Noted[bool] = Noted("dataclass")
VALIDATES: Noted[tuple[str, tuple[str, ...]]] = Noted("validator, and of which fields")
TAKES_CONTEXT: Noted[bool] = Noted("takes the context of its command")

# Of a server, an application or its parts.
ROUTES: Noted[Endpoint] = Noted("routes beside the MCP endpoint")
MOUNTED: Noted[Any] = Noted("servers that are mounted on it")
OWN_MIDDLEWARE: Noted[Any] = Noted("middleware of the server")
OUTER: Noted[Any] = Noted("server around a low-level one")
INNER: Noted[Any] = Noted("low-level server inside")
SERVED: Noted[Server] = Noted("what an endpoint serves")
SERVER: Noted[Any] = Noted("server of an endpoint or session manager")
APPLICATION: Noted[Any] = Noted("application of an endpoint")
ADDED_MIDDLEWARE: Noted[Any] = Noted("middleware, innermost first")
STARTUP: Noted[Any] = Noted("functions that run at start-up")
ENLARGED: Noted[bool] = Noted("something unknown may add routes")
GUARDED: Noted[bool] = Noted("something unknown may check who calls")
HIDDEN: Noted[bool] = Noted("may have more than is known")

# Of a parser of the command line.
OPTIONS: Noted[Any] = Noted("options")
DEFAULTS: Noted[tuple[str, Any]] = Noted("defaults by destination")
PARSER_GROUPS: Noted[Any] = Noted("groups of sub-commands")
COMMANDS: Noted[tuple[Any, Any]] = Noted("sub-commands by name")
GROUP: Noted[tuple[bool, bool]] = Noted("whether it is a group, and runs without a sub-command")
CALLBACK: Noted[tuple[Any, bool]] = Noted("function before sub-commands, and whether it runs alone")
