"""The processes of a Procfile as services. https://devcenter.heroku.com/articles/procfile"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname

from mcplint.commands.argv import Argv
from mcplint.facts.platform import Procfile
from mcplint.services.service import Service
from mcplint.values import EditSite, Label, Value


def procfile(file: Procfile) -> Iterator[Service]:
    """The processes of a Procfile, which a platform runs from the folder as it is."""
    for process in file.processes:
        if process.name != "release":
            note = Label(process.command, "the Procfile starts this")
            shell = (Value(("/bin/sh",)), Value(("-c",)), Value((process.command.text,), (), EditSite(process.command)))
            yield Service(
                name=process.name,
                span=process.key,
                platform="procfile",
                files=(file.source.path,),
                env={"PORT": Value(None, (Label(process.key, "the platform sets PORT"),))},
                env_closed=False,
                env_notes=(Label(process.key, "variables of the platform are not in the project"),),
                command=Argv(shell, process.command, (note,)),
                folder=dirname(file.source.path) or ".",
            )
