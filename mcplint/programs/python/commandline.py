"""Servers that a command starts: `uvicorn module:app`, `gunicorn`, `hypercorn`, `mcp run`, `fastmcp run`."""

from __future__ import annotations

from mcplint.programs.python.libraries.asgi import Bound, finish, split
from mcplint.programs.python.libraries.proxy_headers import told
from mcplint.programs.python.libraries.sdk import serve
from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.values import Abstract, Instance, each, known, noted, union, unknown
from mcplint.programs.start import Start
from mcplint.text.number import counted
from mcplint.values import Label, Value

FROM_ENVIRONMENT = {"uvicorn": "UVICORN_", "gunicorn": "", "hypercorn": "", "granian": "GRANIAN_", "daphne": ""}


def serve_app(machine: Machine, start: Start, app: Abstract) -> None:
    """An ASGI server's command serves an application."""
    runner = start.runner or "unknown"
    if "factory" in start.flags or "()" in start.target:
        app = machine.call(app, Args())
    host, port = _bound(machine, start, runner)
    workers = number(flag(machine, start, "workers", _concurrency(machine, start)))
    off = "lifespan" in start.flags and start.flags["lifespan"].must(lambda word: word == "off")
    note = Label(start.span, f"{runner} is started here")
    asgi = told(machine, runner, lambda name: _flag(machine, start, name.replace("_", "-")), note)
    finish(machine, app, start.span, Bound(host, port, workers, runner, off, asgi))


def _flag(machine: Machine, start: Start, name: str) -> Abstract | None:
    """What a flag is given, None where nothing gives it."""
    missing: Abstract = known(None)
    found = flag(machine, start, name, missing)
    return None if found is missing else found


def flag(machine: Machine, start: Start, name: str, default: Abstract) -> Abstract:
    """A flag of the command, the variable that stands for it, or its default."""
    if start.argv is None:
        return unknown(Label(start.span, "its arguments are not known"))
    if name in start.flags:
        return start.flags[name]
    prefix = FROM_ENVIRONMENT.get(start.runner or "", "")
    if not prefix:
        return default
    variable = f"{prefix}{name.upper().replace('-', '_')}"
    read = machine.variable(variable)
    machine.reads.discard(variable)
    if read.options is None:
        return unknown(*read.trace)
    there = read._replace(options=tuple(option for option in read.options if option is not None))
    if not there.options:
        return default
    value = noted(there, Label(start.span, f"{start.runner} reads {variable}"))
    return union([value, default]) if None in read.options else value


def number(value: Abstract) -> Abstract:
    """A word as a number."""
    return each(value, counted)


def _concurrency(machine: Machine, start: Start) -> Abstract:
    """The number of workers that WEB_CONCURRENCY sets for uvicorn and gunicorn, else one."""
    one: Abstract = known(1, Label(start.span, f"{start.runner} starts one worker by default"))
    if start.runner not in ("uvicorn", "gunicorn"):
        return one
    read = machine.variable("WEB_CONCURRENCY")
    machine.reads.discard("WEB_CONCURRENCY")
    if read.options is None:
        return unknown(*read.trace)
    there = tuple(option for option in read.options if option is not None)
    if not there:
        return one
    value = noted(read._replace(options=there), Label(start.span, f"{start.runner} reads WEB_CONCURRENCY"))
    return union([value, one]) if None in read.options else value


def _bound(machine: Machine, start: Start, runner: str) -> tuple[Abstract, Abstract]:
    """Where the command listens."""
    if runner in ("gunicorn", "hypercorn"):
        return _bind(machine, start, runner)
    note = Label(start.span, f"{runner} listens on 127.0.0.1:8000 by default")
    host = flag(machine, start, "host", known("127.0.0.1", note))
    if "uds" in start.flags or "fd" in start.flags:
        host = unknown(note)
    return host, number(flag(machine, start, "port", known(8000, note)))


def _bind(machine: Machine, start: Start, runner: str) -> tuple[Abstract, Abstract]:
    bind = _flag(machine, start, "bind")
    if bind is not None:
        return split(bind)
    note = Label(start.span, f"{runner} listens on 127.0.0.1:8000 by default")
    if "config" in start.flags or machine.variable("GUNICORN_CMD_ARGS").options != (None,):
        return unknown(note), unknown(note)
    port = machine.variable("PORT") if runner == "gunicorn" else Value((None,))
    if port.options == (None,):
        return known("127.0.0.1", note), known(8000, note)
    if port.options is None or None in port.options:
        return unknown(*port.trace), unknown(*port.trace)
    return known("0.0.0.0", *port.trace), number(noted(port, Label(start.span, "gunicorn reads PORT")))


def run_object(machine: Machine, start: Start, server: Instance) -> None:
    """`mcp run` and `fastmcp run`: the server's own `run()`, told what the flags say."""
    names = ("transport", "host", "port", "path", "log-level") if start.runner == "fastmcp" else ("transport",)
    closed = start.argv is not None
    flags = start.flags if closed else {}
    told = {name.replace("-", "_"): flags[name] for name in names if name in flags}
    if "port" in told:
        told["port"] = number(told["port"])
    if "stateless" in flags:
        told["stateless_http"] = known(True, *flags["stateless"].trace)
    serve(machine, Args((), told, open=not closed, opening=(Label(start.span, "is started here"),)), server, None)
