"""`mcplint show` and `mcplint graph`: the deployment itself, and not only what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mcplint.cli.output import columns, deliver, paint
from mcplint.cli.workspace import Workspace, open_workspace
from mcplint.engine import lint as engine
from mcplint.findings import INTERNAL_ERROR
from mcplint.reports import Report, text
from mcplint.usage import UsageError

DONE, FAILED = 0, 2


def show(paths: Sequence[str], config: str | None, output_format: str, color: str) -> int:
    """Prints the deployment of a project; the exit code."""
    from mcplint.reports.show import as_json, as_text

    here = open_workspace(paths, config)
    run = engine.run(here.tree, here.rules, here.config)
    if output_format == "json":
        deliver(as_json(run.deployment))
    else:
        deliver(as_text(run.deployment, paint(color), columns()))
    return _code(run, here)


def graph(paths: Sequence[str], config: str | None, output_format: str, output: str | None) -> int:
    """Draws the deployment of a project with its findings; the exit code."""
    from mcplint.reports.graph import NoLayout, render

    here = open_workspace(paths, config)
    here.refuse_own_files([output] if output else [])
    run = engine.run(here.tree, here.rules, here.config)
    try:
        deliver(render(run.deployment, run.diagnostics, output_format), output)
    except NoLayout as error:
        raise UsageError(str(error)) from None
    return _code(run, here)


def _code(run: engine.Run, here: Workspace) -> int:
    """A deployment that mcplint failed on is not what there is."""
    failures = [diagnostic for diagnostic in run.diagnostics if diagnostic.rule == INTERNAL_ERROR]
    if failures:
        print(text.findings(Report(tuple(failures), folder=here.folder)), end="", file=sys.stderr)
    return FAILED if failures else DONE
