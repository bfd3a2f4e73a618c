"""The deployment as a picture: its parts from what clients are told to what runs, and what is wrong where.

Mermaid and DOT are text; SVG and HTML are laid out by Graphviz, which has to be installed for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mcplint.external_tools import executable
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic
from mcplint.model import ASSUMED, ClientConfig, Container, Deployment, Remote, Route, Server
from mcplint.reports import escape
from mcplint.values import Value

FORMATS = ("mermaid", "dot", "svg", "html")
COLOURS = {ERROR: ("#fde8e8", "#c81e1e"), WARNING: ("#fdf6d8", "#a16207")}
PLAIN = ("#f6f8fa", "#57606a")
FONT = "Helvetica,Arial,sans-serif"
RANK = (WARNING, ERROR)
# The most that Mermaid draws where a page sets no limits of its own, and GitHub sets none: `maxTextSize`, `maxEdges`.
MERMAID_TEXT, MERMAID_ARROWS = 50_000, 500


class NoLayout(Exception):
    """Graphviz is not there, or could not draw."""


class Box(NamedTuple):
    """One part: its title, what it says in a few lines, and what is wrong with it."""

    id: str
    kind: str
    title: str
    lines: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...] = ()


class Arrow(NamedTuple):
    """From one part to the next: what stands on the way, whether it is assumed, and what is wrong with it."""

    start: str
    end: str
    label: str
    assumed: bool
    wrong: tuple[tuple[str, str], ...] = ()


class Picture(NamedTuple):
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def linked_picture(deployment: Deployment, diagnostics: Iterable[Diagnostic]) -> Picture:
    """The parts that are linked to a server, each with the errors and warnings about it."""
    diagnostics = tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity != NOTE)
    wrong: dict[str, list[tuple[str, str]]] = {}
    for diagnostic in diagnostics:
        entry = (diagnostic.severity, diagnostic.rule)
        if entry not in wrong.setdefault(diagnostic.part, []):
            wrong[diagnostic.part].append(entry)
    every = tuple(_boxes(deployment))
    known = {box.id for box in every}
    arrows = tuple(arrow for arrow in _arrows(deployment, diagnostics) if arrow.end in known)
    seen = {end for arrow in arrows for end in (arrow.start, arrow.end)}
    on_arrows = {(arrow.start, rule) for arrow in arrows for _, rule in arrow.wrong}
    boxes = []
    for box in every:
        if box.id in seen or box.id in wrong or box.kind == "server":
            rest = [entry for entry in wrong.get(box.id, ()) if (box.id, entry[1]) not in on_arrows]
            boxes.append(box._replace(wrong=tuple(rest)))
    return Picture(tuple(boxes), arrows)


def _boxes(deployment: Deployment) -> Iterator[Box]:
    for remote in deployment.remotes:
        yield Box(remote.id, "remote", "server.json", (_text(remote.type), _text(remote.url)))
    for client in deployment.clients:
        yield Box(client.id, "client", client.id.split(":")[0], (_text(client.type), _text(client.url)))
    for route in deployment.routes:
        names = " ".join(route.server_names.only or ()) or "any name"
        listen = " ".join(route.listen.only or ())
        yield Box(route.id, "route", f"{route.proxy} location {_text(route.location)}", (f"{names} {listen}".strip(),))
    for server in deployment.servers:
        name = " ".join(("server", *map(str, server.name.options or ())))
        yield Box(server.id, "server", name, tuple(_server_lines(server)))
    for container in deployment.containers:
        name = f"container {container.service}" if container.service else "container"
        yield Box(container.id, "container", name, tuple(_container_lines(container)))


def _server_lines(server: Server) -> Iterator[str]:
    yield f"{server.sdk.title} · {_text(server.transport)}"
    if server.transport.may_not_be("stdio"):
        yield f"{_text(server.host)}:{_text(server.port)}{_text(server.path)}"
        yield "stateless" if server.stateless.must(bool) else "keeps sessions" if server.stateless.only is False else ""


def _container_lines(container: Container) -> Iterator[str]:
    yield container.dockerfile or _text(container.image)
    yield f"user {_text(container.user)}"
    if container.replicas.may_not_be(1) and container.replicas.options is not None:
        yield f"{_text(container.replicas)} replicas"


def _arrows(deployment: Deployment, diagnostics: Iterable[Diagnostic]) -> Iterator[Arrow]:
    found = tuple(diagnostics)
    published: tuple[Remote | ClientConfig, ...] = (*deployment.remotes, *deployment.clients)
    for part in published:
        end: Route | Server | None = part.route or part.server
        if end:
            yield Arrow(part.id, end.id, "", part.assumed, _findings_between(part, end, found))
    routes = {route.id: route for route in deployment.routes}
    for route in deployment.routes:
        end = routes.get(route.inner_route or "", route.server)
        if end:
            yield Arrow(route.id, end.id, _text(route.target), route.assumed, _findings_between(route, end, found))
    for server in deployment.servers:
        if server.container:
            assumed = any(link.kind == ASSUMED and link.to == server.container.id for link in server.links)
            yield Arrow(server.id, server.container.id, "runs in", assumed)


def _findings_between(near: Any, far: Any, diagnostics: tuple[Diagnostic, ...]) -> tuple[tuple[str, str], ...]:
    """The findings about the near part that point into the file of the far one."""
    path = far.span.source.path
    return tuple(
        dict.fromkeys(
            (diagnostic.severity, diagnostic.rule)
            for diagnostic in diagnostics
            if diagnostic.part == near.id and any(note.span.source.path == path for note in diagnostic.finding.notes)
        )
    )


def _text(value: Value[Any], nothing: str = "?") -> str:
    """The options of a value, as people read them."""
    if value.options is None:
        return nothing
    return " or ".join("none" if option is None else str(option) for option in value.options) or "–"


def _worst_severity(wrong: Iterable[tuple[str, str]]) -> str | None:
    return max((severity for severity, _ in wrong), key=RANK.index, default=None)


def _finding_labels(wrong: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{'✖' if severity == ERROR else '▲'} {rule}" for severity, rule in wrong]


def mermaid(picture: Picture) -> str:
    """A Mermaid flowchart."""
    names = {box.id: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = ["flowchart LR"]
    for box in picture.boxes:
        rows = [
            f"<b>{escape.mermaid(box.title)}</b>",
            *map(escape.mermaid, filter(None, box.lines)),
            *map(escape.mermaid, _finding_labels(box.wrong)),
        ]
        lines.append(f'    {names[box.id]}["{"<br/>".join(rows)}"]:::{_worst_severity(box.wrong) or "plain"}')
    for number, arrow in enumerate(picture.arrows):
        label = "<br/>".join(map(escape.mermaid, filter(None, (arrow.label, *_finding_labels(arrow.wrong)))))
        line = "-.->" if arrow.assumed else "-->"
        middle = f'{line}|"{label}"|' if label else line
        lines.append(f"    {names[arrow.start]} {middle} {names[arrow.end]}")
        if worst := _worst_severity(arrow.wrong):
            lines.append(f"    linkStyle {number} stroke:{COLOURS[worst][1]},color:{COLOURS[worst][1]}")
    for name, (fill, stroke) in {**COLOURS, "plain": PLAIN}.items():
        lines.append(f"    classDef {name} fill:{fill},stroke:{stroke},color:#1f2328")
    return "\n".join(lines) + "\n"


def dot(picture: Picture) -> str:
    """A graph in Graphviz's language."""
    names = {box.id: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = [
        "digraph deployment {",
        '    graph [rankdir=LR, bgcolor="white", pad=0.3, nodesep=0.4, ranksep=0.8]',
        f'    node [shape=box, style="rounded,filled", fontname="{FONT}", fontsize=11, margin="0.18,0.12"]',
        f'    edge [fontname="{FONT}", fontsize=10, color="#57606a", fontcolor="#57606a"]',
    ]
    for box in picture.boxes:
        fill, stroke = COLOURS.get(_worst_severity(box.wrong) or "", PLAIN)
        lines.append(f'    {names[box.id]} [label=<{_table(box)}>, fillcolor="{fill}", color="{stroke}"]')
    for arrow in picture.arrows:
        worst = _worst_severity(arrow.wrong)
        label = "\\n".join(escape.graphviz(text) for text in (arrow.label, *_finding_labels(arrow.wrong)) if text)
        style = ', style="dashed"' if arrow.assumed else ""
        colour = f', color="{COLOURS[worst][1]}", fontcolor="{COLOURS[worst][1]}", penwidth=2' if worst else ""
        lines.append(f'    {names[arrow.start]} -> {names[arrow.end]} [label="{label}"{style}{colour}]')
    return "\n".join([*lines, "}"]) + "\n"


def _table(box: Box) -> str:
    """A box as Graphviz's HTML-like label: title, lines, and the findings in their colour."""
    rows = [f"<b>{escape.markup(box.title)}</b>", *(escape.markup(line) for line in box.lines if line)]
    for entry in box.wrong:
        rows.append(f'<font color="{COLOURS[entry[0]][1]}"><b>{escape.markup(_finding_labels([entry])[0])}</b></font>')
    cells = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
    return f'<table border="0" cellspacing="0" cellpadding="1">{cells}</table>'


def svg(picture: Picture) -> str:
    """An SVG drawn by Graphviz's `dot`; raises NoLayout."""
    import subprocess

    program = executable("dot", ".")
    if program is None:
        raise NoLayout("Graphviz is needed to draw: install it so that `dot` is on the PATH")
    try:
        run = subprocess.run([program, "-Tsvg"], input=dot(picture).encode(), capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        raise NoLayout("Graphviz did not finish within a minute") from None
    if run.returncode:
        raise NoLayout(f"Graphviz could not draw: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout.decode()


def html(picture: Picture) -> str:
    """A page with the picture in it, which opens without a network; raises NoLayout."""
    drawing = svg(picture)
    drawing = drawing[drawing.index("<svg") :]
    return PAGE.format(drawing=drawing, legend=LEGEND)


LEGEND = " ".join(
    f'<span style="background:{fill};border:1px solid {stroke};color:{stroke}">{name}</span>'
    for name, (fill, stroke) in COLOURS.items()
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Deployment</title>
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1f2328; }}
  h1 {{ font-size: 1.3rem; }}
  figure {{ margin: 0; overflow-x: auto; }}
  p span {{ padding: 0 .5em; border-radius: .4em; }}
</style>
<h1>What clients are told, and what runs</h1>
<p>{legend} &ensp; a dashed arrow is assumed, not told by the files</p>
<figure>
{drawing}
</figure>
</html>
"""


def render(deployment: Deployment, diagnostics: Iterable[Diagnostic], output_format: str) -> str:
    """The picture in one of FORMATS; raises NoLayout."""
    picture = linked_picture(deployment, tuple(diagnostics))
    return {"mermaid": mermaid, "dot": dot, "svg": svg, "html": html}[output_format](picture)
