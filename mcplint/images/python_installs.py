"""The steps of an image build that install Python packages: with what, from what, locked or not."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from itertools import takewhile

from mcplint.commands.command_lines import PIP, POETRY_INSTALL, RUNNERS, UV, program
from mcplint.commands.options import parse
from mcplint.commands.shell_branches import Arms, exclusive
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import at
from mcplint.images.environments import collects, environments, is_systems
from mcplint.images.failures import ends_at_failures, ends_build, is_certain, is_conditional, skipped_after
from mcplint.images.limits import with_limits
from mcplint.images.node_installs import LOCKS, called_by
from mcplint.images.project_install import project_install
from mcplint.images.runs import RunStep
from mcplint.images.uv_install import is_on, uv_add, uv_install
from mcplint.knowledge.executables import KEEPING, SUCCEEDING, SYSTEM_INSTALLERS, UNCONCERNED
from mcplint.knowledge.lock_files import PYTHON_LOCKS
from mcplint.model import Install, Lack, LackKind, Packaged
from mcplint.packaging.backend import POETRY, backend
from mcplint.values import Label, Value

_FILTERS = frozenset({"grep", "egrep", "sed", "awk", "sort", "tee"})


_MOST = 300


def installs(steps: tuple[RunStep, ...]) -> Iterator[Install]:
    """The installs among the commands of one RUN, in their order."""
    earlier = steps[0].before if steps else ()
    here: list[tuple[Install, Arms]] = []
    removed = frozenset(name for step in steps for name in _uninstalled_packages(step))
    for number, step in enumerate(steps):
        before = (*earlier, *(install for install, arms in here if not exclusive(arms, step.arms)))
        step = step._replace(before=before, removed=removed)
        _export(step)
        _delete(step)
        for found in _installs(step):
            if not ends_build(steps[number:]) or (number and is_conditional(steps[number - 1])):
                found = found._replace(files=())
            found = found._replace(certain=is_certain(steps, number))
            if step.skipped:
                found = found._replace(locked=_left_out(step), files=())
            found = with_limits(found, step)._replace(instead=_goes_on_with(found, steps[number:]))
            found = found._replace(environments=environments(found, step), systems=is_systems(found, step))
            found = found._replace(collects=collects(found, step))
            here.append((found, step.arms))
            yield found
        if len(earlier) + len(here) >= _MOST:
            return


def _left_out(step: RunStep) -> Value[bool]:
    """Whether an install is locked that only a build with other arguments runs."""
    return Value(None, (Label(step.written_at, "the build does not come by here unless it is told otherwise"),))


_ENDS = (";", "\n")
"""What ends a command whose failure nothing asks for; lines are those of here-documents."""
_FAILING = frozenset({"exit", "false", "return", "kill"})
_KEEPING = KEEPING.union(LOCKS)
"""Programs that install nothing of Python's."""
_SOON = 30


def _goes_on_with(install: Install, steps: tuple[RunStep, ...]) -> Label | None:
    """What the build goes on with where an install fails, None where it ends or where that is not known."""
    found = _stand_in(steps)
    if found is None or "while" in steps[0].line.inside or any(map(_surely_fails, steps[1:])):
        return None
    again = (other for step in steps[1:_SOON] for other in _installs(step))
    return None if any(_stands_in(other, install) for other in again) else found


def _stand_in(steps: tuple[RunStep, ...]) -> Label | None:
    """What comes next where the first of some commands fails, unless the build ends there or that is not known."""
    others = steps[1:]
    last, operator = skipped_after(steps), steps[0].line.operator
    chain = steps[: last + 2]
    if last and len(chain) > last + 1 and not any(step.line.inside for step in chain) and _always_succeeds(chain[-1]):
        return _goes_on(chain[-1]) if chain[last].line.operator == "||" else None
    if not others or operator not in ("||", *_ENDS):
        return None
    if operator in _ENDS:
        goes_on = others[0].words == ("exit", "0") or all(map(_succeeds_without_packages, others))
        return _goes_on(others[0]) if goes_on and not ends_at_failures(steps[0]) else None
    fallback = _fallback(steps)
    concerned = next((step for step in fallback if not _succeeds_without_packages(step)), fallback[0])
    if any(_installs(concerned)):
        return Label(concerned.written_at, "this is installed where it fails")
    succeeds = _always_succeeds(fallback[0]) and all(program(step.argv) in _KEEPING for step in fallback)
    return _goes_on(fallback[0]) if succeeds else None


