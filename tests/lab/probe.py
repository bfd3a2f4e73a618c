"""Run by the Python of an environment that has a release of an SDK: measures what that release does.

In (arguments): the package, and a JSON list of the names of facts, as `mcplint.knowledge.sdk` lists them.
Out: a JSON object of those that were measured. `probe.py --started PACKAGE` prints where a server that is told nothing
would listen, with which transport; the environment it is started with is what is measured then.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib
import importlib.metadata
import inspect
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any

# What each keyword is called with; any other one gets None.
SAMPLES: dict[str, Any] = {
    "host": "127.0.0.1",
    "port": 8000,
    "log_level": "INFO",
    "debug": False,
    "path": "/x",
    "mount_path": "/x",
    "sse_path": "/x",
    "message_path": "/x/",
    "streamable_http_path": "/x",
    "stateless_http": False,
    "stateless": False,
    "json_response": False,
    "uvicorn_config": {},
    "middleware": [],
    "show_banner": False,
    "tools": [],
    "dependencies": [],
    "tags": set(),
    "max_request_body_size": 1000,
    "session_idle_timeout": 60,
    "max_sessions": 5,
    "host_origin_protection": False,
    "warn_on_duplicate_resources": True,
    "warn_on_duplicate_tools": True,
    "warn_on_duplicate_prompts": True,
    "cache_expiration_seconds": 1,
    "mask_error_details": False,
    "version": "1",
}
LOWLEVEL = "lowlevel_"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "lab", "version": "1"}},
}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
FOREIGN = {"Host": "mcp.example.com"}


def server_class(package: str) -> Any:
    """The class that people make servers of."""
    if package != "mcp":
        return importlib.import_module("fastmcp").FastMCP
    module = importlib.import_module("mcp.server")
    return getattr(module, "FastMCP", None) or module.MCPServer


class Recorder:
    """Takes the place of `uvicorn.Server.serve`: keeps the configurations that would have been served."""

    def __init__(self) -> None:
        import uvicorn

        self.served: list[Any] = []
        self.serve = uvicorn.Server.serve

        async def serve(server: Any, sockets: Any = None) -> None:
            self.served.append(server.config)

        uvicorn.Server.serve = serve  # type: ignore[method-assign]

    def run(self, server: Any, *arguments: Any, **keywords: Any) -> Any:
        """The configuration that `run` comes to, or None where it serves standard input, which is empty."""
        self.served.clear()
        kept = sys.stdin, sys.stdout
        with open(os.devnull) as nothing, contextlib.redirect_stderr(io.StringIO()):
            sys.stdin, sys.stdout = nothing, io.TextIOWrapper(io.BytesIO())
            try:
                server.run(*arguments, **keywords)
            finally:
                sys.stdin, sys.stdout = kept
        return self.served[-1] if self.served else None


def refused(error: Exception) -> bool:
    """Whether an error says that a keyword is not taken, whatever its value."""
    text = str(error)
    return isinstance(error, TypeError | ValueError) and (
        "unexpected keyword" in text or "no longer accepts" in text or "Extra inputs are not permitted" in text
    )


def fate(call: Any, taken: bool) -> str:
    """What becomes of a keyword: the call says whether it raises, `taken` whether anything receives it."""
    try:
        call()
    except Exception as error:
        if refused(error):
            return "rejected"
    return "accepted" if taken else "ignored"


class Probe:
    """One release: `measure` gives the value of a fact, or None where it cannot be measured here."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.made = server_class(package)
        self.recorder = Recorder()

    def measure(self, name: str) -> object | None:
        kind, _, rest = name.partition(".")
        known = getattr(self, kind.replace("-", "_"), None)
        if known:
            return known(rest)
        callables = ("app", "async", "manager", "transport", "constructor", "run")
        return self.signature(kind, rest) if kind.rpartition("_")[2] in callables else None

    def default(self, setting: str) -> object | None:
        """Where a server listens that is told nothing, else what its settings or signatures say."""
        if setting in ("host", "port"):
            config = self.recorder.run(self.made("x"), "sse")
            return getattr(config, setting)
        if setting == "transport":
            return "stdio" if self.recorder.run(self.made("x")) is None else None
        for holder in self.settings():
            if hasattr(holder, setting):
                return getattr(holder, setting)
        for method in ("run_streamable_http_async", "run_sse_async"):
            parameter = inspect.signature(getattr(self.made, method)).parameters.get(setting)
            if parameter is not None and parameter.default is not None:
                return parameter.default
        return None

    def settings(self) -> list[Any]:
        holders = [getattr(self.made("x"), "settings", None)]
        if self.package == "fastmcp":
            holders.append(getattr(importlib.import_module("fastmcp"), "settings", None))
        return [holder for holder in holders if holder is not None and not inspect.ismodule(holder)]

    def transport(self, name: str) -> str:
        """What `run(name)` serves."""
        try:
            config = self.recorder.run(self.made("x"), "no-such-transport" if name == "*" else name)
        except ValueError as error:
            return "rejected" if "nknown transport" in str(error) else str(error)
        if config is None:
            return "stdio"
        paths = [getattr(route, "path", "").rstrip("/") for route in routes(config.app)]
        return "sse" if "/sse" in paths else "streamable-http"

    def constructor(self, keyword: str) -> str:
        keyword = "no_such_keyword" if keyword == "*" else keyword
        taken = keyword in inspect.signature(self.made).parameters
        taken = taken or any(hasattr(holder, keyword) for holder in self.settings()[:1])
        arguments = {} if keyword == "name" else {"name": "x"}
        return fate(lambda: self.made(**arguments, **{keyword: SAMPLES.get(keyword)}), taken)

    def run(self, keyword: str) -> str | None:
        return self.called("streamable-http", keyword, ("run_streamable_http_async", "run_http_async"))

    def run_sse(self, keyword: str) -> str | None:
        return self.called("sse", keyword, ("run_sse_async", "run_http_async"))

    def run_stdio(self, keyword: str) -> str | None:
        return self.called("stdio", keyword, ("run_stdio_async",))

    def called(self, transport: str, keyword: str, inner: tuple[str, ...]) -> str | None:
        """What becomes of a keyword of `run`."""
        if keyword == "transport":
            return "accepted"
        keyword = "no_such_keyword" if keyword == "*" else keyword
        methods = [getattr(self.made, name) for name in ("run", *inner) if hasattr(self.made, name)]
        taken = any(keyword in inspect.signature(method).parameters for method in methods)
        keywords = {"transport": transport, keyword: SAMPLES.get(keyword)}
        return fate(lambda: self.recorder.run(self.made("x"), **keywords), taken)

    def signature(self, callable_: str, keyword: str) -> str | None:
        """What a callable takes by its signature."""
        found = self.callable(callable_)
        if found is None:
            return None
        parameters = inspect.signature(found).parameters
        return "accepted" if keyword in parameters else "rejected"

    def callable(self, name: str) -> Any:
        if name == "session_manager":
            return getattr(module("mcp.server.streamable_http_manager"), "StreamableHTTPSessionManager", None)
        if name == "sse_transport":
            return module("mcp.server.sse").SseServerTransport
        if name.startswith(LOWLEVEL):
            lowlevel = module("mcp.server").Server
            name = name.removeprefix(LOWLEVEL)
            return lowlevel if name == "constructor" else getattr(lowlevel, name, None)
        return getattr(self.made, name, None)

    def method(self, name: str) -> bool:
        return hasattr(self.made, name)

    def lowlevel(self, name: str) -> bool:
        return hasattr(module("mcp.server").Server, name)

    def settings_assign(self) -> str:
        """What becomes of `server.settings.host = …`."""
        server = self.made("x")
        try:
            server.settings.host = "0.0.0.0"
        except (AttributeError, ValueError):
            return "rejected"
        return "accepted" if self.recorder.run(server, "sse").host == "0.0.0.0" else "ignored"

    def requires(self, what: str) -> object | None:
        """What the metadata of the release says."""
        if what == "python":
            return importlib.metadata.metadata(self.package)["Requires-Python"]
        for owner in (self.package, "fastmcp-slim"):
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                for line in importlib.metadata.requires(owner) or ():
                    text, _, marker = line.partition(";")
                    asked = re.fullmatch(r"([\w.-]+)(?:\[[^]]*\])?([<>=!~].*)", re.sub(r"[ ()]", "", text))
                    # What only the newest Pythons ask for holds nobody back on the others.
                    did_you_mean = (
                        "extra" not in marker or "server" in marker or "client" in marker
                    ) and "python_version >=" not in marker
                    if asked and asked[1] == what and did_you_mean:
                        return clauses(asked[2])
        return None

    def sessions(self, what: str) -> object | None:
        if what != "idle_timeout":
            return None
        if self.package == "fastmcp":
            setting = getattr(importlib.import_module("fastmcp").settings, "http_session_idle_timeout", "auto")
            return "mcp" if setting == "auto" else setting or 0
        manager = self.callable("session_manager")
        parameter = inspect.signature(manager).parameters.get("session_idle_timeout")
        return (parameter.default if parameter else 0) or 0


