"""`mcplint init`: a configuration, a hook and a workflow for a project, shown before they are written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint import __version__
from mcplint.cli.output import say
from mcplint.cli.workspace import Workspace, open_workspace
from mcplint.engine import lint as engine
from mcplint.engine.catalogue import project_url
from mcplint.findings import NOTE, Unreadable
from mcplint.project import discover
from mcplint.project.git import work_tree
from mcplint.project.load import load
from mcplint.reports import plural
from mcplint.reports.escape import log, terminal
from mcplint.text.lines import position
from mcplint.text.source import Span
from mcplint.usage import UsageError

CONFIGURATION, HOOK = "mcplint.toml", ".pre-commit-config.yaml"
GITHUB, GITLAB = ".github/workflows/mcplint.yml", ".gitlab-ci.yml"
CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
# Stands in `project.urls` until mcplint has a repository that others can reach.
NOBODY = "OWNER"
# The most starts that are named in a configuration.
MOST = 5


class Proposal(NamedTuple):
    """A file that is proposed: its folder, a real path, its path there and its text; `part` is what a file that is
    there already lacks, empty where it lacks nothing."""

    folder: str
    path: str
    text: str
    part: str = ""

    @property
    def exists(self) -> bool:
        return os.path.lexists(os.path.join(self.folder, self.path))


def init(path: str | None, yes: bool) -> int:
    """Shows what is proposed and writes it when that is wanted; the exit code."""
    here = open_workspace([path] if path else [])
    run = engine.run(here.tree, here.rules, here.config)
    proposals = list(_proposals(here, run))
    new = [each for each in proposals if not each.exists]
    say("".join(f"{line}\n" for line in (*_head(run), *_preview(proposals, here))))
    if not new:
        say("There is nothing to write.\n")
        return 0
    if not (yes or _confirm_writing(len(new))):
        say("Nothing is written.\n")
        return 0
    _write(new)
    say("".join(f"{line}\n" for line in _next(new, run)))
    return 0


def _confirm_writing(number: int) -> bool:
    import click

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("nothing is written, as there is no terminal to ask on: --yes writes")
    return click.confirm(f"Write {plural(number, 'file')}?")


def _proposals(here: Workspace, run: engine.Run) -> Iterator[Proposal]:
    top = work_tree(here.root)
    configured = discover.configuration(here.root).name
    yield Proposal(here.root, configured or CONFIGURATION, "" if configured else _configuration(run))
    repository = project_url("Repository")
    if top is None or repository is None:
        return
    path = os.path.relpath(here.root, top).replace(os.sep, "/")
    yield Proposal(top, HOOK, f"repos:\n{_hook(repository, path)}", _missing_part(top, HOOK, _hook(repository, path)))
    if os.path.lexists(os.path.join(top, GITLAB)):
        yield Proposal(top, GITLAB, _job(path), _missing_part(top, GITLAB, _job(path)))
    else:
        yield Proposal(top, _running(top) or GITHUB, _workflow(path))


def _missing_part(top: str, path: str, part: str) -> str:
    """The part that a file needs, empty where it names mcplint already."""
    try:
        return "" if "mcplint" in load(top, path).text else part
    except Unreadable:
        return part


def _running(top: str) -> str | None:
    """The workflow that names mcplint already, whatever it is called."""
    folder = os.path.dirname(GITHUB)
    try:
        names = sorted(os.listdir(os.path.join(top, folder)))
    except OSError:
        return None
    paths = (f"{folder}/{name}" for name in names if name.endswith((".yml", ".yaml")))
    return next((path for path in paths if not _missing_part(top, path, "all of it")), None)


def _configuration(run: engine.Run) -> str:
    """The settings that most projects begin with, and what its files do not tell."""
    lines = [
        "# `mcplint config` prints every setting and where it comes from.",
        'fail-on = "warning"  # or "error", "note", "never"',
    ]
    if lost := run.deployment.unfollowed:
        lines += ["", "# What the files do not tell can be stated. Not followed here:"]
        lines += [f"#   {_path_and_line(each.span)}: {terminal(each.why)}" for each in lost[:MOST]]
        lines += [f"#   and {len(lost) - MOST} more"] if lost[MOST:] else []
        lines += ["# [deployment]", '# start-command = "python -m server"']
    return "".join(f"{line}\n" for line in lines)


def _path_and_line(span: Span) -> str:
    return f"{terminal(span.source.path)}:{position(span).line}"


def _hook(repository: str, path: str) -> str:
    import json

    argument = f"\n        args: [{json.dumps(path)}]" if path != "." else ""
    return f"  - repo: {repository}\n    rev: v{__version__}\n    hooks:\n      - id: mcplint{argument}\n"


def _workflow(path: str) -> str:
    # mcplint is installed while the folder is empty, so that nothing of the project can take its place.
    command = _command("--format github", '--output "markdown=$GITHUB_STEP_SUMMARY"', path)
    # GitHub fills in an expression wherever it stands.
    command = command.replace("${{", "${{ '${{' }}")
    return f"""\
