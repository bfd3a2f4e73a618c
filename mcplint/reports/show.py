"""The deployment as mcplint understands it: every part, what its settings will be, and which file says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mcplint.model import MISSING, Container, Deployment, Lack, Link, Port, Sdk, Server
from mcplint.reports import Paint, escape, unpainted
from mcplint.reports.escape import log, terminal
from mcplint.reports.terminal import width, wrapped
from mcplint.text.lines import position
from mcplint.text.source import Span
from mcplint.values import Label, Value

VERSION = 1
# The fewest columns of a terminal that the spans of a value are given beside it.
ROOM = 50
# What is shown of the parts of each field of a deployment, by the names of their attributes.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "servers": (
        *("sdk", "transport", "host", "port", "path", "stateless", "json_response", "workers"),
        "allowed_hosts",
    ),
    "containers": ("user", "command", "replicas", "ports"),
    "routes": ("listen", "server_names", "location", "target", "balancing", "buffering", "read_timeout"),
    "remotes": ("type", "url"),
    "packages": ("registry", "identifier", "version", "type", "url"),
    "clients": ("type", "url", "command"),
    "loose": (),
    "unfollowed": (),
}


class Part(NamedTuple):
    """One part, ready to be shown. `facts`: what else findings about it rest on."""

    id: str
    span: Span
    values: dict[str, Value[Any]]
    links: tuple[Link, ...]
    lacks: tuple[Lack, ...] = ()
    facts: tuple[Label, ...] = ()


def parts(deployment: Deployment) -> Iterator[tuple[str, list[Part]]]:
    """The parts of a deployment under the name of their field."""
    for field, names in SHOWN.items():
        yield field, [_part(part, names, deployment) for part in getattr(deployment, field)]


def _part(part: Any, names: tuple[str, ...], deployment: Deployment) -> Part:
    values = {name: _value(getattr(part, name)) for name in names}
    links = (Link(None, MISSING, part.why),) if hasattr(part, "why") else part.links
    return Part(part.id, part.span, values, links, getattr(part, "lacks", ()), tuple(_facts(part, deployment)))


def _facts(part: Any, deployment: Deployment) -> Iterator[Label]:
    """What is known of the script and the runner that start a container, and of the wheel that starts a server."""
    match part:
        case Container(script=script, sync=sync):
            if script and script.carriage:
                yield Label(script.carriage.span, f"{script.path} {script.carriage.text}")
            if script and script.direct and script.closed:
                yield Label(script.closed.span, f"{script.path} may not be executed: {script.closed.text}")
            if sync and sync.refused:
                yield Label(sync.span, f"{sync.tool} fails, since {sync.refused}")
            elif sync and sync.project:
                yield Label(sync.span, f"{sync.tool} brings the environment of {sync.project} up to date at each start")
        case Server(links=links):
            ids = {link.to for link in links}
            own = [entry for entry in deployment.entry_points if entry.id in ids]
            for entry in own or deployment.entry_points:
                if entry.unpackaged:
                    module, needed, _ = entry.unpackaged
                    yield Label(needed.span, f"{entry.packaging} leaves out {module}")
                if entry.unread:
                    yield Label(entry.unread.span, f"the wheel of {entry.project} leaves out {entry.unread.name}")


def _value(setting: Any) -> Value[Any]:
    """An attribute of a part as a value whose options are scalars or lists of them."""
    match setting:
        case Sdk(package=package, version=version):
            release_known = package is not None and version.options is not None
            return version._replace(
                options=tuple(f"{str(package).removeprefix('npm:')} {v}" for v in version.options or ())
                if release_known
                else None
            )
        case Value(options=options):
            return setting._replace(options=options if options is None else tuple(map(_scalars, options)))
        case _:
            ports = [_port(port) for port in setting]
            return Value((ports,), tuple(Label(port.span, text) for port, text in zip(setting, ports, strict=True)))


def _scalars(option: Any) -> Any:
    return list(option) if isinstance(option, tuple | frozenset) else option


def _port(port: Port) -> str:
    """A port in the short form of compose, `?` where a number is not told."""
    host = f"{port.host_ip}:" if port.host_ip else ""
    published = "" if port.published is None else f"{host}{_number(port.published)}:"
    return published + _number(port.target) + ("" if port.protocol == "tcp" else f"/{port.protocol}")


def _number(value: Value[int]) -> str:
    return "?" if value.only is None else str(value.only)


def as_json(deployment: Deployment) -> str:
    """Version 1 of `mcplint show --format json`."""
    document = {field: [_entry(part) for part in found] for field, found in parts(deployment) if field != "unfollowed"}
    document["unfollowed"] = [
        {"id": one.id, "path": one.span.source.path, "line": position(one.span).line, "why": one.why}
        for one in deployment.unfollowed
    ]
    return escape.json({"version": VERSION, **document}) + "\n"


def _entry(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "path": part.span.source.path,
        "line": position(part.span).line,
        "values": {
            name: {"options": value.options, "trace": [_step(note) for note in value.trace]}
            for name, value in part.values.items()
        },
        "links": [{"to": link.to, "kind": link.kind, "why": link.why} for link in part.links],
        **_other_evidence(part),
    }


def _other_evidence(part: Part) -> dict[str, Any]:
    """What findings about a part rest on besides its values, nothing where there is none."""
    lacks = [{"name": lack.name, **_step(Label(lack.span, lack.why))} for lack in part.lacks]
    found = {"lacks": lacks, "facts": [_step(fact) for fact in part.facts]}
    return {name: entries for name, entries in found.items() if entries}


def _step(note: Label) -> dict[str, Any]:
    where = position(note.span)
    return {"path": note.span.source.path, "line": where.line, "column": where.column, "message": note.text}


def as_text(deployment: Deployment, paint: Paint = unpainted, columns: int = 0) -> str:
    """A block a part; beside every value the spans that decide it, in the order in which they do.

    `columns`: the width of the terminal, 0 for none; in a narrow one the spans stand below their value.
    """
    blocks = []
    for field, found in parts(deployment):
        noun = "start not followed" if field == "unfollowed" else "loose" if field == "loose" else field[:-1]
        blocks += ["\n".join(_block(noun, part, paint, columns)) + "\n" for part in found]
    return log("\n".join(blocks)) or "no MCP server, container, route or server.json was found here\n"


def _block(noun: str, part: Part, paint: Paint, columns: int) -> Iterator[str]:
    name, where = f"{noun} {terminal(part.id)}", _position_text(part.span, column=False)
    fits = not columns or width(name) + 2 + width(where) <= columns
    head = "\n".join(paint(line, bold=True) for line in wrapped(name, columns, 0, 2))
    yield head + (f"  {where}" if fits else f"\n  {where}")
    yield from _values(part, paint, columns)
    lines = [terminal(_lack_text(lack)) for lack in part.lacks]
    lines += [terminal(f"found at {_position_text(fact.span, column=False)}: {fact.text}") for fact in part.facts]
    lines += [(f"{link.kind}: {terminal(link.to)}, " if link.to else "") + terminal(link.why) for link in part.links]
    yield from (f"  {line}" for text in lines for line in wrapped(text, columns, 2, 2))


def _values(part: Part, paint: Paint, columns: int) -> Iterator[str]:
    """A line a value, with the spans that decide it."""
    texts = {name: value_text(value) for name, value in part.values.items()}
    first = max((len(name) for name in texts), default=0)
    second = min(max((width(text) for text in texts.values()), default=0), 40)
    beside = not columns or columns - (first + second + 6) >= ROOM
    column = first + second + 6 if beside else 6
    for name, text in texts.items():
        shown = "\n".join(wrapped(text, columns, first + 4, first + 4))
        fits = beside and width(text) <= second
        traced = (f"{_position_text(note.span)}  {terminal(note.text)}" for note in part.values[name].trace)
        steps = ["\n".join(wrapped(step, columns, column, column + 2)) for step in traced]
        head = f"  {paint(f'{name:<{first}}', fg='bright_blue')}  {shown}"
        if fits and steps:
            head += f"{' ' * (second - width(text))}  {steps.pop(0)}"
        yield head.rstrip()
        yield from (f"{' ' * column}{step}" for step in steps)


def _lack_text(lack: Lack) -> str:
    """What a step lacks: `lacks at Dockerfile:5: README.md, .dockerignore leaves it out (.dockerignore:2:1)`."""
    named = [note for note in lack.notes if lack.why.startswith(f"{note.span.source.path} ")]
    places = [_position_text(note.span) for note in (named or lack.notes)[-1:] if note.span.source != lack.span.source]
    return " ".join(
        (f"lacks at {_position_text(lack.span, column=False)}: {lack.name}, {lack.why}", *(f"({at})" for at in places))
    )


def value_text(value: Value[Any]) -> str:
    """The options of a value in words."""
    if value.options is None:
        return "unknown"
    return " or ".join(map(_option_text, value.options)) or "does not apply"


def _option_text(option: Any) -> str:
    match option:
        case None:
            return "not set"
        case bool():
            return "yes" if option else "no"
        case float():
            return f"{option:g}"
        case list():
            return terminal(" ".join(map(str, option))) or "none"
        case _:
            return terminal(str(option)) or '""'


def _position_text(span: Span, column: bool = True) -> str:
    where = position(span)
    path = terminal(span.source.path)
    return f"{path}:{where.line}:{where.column}" if column else f"{path}:{where.line}"
