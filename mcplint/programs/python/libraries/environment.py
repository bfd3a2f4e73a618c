"""`os`, `sys`, `pathlib` and dotenv: the environment, the command line, paths as far as their text is known."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mcplint.programs.journal import Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import leave
from mcplint.programs.python.libraries.standard import first_argument, unknown_result
from mcplint.programs.python.machine import Handler, Machine, Reader
from mcplint.programs.python.operators import or_else, product, without_absent
from mcplint.programs.python.state import ASKS_TERMINAL, DIRECTORY, MOVED
from mcplint.programs.python.values import Dict, Instance
from mcplint.programs.values import ABSENT, Abstract, External, Sequence, known, map_options, noted, union, unknown
from mcplint.text.located import LocatedText
from mcplint.values import EditSite, Label, Value


def variable(machine: Machine, name: Abstract, default: Abstract, notes: tuple[Label, ...]) -> Abstract:
    """What reading an environment variable gives, its default where it is not set."""
    if name.options is None or not all(isinstance(option, str) for option in name.options):
        return unknown(*notes, *name.trace)
    found = []
    for option in name.options:
        reading = tuple(note.reading(option) for note in notes)
        value = machine.variable(option)
        if value.options is None:
            found.append(noted(value, *reading))
            continue
        if None in value.options:
            # What is not set, with a note on who may set it, is open where the program has nothing else.
            absent = not machine.spared and default.options in ((None,), (ABSENT,))
            blank = not machine.spared and default.options == ("",)
            demanded = (absent and value.trace) or ((absent or blank) and machine.takes_as_given())
            spared = default._replace(site=default.site._replace(variable=option)) if default.site else default
            found.append(noted(unknown(*value.trace) if demanded else spared, *reading))
        options: tuple[Any, ...] = value.options
        there = tuple(each for each in options if each is not None and each is not ABSENT)
        if there:
            found.append(noted(value._replace(options=there), *reading))
    return union(found)


def from_environment(
    machine: Machine,
    name: str,
    default: Abstract,
    notes: tuple[Label, ...],
    convert: Callable[[Any], Any] = lambda text: text,
) -> Abstract:
    """What a library makes of a variable that it reads itself: its value, the default where it is not set."""
    read = machine.variable(name, own=False)
    return or_else(noted(map_options(read, lambda text: text if text is None else convert(text)), *notes), default)


def getenv(machine: Machine, args: Args, owner: Any) -> Abstract:
    return variable(machine, args.get(0, "key"), args.get(1, "default"), args.notes)


def environ_item(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0, "key")
    found = variable(machine, name, known(ABSENT), args.opening)
    if found.options is not None and ABSENT in found.options:
        if len(found.options) == 1:
            wanted, span = name.only, next((note.span for note in args.opening), args.span)
            raise Raised("KeyError", Label(span, wanted) if span and isinstance(wanted, str) else None)
        machine.risks.append("KeyError")
        return without_absent(found)
    if found.options is None:
        machine.risks.append("KeyError")
    return found


def environ_set(machine: Machine, args: Args, owner: Any) -> Abstract:
    name, value = args.get(0, "key"), args.get(1, "value")
    for option in name.options or ():
        machine.put(machine.environ, option, value)
    return known(None)


def environ_default(machine: Machine, args: Args, owner: Any) -> Abstract:
    found = variable(machine, args.get(0, "key"), args.get(1, "value"), args.notes)
    for option in args.get(0, "key").options or ():
        machine.put(machine.environ, option, found)
    return found


def environ_update(machine: Machine, args: Args, owner: Any) -> Abstract:
    for value in args.positional:
        only = value.only
        if isinstance(only, Dict):
            for name, entry in only.entries.items():
                machine.put(machine.environ, name, entry)
    for name, entry in args.keywords.items():
        machine.put(machine.environ, name, entry)
    return known(None)


def environ_has(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0, "key")
    found = variable(machine, name, known(ABSENT), args.opening)
    if found.options is None:
        return unknown(*found.trace)
    return Value(tuple({option is not ABSENT for option in found.options}), found.trace)


def environment(machine: Machine, owner: Any) -> Abstract:
    return known(External("os.environ"))


def argv(machine: Machine, owner: Any) -> Abstract:
    if machine.argv is None:
        return known(Sequence("list", None))
    return known(Sequence("list", (machine.program, *machine.argv)))


def load_dotenv(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Reads a `.env` file of the project into the environment, where the project has one."""
    machine.dotenv.extend(args.notes)
    path = args.find(0, "dotenv_path")
    name = text_of(path) if path is not None else ".env"
    override = args.get(None, "override", known(False)).must(bool)
    for key, new in dotenv_pairs(machine, name or ".env", args.notes).items():
        old = machine.variable(key, own=False)
        if override or old.must(lambda option: option is None):
            machine.put(machine.environ, key, new)
        elif old.options is None or None in old.options:
            machine.put(machine.environ, key, unknown(*args.notes))
    return unknown(*args.notes)


def dotenv_pairs(machine: Machine, name: str, notes: tuple[Label, ...]) -> dict[str, Abstract]:
    """The variables of a `.env` file that the project has."""
    place = from_start_folder(machine, name)
    path = machine.world.file(place) if place else None
    found = machine.world.tree.facts("dotenv", path) if path is not None else None
    if found is None:
        return {}
    return {
        line.name: unknown(*notes) if line.expanded and "$" in line.value.text else _assigned_value(line.value, notes)
        for line in found.assignments
        if line.value is not None
    }


