"""`uv sync` and its like: which project, extras and groups they install, and whether they keep to the lock."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from mcplint.commands.command_lines import UV
from mcplint.commands.options import Parsed, parse
from mcplint.commands.uv_run import chosen
from mcplint.commands.words import Words, spelled, text, word_span
from mcplint.dependencies.closure import own_node, surely_brought
from mcplint.dependencies.stale import is_stale
from mcplint.facts.dependencies import Node, normalized
from mcplint.facts.document import at
from mcplint.images.runs import RunStep
from mcplint.model import Install, Packaged
from mcplint.packaging.backend import is_packaged
from mcplint.text.boolean import boolean
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

_UPGRADES = ("upgrade", "upgrade-package")


def uv_install(tool: str, step: RunStep, before: Parsed, after: Parsed) -> Install:
    """`uv sync` and its like: locked where a flag or a variable keeps uv from resolving anew."""
    options = Parsed((*before.given, *after.given), after.rest, before.closed and after.closed)
    folder = _folder(options, step)
    verb = word_span(before.rest[0])
    projects = tuple(filter(None, [step.folder(folder)]))
    plain = verb.text == text(before.rest[0]) and not options.first(*_UPGRADES)
    fits = plain and not any(is_stale(step.tree, posixpath.normpath(each).removeprefix(".")) for each in projects)
    site = EditSite(Span(verb.source, verb.end, verb.end), " ") if fits else None
    made = Install(
        tool, step.words, _uv_locked(options, verb, step), step.upwards("uv.lock", folder), (), (), step.written_at
    )
    packaged = tuple(_packaged_project(projects[0], options, folder, step)) if projects and tool != "uv lock" else ()
    own_project = step.tree.project(projects[0]) if projects else None
    known = all(text(word) is not None for word in options.rest)
    extras, groups = chosen(options, own_project, lambda name: _may_be_on(step, name)) if known else (None, None)
    made = made._replace(requirements=projects, site=site, packaged=packaged, extras=extras, groups=groups)
    builds = tool in ("uv sync", "uv run")
    return made._replace(local=tuple(_local(made, options, folder, step))) if builds else made


def _folder(options: Parsed, step: RunStep) -> str:
    """The folder of the project from where uv runs: what the line says, else what the environment says."""
    given = step.env.get("UV_PROJECT")
    named = next(map(spelled, options.values("project")), given.only if given is not None else None)
    return posixpath.join(next(map(spelled, options.values("directory")), "."), named or ".")


_WITHOUT_PROJECT = (
    *("no-install-project", "no-install-workspace", "no-install-local", "only-group", "only-dev", "script", "dry-run"),
    *("no-project", "no-sync", "package", "all-packages"),
)


def _packaged_project(project: str, options: Parsed, folder: str, step: RunStep) -> Iterator[Packaged]:
    """The project that `uv sync` and its like package."""
    own_project = step.tree.project(project)
    left_out = {normalized(spelled(word)) for word in options.values("no-install-package")}
    place = step.absolute(folder)
    if own_project is None or place is None or options.first(*_WITHOUT_PROJECT) or not options.closed:
        return
    without = normalized(own_project.name.only or "") in left_out or _may_be_on(step, "UV_NO_INSTALL_PROJECT")
    if is_packaged(own_project) and not without:
        editable = not options.first("no-editable") and not _may_be_on(step, "UV_NO_EDITABLE")
        yield Packaged(project, place, editable)


_WITHOUT_LOCAL = ("no-install-local", "only-group", "only-dev", "script", "dry-run", "check", "no-project", "no-sync")


def _local(install: Install, options: Parsed, folder: str, step: RunStep) -> Iterator[Packaged]:
    """The projects that the lock of a sync leads to and that it surely builds, but for the one that it is about.

    That one is among them where it is named by `--package`. Run with uv 0.13, which builds each source that is not
    `virtual`: those with `--no-install-project` as well.
    """
    place, tree, lock = step.absolute(folder), step.tree, install.lock
    own_project = tree.project(install.requirements[0]) if install.requirements else None
    loose = not (install.locked.must(bool) or install.site) or options.first(*_WITHOUT_LOCAL)
    if (
        place is None
        or lock is None
        or own_project is None
        or loose
        or not options.closed
        or _may_be_on(step, "UV_NO_INSTALL_LOCAL")
    ):
        return
    nodes: tuple[Node, ...] = tree.facts("lock.graph", lock) or ()
    own, members = own_node(tree, install), frozenset(node.name for node in nodes if node.member)
    named = frozenset(normalized(spelled(word)) for word in options.values("package"))
    roots = named or (members if options.first("all-packages") or at(own_project.document, "project") is None else None)
    without = {normalized(spelled(word)) for word in options.values("no-install-package")}
    if options.first("no-install-project") or _may_be_on(step, "UV_NO_INSTALL_PROJECT"):
        without |= named or {own.name if own else ""}
    alone = options.first("no-install-workspace") or _may_be_on(step, "UV_NO_INSTALL_WORKSPACE")
    editable = not options.first("no-editable") and not _may_be_on(step, "UV_NO_EDITABLE")
    sure = surely_brought(tree, install, roots) - without
    for node in nodes:
        left_out = (alone and (node.member or not members)) or (node is own and not roots) or node.source == "virtual"
        if node.name in sure and not left_out and node.folder is not None:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(lock), node.folder))
            there = posixpath.normpath(posixpath.join(place, posixpath.relpath(path, install.requirements[0])))
            yield Packaged(path, there, node.source == "editable" and editable)


def uv_add(step: RunStep, before: Parsed, args: Words) -> Install:
    """`uv add`: what it names is resolved anew, past the lock."""
    from mcplint.dependencies.pinned import INSTALLERS, exact, name_of
    from mcplint.images.pip_install import is_local

    after = parse(args, UV, interspersed=True)
    named = [(each, word_span(word)) for word in after.rest if (each := text(word)) is not None]
    ranges = (span for each, span in named if not (is_local(each) or exact(each) or name_of(each) in INSTALLERS))
    loose = tuple(Label(span, "not an exact release") for span in ranges)
    locked: Value[bool] = Value((False,) if loose and after.closed else None, loose)
    return uv_install("uv add", step, before, after)._replace(locked=locked, names=tuple(named), site=None)


def _uv_locked(options: Parsed, verb: Span, step: RunStep) -> Value[bool]:
    if upgrade := options.first(*_UPGRADES):
        return Value((False,), (Label(verb, f"{upgrade} re-resolves dependencies"),))
    if flag := options.first("frozen", "locked", "check", "dry-run"):
        return Value((True,), (Label(verb, f"{flag} keeps to the lock"),))
    for name in ("UV_FROZEN", "UV_LOCKED"):
        value = step.env.get(name)
        if value is not None and value.may(_is_true):
            return Value((True,) if value.must(_is_true) else None, value.trace)
    if not options.closed:
        return Value(None, (Label(verb, "some of its flags are not known"),))
    loose = "re-resolves dependencies" if verb.text == "lock" else "neither --frozen nor --locked is given"
    return Value((False,), (Label(verb, loose),))


def _is_true(word: str | None) -> bool:
    return word is not None and boolean(word) is True


def is_on(step: RunStep, name: str) -> bool:
    """Whether a variable certainly switches something on."""
    value = step.env.get(name)
    return value is not None and value.must(_is_true)


def _may_be_on(step: RunStep, name: str) -> bool:
    value = step.env.get(name)
    return value is not None and value.may(_is_true)
