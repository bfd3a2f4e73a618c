"""A service of Railway. https://docs.railway.com/reference/config-as-code"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from mcplint.facts.document import ScalarNode, at
from mcplint.facts.platform import App
from mcplint.project.tree import Tree
from mcplint.services.compose.assembly import within
from mcplint.services.compose.settings import number
from mcplint.services.platforms.settings import shell, split, string, wait
from mcplint.services.service import Build, Health, Service
from mcplint.values import UNKNOWN, Label, Value


def railway(app: App, tree: Tree) -> Iterator[Service]:
    """The one service of a railway.json or railway.toml."""
    root, folder = app.root, dirname(app.source.path) or "."
    span, deploy = root.span.head, at(root, "deploy")
    path = at(root, "build", "dockerfilePath")
    file = within(folder, path.text if isinstance(path, ScalarNode) else "Dockerfile")
    built = path is not None or file in tree.paths
    note = (Label(path.span if path else span, "Railway builds this"),)
    start, count, check = at(deploy, "startCommand"), at(deploy, "numReplicas"), at(deploy, "healthcheckPath")
    one = Value((1,), (Label(span, "Railway runs one"),))
    replicas = number(string(count, "Railway runs this many")) if count else one
    build = Build(note[0].span, Value((folder,), note), Value(None if file is None else (file,), note))
    yield Service(
        name="railway",
        span=span,
        platform="railway",
        files=(app.source.path,),
        build=build if built else None,
        env={"PORT": Value(None, (Label(span, "Railway sets PORT"),))},
        env_closed=False,
        env_notes=(Label(span, "variables of the dashboard are not in the project"),),
        entrypoint=split(start, "Railway starts this") if built else None,
        command=None if built else shell(start),
        replicas=UNKNOWN if at(deploy, "multiRegionConfig") else replicas,
        health=(Health("check", check.span, string(check, "Railway asks for this path")),) if check else (),
        grace_period=wait(at(deploy, "drainingSeconds")),
        affinity_kind=Value(("none",)),
        folder=None if built else folder,
    )
