"""Whatever takes a Procfile: https://devcenter.heroku.com/articles/procfile, https://devcenter.heroku.com/articles/app-json-schema"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from posixpath import dirname

from mcplint.facts.document import ScalarNode, at, pairs
from mcplint.facts.platform import App, Procfile
from mcplint.model import Argv, Container
from mcplint.project.tree import Tree
from mcplint.services.settings import string
from mcplint.values import EditSite, Label, Value


def procfile(file: Procfile, tree: Tree) -> Iterator[Container]:
    """The processes of a Procfile, which a platform runs from the folder as it is."""
    folder = dirname(file.source.path)
    path = posixpath.join(folder, "app.json")
    app: App | None = tree.facts("platform.heroku", path) if path in tree.paths else None
    for process in file.processes:
        if process.name != "release":
            note = Label(process.command, "the Procfile starts this")
            shell = (Value(("/bin/sh",)), Value(("-c",)), Value((process.command.text,), (), EditSite(process.command)))
            yield Container(
                service=process.name,
                span=process.key,
                platform="procfile",
                env={**dict(_app_json(app)), "PORT": Value(None, (Label(process.key, "the platform sets PORT"),))},
                env_closed=False,
                env_notes=(Label(process.key, "variables of the platform are not in the project"),),
                arguments=Argv(shell, process.command, (note,)),
                web=(Label(process.key, "the platform expects it to listen on PORT"),) if process.name == "web" else (),
                folder=folder or ".",
                defaults=True,
            )


def _app_json(app: App | None) -> Iterator[tuple[str, Value[str]]]:
    """The variables that an app.json sets, as text or in `value`, and those that it asks for."""
    for name, entry in pairs(at(app.root if app else None, "env")):
        value = entry if isinstance(entry, ScalarNode) else at(entry, "value")
        note = f"app.json sets {name.text}"
        asked = Value[str](None, (Label(name.span, f"app.json asks for {name.text}"),))
        yield name.text, string(value, note) if value else asked
