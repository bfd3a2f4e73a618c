"""The steps of an image build that install Python packages: with what, from what, locked or not."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.commandline import Arg, Options, subcommand
from mcplint.images.run_commands import Ran
from mcplint.knowledge.pip import PIP_PLAIN, UV_VALUES
from mcplint.model import Install
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

_UPGRADES = ("--upgrade", "-U", "--upgrade-package", "-P")
_MOST = 300
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_PACKAGERS = frozenset({"apt-get", "apt", "apk", "dnf", "microdnf", "yum", "apt-fast"})


class Place(NamedTuple):
    """Where a RUN runs: its environment and folder, the way from image paths to the project, and what came before.

    `exported`: requirement files that the build wrote from a lock, by name, and that lock; it is filled on the way.
    `deleted`: the paths that the build has deleted since it last copied something; it is filled on the way, too.
    `removed`: packages that the same RUN uninstalls.
    """

    env: Mapping[str, Value[str]]
    workdir: str | None
    find: Callable[[str], str | None]
    tree: Tree
    before: tuple[Install, ...]
    exported: dict[str, str | None]
    deleted: set[str]
    removed: frozenset[str] = frozenset()

    def file(self, name: str) -> str | None:
        """The file of the project that a path in the build means, if there is one."""
        if self.workdir is None and not name.startswith("/"):
            return None
        path = posixpath.normpath(posixpath.join(self.workdir or "/", name))
        found = None if path in self.deleted else self.find(path)
        return found if found in self.tree.paths else None

    def folder(self, name: str) -> str | None:
        """The folder of the project that a path in the build means: one that has a `pyproject.toml` there."""
        found = self.file(posixpath.join(name, "pyproject.toml"))
        return (posixpath.dirname(found) or ".") if found else None

    def upwards(self, name: str, folder: str = ".") -> str | None:
        """The file of this name in a folder of the build or the nearest one above it."""
        if self.workdir is None:
            return None
        at = posixpath.normpath(posixpath.join(self.workdir, folder))
        while True:
            found = self.file(posixpath.join(at, name))
            if found or at == "/":
                return found
            at = posixpath.dirname(at)


def installs(steps: Iterable[Ran], place: Place) -> Iterator[Install]:
    """The installs among the commands of one RUN, in their order."""
    before, steps = place.before, tuple(steps)
    removed = frozenset(name for command in steps for name in _uninstalled(command))
    for command in steps:
        here = place._replace(before=before, workdir=command.workdir, env=command.env, removed=removed)
        _export(command, here)
        _delete(command, here)
        for found in _installs(command, here):
            before = (*before, found)
            yield found
        if len(before) >= _MOST:
            return


def _uninstalled(command: Ran) -> Iterator[str]:
    """The packages that a command uninstalls."""
    _, args = _program(command)
    words = [arg.text for arg in args]
    if "uninstall" in words[:2]:
        from mcplint.dependencies.pinned import name_of

        yield from map(name_of, words[words.index("uninstall") + 1 :])


def packages(steps: Iterable[Ran]) -> frozenset[str]:
    """The system packages that commands install, which mostly bear the name of their program."""
    found: set[str] = set()
    for command in steps:
        words = [arg.text for arg in command.argv]
        if words and posixpath.basename(words[0]) in _PACKAGERS and ("install" in words or "add" in words):
            found |= {word.partition("=")[0] for word in words[1:] if not word.startswith("-")} - {"install", "add"}
    return frozenset(found)


def _program(command: Ran) -> tuple[str, tuple[Arg, ...]]:
    """The program without path and version, and its arguments; `python -m X` is X."""
    if not command.argv:
        return "", ()
    name, args = posixpath.basename(command.argv[0].text), command.argv[1:]
    name = name.rstrip("0123456789.") if name.startswith(("python", "pip")) and name != "pipx" else name
    if name == "python" and (at := next((i for i, arg in enumerate(args) if arg.text == "-m"), None)) is not None:
        return (args[at + 1].text, args[at + 2 :]) if at + 1 < len(args) else ("", ())
    return name, args


def _installs(command: Ran, place: Place) -> Iterator[Install]:
    name, args = _program(command)
    at = subcommand(args, UV_VALUES)
    verb = args[at].text if at < len(args) else ""
    match name, verb:
        case "pip", "install" | "wheel" | "download":
            yield from _by_pip("pip", command, args[at + 1 :], place)
        case "uv", "pip" if at + 1 < len(args) and args[at + 1].text in ("install", "sync"):
            yield from _by_pip("uv pip", command, args[at + 2 :], place)
        case "uv", "tool" if at + 1 < len(args) and args[at + 1].text == "install":
            yield from _by_pip("uv tool", command, args[at + 2 :], place)
        case "pipx", "install":
            yield from _by_pip("pipx", command, args[at + 1 :], place)
        case "uv", "sync":
            yield _uv("uv sync", command, args, at, place)
        case "uv", "run" if not Options.of(args, UV_VALUES).given("--no-sync", "--no-project") and not _on(
            place, "UV_NO_SYNC"
        ):
            yield _uv("uv run", command, args, at, place)
        case "uv", "lock":
            yield _uv("uv lock", command, args, at, place)
        case "uv", "add":
            yield _uv_add(command, args, at, place)
        case "poetry", "install" | "sync":
            yield _by_lock("poetry", "poetry.lock", command, args[at], place)
        case "pdm", "install" | "sync":
            yield _by_lock("pdm", "pdm.lock", command, args[at], place)
        case "pipenv", "install" | "sync":
            yield _by_lock("pipenv", "Pipfile.lock", command, args[at], place)
        case ("poetry", "update" | "add" | "lock") | ("pdm", "update" | "add" | "lock") | ("pipenv", "update" | "lock"):
            yield _install(f"{name} {verb}", command, Value((False,), (Label(args[at].span, "resolves anew"),)))


def _install(tool: str, command: Ran, locked: Value[bool], lock: str | None = None) -> Install:
    return Install(tool, tuple(arg.text for arg in command.argv), locked, lock, (), (), command.span)


def _by_pip(tool: str, command: Ran, args: tuple[Arg, ...], place: Place) -> Iterator[Install]:
    from mcplint.images.pip import pip_install

    return pip_install(tool, command, args, place)


def _uv(tool: str, command: Ran, args: tuple[Arg, ...], at: int, place: Place) -> Install:
    """`uv sync` and its like: locked where a flag or a variable keeps uv from resolving anew."""
    end = len(args)
    if tool == "uv run":
        end = at + 1 + subcommand(args[at + 1 :], UV_VALUES)
    options = Options.of(args[:end], UV_VALUES)
    folder = next((arg.text for arg in options.values("--directory", "--project")), ".")
    lock = place.upwards("uv.lock", folder)
    verb = args[at]
    plain = verb.span.text == verb.text and not options.given(*_UPGRADES)
    slot = EditSite(Span(verb.span.source, verb.span.end, verb.span.end), " ") if plain else None
    return _install(tool, command, _uv_locked(options, verb, place), lock)._replace(
        requirements=tuple(filter(None, [place.folder(folder)])), slot=slot
    )


def _uv_add(command: Ran, args: tuple[Arg, ...], at: int, place: Place) -> Install:
    """`uv add`: what it names is resolved anew, past the lock."""
    from mcplint.dependencies.pinned import INSTALLERS, exact, name_of
    from mcplint.images.pip import is_local

    options = Options.of(args[at + 1 :], UV_VALUES, PIP_PLAIN)
    named = [arg for arg in options.words if arg.known]
    ranges = (arg for arg in named if not (is_local(arg) or exact(arg.text) or name_of(arg.text) in INSTALLERS))
    loose = tuple(Label(arg.span, "not an exact release") for arg in ranges)
    locked: Value[bool] = Value((False,) if loose and options.closed else None, loose)
    names = tuple((arg.text, arg.span) for arg in named)
    return _uv("uv add", command, args, at, place)._replace(locked=locked, names=names, slot=None)


def _uv_locked(options: Options, verb: Arg, place: Place) -> Value[bool]:
    if upgrade := options.given(*_UPGRADES):
        return Value((False,), (Label(verb.span, f"{upgrade} resolves anew"),))
    if flag := options.given("--frozen", "--locked", "--check", "--dry-run"):
        return Value((True,), (Label(verb.span, f"{flag} keeps to the lock"),))
    for name in ("UV_FROZEN", "UV_LOCKED"):
        value = place.env.get(name)
        if value is not None and value.may(_is_true):
            return Value((True,) if value.must(_is_true) else None, value.trace)
    if not options.closed:
        return Value(None, (Label(verb.span, "is given flags that cannot be told"),))
    loose = "resolves anew" if verb.text == "lock" else "neither --frozen nor --locked"
    return Value((False,), (Label(verb.span, loose),))


def _is_true(text: str | None) -> bool:
    return text is not None and text.lower() in _TRUE


def _on(place: Place, name: str) -> bool:
    value = place.env.get(name)
    return value is not None and value.must(_is_true)


def _by_lock(tool: str, name: str, command: Ran, verb: Arg, place: Place) -> Install:
    """Tools that install what their lock file says wherever there is one, and resolve where there is none."""
    lock = place.upwards(name)
    if lock:
        locked: Value[bool] = Value((True,), (Label(verb.span, f"installs from {lock}"),))
    elif any(posixpath.basename(path) == name for path in place.tree.paths) or place.workdir is None:
        locked = Value(None, (Label(verb.span, f"whether {name} is in the image cannot be told"),))
    else:
        locked = Value((False,), (Label(verb.span, f"there is no {name}"),))
    return _install(tool, command, locked, lock)


_LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}


def _delete(command: Ran, place: Place) -> None:
    """Notes the files that a command deletes however conditions turn out."""
    if command.argv[0].text != "rm" or command.inside or place.workdir is None:
        return
    named = [arg.text for arg in command.argv[1:] if arg.known and not arg.text.startswith("-")]
    place.deleted.update(posixpath.normpath(posixpath.join(place.workdir, name)) for name in named)


def _export(command: Ran, place: Place) -> None:
    """Notes the requirement files that a command writes from a lock."""
    name, args = _program(command)
    if name not in _LOCKS or not any(arg.text in ("export", "requirements") for arg in args[:4]):
        place.exported.pop("-", None)
        return
    lock = place.upwards(_LOCKS[name])
    options = Options.of(args, frozenset({"-o", "--output-file", "--output", "-f", "--format", *UV_VALUES} - {"-f"}))
    written = [arg.text for arg in options.values("-o", "--output-file", "--output")]
    written += [redirect.target.text for redirect in command.redirects if redirect.operator in (">", ">>", ">|")]
    place.exported.update((posixpath.basename(path), lock) for path in written)
    if command.feeds:
        place.exported["-"] = lock
