"""`mcplint show`: the deployment itself, not what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from mcplint import engine
from mcplint.reports.show import as_json, as_text
from mcplint.terminal import paint, say
from mcplint.workspace import open_workspace


def show(paths: Sequence[str], config: str | None, form: str, color: str) -> int:
    """Prints the deployment of a project; the exit code."""
    here = open_workspace(paths, config)
    run = engine.run(here.tree, here.rules, here.config)
    say(as_json(run.deployment) if form == "json" else as_text(run.deployment, paint(color), here.folder))
    return 0
