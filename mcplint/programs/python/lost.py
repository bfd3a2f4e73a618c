"""What a program hands to something that cannot be followed: functions of the project, servers, applications."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mcplint.knowledge.sdk_packages import PYTHON_MODULES
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.values import Class, Coroutine, Dict, Function, Instance
from mcplint.programs.values import Abstract, External, Sequence
from mcplint.values import Value

Handler = Callable[[str], Any]
_SDKS = (
    r"starlette|fastapi|uvicorn|hypercorn|granian|gunicorn|mangum|a2wsgi|asgiref|anyio|trio|(?:fast)?mcp|sse_starlette"
)
_WATCHERS = (
    r"prometheus_(?:client|fastapi_instrumentator)|starlette_(?:exporter|prometheus|context)|opentelemetry|logfire|"
    r"sentry_sdk|ddtrace|newrelic|elasticapm|asgi_correlation_id|structlog|loguru|rich|rollbar|bugsnag|scout_apm|"
    r"azure\.monitor|aws_xray_sdk|openinference|traceloop|mcpcat|pyinstrument|memory_profiler"
)
_OTHERS = (
    r"slowapi|fastapi_(?:limiter|pagination|cache|health|offline|versioning)|brotli_asgi|secure|tortoise|gradio|socketio|"
    r"nest_asyncio|dotenv|pydantic|httpx|pytest|websockets|click|typer"
)
HARMLESS = re.compile(rf"(?:{_SDKS}|{_WATCHERS}|{_OTHERS})(?:\..{{1,200}})?")
"""The packages that put no check in front of an application: what serves it, watches it, counts its requests."""


def handed_kinds(args: Args, held: Iterable[Abstract], handler: Handler) -> Iterator[str]:
    """What the arguments of a call are, or what its object has, that something may be done with that is not known."""
    options = [option for value in (*args.positional, *args.keywords.values()) for option in value.options or ()]
    if any(isinstance(option, (Function, Coroutine)) for option in options):
        yield "function"
    owned = (option for value in held if isinstance(value, Value) for option in value.options or ())
    if any(_is_server(each, handler) for option in (*options, *owned) for each in _with_contents(option)):
        yield "server"


def attribute_values(owner: Any) -> Iterator[Abstract]:
    """What an object of a class of the project has, which a method may use that it inherits from a library."""
    if isinstance(owner, Instance) and isinstance(owner.kind, Class):
        yield from owner.table.values()
        for each in owner.kind.lineage():
            yield from each.table.values() if isinstance(each, Class) else ()


def _with_contents(option: Any) -> Iterator[Any]:
    """A thing and, where it is a list or a dict, what is in it."""
    yield option
    inner: Iterable[Any] = ()
    if isinstance(option, Sequence):
        inner = option.known_items
    elif isinstance(option, Dict):
        inner = option.entries.values()
    yield from (each for value in inner if isinstance(value, Value) for each in value.options or ())


def _is_server(option: Any, handler: Handler) -> bool:
    """Whether this is a server of an SDK or the class of one."""
    path = option.library if isinstance(option, Instance) else option.path if isinstance(option, External) else None
    return path is not None and path.partition(".")[0] in PYTHON_MODULES and handler(f"{path}.run") is not None


def is_harmless(path: str) -> bool:
    """Whether something of a library, or of Python, lets every caller of an application through that it is given."""
    return (
        path.partition(".")[0] in sys.stdlib_module_names or HARMLESS.fullmatch(path) is not None
    ) and not re.search(r"(?i)auth", path)