def clauses(range_: str) -> str:
    return ",".join(sorted(range_.split(",")))


def module(name: str) -> Any:
    with contextlib.suppress(ImportError):
        return importlib.import_module(name)
    return None


def imports(dotted: str) -> bool:
    """Whether `from … import …` of a dotted name works, or `import …`; of one that ends in `.*` only `import …`."""
    if module(dotted.removesuffix(".*")):
        return True
    if dotted.endswith(".*"):
        return False
    parent, _, name = dotted.rpartition(".")
    return hasattr(module(parent), name)


def routes(app: Any) -> list[Any]:
    while not hasattr(app, "routes") and hasattr(app, "app"):
        app = app.app
    return list(getattr(app, "routes", ()))


class Live:
    """The application that `run("streamable-http")` would serve, or another one, served on loopback."""

    def __init__(self, recorder: Recorder, app: Any) -> None:
        import uvicorn

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="critical", lifespan="on")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._serve, args=(recorder.serve,), daemon=True)
        self.thread.start()
        end = time.monotonic() + 20
        while not self.server.started and time.monotonic() < end:
            time.sleep(0.02)

    def _serve(self, serve: Any) -> None:
        import asyncio

        asyncio.run(serve(self.server))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and first bytes of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        connection.request(method, path, text, {**(ACCEPT if body is not None else {}), **named})
        response = connection.getresponse()
        got = {name.lower(): value for name, value in response.getheaders()}
        start = response.read1(4000).decode(errors="replace")
        connection.close()
        return response.status, got, start


