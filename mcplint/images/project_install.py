"""What poetry, pdm and pipenv install: what a lock file says, or what their project asks for where there is none."""

from __future__ import annotations

import posixpath

from mcplint.commands.command_lines import POETRY_INSTALL, RUNNERS
from mcplint.commands.options import Parsed, parse
from mcplint.commands.words import Words, spelled, text, word_span
from mcplint.facts.dependencies import PROJECTS
from mcplint.facts.document import at
from mcplint.images.runs import RunStep
from mcplint.knowledge.lock_files import PYTHON_LOCKS
from mcplint.model import Install
from mcplint.text.source import Span
from mcplint.values import Label, Value


def project_install(tool: str, step: RunStep, before: Parsed, args: Words) -> Install:
    """An install of a project, of what is added to it, or the making of its lock file, which is as much as asked for.

    Without a lock file an install resolves what the project asks for, by the documentation of all three. Run: so do
    `poetry sync` and `pipenv install --deploy`, while `pdm sync` and `pipenv sync` fail.
    """
    verb = word_span(before.rest[0])
    kind = text(before.rest[0]) or ""
    after = parse(args, POETRY_INSTALL if tool == "poetry" else RUNNERS[tool], interspersed=True)
    options = Parsed((*before.given, *after.given), after.rest, before.closed and after.closed)
    folder = next(map(spelled, options.values("directory", "project")), ".")
    project = step.upwards("Pipfile" if tool == "pipenv" else PROJECTS[0], folder)
    asked = [project] if project else []
    if tool == "pipenv":
        named = [spelled(word) for word in options.values("requirements")] or ([] if project else ["requirements.txt"])
        asked += filter(None, map(step.file, named))
    words = after.rest if kind in ("add", "install") else ()
    names = tuple((spelled(word), word_span(word)) for word in words if text(word) is not None)
    locking = kind in ("install", "sync")
    lock = step.upwards(PYTHON_LOCKS[tool], folder) if locking and not options.first("skip-lock") else None
    locked = _locked(tool, step, verb, lock, project) if locking else Value((False,), (_resolves_anew(verb),))
    decided = _resolution_setting(tool, step, verb, project) if lock is None else None
    if options.first("skip-lock"):
        locked = Value((False,), (Label(verb, "--skip-lock re-resolves dependencies"),))
    if kind == "sync" and tool != "poetry" and locked.must_be(False):
        decided = Label(verb, f"without {PYTHON_LOCKS[tool]} it fails")
    if locked.options is None:
        decided = locked.trace[0]
    requirements = tuple(dict.fromkeys(asked))
    if any("@" in name for name, _ in names):
        requirements, names = (), ()
    return Install(
        tool if locking else f"{tool} {kind}",
        step.words,
        locked,
        lock,
        requirements,
        names,
        step.written_at,
        decided=decided,
    )


def _resolves_anew(verb: Span) -> Label:
    return Label(verb, "re-resolves dependencies")


def _locked(tool: str, step: RunStep, verb: Span, lock: str | None, project: str | None) -> Value[bool]:
    """Tools that install what their lock file says wherever there is one, and resolve where there is none."""
    name = PYTHON_LOCKS[tool]
    if lock:
        return Value((True,), (Label(verb, f"installs from {lock}"),))
    if (project is None and step.tree.files_named(name)) or step.workdir is None:
        return Value(None, (Label(verb, f"whether {name} is in the image is not known"),))
    return Value((False,), (Label(verb, f"there is no {name}"),))


def _resolution_setting(tool: str, step: RunStep, verb: Span, project: str | None) -> Label | None:
    """What else than the requirements of a project decides the releases that pdm takes."""
    found = step.tree.project(posixpath.dirname(project)) if project and tool == "pdm" else None
    resolution = at(found.document, "tool", "pdm", "resolution") if found else None
    return Label(verb, "`tool.pdm.resolution` decides the releases") if resolution else None
