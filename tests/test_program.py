"""What a program turns out to serve: one small program for each way in which projects say host, port and transport."""

from __future__ import annotations

import ast
from random import Random
from textwrap import dedent
from typing import Any

import programfuzz
import pytest

from mcplint.link import link
from mcplint.model import MADE, Sdk, Server
from mcplint.programs.follow import follow as followed
from mcplint.programs.outcome import Outcome
from mcplint.programs.python.interpreter import tables
from mcplint.programs.python.libraries.asgi_walk import DOCUMENTATION
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.modules import Modules
from mcplint.programs.python.scan import MOST, entries, scan
from mcplint.programs.python.values import Frame, as_python
from mcplint.programs.start import APP, FUNCTION, MODULE, OBJECT, SCRIPT, Start
from mcplint.programs.values import Table, known
from mcplint.programs.world import World
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Label, Value

VERSIONS = {"mcp": "1.27.1", "fastmcp": "3.4.11"}
ENV = Source("Dockerfile", "ENV")


def variable(env: dict[str, str | None], name: str) -> Value[str | None]:
    span = Span(Source(f"env/{name}", env.get(name) or ""), 0, len(env.get(name) or ""))
    if name in env and env[name] is None:
        return Value(None, (Label(span, "may be anything"),))
    return Value((env.get(name),), (Label(span, "sets it"),) if name in env else ())


def follow(
    files: dict[str, str],
    target: str = "server.py",
    kind: str = SCRIPT,
    argv: str | None = "",
    env: dict[str, str | None] | None = None,
    versions: dict[str, str] | None = None,
    flags: dict[str, str] | None = None,
    runner: str | None = None,
    roots: tuple[str, ...] = ("",),
) -> Outcome:
    tree = Tree.of({path: dedent(text).lstrip("\n") for path, text in files.items()})
    releases = VERSIONS | (versions or {})
    surroundings = World(
        tree,
        lambda name: variable(env or {}, name),
        lambda dotted: Sdk(dotted.partition(".")[0], Value((releases[dotted.partition(".")[0]],))),
        lambda path: path if path in tree.paths else None,
    )
    words = None if argv is None else tuple(Value((word,)) for word in argv.split())
    told = {name: Value((word,)) for name, word in (flags or {}).items()}
    return followed(Start(kind, target, Span(ENV, 0, 3), words, roots=roots, runner=runner, flags=told), surroundings)


def one(files: dict[str, str] | str, **how: Any) -> Server:
    outcome = follow({"server.py": files} if isinstance(files, str) else files, **how)
    assert len(outcome.servers) == 1, outcome
    return outcome.servers[0]


def told(served: Server, *names: str) -> dict[str, Any]:
    return {name: getattr(served, name).options for name in names}


SDK = "from mcp.server.fastmcp import FastMCP\n"
FAST = "from fastmcp import FastMCP\n"

PARSER = (
    FAST
    + """
import argparse, os
mcp = FastMCP("x")
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transport", "-t", choices=["stdio", "http", "sse"], default=os.environ.get("T", "stdio"))
    parser.add_argument("--host", dest="address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default="8000")
    parser.add_argument("--stateless", action="store_true")
    args, rest = parser.parse_known_args()
    if args.transport == "stdio":
        mcp.run()
    else:
        mcp.run(transport=args.transport, host=args.address, port=args.port, stateless_http=args.stateless)
main()
"""
)
CLICK = """
import click
from mcp.server.fastmcp import FastMCP
@click.command()
@click.option("--port", "-p", default=8000, envvar="PORT")
@click.option("--host", default="localhost", show_default=True)
@click.option("--transport", type=click.Choice(["stdio", "sse"]), default="sse")
@click.option("--stateless/--stateful", default=False)
def main(port, host, transport, stateless):
    FastMCP("x", host=host, port=port).run(transport)
if __name__ == "__main__":
    main()
"""
TYPER = """
import typer
from typing import Annotated
from fastmcp import FastMCP
app = typer.Typer()
mcp = FastMCP("x")
@app.command()
def serve(
    host: Annotated[str, typer.Option(envvar="BIND")] = "127.0.0.1",
    port: int = typer.Option(8000, "--port", "-p"),
    stateless: bool = False,
):
    mcp.run(transport="http", host=host, port=port, stateless_http=stateless)
@app.command()
def other(): ...
app()
"""
SETTINGS = """
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from mcp.server.fastmcp import FastMCP
class Http(BaseModel):
    stateless: bool = False
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="NOTES_", env_nested_delimiter="__", env_file=".env")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1)
    transport: str = Field("stdio", validation_alias=AliasChoices("TRANSPORT", "MODE"))
    http: Http = Field(default_factory=Http)
    token: str
settings = Settings()
mcp = FastMCP("x", host=settings.host, port=settings.port, stateless_http=settings.http.stateless)
match settings.transport:
    case "stdio": mcp.run()
    case "http" | "streamable-http": mcp.run(transport="streamable-http")
    case _: raise ValueError(settings.transport)
"""
OBJECTS = """
import os, threading, uvicorn
from dataclasses import dataclass
from mcp.server.fastmcp import FastMCP
@dataclass
class Config:
    host: str = "0.0.0.0"
    port: int = 1
    @classmethod
    def load(cls):
        return cls(port=int(os.environ.get("PORT", "8080")))
class Server:
    def __init__(self, config):
        self.config = config
        self.mcp = FastMCP("x", host=self.config.host)
    @property
    def app(self):
        return self.mcp.streamable_http_app()
    def run(self):
        server = uvicorn.Server(uvicorn.Config(self.app, host=self.config.host, port=self.config.port))
        threading.Thread(target=server.run, daemon=True).start()
        while True:
            pass
Server(Config.load()).run()
"""
LOW = """
import anyio, sys
from mcp.server.lowlevel import Server
app = Server("low")
@app.list_tools()
async def tools(): return []
def main(transport):
    if transport == "sse":
        from mcp.server.sse import SseServerTransport
        from starlette.applications import Starlette
        from starlette.routing import Mount, Route
        import uvicorn
        sse = SseServerTransport("/messages/")
        async def handle(request):
            async with sse.connect_sse(request.scope, request.receive, request._send) as streams:
                await app.run(streams[0], streams[1], app.create_initialization_options())
        routes = [Route("/events", endpoint=handle), Mount("/messages/", app=sse.handle_post_message)]
        uvicorn.run(Starlette(routes=routes), host="0.0.0.0", port=9)
    else:
        from mcp.server.stdio import stdio_server
        async def serve():
            async with stdio_server() as (read, write):
                await app.run(read, write, app.create_initialization_options())
        anyio.run(serve)
main(sys.argv[1] if len(sys.argv) > 1 else "stdio")
"""
MANAGER = """
import contextlib, uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
manager = StreamableHTTPSessionManager(app=Server("low"), json_response=True, stateless=True)
async def handle(scope, receive, send):
    await manager.handle_request(scope, receive, send)
@contextlib.asynccontextmanager
async def lifespan(app):
    async with manager.run():
        yield
app = Starlette(routes=[Mount("/mcp", app=handle)], lifespan=lifespan)
"""
SUBCLASS = """
from mcp.server.fastmcp import FastMCP
from starlette.middleware.cors import CORSMiddleware
class Notes(FastMCP):
    def __init__(self, name, **kwargs):
        super().__init__(name, host="0.0.0.0", **kwargs)
    def streamable_http_app(self):
        app = super().streamable_http_app()
        app.add_middleware(CORSMiddleware, allow_origins=["*"], expose_headers=["Mcp-Session-Id"])
        return app
mcp = Notes("x", stateless_http=True)
app = mcp.streamable_http_app()
"""