def live(probe: Probe, facts: dict[str, object]) -> None:
    """What requests show."""
    recorder = probe.recorder
    stream = Live(recorder, recorder.run(probe.made("x"), "streamable-http").app)
    mounted = stream.ask("POST", "/mcp", INITIALIZE)[0] in (307, 308)
    path = "/mcp/" if mounted else "/mcp"
    facts["slash.streamable-http"] = "mounted" if mounted else "exact"
    _, headers, _ = stream.ask("POST", path, INITIALIZE)
    facts["stream.no_buffering_header"] = headers.get("x-accel-buffering") == "no"
    waiting = threading.Thread(target=ping, args=(stream, path, headers.get("mcp-session-id", ""), facts))
    waiting.start()
    facts["sessions.unknown_status"] = stream.ask("POST", path, LIST, Mcp_Session_Id="0" * 32)[0]
    facts["status.get_endpoint"] = stream.ask("GET", path, Accept="*/*")[0]
    facts["status.head_endpoint"] = stream.ask("HEAD", path)[0]
    facts["body_limit"] = 4194304 if stream.ask("POST", path, "x" * 4200000)[0] == 413 else 0
    facts["host_check"] = host_check(probe, stream, path)
    if probe.package == "mcp":
        facts["sessions.leak"] = leak(probe)
    events = Live(recorder, recorder.run(probe.made("x"), "sse").app)
    found = next(at for at in ("/sse", "/sse/") if events.ask("HEAD", at)[0] == 200)
    facts["default.sse_path"], facts["slash.sse"] = found, "exact"
    _, _, first = events.ask("GET", found)
    facts["default.message_path"] = first.partition("data: ")[2].partition("?")[0]
    waiting.join()