name: mcplint
on:
  pull_request:
  push:
    branches: [main, master]
permissions: {{}}
jobs:
  mcplint:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - run: pipx install mcplint=={__version__}
      - uses: {CHECKOUT}
        with:
          fetch-depth: 2 # tells which lines a pull request changes
          persist-credentials: false
      - run: {command}
"""


def _command(*words: str) -> str:
    """What a job runs, as YAML has it: options as a shell takes them, and last the path of the project."""
    import json
    from shlex import quote

    *options, path = words
    command = " ".join(["mcplint", *options, *([] if path == "." else ["--", quote(path)])])
    return command if quote(path) == path else json.dumps(command)


def _job(path: str) -> str:
    return f"""\
mcplint:
  image: python:3.13-slim
  script:
    - pip install mcplint=={__version__}
    - {_command("--output gitlab=mcplint.json", path)}
  artifacts:
    when: always
    reports:
      codequality: mcplint.json
"""


def _head(run: engine.Run) -> Iterator[str]:
    parts = run.deployment
    named = (("server", parts.servers), ("route", parts.routes), ("container", parts.containers))
    found = [plural(len(members), noun) for noun, members in named if members]
    yield f"Found: {', '.join([plural(run.files, 'file'), *found])}."


def _preview(proposals: Iterable[Proposal], here: Workspace) -> Iterator[str]:
    """Each file with its text, or what to add to the one that is there."""
    for each in proposals:
        path = _from_here(each)
        if not each.exists:
            yield from ("", f"{path}, new:", *_indented(each.text))
        elif each.part:
            yield from ("", f"{path} is there and stays as it is; add to it:", *_indented(each.part))
        else:
            settings = " with settings of mcplint" if each.path in discover.CONFIGURATIONS else ""
            yield from ("", f"{path} is there already{settings}.")
    if work_tree(here.root) is None:
        yield from ("", "There is no git repository here, so no hook and no workflow is proposed.")
    elif (repository := project_url("Repository")) is None:
        yield from ("", "mcplint is not installed here, so no hook and no workflow that gets it is proposed.")
    elif NOBODY in repository.split("/"):
        yield from ("", f"This mcplint is not published yet: put the owner of its repository in place of {NOBODY}.")
    yield ""


def _from_here(proposal: Proposal) -> str:
    return terminal(os.path.relpath(os.path.join(proposal.folder, proposal.path)))


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in log(text).splitlines()]


def _next(new: Iterable[Proposal], run: engine.Run) -> Iterator[str]:
    yield f"Wrote {', '.join(map(_from_here, new))}."
    if number := sum(diagnostic.severity != NOTE for diagnostic in run.diagnostics):
        accept = "`mcplint --baseline FILE --write-baseline` accepts them"
        yield f"mcplint reports {plural(number, 'finding')} now; {accept}."


def _write(new: Iterable[Proposal]) -> None:
    """Makes all of the files, or none where one cannot be; raises UsageError. One that is there stays as it is."""
    made: list[str] = []
    path = ""
    try:
        for folder, path, text, _ in new:
            whole = os.path.join(folder, path)
            inner = os.path.dirname(whole)
            if os.path.realpath(inner) != inner:
                raise UsageError(f"{path}: not written, it is reached through a link")
            os.makedirs(inner, exist_ok=True)
            with open(whole, "x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                made.append(whole)
                file.write(text)
    except OSError as error:
        _remove(made)
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    except UsageError:
        _remove(made)
        raise


def _remove(made: Iterable[str]) -> None:
    for whole in made:
        os.unlink(whole)