# What it is, the program, how it is started, and what is expected of its one server.
CASES: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "a literal": (
        SDK + 'FastMCP("x", host="0.0.0.0", port=9).run("sse")',
        {},
        {"host": ("0.0.0.0",), "port": (9,), "transport": ("sse",), "path": ("/sse",)},
    ),
    "defaults of a release": (
        SDK + 'FastMCP("x").run(transport="streamable-http")',
        {},
        {"host": ("127.0.0.1",), "port": (8000,), "path": ("/mcp",), "host_check": (True,)},
    ),
    "defaults of an older release": (
        SDK + 'FastMCP("x").run("sse")',
        {"versions": {"mcp": "1.9.0"}},
        {"host": ("0.0.0.0",), "host_check": (False,)},
    ),
    "no transport": (SDK + 'FastMCP("x").run()', {}, {"transport": ("stdio",), "host": (), "port": (), "path": ()}),
    "a constant of another module": (
        {"server.py": SDK + 'import conf\nFastMCP("x", port=conf.PORT).run("sse")', "conf.py": "PORT = 9000"},
        {},
        {"port": (9000,)},
    ),
    "getenv with a default": (
        SDK + 'import os\nFastMCP("x", host=os.getenv("H", "0.0.0.0")).run("sse")',
        {},
        {"host": ("0.0.0.0",)},
    ),
    "getenv that is set": (
        SDK + 'import os\nFastMCP("x", host=os.getenv("H", "0.0.0.0")).run("sse")',
        {"env": {"H": "::1"}},
        {"host": ("::1",)},
    ),
    "getenv that may be set": (
        SDK + 'import os\nFastMCP("x", host=os.getenv("H", "0.0.0.0")).run("sse")',
        {"env": {"H": None}},
        {"host": None, "port": (8000,)},
    ),
    "environ and int": (
        SDK + 'from os import environ\nFastMCP("x", port=int(environ["P"])).run("sse")',
        {"env": {"P": "9"}},
        {"port": (9,)},
    ),
    "an or chain": (
        SDK + 'import os\nFastMCP("x", host=os.getenv("A") or os.environ.get("B") or "0.0.0.0").run("sse")',
        {"env": {"A": "", "B": "b"}},
        {"host": ("b",)},
    ),
    "a conditional expression": (
        SDK + 'import os\nFastMCP("x", host="0.0.0.0" if "K" in os.environ else "127.0.0.1").run("sse")',
        {"env": {"K": "1"}},
        {"host": ("0.0.0.0",)},
    ),
    "an undecided conditional expression": (
        SDK + 'import os\nFastMCP("x", host="0.0.0.0" if os.path.exists("/.dockerenv") else "127.0.0.1").run("sse")',
        {},
        {"host": ("0.0.0.0", "127.0.0.1"), "declared_host": ("0.0.0.0", "127.0.0.1")},
    ),
    "text methods": (
        SDK + 'import os\nFastMCP("x").run(transport=os.environ.get("T", " SSE ").strip().lower().replace("_", "-"))',
        {},
        {"transport": ("sse",)},
    ),
    "formatted text": (
        SDK + 'n = "x"\nFastMCP("x", streamable_http_path=f"/{n}/mcp").run("streamable-http")',
        {},
        {"path": ("/x/mcp",)},
    ),
    "argparse defaults": (PARSER, {}, {"transport": ("stdio",)}),
    "argparse words": (
        PARSER,
        {"argv": "-t http --host=0.0.0.0 --port 9 --stateless --other x"},
        {"transport": ("streamable-http",), "host": ("0.0.0.0",), "port": (9,), "stateless": (True,)},
    ),
    "argparse with a default from the environment": (
        PARSER,
        {"env": {"T": "sse"}},
        {"transport": ("sse",), "host": ("127.0.0.1",), "port": (8000,)},
    ),
    "argparse with words that are not known": (
        PARSER,
        {"argv": None},
        {"transport": ("stdio", "streamable-http", "sse"), "host": None},
    ),
    "click": (
        CLICK,
        {"argv": "--host 0.0.0.0", "env": {"PORT": "99"}},
        {"host": ("0.0.0.0",), "port": (99,), "transport": ("sse",)},
    ),
    "click words": (CLICK, {"argv": "-p 7 --transport stdio"}, {"transport": ("stdio",)}),
    "typer": (
        TYPER,
        {"argv": "serve -p 77 --stateless", "env": {"BIND": "0.0.0.0"}},
        {"host": ("0.0.0.0",), "port": (77,), "stateless": (True,)},
    ),
    "pydantic settings": (
        SETTINGS,
        {"env": {"NOTES_PORT": "81", "MODE": "http", "NOTES_HTTP__STATELESS": "true", "NOTES_TOKEN": "t"}},
        {"transport": ("streamable-http",), "host": ("127.0.0.1",), "port": (81,), "stateless": (True,)},
    ),
    "a demanded setting that only the user can give": (
        SETTINGS,
        {"env": {"TRANSPORT": "http"}},
        {"transport": ("streamable-http",), "port": (8000,)},
    ),
    "an env file": (
        {"server.py": SETTINGS, ".env": "NOTES_HOST=0.0.0.0\nTRANSPORT='http'\nNOTES_TOKEN=x\n"},
        {},
        {"transport": ("streamable-http",), "host": ("0.0.0.0",)},
    ),
    "objects, properties and threads": (
        OBJECTS,
        {},
        {"host": ("0.0.0.0",), "port": (8080,), "host_check": (False,), "path": ("/mcp",)},
    ),
    "keywords from a dict": (
        FAST
        + 'kw = {"transport": "http", "host": "0.0.0.0"}\nkw["port"] = 9\nkw.update(path="/x")\nFastMCP("x").run(**kw)',
        {},
        {"host": ("0.0.0.0",), "port": (9,), "path": ("/x",)},
    ),
    "keywords of which one may be missing": (
        FAST + 'import sys\nkw = {"transport": "http"}\nif sys.stdin.isatty():\n    kw["host"] = "0.0.0.0"\n'
        'FastMCP("x").run(**kw)',
        {},
        {"host": ("0.0.0.0", "127.0.0.1")},
    ),
    "keywords that are not known": (
        FAST + 'import json\nFastMCP("x").run(**json.load(open("c")))',
        {},
        {"transport": None, "host": None},
    ),
    "settings after construction": (
        SDK + 'mcp = FastMCP("x")\nmcp.settings.host = "0.0.0.0"\nmcp.run("sse")',
        {},
        {"host": ("0.0.0.0",), "declared_host": ("127.0.0.1",), "host_check": (True,)},
    ),
    "a subclass and its application": (
        {"server.py": SUBCLASS},
        {"kind": APP, "target": "server:app", "runner": "uvicorn", "flags": {"host": "0.0.0.0"}},
        {"host": ("0.0.0.0",), "declared_host": ("0.0.0.0",), "stateless": (True,)},
    ),
    "low level on standard streams": (LOW, {}, {"transport": ("stdio",), "name": ("low",)}),
    "low level over SSE": (
        LOW,
        {"argv": "sse"},
        {
            "transport": ("sse",),
            "path": ("/events",),
            "message_path": ("/messages/",),
            "host": ("0.0.0.0",),
            "port": (9,),
            "host_check": (False,),
        },
    ),
    "a session manager": (
        {"server.py": MANAGER},
        {"kind": APP, "target": "server:app", "runner": "uvicorn"},
        {
            "transport": ("streamable-http",),
            "path": ("/mcp/",),
            "stateless": (True,),
            "json_response": (True,),
            "lifespan": (True,),
            "host": ("127.0.0.1",),
        },
    ),
    "an asynchronous main": (
        FAST + 'import asyncio\nasync def main():\n    await FastMCP("x").run_http_async(host="0.0.0.0")\n'
        'if __name__ == "__main__":\n    try:\n        asyncio.run(main())\n'
        '    except KeyboardInterrupt:\n        print("bye")',
        {},
        {"host": ("0.0.0.0",), "transport": ("streamable-http",)},
    ),
    "an early return": (
        SDK + 'import os\nmcp = FastMCP("x", host="0.0.0.0")\ndef secure():\n    if os.getpid() > 5:\n'
        '        return\n    mcp.settings.host = "127.0.0.1"\nsecure()\nmcp.run("sse")',
        {},
        {"host": ("0.0.0.0", "127.0.0.1")},
    ),
    "a loop over names": (
        SDK + 'import os\nhost = "127.0.0.1"\nfor name in ("A", "B", "C"):\n    if os.getenv(name):\n'
        '        host = os.getenv(name)\n        break\nFastMCP("x", host=host).run("sse")',
        {"env": {"B": "b", "C": "c"}},
        {"host": ("b",)},
    ),
    "a loop of unknown length": (
        SDK + 'import sys\nport = 1\nfor line in sys.stdin:\n    port += 1\nFastMCP("x", port=port).run("sse")',
        {},
        {"port": None},
    ),
    "a loop that goes on until its own variable says otherwise": (
        SDK + "import os\nport, tries = None, 0\nwhile port is None and tries < 3:\n    try:\n"
        '        port = int(os.environ["P"])\n    except KeyError:\n        tries += 1\n'
        'FastMCP("x", host="0.0.0.0").run("sse")',
        {},
        {"host": ("0.0.0.0",)},
    ),
    "a stand-in where an import may fail": (
        "try:\n    from mcp.server.fastmcp import Context, FastMCP\nexcept ImportError:\n    class FastMCP:\n"
        "        def tool(self): ...\nmcp = FastMCP('x', host='0.0.0.0')\nmcp.run('sse')",
        {},
        {"host": ("0.0.0.0",)},
    ),
    "an exception that is caught": (
        SDK + 'import os\ntry:\n    port = int(os.getenv("P", "x"))\nexcept ValueError:\n    port = 9\n'
        'FastMCP("x", port=port).run("sse")',
        {},
        {"port": (9,)},
    ),
    "an import that the release lacks": (
        "try:\n    from mcp.server.mcpserver import MCPServer as S\nexcept ImportError:\n"
        "    from mcp.server.fastmcp import FastMCP as S\nS('x').run('sse')",
        {},
        {"transport": ("sse",), "host": ("127.0.0.1",)},
    ),
    "a module that the release lacks": (
        "try:\n    from mcp.server.mcpserver import MCPServer as S\nexcept ModuleNotFoundError:\n"
        "    from mcp.server.fastmcp import FastMCP as S\nS('x').run('sse')",
        {},
        {"transport": ("sse",), "host": ("127.0.0.1",)},
    ),
    "an enumeration": (
        FAST + 'from enum import Enum\nclass T(str, Enum):\n    A = "stdio"\n    B = "http"\nt = T("http")\n'
        'FastMCP("x").run(transport=t.value if t == T.B else "stdio")',
        {},
        {"transport": ("streamable-http",)},
    ),
    "an enumeration that numbers itself": (
        FAST + "from enum import StrEnum, auto\nclass T(StrEnum):\n    stdio = auto()\n    SSE = auto()\n"
        "FastMCP('x').run(transport=T.SSE)",
        {},
        {"transport": ("sse",)},
    ),
    "alternatives that stay open": (
        SDK + 'import sys\nmcp = FastMCP("x", host="0.0.0.0")\nif sys.stdin.isatty():\n    mcp.run()\nelse:\n'
        '    mcp.run("sse")',
        {},
        {"transport": ("stdio", "sse"), "host": ("0.0.0.0",)},
    ),
    "the environment that the SDK reads": (
        FAST + 'FastMCP("x").run("http")',
        {"env": {"FASTMCP_HOST": "0.0.0.0", "FASTMCP_PORT": "9"}},
        {"host": ("0.0.0.0",), "port": (9,)},
    ),
    "the environment that the SDK no longer reads": (
        SDK + 'FastMCP("x").run("sse")',
        {"env": {"FASTMCP_HOST": "0.0.0.0"}},
        {"host": ("127.0.0.1",)},
    ),
    "run() of the second generation": (
        "from mcp.server.mcpserver import MCPServer\n"
        "MCPServer('x').run(transport='streamable-http', host='0.0.0.0', stateless_http=True)",
        {"versions": {"mcp": "2.3.0"}},
        {"host": ("0.0.0.0",), "stateless": (True,), "host_check": (False,)},
    ),
    "an application of the second generation": (
        {"server.py": "from mcp.server import MCPServer\napp = MCPServer('x').streamable_http_app()"},
        {
            "kind": APP,
            "target": "server:app",
            "runner": "uvicorn",
            "flags": {"host": "0.0.0.0"},
            "versions": {"mcp": "2.3.0"},
        },
        {"host": ("0.0.0.0",), "declared_host": ("127.0.0.1",), "host_check": (True,)},
    ),
    "an allow-list": (
        SDK + "from mcp.server.transport_security import TransportSecuritySettings as T\n"
        'FastMCP("x", transport_security=T(allowed_hosts=["a:*", "a"])).run("sse")',
        {},
        {"host_check": (True,), "allowed_hosts": (("a:*", "a"),)},
    ),
    "a bound method as console script": (
        {"server.py": SDK + 'mcp = FastMCP("x")'},
        {"kind": FUNCTION, "target": "server:mcp.run"},
        {"transport": ("stdio",)},
    ),
    "a click command as console script": (
        {"server.py": CLICK},
        {"kind": FUNCTION, "target": "server:main", "argv": "--port 3"},
        {"port": (3,)},
    ),
    "a package in src": (
        {
            "src/p/__main__.py": "from .cli import main\nmain()",
            "src/p/__init__.py": "",
            "src/p/cli.py": "from p import conf\n" + SDK + "def main(): FastMCP('x', port=conf.PORT).run('sse')",
            "src/p/conf.py": "PORT = 5",
        },
        {"kind": MODULE, "target": "p", "roots": ("src",)},
        {"port": (5,)},
    ),
    "a factory of applications": (
        {"server.py": FAST + "def create():\n    return FastMCP('x').http_app(path='/p')"},
        {"kind": APP, "target": "server:create", "runner": "uvicorn", "flags": {"factory": "", "workers": "4"}},
        {"path": ("/p",), "workers": (4,)},
    ),
    "workers from the environment": (
        {"server.py": FAST + "app = FastMCP('x').http_app()"},
        {"kind": APP, "target": "server:app", "runner": "uvicorn", "env": {"WEB_CONCURRENCY": "3"}},
        {"workers": (3,)},
    ),
    "gunicorn": (
        {"server.py": FAST + "app = FastMCP('x').http_app()"},
        {"kind": APP, "target": "server:app", "runner": "gunicorn", "flags": {"bind": "0.0.0.0:81", "workers": "2"}},
        {"workers": (2,), "host": ("0.0.0.0",), "port": (81,)},
    ),
    "gunicorn with its file": (
        {
            "server.py": FAST + "app = FastMCP('x').http_app()",
            "gunicorn.conf.py": "bind = '0.0.0.0:81'\nworkers = 3\n",
        },
        {"kind": APP, "target": "server:app", "runner": "gunicorn"},
        {"workers": (3,), "host": ("0.0.0.0",), "port": (81,)},
    ),
    "gunicorn with a file that reckons": (
        {
            "server.py": FAST + "app = FastMCP('x').http_app()",
            "conf.py": "import os\nworkers = int(os.getenv('W', '2'))\nif workers:\n    bind = ':81'\n",
        },
        {"kind": APP, "target": "server:app", "runner": "gunicorn", "flags": {"config": "conf.py"}},
        {"workers": (2,), "host": ("0.0.0.0",), "port": (81,)},
    ),
    "gunicorn with a file that puts its address together": (
        {
            "server.py": FAST + "app = FastMCP('x').http_app()",
            "gunicorn.conf.py": "import os\nworkers = os.cpu_count()\nbind = f'0.0.0.0:{os.getenv(\"PORT\", 82)}'\n",
        },
        {"kind": APP, "target": "server:app", "runner": "gunicorn"},
        {"workers": None, "host": ("0.0.0.0",), "port": (82,)},
    ),
    "gunicorn with a file that ends early": (
        {
            "server.py": FAST + "app = FastMCP('x').http_app()",
            "gunicorn.conf.py": "import os, sys\nif not os.path.exists('/a'):\n    sys.exit(1)\nbind = ':81'\n",
        },
        {"kind": APP, "target": "server:app", "runner": "gunicorn"},
        {"port": (81,)},
    ),
    "hypercorn in the program": (
        FAST + "import asyncio\nfrom hypercorn.asyncio import serve\nfrom hypercorn.config import Config\n"
        "c = Config()\nc.bind = ['0.0.0.0:82']\nasyncio.run(serve(FastMCP('x').http_app(), c))",
        {},
        {"host": ("0.0.0.0",), "port": (82,)},
    ),
    "either of two applications behind a layer of its own": (
        SDK
        + """
import uvicorn

mcp = FastMCP("x")
transport = open("transport").read()
if transport in ("http", "sse"):
    inner = mcp.streamable_http_app() if transport == "http" else mcp.sse_app()

    async def layer(scope, receive, send):
        await inner(scope, receive, send)

    uvicorn.run(layer)
else:
    mcp.run()
""",
        {},
        {"transport": ("streamable-http", "sse", "stdio"), "path": ("/mcp", "/sse"), "host": ("127.0.0.1",)},
    ),
    "an application that is mounted, of one server or another, and wrapped under a condition": (
        SDK
        + """
import os
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

class Wrapper:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)

mcp = FastMCP("x", stateless_http=True) if open("mode").read() else FastMCP("x")
app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())])
if open("basic").read():
    app = Wrapper(app)
uvicorn.run(app, host="0.0.0.0")
""",
        {},
        {"transport": ("streamable-http",), "path": ("/mcp",), "host": ("0.0.0.0",), "stateless": (True, False)},
    ),
    "stdio, or an application in which no server is seen": (
        SDK
        + """
import uvicorn
from fastapi import FastAPI

app = FastAPI()
if open("mode").read() == "stdio":
    FastMCP("x").run()
else:
    uvicorn.run(app)
""",
        {},
        {"name": ("x",), "transport": None},
    ),
    "hundreds of libraries": (
        {
            "server.py": "".join(f"import library{n}\n" for n in range(500)) + "from own import mcp\nmcp.run('sse')",
            "own.py": SDK + "mcp = FastMCP('x')",
        },
        {},
        {"transport": ("sse",), "port": (8000,)},
    ),
    "a variable that is demanded, and one that something stands in for": (
        SDK
        + """
import os
KEY = os.getenv("KEY") or os.getenv("OLD_KEY")
if not KEY:
    raise ValueError("KEY is required")
FastMCP(KEY, host=os.getenv("A") or os.getenv("B") or "127.0.0.1", port=int(os.getenv("P") or 9)).run("sse")
""",
        {},
        {"name": None, "host": ("127.0.0.1",), "port": (9,)},
    ),
    **{
        f"a helper gives a default {how}, and asks for a variable in another call": (
            SDK
            + f"""
import os
MISSING = object()
def env(name, default={missing}):
{body}
KEY = env("KEY")
FastMCP("x", host=env("HOST", "127.0.0.1"), port=int(env("P", "9"))).run(env("T", "sse"))
""",
            {},
            {"host": ("127.0.0.1",), "port": (9,), "transport": ("sse",)},
        )
        for how, missing, body in (
            (
                "in an inner branch",
                "None",
                "    value = os.environ.get(name)\n    if value is None:\n        if default is None:\n"
                "            raise RuntimeError(name)\n        return default\n    return value",
            ),
            (
                "after the value",
                "None",
                "    value = os.getenv(name)\n    if value:\n        return value\n    if default is not None:\n"
                "        return default\n    raise SystemExit(name)",
            ),
            (
                "unless it is a mark",
                "MISSING",
                "    value = os.environ.get('X_' + name)\n    if value is not None:\n        return value\n"
                "    if default is MISSING:\n        raise KeyError(name)\n    return default",
            ),
        )
    },
    "a helper tells whether a variable is given that the program demands": (
        SDK
        + """
import os, sys
def has(name, default=False):
    value = os.environ.get(name)
    if value is None:
        return default
    return True
if not has("KEY"):
    sys.exit("KEY is required")
FastMCP("x").run("sse")
""",
        {},
        {"transport": ("sse",)},
    ),
    "a generic class": (
        "from typing import Generic, TypeVar\n"
        + SDK
        + "T = TypeVar('T')\nclass Own(FastMCP[T], Generic[T]): ...\nOwn('x', port=83).run('sse')",
        {},
        {"name": ("x",), "port": (83,), "transport": ("sse",)},
    ),
    "a generic class of today": (
        {
            "server.py": "from base import Base\nclass Own[T](Base[T]): ...\nOwn('x', port=83).run('sse')",
            "base.py": SDK + "class Base[T](FastMCP[T]): ...",
        },
        {},
        {"name": ("x",), "port": (83,), "transport": ("sse",)},
    ),
    "mcp run": (
        {"server.py": SDK + "mcp = FastMCP('x', host='0.0.0.0')\nif __name__ == '__main__':\n    mcp.run('sse')"},
        {"kind": OBJECT, "target": "server.py:", "runner": "mcp"},
        {"transport": ("stdio",)},
    ),
    "fastmcp run": (
        {"server.py": FAST + "def make(): return FastMCP('x')"},
        {
            "kind": OBJECT,
            "target": "server.py:make",
            "runner": "fastmcp",
            "flags": {"transport": "http", "host": "0.0.0.0", "port": "83"},
        },
        {"transport": ("streamable-http",), "host": ("0.0.0.0",), "port": (83,)},
    ),
    "a command that is added to a group, its defaults functions": (
        {
            "server.py": "import click\nfrom commands import serve\n@click.group()\ndef cli(): ...\n"
            "cli.add_command(serve)\ncli()",
            "commands.py": "import click\n@click.command('serve')\n"
            "@click.option('--host', default=lambda: '0.0.0.0', envvar=['A', 'NOTES_HOST'])\n"
            "@click.option('--port', default=9000, type=int)\n"
            "def run(host, port):\n    from factory import build\n    build(host, port).run('sse')\nserve = run",
            "factory.py": SDK + "def build(host, port): return FastMCP('x', host=host, port=port)",
        },
        {"argv": "serve", "env": {"NOTES_HOST": "::"}},
        {"host": ("::",), "port": (9000,)},
    ),
    "a group that loads its commands when they are asked for": (
        {
            "server.py": "import importlib, click\nclass Lazy(click.Group):\n"
            "    def __init__(self, *args, lazy=None, **kwargs):\n        super().__init__(*args, **kwargs)\n"
            "        self.lazy = lazy or {}\n"
            "    def get_command(self, ctx, name):\n        if name in self.lazy:\n"
            "            module, attribute = self.lazy[name].rsplit('.', 1)\n"
            "            return getattr(importlib.import_module(module), attribute)\n"
            "        return super().get_command(ctx, name)\n"
            "@click.group(cls=Lazy, lazy={'serve': 'commands.serve'})\ndef cli(): ...\n"
            "@cli.command()\ndef check():\n    raise SystemExit\ncli()",
            "commands.py": SDK + "import click\n@click.command()\n@click.option('--port', default=9000)\n"
            "def serve(port):\n    FastMCP('x', port=port).run('sse')",
        },
        {"argv": "serve --port 9001"},
        {"port": (9001,)},
    ),
    "a command whose class is a group that finds its commands by itself": (
        {
            "server.py": "import importlib, click\nclass Lazy(click.Group):\n"
            "    def get_command(self, ctx, name):\n"
            "        return importlib.import_module(f'commands_{name}').command\n"
            "@click.command(cls=Lazy)\ndef cli(): ...\ncli()",
            "commands_serve.py": SDK + "import click\n@click.command()\n@click.option('--port', default=9000)\n"
            "def command(port):\n    FastMCP('x', port=port).run('sse')",
        },
        {"argv": "serve --port 9001"},
        {"port": (9001,)},
    ),
    "an object that makes its server when it is asked for something": (
        {
            "server.py": f"class Lazy:\n    def __getattr__(self, name):\n        {FAST.strip()}\n"
            "        return getattr(FastMCP('x'), name)\nmcp = Lazy()"
        },
        {"kind": OBJECT, "target": "server.py:mcp", "runner": "fastmcp", "flags": {"transport": "http", "port": "9"}},
        {"transport": ("streamable-http",), "port": (9,)},
    ),
    "a class after another library's": (
        SDK + "import threading\nclass Own(threading.Thread, FastMCP):\n    def __init__(self):\n"
        "        FastMCP.__init__(self, 'x', port=9)\nOwn().run('sse')",
        {},
        {"transport": ("sse",), "name": None},
    ),
    "a transport that is made inside its endpoint": (
        "import uvicorn\nfrom mcp.server import Server\nfrom mcp.server.sse import SseServerTransport\n"
        "from starlette.applications import Starlette\nfrom starlette.routing import Route\nserver = Server('x')\n"
        "async def connect(request):\n    sse = SseServerTransport('/messages/')\n"
        "    async with sse.connect_sse(request.scope, request.receive, request._send) as streams:\n"
        "        await server.run(streams[0], streams[1], server.create_initialization_options())\n"
        "uvicorn.run(Starlette(routes=[Route('/events', endpoint=connect)]), port=9)",
        {},
        {"transport": ("sse",), "path": ("/events",), "message_path": ("/messages/",)},
    ),
    "a session manager that an application keeps": (
        "import contextlib, uvicorn\nfrom mcp.server.lowlevel import Server\n"
        "from mcp.server.streamable_http_manager import StreamableHTTPSessionManager\n"
        "from starlette.applications import Starlette\nfrom starlette.routing import Mount\n"
        "@contextlib.asynccontextmanager\nasync def lifespan(app):\n"
        "    app.state.manager = StreamableHTTPSessionManager(app=Server('x'), stateless=True)\n"
        "    async with app.state.manager.run():\n        yield\n"
        "async def handle(scope, receive, send):\n"
        "    await scope['app'].state.manager.handle_request(scope, receive, send)\n"
        "def create(): return Starlette(routes=[Mount('/mcp', app=handle)], lifespan=lifespan)\n"
        "uvicorn.run(create, factory=True)",
        {},
        {"path": ("/mcp/",), "stateless": (True,), "lifespan": (True,), "name": ("x",)},
    ),
    "a session manager that nothing keeps running": (
        "import uvicorn\nfrom mcp.server.lowlevel import Server\n"
        "from mcp.server.streamable_http_manager import StreamableHTTPSessionManager\n"
        "from starlette.applications import Starlette\nfrom starlette.routing import Mount\n"
        "async def handle(scope, receive, send):\n"
        "    await StreamableHTTPSessionManager(app=Server('x')).handle_request(scope, receive, send)\n"
        "uvicorn.run(Starlette(routes=[Mount('/mcp', app=handle)]))",
        {},
        {"path": ("/mcp/",), "lifespan": (False,)},
    ),
    "a check of what the operator gives": (
        SDK + "import os, sys\ndef check():\n    url = os.environ.get('URL', '').strip()\n"
        "    if not url:\n        sys.exit('URL is not set')\n    return url\ncheck()\nFastMCP('x').run('sse')",
        {},
        {"transport": ("sse",), "host": ("127.0.0.1",)},
    ),
    "a check of several variables in another module": (
        {
            "server.py": SDK + "import conf\nconf.check(['A', 'B'])\nFastMCP('x', host=conf.HOST).run('sse')",
            "conf.py": "import os\nHOST = os.environ.get('HOST', '0.0.0.0')\ndef check(names):\n"
            "    missing = [name for name in names if not os.environ.get(name)]\n"
            "    if missing:\n        raise RuntimeError(missing)\n",
        },
        {},
        {"host": ("0.0.0.0",)},
    ),
    "settings that are missing what the operator gives": (
        {
            "server.py": SDK + "from conf import load\nconf = load()\nif conf is None:\n    raise SystemExit(1)\n"
            "FastMCP('x', port=conf.port).run('sse')",
            "conf.py": "from pydantic import ValidationError\nfrom pydantic_settings import BaseSettings\n"
            "class Settings(BaseSettings):\n    token: str\n    port: int = 9000\n"
            "def load():\n    try:\n        return Settings()\n    except ValidationError:\n        return None\n",
        },
        {},
        {"port": (9000,)},
    ),
    "settings with a source of their own": (
        SDK + "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 9000\n"
        "    @classmethod\n    def settings_customise_sources(cls, settings_cls, *sources):\n"
        "        return (Vault(settings_cls), *sources)\nFastMCP('x', port=Settings().port).run('sse')",
        {},
        {"port": None},
    ),
    "settings in YAML": (
        {
            "server.py": FAST + "import yaml\nwith open('conf.yaml') as file:\n    conf = yaml.safe_load(file)\n"
            "FastMCP('x').run(transport='http', host=conf['web']['host'], port=conf['web'].get('port', 1))",
            "conf.yaml": "web:\n  host: 0.0.0.0\n  port: 9000\n",
        },
        {},
        {"host": ("0.0.0.0",), "port": (9000,)},
    ),
    "settings in YAML that Python reads otherwise": (
        {
            "server.py": SDK + "import yaml\nconf = yaml.safe_load(open('conf.yaml').read())\n"
            "FastMCP('x', stateless_http=conf['a'], port=conf['b']).run('streamable-http')",
            "conf.yaml": "a: yes\nb: 0x1F40\n",
        },
        {},
        {"stateless": None, "port": (8000,)},
    ),
    "settings in TOML": (
        {
            "server.py": FAST + "import tomllib\nfrom pathlib import Path\n"
            "conf = tomllib.loads(Path('conf.toml').read_text())\nFastMCP('x').run(transport='sse', **conf['web'])",
            "conf.toml": "[web]\nhost = '0.0.0.0'\nport = 9_000\n",
        },
        {},
        {"host": ("0.0.0.0",), "port": (9000,)},
    ),
    "settings in JSON beside the program": (
        {
            "src/server.py": SDK + "import json, os\nhere = os.path.dirname(os.path.abspath(__file__))\n"
            "try:\n    conf = json.load(open(os.path.join(here, 'conf.json')))\n"
            "except FileNotFoundError:\n    conf = {'port': 1}\nFastMCP('x', port=conf['port']).run('sse')",
            "src/conf.json": '{"port": 9000}',
        },
        {"target": "src/server.py"},
        {"port": (9000,)},
    ),
    "settings in a file that the project has not": (
        SDK + "import json\ntry:\n    conf = json.load(open('conf.json'))\nexcept OSError:\n    conf = {'port': 1}\n"
        "FastMCP('x', port=conf['port']).run('sse')",
        {},
        {"port": None},
    ),
    "settings in a file that the program writes": (
        {
            "server.py": SDK + "import json\nfile = open('conf.json', 'w+')\nconf = json.load(file)\n"
            "FastMCP('x', port=conf['port']).run('sse')",
            "conf.json": '{"port": 9000}',
        },
        {},
        {"port": None},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_program_is_followed_to_what_it_serves(name: str) -> None:
    program, how, expected = CASES[name]
    served = one(program, **how)
    assert told(served, *expected) == expected
    for each in served:
        if isinstance(each, Value) and each.site and each.site.span.text:
            assert each.options is not None and each.site.span.text == str(each.only)


NOTHING = {
    "run() of something else": "class Shell:\n    def run(self, host, transport): ...\n"
    "Shell().run(host='127.0.0.1', transport='sse')",
    "an own class of the same name": "class FastMCP:\n    def run(self, transport): ...\nFastMCP().run('sse')",
    "a client": "from mcp.client.stdio import stdio_client\nfrom fastmcp import Client\nClient('http://x')",
    "a command that another command stands beside": "import click\n@click.group()\ndef cli(): ...\n"
    "@cli.command()\ndef serve():\n    " + SDK.strip() + "\n    FastMCP('x').run()\ncli(['other'])",
    "a server that is only made": SDK + "mcp = FastMCP('x')\n",
    "a guard that does not hold": SDK + "mcp = FastMCP('x')\nif __name__ == '__mp_main__':\n    mcp.run()",
    "a program that exits": SDK + "import sys\nmcp = FastMCP('x')\nsys.exit(0)\nmcp.run()",
    "a coroutine that is never awaited": FAST + "FastMCP('x').run_async()",
    "an application that is not one": "import uvicorn\nfrom fastapi import FastAPI\nuvicorn.run(FastAPI())",
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_serves_no_mcp_has_no_server(name: str) -> None:
    assert follow({"server.py": NOTHING[name]}).servers == ()


def test_a_trace_leads_from_the_reading_to_the_deciding_place() -> None:
    program = SDK + 'import os\nHOST = os.getenv("BIND", "127.0.0.1")\nmcp = FastMCP("x", host=HOST)\nmcp.run("sse")\n'
    set_, default = one(program, env={"BIND": "0.0.0.0"}).host, one(program).host
    assert [note.span.text for note in set_.trace] == ["host=HOST", 'os.getenv("BIND", "127.0.0.1")', "0.0.0.0"]
    assert [note.span.text for note in default.trace] == ["host=HOST", 'os.getenv("BIND", "127.0.0.1")', '"127.0.0.1"']
    assert default.site and default.site.span.text == "127.0.0.1"
    assert "BIND" in one(program).reads


def test_a_default_is_written_where_the_release_takes_the_argument() -> None:
    first = one(SDK + 'mcp = FastMCP("x")\nmcp.run("sse")').host
    second = one(FAST + 'mcp = FastMCP("x")\nmcp.run("http")').host
    written = [
        (edit.span.source.text[: edit.span.start].splitlines()[-1], edit.text)
        for value in (first, second)
        for edit in value.write("0.0.0.0")
    ]
    assert written == [('mcp = FastMCP("x"', ', host="0.0.0.0"'), ('mcp.run("http"', ', host="0.0.0.0"')]


def test_mounts_routers_middleware_and_routes_of_an_application() -> None:
    served = one(
        FAST
        + """
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
import uvicorn
inner = FastMCP("x").http_app(path="/mcp")
app = FastAPI(lifespan=inner.lifespan)
router = APIRouter(prefix="/api")
@router.get("/health")
async def health(): ...
app.include_router(router, prefix="/v1")
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["Authorization"])
app.add_middleware(GZipMiddleware)
app.mount("/mcp", inner)
uvicorn.run(app, host="0.0.0.0", port=80)
"""
    )
    assert told(served, "path", "lifespan") == {
        "path": ("/mcp/mcp",),
        "lifespan": (True,),
    }
    own = [each for each in served.endpoints if not each.documents]
    assert [(each.path, each.methods) for each in own] == [("/v1/api/health", ("GET",))]
    assert [each.path for each in served.endpoints if each.documents] == list(DOCUMENTATION.values())
    assert served.endpoints_closed and len(served.mounts) == len(served.cors) == len(served.compressed) == 1
    assert served.mounts[0].prefix.options == ("/mcp",) and served.mounts[0].inner.options == ("/mcp",)
    assert served.cors[0].headers.options == (("Authorization",),) and served.cors[0].exposed.options == ((),)


@pytest.mark.parametrize(
    ("lifespan", "runs"), [("", (False,)), ("lifespan=lambda app: mcp.session_manager.run()", (True,))]
)
def test_whether_the_session_manager_of_a_mounted_application_runs(lifespan: str, runs: tuple[bool]) -> None:
    text = f"""{SDK}
from starlette.applications import Starlette
from starlette.routing import Mount
mcp = FastMCP("x")
app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())], {lifespan})
"""
    assert one({"server.py": text}, kind=APP, target="server:app", runner="uvicorn").lifespan.options == runs


def test_servers_side_by_side_stay_apart() -> None:
    text = f"""{FAST}
import asyncio
async def main():
    await asyncio.gather(FastMCP("a").run_http_async(port=1), FastMCP("b").run_http_async(port=2))
asyncio.run(main())
"""
    found = follow({"server.py": text}).servers
    assert [(each.name.only, each.port.only) for each in found] == [("a", 1), ("b", 2)]


def test_what_tools_do_and_what_is_printed() -> None:
    text = f"""{FAST}
from fastmcp import Context
mcp = FastMCP("x")
print("starting")
@mcp.tool
async def ask(ctx: Context):
    print("asked")
    await ctx.elicit("?")
@mcp.custom_route("/health", methods=["GET"])
async def health(request): ...
mcp.run()
"""
    served = one(text)
    assert [note.span.text for note in (*served.printed, *served.prints, *served.back_channel)] == [
        'print("starting")',
        'print("asked")',
        'ctx.elicit("?")',
    ]


def test_calls_of_the_sdk_are_kept_with_their_arguments() -> None:
    served = one(SDK + 'mcp = FastMCP("x", host="h", colour=1)\nmcp.run(transport="http", port=1)')
    assert {call.role: [argument.name for argument in call.arguments] for call in served.calls} == {
        "constructor": ["", "host", "colour"],
        "run": ["transport", "port"],
    }


def test_what_makes_a_server_from_something_else_is_no_constructor() -> None:
    text = FAST + "mcp = FastMCP.from_openapi(openapi_spec={}, client=None, name='x')\nmcp.run('sse')"
    served = one(text)
    assert (served.name.only, [call.target for call in served.calls]) == ("x", ["fastmcp.FastMCP.run"])


def test_imports_of_the_sdk_are_kept_and_whether_a_failure_is_caught() -> None:
    outcome = follow(
        {
            "server.py": "try:\n    from fastmcp import FastMCP\nexcept ImportError:\n    FastMCP = None\n"
            "import mcp.types"
        }
    )
    assert [(each.dotted, each.guarded) for each in outcome.imports] == [
        ("fastmcp.FastMCP", True),
        ("mcp.types", False),
    ]


@pytest.mark.parametrize(
    ("handlers", "caught"),
    [
        ("except ModuleNotFoundError:\n    pass\n", True),
        ("except Exception as error:\n    print(error)\n    raise\n", False),
        ("except ImportError:\n    import sys\n    sys.exit(1)\n", False),
        ("except ImportError as error:\n    raise SystemExit(1) from error\n", False),
        ("except ImportError:\n    if x:\n        raise\n", True),
        ("except ValueError:\n    pass\n", False),
        ("except ValueError:\n    raise\nexcept ImportError:\n    pass\n", True),
    ],
)
def test_a_handler_that_ends_the_program_catches_no_failure(handlers: str, caught: bool) -> None:
    outcome = follow({"server.py": f"x = 1\ntry:\n    import fastmcp\n{handlers}"})
    assert [each.guarded for each in outcome.imports] == [caught]


def test_an_exception_that_stands_for_a_failed_import_may_be_caught_further_out() -> None:
    inner = "    try:\n        import mcp\n    except ImportError:\n        raise KeyError('x')\n"
    text = f"try:\n{inner}except KeyError:\n    pass"
    assert [each.guarded for each in follow({"server.py": text}).imports] == [True]


@pytest.mark.parametrize("text", ["x = 1\n", "app2 = 1\n"])
def test_an_application_that_the_module_lacks_is_named(text: str) -> None:
    assert follow({"server.py": text}, kind=APP, target="server:app", runner="uvicorn").missing == "server:app"


def test_an_application_that_a_condition_may_make_is_not_missing() -> None:
    text = "import sys\nif sys.stdin.isatty():\n    app = 1\n"
    assert follow({"server.py": text}, kind=APP, target="server:app", runner="uvicorn").missing is None


def test_servers_are_found_without_a_start_command() -> None:
    tree = Tree.of(
        {
            "a/server.py": SDK
            + "import os\nmcp = FastMCP('x', port=int(os.getenv('P', '1')))\nif __name__ == '__main__':\n"
            "    mcp.run('sse')",
            "tests/server.py": SDK + "if __name__ == '__main__':\n    FastMCP('t').run()",
            "b.py": "print('mcp __main__ .run(')",
        }
    )
    found = dict(scan(tree, lambda path: lambda dotted: Sdk("mcp", Value(("1.27.1",)))))
    assert list(found) == ["a/server.py"]
    assert told(found["a/server.py"].servers[0], "transport", "port") == {"transport": ("sse",), "port": None}


def test_what_names_a_server_class_is_looked_at_first() -> None:
    main = "import lib\nif __name__ == '__main__':\n    lib.mcp.run()"
    tree = Tree.of(
        {
            **{f"scripts/{number:02}.py": main for number in range(MOST)},
            "src/lib.py": SDK + "mcp = FastMCP('x')\nif __name__ == '__main__':\n    mcp.run('sse')",
        }
    )
    assert entries(tree)[:2] == ["src/lib.py", "scripts/00.py"]


def test_the_files_of_a_project_share_what_may_be_spent_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SDK + "mcp = FastMCP('x')\nif __name__ == '__main__':\n    mcp.run()"
    found, fewer = (Tree.of({"a.py": text, "b.py": text}) for _ in range(2))
    found = dict(scan(found, lambda path: lambda dotted: Sdk("mcp", Value(("1.27.1",)))))
    monkeypatch.setattr("mcplint.programs.python.scan.ROOM", found["a.py"].steps + 1)
    fewer = dict(scan(fewer, lambda path: lambda dotted: Sdk("mcp", Value(("1.27.1",)))))
    assert (list(found), list(fewer)) == (["a.py", "b.py"], ["a.py"])


def test_the_containers_of_a_project_share_what_may_be_spent_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    server = SDK + "mcp = FastMCP('x')\nmcp.run()"
    image = 'FROM python:3.13\nRUN pip install mcp==1.27.1\nCOPY . /\nCMD ["python", "/server.py"]\n'
    files = {f"{name}/Dockerfile": image for name in "ab"} | {f"{name}/server.py": server for name in "ab"}
    found = link(Tree.of(files), Config()).deployment
    monkeypatch.setattr("mcplint.link.servers.ROOM", follow({"server.py": server}).steps)
    fewer = link(Tree.of(files), Config()).deployment
    assert ([each.container.id for each in found.servers], found.unfollowed) == (["a/Dockerfile", "b/Dockerfile"], ())
    assert (found.starts, fewer.starts) == (2, 2)
    assert [each.container.id for each in fewer.servers] == ["a/Dockerfile"]
    [lost] = fewer.unfollowed
    assert lost.id == "b/Dockerfile" and "too large to be followed" in lost.notes[0].text


def test_the_packages_of_a_project_share_what_may_be_spent_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = '[project]\nname = "x"\n[project.scripts]\na = "x:main"\nb = "x:other"\n'
    packages = ", ".join(f'{{"registryType": "pypi", "identifier": "{name}"}}' for name in "aab")
    schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
    manifest = f'{{"$schema": "{schema}", "name": "a/b", "packages": [{packages}]}}'
    program = SDK + "def main():\n    mcp = FastMCP('x')\n    mcp.run()\ndef other():\n    main()\n"
    files = {"pyproject.toml": scripts, "server.json": manifest, "x.py": program}
    found = link(Tree.of(files), Config()).deployment.packages
    once = follow({"x.py": program}, "x:main", FUNCTION, None).steps
    monkeypatch.setattr("mcplint.link.servers.ROOM", once * 3 // 2)
    fewer = link(Tree.of(files), Config()).deployment.packages
    assert [[package.links[0].kind == MADE for package in each] for each in (found, fewer)] == [
        [True, True, True],
        [True, True, False],
    ]


def test_a_program_is_followed_once_for_containers_that_tell_it_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are traced to the container that gives them, and a fix of one file leaves the others as they are."""
    from mcplint.programs.python import interpreter

    runs: list[str] = []
    real = interpreter.follow
    monkeypatch.setattr(interpreter, "follow", lambda start, world: runs.append(start.target) or real(start, world))
    services = "".join(
        f"  s{number}:\n    build: .\n    environment:\n      PORT: '{9000 + number // 4}'\n" for number in range(8)
    )
    files = {
        "server.py": SDK + "import os\nmcp = FastMCP('x', port=int(os.environ['PORT']))\nmcp.run('sse')",
        "Dockerfile": 'FROM python:3.13\nRUN pip install mcp==1.27.1\nCOPY . /\nCMD ["python", "/server.py"]\n',
        "compose.yaml": f"services:\n{services}",
    }
    tree = Tree.of(files)
    found = link(tree, Config()).deployment.servers
    assert [each.port.options for each in found] == [(9000,)] * 4 + [(9001,)] * 4
    places = [each.port.span for each in found]
    assert [span.text for span in places if span] == ["9000"] * 4 + ["9001"] * 4 and len(set(places)) == 8
    assert [each.container and each.container.span.text[:2] for each in found] == [f"s{number}" for number in range(8)]
    assert runs == ["server.py"] * 2
    again = tree.with_texts({"compose.yaml": "# more\n" + files["compose.yaml"].replace("9001", "9002")})
    mended = link(again, Config()).deployment.servers
    assert [each.port.options for each in mended] == [(9000,)] * 4 + [(9002,)] * 4
    assert all(each.port.span and each.port.span.text == str(each.port.only) for each in mended)
    assert runs == ["server.py"] * 3


# Programs that are hostile or odd: each must come to an end, and to nothing wrong.
ODD = {
    "modules that import each other": {
        "server.py": "import a\n",
        "a.py": "import b\nX = 1\n",
        "b.py": "import a\nY = a.X\n",
    },
    "a function that calls itself": {"server.py": "def f(n): return f(n + 1) or g(n)\ndef g(n): return f(n)\nf(1)"},
    "a class that inherits from itself": {"server.py": "class A: pass\nclass A(A): pass\nA().x.y.z()"},
    "a class below thousands": {
        "server.py": "class A0: pass\n"
        + "\n".join(f"class A{i + 1}(A{i}): pass" for i in range(4000))
        + "\nA4000().x.y()"
    },
    "classes that inherit the same twice": {
        "server.py": "class A0: pass\nclass B0: pass\n"
        + "\n".join(f"class A{i + 1}(A{i}, B{i}): pass\nclass B{i + 1}(B{i}, A{i}): pass" for i in range(60))
        + "\nA60().x.y()"
    },
    "a loop without an end": {"server.py": "x = []\nwhile True:\n    x.append(x)\n"},
    "loops in loops": {
        "server.py": "\n".join("    " * i + f"for x{i} in range({i}, y):" for i in range(18))
        + "\n"
        + "    " * 18
        + "z = x1"
    },
    "conditions in conditions": {
        "server.py": "import q\n"
        + "\n".join("    " * i + f"if q.x{i}:" for i in range(18))
        + "\n"
        + "    " * 18
        + "z = 1"
    },
    "many early returns": {
        "server.py": "import q\ndef f():\n" + "    if q.a: return 1\n" * 300 + "    return 2\nz = f()"
    },
    "a list that doubles": {"server.py": "x = [1]\n" + "x = x + x\n" * 60},
    "a text that doubles": {"server.py": "x = 'ab'\n" + "x = x + x\n" * 60},
    "a number that squares": {"server.py": "x = 99\n" + "x = x * x\n" * 60 + "y = 9 ** 9 ** 9\nz = 1 << 10 ** 9"},
    "a wide format": {
        "server.py": "x = '%999999999d' % 1\ny = f'{1:999999999}'\nz = 'a'.ljust(10 ** 9)\nw = 'a' * 10 ** 9"
    },
    "deep expressions": {"server.py": "x = " + "(" * 80 + "1" + ")" * 80 + "\ny = " + "+".join(["1"] * 900)},
    "a deep attribute": {"server.py": "import a\nx = a" + ".b" * 800},
    "strange decorators": {"server.py": "@1\n@(lambda f: None)\n@x.y[0]\ndef f(): ...\nf()"},
    "strange arguments": {"server.py": SDK + "FastMCP(*1, **2)\nFastMCP(**{1: 2})\nFastMCP().run(3, 4, transport=5)"},
    "strange options": {
        "server.py": "import argparse\np = argparse.ArgumentParser()\np.add_argument()\np.add_argument(1)\n"
        "p.add_argument('-', type=1)\np.parse_args(3)"
    },
    "nothing at all": {"server.py": ""},
    "a list of lists as text": {"server.py": "a = []\n" + "a = [a, a]\n" * 60 + "b = str(a)\nc = f'{a}'\nd = '%s' % a"},
    "lists of lists that are compared": {
        "server.py": "a, b = [], []\n" + "a, b = [a, a], [b, b]\n" * 60 + "c = a == b\nd = a in [b, b]\ne = a < b"
    },
    "a list in a list a thousand times": {"server.py": "a = [1]\n" + "a = [a] * 1000\n" * 6 + "b = str(a)\nlen(a)"},
    "a number rounded to nothing": {"server.py": "round(5, -10 ** 9)\nround(5, -999999999)\nround(5.5, 999999999)"},
    "formats that grow": {
        "server.py": "a = 'x' * 90000\nb = '%(a)s' * 9000 % {'a': a}\nc = ('{0}' * 9000).format(a)\n"
        "d = a.replace('', a)\ne = a.join([a] * 900)\nf = ('\\t' * 90000).expandtabs(999)\n"
        + "g = f'"
        + "{a}" * 900
        + "'\n"
    },
    "texts that are looked for": {
        "server.py": "a = 'a' * 90000\nb = 'b' + 'a' * 45000\n" + "a.rfind(b)\na.rsplit(b)\na.rpartition(b)\n" * 60
    },
    "a long list": {
        "server.py": f"a = [{', '.join(map(str, range(50_000)))}]\n"
        + "any(a)\n-1 in a\nsorted(a)\nmax(a)\na[1:]\nzip(a, a)\nenumerate(a)\nf(*a)\nlist(a)\na.index(-1)\n" * 40
    },
    "a sum of lists": {"server.py": "a = [[1]] * 2000\n" + "sum(a, [])\n" * 200},
    "a long dict": {
        "server.py": f"a = {{{', '.join(f'{i}: {i}' for i in range(20_000))}}}\n"
        + "a[x] = 1\ndict(a)\na | a\na.items()\n{**a}\nif a: pass\n" * 400
    },
    "a call with thousands of keywords": {
        "server.py": f"def f({', '.join(f'a{i}=0' for i in range(4_000))}): pass\n"
        + f"f({', '.join(f'a{i}=1' for i in range(4_000))})\n" * 4
        + "f()\n" * 400
    },
    "thousands of lines written": {"server.py": "print('x')\n" * 40_000},
    "a number of thousands of digits": {
        "server.py": f"a = 0x{'f' * 4000}\nb = str(a)\nc = a * a\nd = [0x{'f' * 4000}]"
    },
}


@pytest.mark.parametrize("name", ODD)
def test_odd_programs_come_to_an_end(name: str) -> None:
    outcome = follow(ODD[name])
    assert outcome.servers == () or name == "strange arguments"


# Programs over which mcplint itself failed: nobody writes them, and each must come to nothing wrong.
MISTAKES = [
    "class S(FastMCP): pass\n@S.tool()\ndef f(): ...\nS.run()",
    "with FastMCP: pass\nwith FastMCP('a'): pass\nclass A:\n    def f(self):\n        with self: pass\nA().f()",
    "FastMCP.session_manager\nFastMCP._mcp_server\nFastMCP.session_manager.run()",
    "m = FastMCP('a')\nm.settings = dict(port=1)\nm.run('sse')",
    "m = FastMCP('a')\nm.settings = 5\nm.run('sse')",
    "@FastMCP.sse_app\ndef f(): ...",
    "import uvicorn\n@uvicorn.run\nclass A: ...",
    "import configparser as c\nx = c.SectionProxy['a']\nc.ConfigParser.getint('a', 'b')\n'a' in c.ConfigParser\n"
    "c.ConfigParser.__init__(1)\nc.ConfigParser().settings(1)\nc.SectionProxy(c.ConfigParser, 'a').get('b')",
    "from pydantic import BaseModel\nclass S(BaseModel):\n    a: int = 1\nS.__init__()",
    "import typer\nclass T(typer.Typer): ...\nT()()\nT.command()(print)",
    "import click\nclass C(click.Command): ...\n@click.group()\ndef g(): ...\ng.add_command(C())\ng()",
    "import functools\nfunctools.partial()\nfunctools.partial()()\nfunctools.partial(1)(2)",
    "from starlette.applications import Starlette\na = Starlette()\na.routes = 1\na.mount('/', a)\na.mount(1, 2)",
]


@pytest.mark.parametrize("program", MISTAKES)
def test_programs_that_nobody_writes_are_no_mistake_of_mcplint(program: str) -> None:
    for text in (
        program,
        f"def main():\n    try:\n        {program.replace(chr(10), chr(10) + ' ' * 8)}\n    finally: pass\nmain()",
    ):
        assert [failure.traceback for failure in follow({"server.py": SDK + text}).failures] == []


@pytest.mark.filterwarnings("ignore")
def test_programs_put_together_at_random_are_no_mistake_of_mcplint() -> None:
    assert len(programfuzz.names()) > 300
    assert [text for text, _ in programfuzz.mistakes(7, 400)] == []


def test_an_object_that_is_no_server_is_served_by_no_command() -> None:
    for program in (
        "mcp = object()",
        "class A: ...\nmcp = A()",
        "import os\nmcp = os.environ",
        "import re\nmcp = re.x()",
    ):
        outcome = follow({"s.py": program}, "s.py:mcp", OBJECT, runner="fastmcp")
        assert (outcome.servers, outcome.failures) == ((), ())


def test_a_mistake_of_mcplint_costs_the_statement_that_it_happens_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tables().calls, "builtins.print", lambda machine, args, owner: 1 / 0)
    monkeypatch.setattr("mcplint.programs.python.attributes.store", lambda *given: 1 / 0)
    outcome = follow({"server.py": SDK + "print(1)\na = {}\na['b'] = 1\nprint(2)\nFastMCP('a').run()"})
    assert [failure.span.text for failure in outcome.failures] == ["print(1)", "a['b'] = 1", "print(2)"]
    assert [served.name.only for served in outcome.servers] == ["a"]


ANY = SDK + "x = object()\n"
UVICORN = "import uvicorn\n" + SDK + "app = FastMCP('a').streamable_http_app()\n"


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (
            ANY + "FastMCP(1, host=FastMCP, port='²', stateless_http=2).run('streamable-http')",
            "name host port stateless",
        ),
        (ANY + "FastMCP('a', host=None, port=10 ** 400).run('sse')", "host port"),
        (UVICORN + "uvicorn.run(app, host=5, port='9' * 5000, workers='2')", "host port workers"),
        (UVICORN + "uvicorn.run(app, root_path=1, timeout_graceful_shutdown='x', port=-1)", "port"),
    ],
)
def test_what_no_setting_can_be_is_unknown(program: str, names: str) -> None:
    served = one(program)
    assert told(served, *names.split()) == dict.fromkeys(names.split())
    assert served.asgi.patience.options in (None, (None,))


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "1.5"])
def test_what_is_no_number_is_no_port(number: str) -> None:
    assert one(FAST + "FastMCP('a').run('http')", env={"FASTMCP_PORT": number}).port.options is None
    served = one(UVICORN, target="server:app", kind=APP, runner="uvicorn", flags={"port": number})
    assert served.port.options is None


UNMADE = """
class Mine(FastMCP):
    def __init__(self, host):
        {before}
mine = Mine("0.0.0.0")
mine.run(transport="sse")
"""


@pytest.mark.parametrize("before", ["pass", "self.streamable_http_app()", "self.custom_route('/a', methods=['GET'])"])
def test_an_object_whose_constructor_is_never_called_has_settings_that_are_not_known(before: str) -> None:
    served = one(SDK + UNMADE.format(before=before))
    assert told(served, "host", "port", "transport") == {"host": None, "port": None, "transport": ("sse",)}


def test_a_method_called_through_its_class_is_one_of_the_object() -> None:
    assert one(SDK + "FastMCP.run(FastMCP('a', host='0.0.0.0'), 'sse')").host.options == ("0.0.0.0",)
    assert one(SDK + "FastMCP.run('sse')").host.options is None


SERVES = SDK + "FastMCP('x').run('sse')\n"


@pytest.mark.parametrize(
    ("files", "target", "kind"),
    [
        ({"server.py": "import b.c", "b/__init__.py": "", "b/c.py": SERVES}, "server.py", SCRIPT),
        ({"server.py": "if True: from b import c", "b/c.py": SERVES}, "server.py", SCRIPT),
        (
            {"server.py": "import b", "b/__init__.py": "from .c import (\n    d,\n)", "b/c/d.py": SERVES},
            "server.py",
            SCRIPT,
        ),
        ({"server.py": "import importlib\nimportlib.import_module('b.c')", "b/c.py": SERVES}, "server.py", SCRIPT),
        ({"b/__init__.py": SERVES, "b/__main__.py": ""}, "b", MODULE),
        (
            {"server.py": "import uvicorn\nuvicorn.run('b:app')", "b.py": SDK + "app = FastMCP('x').sse_app()"},
            "server.py",
            SCRIPT,
        ),
    ],
)
def test_what_may_come_across_an_sdk_is_followed(files: dict[str, str], target: str, kind: str) -> None:
    assert one(files, target=target, kind=kind).name.options == ("x",)


def test_what_cannot_come_across_an_sdk_is_not() -> None:
    files = {
        "server.py": "import b, asyncio\nfrom . import mcp\nb.run()",
        "b.py": "import c\n" * 40,
        "mcp.py": "import b",
    }
    outcome = follow(files)
    assert (outcome.steps, outcome.entry, outcome.servers, outcome.complete) == (0, "server.py", (), True)
    assert follow({**files, "c.py": "import fastmcp.client"}).steps > 40


def test_a_program_that_is_too_large_says_so() -> None:
    body = "\n".join(
        f"def f{i}(a, b): return [f{i + 1}(a, b) for a in (1, 2, 3)] + [f{i + 1}(b, a) for b in (4, 5, 6)]"
        for i in range(20)
    )
    outcome = follow({"server.py": f"{body}\ndef f20(a, b): return a\nf0(1, 2)"})
    assert outcome.complete or outcome.unknown


def test_a_chain_of_imports_and_a_large_file_are_followed() -> None:
    files = {f"m{i}.py": f"from m{i + 1} import HOST\n" for i in range(60)}
    files["m60.py"] = (
        "\n".join(f'V{i} = {{"name": "value {i}", "n": {i}}}' for i in range(8_000)) + "\nHOST = '0.0.0.0'\n"
    )
    files["server.py"] = "from m0 import HOST\n" + SDK + "FastMCP('x', host=HOST).run('sse')"
    assert one(files).host.options == ("0.0.0.0",)


def expression(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(["0", "1", "2", "7", "True", "False", "None", "'a'", "'b c'", "''", "3.5", "'7'"])
    part = [expression(random, depth - 1) for _ in range(3)]
    forms = [
        "({0} + {1})",
        "({0} - {1})",
        "({0} * {1})",
        "({0} // {1})",
        "({0} % {1})",
        "(not {0})",
        "(-{0})",
        "({0} and {1})",
        "({0} or {1})",
        "({0} if {1} else {2})",
        "({0} == {1})",
        "({0} != {1})",
        "({0} < {1})",
        "({0} in [{1}, {2}])",
        "[{0}, {1}][1]",
        "[{0}, *[{1}, {2}]]",
        "({0}, {1})",
        "{{'k': {0}, 'l': {1}}}",
        "{{'k': {0}}}['k']",
        "str({0})",
        "int({0})",
        "bool({0})",
        "len([{0}, {1}])",
        "f'{{{0}}}-{{{1}}}'",
        "'a,b'.split(',')",
        "'Ab'.lower()",
        "({0} is None)",
        "{{'k': {0}}}.get('k', {1})",
        "{{'k': {0}}}.get('z', {1})",
        "[x for x in ({0}, {1}) if x]",
        "(lambda x: x)({0})",
        "dict(k={0})",
        "list(({0}, {1}))",
        "any([{0}, {1}])",
        "all([{0}, {1}])",
        "({0} < {1} < {2})",
        "'abc'[1:]",
        "max({0}, {1})",
    ]
    return random.choice(forms).format(*part)


@pytest.mark.filterwarnings("ignore")
def test_an_expression_that_is_known_is_what_python_says() -> None:
    random = Random(7)
    told_apart = 0
    for _ in range(4_000):
        text = expression(random, random.randrange(1, 4))
        module = Modules(Tree.of({"a.py": text}), ("",))("file:a.py")
        if module is None:
            continue
        world = World(
            Tree.of({}),
            lambda name: Value(None),
            lambda dotted: Sdk(None, Value(None)),
            lambda path: None,
        )
        machine = Machine(world, Modules(world.tree, ("",)), tables(), (), known("a.py"))
        statement = module.tree.body[0]
        assert isinstance(statement, ast.Expr)
        try:
            found = as_python(machine.evaluate(Frame(module, Table(), None), statement.value))
        except Exception as error:
            assert isinstance(error, LookupError) or type(error).__module__ == "mcplint.programs.journal", text
            continue
        try:
            expected = eval(text)
        except SyntaxError:  # It is newer than the running Python.
            continue
        except Exception:
            assert machine.risks, text
            continue
        assert (type(found), found) == (type(expected), expected), text
        told_apart += 1
    assert told_apart > 2_000
