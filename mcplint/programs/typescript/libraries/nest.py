"""Nest: the application of Express, or of Fastify by its adapter, that it is made of.

Run with Nest 11.1 and the SDK 1.30: what `use` takes is asked whatever the global prefix is, and `listen(port)` is that
of Express, or of Fastify, which listens on loopback.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcplint.programs.typescript.libraries import web
from mcplint.programs.typescript.machine import Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import NOTHING, Object
from mcplint.programs.values import Abstract, External, Kept, known, unknown

APPLICATION = "@nestjs/core:Application"
FASTIFY = "@nestjs/platform-fastify:FastifyAdapter"
INNER = Kept("application that one of Nest is made of")


def created(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`NestFactory.create(module[, adapter][, options])`; the controllers of the module may add any route."""
    adapter = args.get(1).only
    plain = adapter in (*NOTHING, None) if not isinstance(adapter, Object) else adapter.kind is None
    if not plain and not (isinstance(adapter, Object) and adapter.library == FASTIFY):
        return unknown(*args.notes)
    inner = web.application(machine, args, None, web.APPS["express" if plain else "fastify"])
    web.enlarge(machine, (inner,))
    made = Object(External(APPLICATION), args.span)
    made.table[INNER] = inner
    return known(made, *args.notes)


def handed_on(machine: Machine, args: Args, owner: Any, name: str) -> Abstract:
    """What an application of Nest has the one do that it is made of."""
    inner = INNER.value(owner.table) if isinstance(owner, Object) else None
    if inner is None or not isinstance(inner.only, Object):
        return unknown(*args.notes)
    if name == "use":
        return web.use(machine, args, inner.only)
    kind = "express" if inner.only.library == web.APPS["express"] else "fastify"
    return web.listen(machine, args, inner.only, kind)


CALLS: Mapping[str, Handler] = {
    "@nestjs/core:NestFactory.create": created,
    **{f"{APPLICATION}.{name}": partial(handed_on, name=name) for name in ("use", "listen")},
}
CLASSES: tuple[str, ...] = (APPLICATION, FASTIFY)
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
