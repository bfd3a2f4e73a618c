"""The files that a program of Node opens to write: streams of its own, and those of pino and winston."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from mcplint.model import Write
from mcplint.programs.typescript.machine import WRITTEN, Args, Handler, Machine, Reader
from mcplint.programs.typescript.values import UNDEFINED, prop
from mcplint.programs.values import Abstract, External, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label

MODULE = re.compile(r"__dirname|import\.meta")


def note_write(machine: Machine, path: Abstract, span: Span | None) -> None:
    """Notes that a path is written, unless only the handler of a request does so.

    The folder of a module is not known in the image, so paths from the root are those that are spelled as such.
    """
    name = path.only
    if not isinstance(name, str) or not name or span is None or machine.requests or machine.effects is not None:
        return
    root = f"/{name.split('/')[1]}" if name.startswith("/") else ""
    if any(
        root in where.text and not MODULE.search(where.text) for where in (span, *(each.span for each in path.trace))
    ):
        write = Write(name, Label(span, "writes it"), certain=False)
        if write not in WRITTEN.of(machine.state):
            WRITTEN.add(machine, machine.state, write)


def stream(machine: Machine, args: Args, owner: object) -> Abstract:
    """`fs.createWriteStream(path)`."""
    note_write(machine, args.get(0), args.span)
    return unknown(*args.notes)


def transport(machine: Machine, args: Args, owner: object) -> Abstract:
    """`new winston.transports.File({filename, dirname, lazy})`, which opens its file at once unless it is lazy."""
    options = args.get(0)
    name, folder = prop(options, "filename"), prop(options, "dirname")
    if prop(options, "lazy", known(False)).must(lambda option: option in (False, UNDEFINED)):
        if isinstance(name.only, str) and isinstance(folder.only, str):
            name = known(posixpath.join(folder.only, name.only), *folder.trace)
        elif folder.only is not UNDEFINED:
            name = unknown()
        note_write(machine, name, args.span)
    return known(External("winston transport that is no console"))


CALLS: Mapping[str, Handler] = {
    "fs:createWriteStream": stream,
    "winston:transports.File.new": transport,
    "winston-daily-rotate-file:default.new": transport,
    "winston:transports.DailyRotateFile.new": transport,
}
CLASSES: tuple[str, ...] = ()
READS: Mapping[str, Reader] = {}
ALIASES: Mapping[str, str] = {}
