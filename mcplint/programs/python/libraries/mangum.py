"""Mangum, which serves an ASGI application to AWS Lambda: it runs the application's lifespan at every invocation."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.asgi import Bound, finish
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.values import Function, Instance
from mcplint.programs.start import Start
from mcplint.programs.values import Abstract, known
from mcplint.values import Label, Value

MANGUM = "mangum.Mangum"
_NOWHERE: Abstract = Value(())


def mangum_init(machine: Machine, args: Args, owner: Instance) -> Abstract:
    owner.table["app"] = args.get(0, "app")
    owner.table["lifespan"] = args.get(1, "lifespan", known("auto", *args.notes))
    return known(None)


def mangum_call(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """`Mangum(app)(event, context)`: the application serves one invocation."""
    _serve(machine, owner, False)
    return known(None)


def invoke(machine: Machine, start: Start, handler: Abstract) -> None:
    """Lambda calls a handler again and again: an object that is made once, or a function."""
    only = handler.only
    if isinstance(only, Instance) and only.library == MANGUM:
        _serve(machine, only, True)
    elif isinstance(only, Function):
        note = Label(start.span, "Lambda calls it")
        machine.call(handler, Args((Value(None, (note,)), Value(None, (note,)))))


def _serve(machine: Machine, mangum: Instance, reused: bool) -> None:
    lifespan: Abstract = mangum.table.get("lifespan", Value(None))
    off = lifespan.must(lambda option: option == "off")
    span = mangum.span or machine.origin
    again = Label(span, "is made once and serves every invocation") if reused and lifespan.must_not_be("off") else None
    bound = Bound(_NOWHERE, _NOWHERE, known(1), "mangum", off, reused=again)
    finish(machine, mangum.table.get("app", Value(None)), span, bound)


CALLS: Mapping[str, Handler] = {f"{MANGUM}.__init__": mangum_init, f"{MANGUM}.__call__": mangum_call}
