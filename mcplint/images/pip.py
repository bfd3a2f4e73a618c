"""pip and what takes its arguments (`uv pip`, `pipx`, `uv tool`): whether they install exact releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mcplint.commands.commandline import Arg, Options
from mcplint.dependencies.pinned import INSTALLERS, Pins, exact, file_pins, name_of, project_pins
from mcplint.images.run_commands import Ran
from mcplint.knowledge.pip import PIP_PLAIN, PIP_VALUES
from mcplint.model import Install
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from mcplint.images.installs import Place

_FED = ("-", "/dev/stdin")
_CONSTRAINTS = ("-c", "--constraint", "--constraints", "--override", "--overrides")


class _Item(NamedTuple):
    """One thing to install: whether it is exact, where that is seen, and the file or folder of the project it is."""

    exact: bool | None
    note: Label
    path: str | None = None
    lock: str | None = None


def pip_install(tool: str, command: Ran, args: tuple[Arg, ...], place: Place) -> Iterator[Install]:
    """The install that a command line is; none where it only installs installers."""
    options = Options.of(args, PIP_VALUES, PIP_PLAIN)
    aside = INSTALLERS | place.removed
    words = [arg for arg in options.words if not (arg.known and name_of(arg.text) in aside)]
    projects = [*options.values("-e", "--editable"), *filter(is_local, words)]
    names = [arg for arg in words if not is_local(arg)]
    items = [
        *(_file(arg, place) for arg in options.values("-r", "--requirement", "--requirements")),
        *(_project(arg, options, place) for arg in projects),
        *(
            _Item(exact(arg.text) if arg.known or "==" in arg.text else None, Label(arg.span, "not an exact release"))
            for arg in names
        ),
    ]
    if tool == "uv pip" and command.argv[2:3] and any(arg.text == "sync" for arg in command.argv[:4]):
        items = [_file(arg, place) for arg in words]
        names = []
    if not items:
        return
    limits = [_file(arg, place) for arg in options.values(*_CONSTRAINTS)]
    yield Install(
        tool,
        tuple(arg.text for arg in command.argv),
        _locked(items, options, place, command),
        next((item.lock for item in (*items, *limits) if item.lock), None),
        tuple(dict.fromkeys(item.path for item in items if item.path)),
        tuple((arg.text, arg.span) for arg in names),
        command.span,
        constraints=tuple(dict.fromkeys(item.path for item in limits if item.path)),
    )


def is_local(arg: Arg) -> bool:
    """Whether a word of an install names a folder or an archive."""
    return arg.text.startswith((".", "/", "file:")) or arg.text.endswith((".whl", ".tar.gz", ".zip"))


def _locked(items: list[_Item], options: Options, place: Place, command: Ran) -> Value[bool]:
    held = options.given("--require-hashes", "--no-index")
    if held:
        return Value((True,), (Label(command.span, f"{held} admits nothing else"),))
    if options.given("--exclude-newer") or _constrained(options, place):
        return Value(None, (Label(command.span, "the releases are held by something else"),))
    if not options.closed:
        return Value(None, (Label(command.span, "has words that cannot be told"),))
    loose = [item for item in items if item.exact is False]
    if loose:
        return Value((False,), tuple(item.note for item in loose))
    open_ = [item for item in items if item.exact is None]
    return Value(None if open_ else (True,), tuple(item.note for item in open_))


def _constrained(options: Options, place: Place) -> bool:
    """Whether a constraints file, or one that an environment variable names, decides the releases."""
    return bool(options.values(*_CONSTRAINTS)) or any(
        name in place.env for name in ("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_EXCLUDE_NEWER", "PIP_REQUIRE_HASHES")
    )


def _file(arg: Arg, place: Place) -> _Item:
    """A requirements file: one of the project, or one that the build wrote from a lock."""
    name = "-" if arg.text in _FED else arg.text.rpartition("/")[2]
    if name in place.exported:
        return _Item(True, Label(arg.span, "was written from a lock"), None, place.exported[name])
    path = place.file(arg.text) if arg.known else None
    if path is None:
        return _Item(None, Label(arg.span, "is no file that is known"))
    pinned = name != "pyproject.toml"
    pins = file_pins(place.tree, path) if pinned else project_pins(place.tree, path.rpartition("/")[0])
    note = pins.note or Label(arg.span, "is read")
    return _Item(pins.exact, note, path, path if pins.exact and pinned else None)


def _project(arg: Arg, options: Options, place: Place) -> _Item:
    """A local project or archive. What was installed before it and fits is left as it is."""
    folder = place.folder(arg.text.partition("[")[0]) if arg.known else None
    note = Label(arg.span, "installs the project with what it asks for")
    if options.given("--no-deps"):
        return _Item(True, note, folder)
    if folder is None or any(install.locked.may(bool) for install in place.before):
        return _Item(None, note, folder)
    pins: Pins = project_pins(place.tree, folder)
    return _Item(pins.exact, pins.note or note, folder)