def ping(stream: Live, path: str, session: str, facts: dict[str, object]) -> None:
    """Seconds until a stream on which nothing happens says something."""
    connection = http.client.HTTPConnection("127.0.0.1", stream.port, timeout=40)
    connection.request("GET", path, headers={"Accept": "text/event-stream", "Mcp-Session-Id": session})
    response = connection.getresponse()
    begin = time.monotonic()
    if response.status == 200 and response.read1(1000).startswith(b":"):
        facts["stream.ping"] = round(time.monotonic() - begin)
    connection.close()


def host_check(probe: Probe, stream: Live, path: str) -> str:
    """Who arms the Host check."""
    if stream.ask("POST", path, INITIALIZE, **FOREIGN)[0] != 421:
        return "off"
    if probe.package == "fastmcp":
        return "on"
    inside = "host" in inspect.signature(probe.made.streamable_http_app).parameters
    told = {"host": "0.0.0.0"}
    app = probe.made("x").streamable_http_app(**told) if inside else probe.made("x", **told).streamable_http_app()
    opened = Live(probe.recorder, app).ask("POST", path, INITIALIZE, **FOREIGN)[0] == 200
    return ("app" if inside else "constructor") if opened else "on"


def leak(probe: Probe) -> bool:
    """Whether requests that are refused leave sessions behind."""
    server = probe.made("x")
    config = probe.recorder.run(server, "streamable-http")
    stream = Live(probe.recorder, config.app)
    for _ in range(5):
        stream.ask("GET", "/mcp/", Accept="*/*")
        stream.ask("GET", "/mcp", Accept="*/*")
    return len(server.session_manager._server_instances) >= 5


def started(package: str) -> None:
    """Prints where a server that is told nothing listens, and whether `run()` serves HTTP."""
    probe = Probe(package)
    config = probe.recorder.run(probe.made("x"), "sse")
    print(json.dumps({"host": config.host, "http": probe.recorder.run(probe.made("x")) is not None}))


def environment(package: str, facts: dict[str, object]) -> None:
    """What variables and `.env` files do to a program that gives no value."""

    def start(text: str = "", file: str = ".env", **variables: str) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / file).write_text(text)
            command = [sys.executable, str(Path(__file__).resolve()), "--started", package]
            variables = {**os.environ, "FASTMCP_CHECK_FOR_UPDATES": "off", **variables}
            done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=True)
            return json.loads(done.stdout.splitlines()[-1])

    short, long = "FASTMCP_HOST", "FASTMCP_SERVER_HOST"
    both = start(**{short: "127.0.0.3", long: "127.0.0.4"})["host"]
    first = {"127.0.0.3": ("FASTMCP_", long), "127.0.0.4": ("FASTMCP_SERVER_", short)}.get(both)
    prefixes: tuple[str, ...] = ()
    if first:
        other = start(**{first[1]: "127.0.0.5"})["host"] == "127.0.0.5"
        prefixes = (first[0], first[1].removesuffix("HOST")) if other else (first[0],)
    facts["env.prefixes"] = prefixes
    facts["env.transport"] = start(FASTMCP_TRANSPORT="sse")["http"]
    text = "FASTMCP_HOST=127.0.0.6\nFASTMCP_SERVER_HOST=127.0.0.6\n"
    facts["env.dotenv"] = start(text)["host"] == "127.0.0.6"
    named = start(text, "other.env", FASTMCP_ENV_FILE="other.env")["host"] == "127.0.0.6"
    facts["env.dotenv_variable"] = "FASTMCP_ENV_FILE" if named else ""


def main(package: str, names: list[str]) -> None:
    probe = Probe(package)
    facts: dict[str, object] = {}
    environment(package, facts)
    live(probe, facts)
    for name in names:
        if name.startswith("import."):
            facts[name] = imports(name.removeprefix("import."))
        elif name == "settings.assign":
            facts[name] = probe.settings_assign()
        elif name not in facts:
            value = probe.measure(name)
            if value is not None:
                facts[name] = value
    print(json.dumps(facts))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "--started":
        started(sys.argv[2])
    else:
        main(sys.argv[1], json.loads(sys.argv[2]))
    sys.stdout.flush()
    os._exit(0)
