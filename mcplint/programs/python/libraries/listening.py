"""What the commands of ASGI servers are told by their options, and where they listen by that."""

from __future__ import annotations

import ast
import re

from mcplint.facts.python import Module
from mcplint.programs.journal import Leave
from mcplint.programs.python.libraries.environment import from_environment
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.module_text import may_bind
from mcplint.programs.start import Start
from mcplint.programs.values import Abstract, known, map_options, noted, unknown
from mcplint.text.number import as_number, whole_number
from mcplint.values import EditSite, Label, Value

_FROM_ENVIRONMENT = {"uvicorn": "UVICORN_", "gunicorn": "", "hypercorn": "", "granian": "GRANIAN_", "daphne": ""}
_LOOPBACK = "127.0.0.1"
_ELSEWHERE = ("uds", "fd", "unix-socket", "insecure-bind", "quic-bind")
"""Options that have servers listen on something else as well, or in place of an address."""
_ENDPOINT = re.compile(r"tcp:(?:port=)?(\d+)(?::(?:interface=)?((?:[^:\\=]|\\:)+))?(?::backlog=\d+)?")
"""What Twisted listens on (https://docs.twisted.org/en/stable/core/howto/endpoints.html): all addresses by default."""


def flag_if_given(machine: Machine, start: Start, name: str) -> Abstract | None:
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
    if start.runner == "gunicorn":
        return _from_gunicorn_file(machine, start, name, default)
    prefix = _FROM_ENVIRONMENT.get(start.runner or "", "")
    if not prefix:
        return default
    variable = f"{prefix}{name.upper().replace('-', '_')}"
    return from_environment(machine, variable, default, (Label(start.span, f"{start.runner} reads {variable}"),))


def number(value: Abstract) -> Abstract:
    """A word as a number."""
    return map_options(value, as_number)


def _from_gunicorn_file(machine: Machine, start: Start, name: str, default: Abstract) -> Abstract:
    """What gunicorn's file sets, which it reads by itself as `gunicorn.conf.py`; the default where that sets nothing.

    Source: https://docs.gunicorn.org/en/stable/configure.html
    """
    arguments_variable = machine.variable("GUNICORN_CMD_ARGS").options
    named = start.flags.get("config", known("gunicorn.conf.py")).only
    is_stated = (
        isinstance(named, str)
        and arguments_variable is not None
        and len(arguments_variable) == 1
        and "" not in arguments_variable
    )
    path = machine.world.file(named) if isinstance(named, str) and is_stated else None
    if path is None or path not in machine.world.tree.paths:
        note = Label(start.span, "gunicorn's configuration is not followed")
        return default if is_stated and "config" not in start.flags else unknown(note)
    file: Module | None = machine.world.tree.facts("python", path)
    key = name.replace("-", "_")
    if file is None:
        return unknown(Label(start.span, f"{path} may set {key}"))
    if not may_bind(file.tree, key):
        return default
    settings = [node for node in file.tree.body if isinstance(node, ast.Assign) and _assigned_name(node) == key]
    others = ast.Module([node for node in file.tree.body if node not in settings[:1]], [])
    if len(settings) == 1 and isinstance(settings[0].value, ast.Constant) and not may_bind(others, key):
        value = settings[0].value.value
        if isinstance(value, (str, int)):
            return known(str(value), Label(file.span(settings[0]), f"sets {key}"))
    computed = _computed_setting(machine, path, key)
    return unknown(Label(start.span, f"{path} may set {key}")) if computed is None else computed


def _computed_setting(machine: Machine, path: str, key: str) -> Abstract | None:
    """What gunicorn's file, which it runs, makes of a setting; None where that cannot be told."""
    try:
        file = machine.package(f"file:{path}")
    except Leave:
        return None
    value: Abstract | None = file.table.get(key) if file is not None else None
    if value is None or not value.options or not all(type(option) in (str, int) for option in value.options):
        return None
    return map_options(value._replace(site=None), str)


def _assigned_name(node: ast.Assign) -> str:
    """The one name that a statement sets, empty where it sets something else."""
    return node.targets[0].id if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) else ""


def split_address(bind: Abstract) -> tuple[Abstract, Abstract]:
    """Host and port of `host:port`."""
    if not bind.must(lambda text: isinstance(text, str) and whole_number(text.rpartition(":")[2]) is not None):
        return unknown(*bind.trace), unknown(*bind.trace)
    bare = bind._replace(site=None)
    host = map_options(bare, lambda text: text.rpartition(":")[0].strip("[]") or "0.0.0.0")
    return _address_part(bind, host, True), _address_part(
        bind, map_options(bare, lambda text: int(text.rpartition(":")[2])), False
    )


def _address_part(bind: Abstract, value: Abstract, first: bool) -> Abstract:
    """A part of `host:port`, with its part of the site."""
    site, only = bind.site, value.only
    if site is None or only is None or site.span.text != bind.only:
        return value
    length = len(str(only))
    start = site.span.start if first else site.span.end - length
    part = site._replace(span=site.span._replace(start=start, end=start + length))
    return value._replace(site=part) if part.span.text == str(only) else value


def listens(machine: Machine, start: Start, runner: str) -> tuple[Abstract, Abstract]:
    """Where the command listens."""
    if start.argv is not None:
        elsewhere = next((start.flags[name] for name in _ELSEWHERE if name in start.flags), None)
        if elsewhere is not None:
            note = Label(start.span, f"{runner} is told to listen elsewhere")
            return unknown(note, *elsewhere.trace), unknown(note, *elsewhere.trace)
    if runner in ("gunicorn", "hypercorn"):
        return _bind(machine, start, runner)
    option = "bind" if runner == "daphne" else "host"
    endpoint = start.flags.get("endpoint") if runner == "daphne" else None
    if endpoint is not None:
        also = {option, "port"} & start.flags.keys()
        return (unknown(*endpoint.trace), unknown(*endpoint.trace)) if also else _endpoint(endpoint)
    note = Label(start.span, f"{runner} listens on {_LOOPBACK}:8000 by default")
    default: Abstract = known(_LOOPBACK, note)
    default = default._replace(site=EditSite.for_option(start.span, f"--{option}"))
    host = flag(machine, start, option, default)
    return host, number(flag(machine, start, "port", known(8000, note)))


def _bind(machine: Machine, start: Start, runner: str) -> tuple[Abstract, Abstract]:
    bind = flag_if_given(machine, start, "bind")
    if bind is not None:
        return split_address(bind)
    if runner == "hypercorn" and "config" in start.flags:
        note = Label(start.span, "hypercorn's configuration is not followed")
        return unknown(note), unknown(note)
    note = Label(start.span, f"{runner} listens on {_LOOPBACK}:8000 by default")
    port = machine.variable("PORT") if runner == "gunicorn" else Value((None,))
    if port.options == (None,):
        return known(_LOOPBACK, note), known(8000, note)
    if port.options is None or None in port.options:
        return unknown(*port.trace), unknown(*port.trace)
    return known("0.0.0.0", *port.trace), number(noted(port, Label(start.span, "gunicorn reads PORT")))


def _endpoint(told: Value[str]) -> tuple[Abstract, Abstract]:
    """Host and port of what Twisted is told to listen on."""
    found = _ENDPOINT.fullmatch(told.only or "")
    if found is None:
        return unknown(*told.trace), unknown(*told.trace)
    host = (found[2] or "0.0.0.0").replace("\\:", ":")
    return known(host, *told.trace), known(int(found[1]), *told.trace)