def _fallback(steps: tuple[RunStep, ...]) -> tuple[RunStep, ...]:
    """The commands that stand in for one behind `||`: a group, or a chain."""
    depth, others = len(steps[0].line.inside), steps[1:]
    if len(others[0].line.inside) > depth:
        return tuple(takewhile(lambda step: len(step.line.inside) > depth, others))
    return others[: skipped_after(others) + 1]


def _goes_on(step: RunStep) -> Label:
    return Label(step.written_at, "the build goes on with this where it fails")


def swallowed_failures(steps: tuple[RunStep, ...]) -> Iterator[Lack]:
    """What the build goes on without: the packages of the system in a chain that goes on, and a project's by npm.

    At the end of a RUN those of the system may be wanted only where they can be had.
    """
    for number, step in enumerate(steps[:_MOST]):
        last = steps[number : number + 2]
        if len(last) < 2 or step.line.operator != "||" or not _always_succeeds(last[1]) or step.line.inside:
            continue
        own = called_by(step) if program(step.argv) in LOCKS else None
        if (packages((step,)) and last[1].line.operator in ("&&", ";")) or (own and own.installs):
            name = " ".join(step.words)
            yield Lack(LackKind.SWALLOWED, name, step.written_at, last[1].written_at.text, (_goes_on(last[1]),))


def _always_succeeds(step: RunStep) -> bool:
    return program(step.argv) in SUCCEEDING or step.words == ("exit", "0")


def _succeeds_without_packages(step: RunStep) -> bool:
    """Whether a command ends well although packages are missing."""
    return program(step.argv) in UNCONCERNED and step.line.operator not in ("|", "&")


def _surely_fails(step: RunStep) -> bool:
    return program(step.argv) in _FAILING and step.words != ("exit", "0")


def _stands_in(other: Install, install: Install) -> bool:
    """Whether an install brings what another does: the same projects and files, and by a lock where that one does.

    The same tool without its lock is another matter, which is told of that install itself.
    """
    looser = other.tool != install.tool and install.locked.must(bool) and other.locked.must_be(False)
    fewer = install.extras is not None and other.extras is not None and not other.extras >= install.extras
    return {*other.requirements} >= {*install.requirements} and not looser and not fewer


def _uninstalled_packages(step: RunStep) -> Iterator[str]:
    """The packages that a command uninstalls."""
    words = list(map(spelled, named_program(step)[1]))
    if "uninstall" in words[:2]:
        from mcplint.dependencies.pinned import name_of

        yield from map(name_of, words[words.index("uninstall") + 1 :])


def packages(steps: Iterable[RunStep]) -> frozenset[str]:
    """The system packages that commands install, which mostly bear the name of their program."""
    return frozenset(name for step in steps for name in installed_packages(step))


def installed_packages(step: RunStep) -> frozenset[str]:
    """The system packages that a command installs; one that no text here names bears the command's own words.

    apk's groups of packages, whose names begin with a dot, are none.
    """
    name, words = program(step.argv), step.words
    verb = next((word for word in words[1:] if word in _INSTALLING), None)
    if name not in SYSTEM_INSTALLERS or verb is None:
        return frozenset()
    if verb in _FURTHER:
        return frozenset((" ".join(words),))
    group = "." if name == "apk" else "-"
    named = {word.partition("=")[0] for word in words[1:] if not word.startswith(("-", group))} - {verb}
    return frozenset(named or (" ".join(words),))


_FURTHER = frozenset({"satisfy", "build-dep"})
"""What installs other packages than those that it names."""
_INSTALLING = _FURTHER | {"install", "reinstall", "add"}


def named_program(step: RunStep) -> tuple[str, Words]:
    """The program without path and version, and its arguments; `python -m X` is X."""
    name, args = program(step.argv), step.argv[1:]
    name = name.rstrip("0123456789.") if name.startswith(("python", "pip")) and name != "pipx" else name
    if name == "python" and (at := next((i for i, arg in enumerate(args) if text(arg) == "-m"), None)) is not None:
        return (spelled(args[at + 1]), args[at + 2 :]) if at + 1 < len(args) else ("", ())
    return name, args


