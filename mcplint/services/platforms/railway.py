"""Railway: https://docs.railway.com/reference/config-as-code"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from mcplint.facts.document import ScalarNode, at
from mcplint.facts.platform import App
from mcplint.model import Build, Container, PlatformProbe
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import path_in_project
from mcplint.services.settings import number, shell, split_command, string, wait
from mcplint.values import UNKNOWN, Label, Value


def railway(app: App, tree: Tree) -> Iterator[Container]:
    """The one service of a railway.json or railway.toml."""
    root, folder = app.root, dirname(app.source.path) or "."
    span, deploy = root.span.head, at(root, "deploy")
    path = at(root, "build", "dockerfilePath")
    file = path_in_project(folder, path.text if isinstance(path, ScalarNode) else "Dockerfile")
    built = path is not None or file in tree.paths
    note = (Label(path.span if path else span, "Railway builds this"),)
    start, count, check = at(deploy, "startCommand"), at(deploy, "numReplicas"), at(deploy, "healthcheckPath")
    one = Value((1,), (Label(span, "Railway runs one instance"),))
    replicas = number(string(count, "Railway runs this many instances")) if count else one
    build = Build(note[0].span, Value((folder,), note), Value(None if file is None else (file,), note))
    yield Container(
        service="railway",
        span=span,
        platform="railway",
        build=build if built else None,
        env={"PORT": Value(None, (Label(span, "Railway sets PORT"),))},
        env_closed=False,
        env_notes=(Label(span, "variables of the dashboard are not in the project"),),
        entrypoint=split_command(start, "Railway starts this") if built else None,
        arguments=None if built else shell(start),
        replicas=UNKNOWN if at(deploy, "multiRegionConfig") else replicas,
        probes=(PlatformProbe("check", check.span, string(check, "Railway checks this path")),) if check else (),
        grace_period=wait(at(deploy, "drainingSeconds")),
        affinity=Value(("none",)),
        folder=None if built else folder,
        defaults=not built,
    )
