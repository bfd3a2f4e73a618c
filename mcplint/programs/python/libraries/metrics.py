"""`prometheus_client`, which serves metrics on a port of its own: https://prometheus.github.io/client_python/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.model import Metrics
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.exceptions import may_be_caught
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.state import MEASURED
from mcplint.programs.values import Abstract, known, unknown


def serve(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`start_http_server(port, addr="0.0.0.0")`"""
    if args.span:
        host = args.get(1, "addr", known("0.0.0.0"))
        MEASURED.add(
            machine, machine.state, Metrics(args.get(0, "port"), host, args.span, may_be_caught(machine, "OSError"))
        )
    return unknown(*args.notes)


CALLS: Mapping[str, Handler] = {
    f"prometheus_client{inner}.{name}": serve
    for inner in ("", ".exposition")
    for name in ("start_http_server", "start_wsgi_server")
}