def _assigned_value(value: LocatedText, notes: tuple[Label, ...]) -> Abstract:
    site = EditSite(value.span()) if value.exact else None
    return Value((value.text,), (*notes, Label(value.span(), "sets it")), site)


def text_of(path: Abstract) -> str | None:
    only = path.only
    if isinstance(only, Instance) and only.library == "pathlib.Path":
        only = only.table["text"].only
    return only if isinstance(only, str) else None


def changed_directory(machine: Machine, args: Args, owner: Any, lasting: bool = True) -> Abstract:
    """`os.chdir(path)`, after which relative paths begin there; `contextlib.chdir` does so for a while."""
    named = text_of(args.get(0, "path")) if lasting else None
    place = None if named is None else from_start_folder(machine, named)
    machine.put(machine.state, DIRECTORY, () if place is None else (place or ".",))
    machine.put(machine.state, MOVED, (True,))
    return unknown(*args.notes)


def from_start_folder(machine: Machine, name: str) -> str | None:
    """A path as one from the folder that the program was started in, None where that cannot be told.

    What stands below a home that the program sets itself is not told either.
    """
    if name.startswith("~") and "HOME" in machine.environ:
        return None
    if not MOVED.of(machine.state) or name.startswith(("/", "~")):
        return name
    folder = DIRECTORY.of(machine.state)
    return posixpath.normpath(posixpath.join(folder[0], name)) if folder else None


def path(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Path(a, b)`: text where all parts are known."""
    made = Instance(External("pathlib.Path"), args.span)
    parts = [text_of(value) for value in args.positional]
    whole = None not in parts and not args.open
    made.table["text"] = (
        known(posixpath.join(*(part or "" for part in parts or ("",))) or ".") if whole else unknown(*args.notes)
    )
    return known(made, *args.notes)


def home(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Path.home()`, which the user decides whom the program runs as."""
    return path(machine, args._replace(positional=(known("~", *args.notes),)), owner)


def path_join(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return path(machine, args._replace(positional=(known(owner), *args.positional)), owner)


def path_same(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(owner, *args.notes)


def path_parent(machine: Machine, owner: Instance) -> Abstract:
    text = text_of(known(owner))
    made = Instance(External("pathlib.Path"), None)
    made.table["text"] = known(text.rpartition("/")[0] or ".") if text is not None else unknown()
    return known(made)


def _join(machine: Machine, args: Args) -> Abstract:
    return product(machine, args.positional, posixpath.join)


def terminal(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`isatty()` of the standard streams."""
    asked = (Label(args.span, ASKS_TERMINAL),) if args.span else ()
    return noted(machine.terminal, *asked, *args.notes)


def descriptor_terminal(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`os.isatty(0)`: of another stream than the first two it says nothing of what is printed."""
    standard = args.get(0, "fd").must(lambda number: number in (0, 1))
    return terminal(machine, args, owner) if standard else unknown(*args.notes)


QUIET = (
    "os.path.exists",
    "os.path.isfile",
    "os.path.isdir",
    "sys.path.insert",
    "sys.path.append",
    "sys.stdout.reconfigure",
    "sys.stderr.reconfigure",
    "sys.stderr.write",
    "sys.stdout.flush",
    "sys.stderr.flush",
    "os.getpid",
    "os.umask",
    "sys.setrecursionlimit",
)

CALLS: Mapping[str, Handler] = {
    **dict.fromkeys(QUIET, unknown_result),
    "os.getenv": getenv,
    "os.chdir": changed_directory,
    **dict.fromkeys(("os.fchdir", "contextlib.chdir"), partial(changed_directory, lasting=False)),
    "os.environ.get": getenv,
    "os.environ.__getitem__": environ_item,
    "os.environ.__setitem__": environ_set,
    "os.environ.__contains__": environ_has,
    "os.environ.setdefault": environ_default,
    "os.environ.update": environ_update,
    "os.environ.pop": getenv,
    "os.environ.copy": lambda machine, args, owner: known(Dict(open_=True)),
    "pathlib.Path": path,
    "pathlib.Path./": path_join,
    "pathlib.Path.home": home,
    "os.path.expanduser": first_argument,
    "pathlib.Path.joinpath": path_join,
    "pathlib.Path.resolve": path_same,
    "pathlib.Path.absolute": path_same,
    "pathlib.Path.expanduser": path_same,
    "os.path.abspath": first_argument,
    "os.path.dirname": lambda machine, args, owner: map_options(
        args.get(0, "path"), lambda text: text.rpartition("/")[0] if isinstance(text, str) else text
    ),
    "os.path.join": lambda machine, args, owner: _join(machine, args),
    **{f"sys.{name}.isatty": terminal for name in ("stdin", "stdout", "__stdin__", "__stdout__")},
    "sys.stdin.fileno": lambda machine, args, owner: known(0),
    "sys.stdout.fileno": lambda machine, args, owner: known(1),
    "sys.stderr.fileno": lambda machine, args, owner: known(2),
    "os.isatty": descriptor_terminal,
    "sys.exit": leave,
    "os._exit": leave,
    "dotenv.load_dotenv": load_dotenv,
    "dotenv.find_dotenv": lambda machine, args, owner: known(".env"),
}
READS: Mapping[str, Reader] = {
    "pathlib.Path.parent": path_parent,
    "os.environ": environment,
    "sys.argv": argv,
    "sys.platform": lambda machine, owner: known("linux"),
    "os.name": lambda machine, owner: known("posix"),
    "sys.executable": lambda machine, owner: unknown(),
}
ALIASES: Mapping[str, str] = {"pathlib.PurePath": "pathlib.Path"}