def _installs(step: RunStep) -> Iterator[Install]:
    name, args = named_program(step)
    before = parse(args, RUNNERS.get(name, UV))
    verb, *rest = before.rest or (Value(("",)),)
    inner = spelled(rest[0]) if rest else ""
    match name, text(verb):
        case ("pip", "install" | "wheel" | "download") | ("pipx", "install"):
            yield from _by_pip(name, step, tuple(rest))
        case ("uv", "pip" as kind) if inner in ("install", "sync"):
            yield from _by_pip(f"uv {kind}", step, tuple(rest[1:]), exactly=inner == "sync")
        case ("uv", "tool" as kind) if inner == "install":
            yield from _by_pip(f"uv {kind}", step, tuple(rest[1:]))
        case "uv", "sync" | "lock" as kind:
            yield uv_install(f"uv {kind}", step, before, parse(tuple(rest), UV, interspersed=True))
        case "uv", "run":
            after = parse(tuple(rest), UV)
            name = spelled(after.rest[0]) if after.rest else ""
            source = step.tree.source(step.file(name) or "") if name.endswith(".py") else None
            if source is not None and "# /// script" in source.text:
                return
            if not {"no-sync", "no-project"} & {*before.flags, *after.flags} and not is_on(step, "UV_NO_SYNC"):
                yield uv_install("uv run", step, before, after)
        case "uv", "add":
            yield uv_add(step, before, tuple(rest))
        case ("poetry" | "pdm" | "pipenv", "install" | "sync" | "update" | "lock") | ("poetry" | "pdm", "add"):
            made = project_install(name, step, before, tuple(rest))
            rooted = name == "poetry" and text(verb) in ("install", "sync")
            yield made._replace(rooted=tuple(_root_project(step, tuple(rest)))) if rooted else made


def _by_pip(tool: str, step: RunStep, args: Words, exactly: bool = False) -> Iterator[Install]:
    from mcplint.images.pip_install import pip_install

    return pip_install(tool, step, parse(args, PIP, interspersed=True), exactly)


def _root_project(step: RunStep, args: Words) -> Iterator[Packaged]:
    """The project that `poetry install` leads back to, after the dependencies."""
    options, project, place = parse(args, POETRY_INSTALL, interspersed=True), step.folder("."), step.absolute(".")
    own_project = step.tree.project(project) if project else None
    mode = at(own_project.document, "tool", "poetry", "package-mode") if own_project else None
    if own_project is None or project is None or place is None or mode is not None or backend(own_project) != POETRY:
        return
    alone = [each for each in options.values("only") if "main" not in spelled(each).split(",")]
    if options.closed and not options.rest and not alone and not options.first("no-root", "dry-run"):
        yield Packaged(project, place, True)


def _delete(step: RunStep) -> None:
    """Notes the files that a command deletes however conditions turn out."""
    if step.words[0] != "rm" or step.line.inside or step.workdir is None:
        return
    named = [name for word in step.argv[1:] if (name := text(word)) is not None and not name.startswith("-")]
    step.deleted.update(posixpath.normpath(posixpath.join(step.workdir, name)) for name in named)


def _export(step: RunStep) -> None:
    """Notes the requirement files that a command writes from a lock."""
    name, args = named_program(step)
    if name in _FILTERS and "-" in step.exported:
        lock = step.exported.pop("-")
    elif name not in PYTHON_LOCKS or not any(text(arg) in ("export", "requirements") for arg in args[:4]):
        step.exported.pop("-", None)
        return
    else:
        lock = step.upwards(PYTHON_LOCKS[name])
    files = list(map(spelled, parse(args, UV, interspersed=True).values("output-file", "output")))
    files += [redirect.target.text for redirect in step.redirects if redirect.operator in (">", ">>", ">|")]
    step.exported.update((posixpath.basename(path), lock) for path in files)
    if step.line.operator in ("|", "|&"):
        step.exported["-"] = lock
