"""The standard library, as far as settings and start-up pass through it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial as partial_of
from typing import Any

from mcplint.core import Note, Slot, Unreadable, Value
from mcplint.passage import Passage
from mcplint.program.builtin import nothing
from mcplint.program.journal import Raised
from mcplint.program.machine import Args, Handler, Machine, Reader
from mcplint.program.operators import present
from mcplint.program.values import (
    ABSENT,
    Abstract,
    Class,
    Coroutine,
    Dict,
    External,
    Function,
    Instance,
    Method,
    Sequence,
    each,
    known,
    noted,
    union,
    unknown,
)


def variable(machine: Machine, name: Abstract, default: Abstract, notes: tuple[Note, ...]) -> Abstract:
    """What reading an environment variable gives, its default where it is not set."""
    if name.options is None or not all(isinstance(option, str) for option in name.options):
        return unknown(*notes, *name.trace)
    found = []
    for option in name.options:
        reading = tuple(note._replace(text=f"reads {option}") for note in notes)
        value = machine.variable(option)
        if value.options is None:
            found.append(noted(value, *reading))
            continue
        if None in value.options:
            demanded = machine.lenient and not machine.spared and default.options in ((None,), (ABSENT,))
            found.append(noted(unknown(*value.trace) if demanded else default, *reading))
        options: tuple[Any, ...] = value.options
        there = tuple(each for each in options if each is not None and each is not ABSENT)
        if there:
            found.append(noted(value._replace(options=there), *reading))
    return union(found)


def getenv(machine: Machine, args: Args, owner: Any) -> Abstract:
    return variable(machine, args.get(0, "key"), args.get(1, "default"), args.notes)


def environ_item(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0, "key")
    found = variable(machine, name, known(ABSENT), args.opening)
    if found.options is not None and ABSENT in found.options:
        if len(found.options) == 1:
            raise Raised("KeyError")
        machine.risks.append("KeyError")
        return present(found)
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


def argv(machine: Machine, owner: Any) -> Abstract:
    if machine.argv is None:
        return known(Sequence("list", None))
    return known(Sequence("list", (machine.program, *machine.argv)))


def stop(machine: Machine, args: Args, owner: Any) -> Abstract:
    raise Raised("SystemExit")


def awaits(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Runs a coroutine to its end: `asyncio.run`, `run_until_complete`."""
    from mcplint.program.expressions import resume

    return resume(machine, args.get(0, "main"))


def calls(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Calls a function with the rest of the arguments and awaits it: `anyio.run`, `asyncio.to_thread`."""
    from mcplint.program.expressions import resume

    result = machine.call(args.get(0, "func"), args._replace(positional=args.positional[1:], keywords={}))
    return resume(machine, result) if isinstance(result.only, Coroutine) else result


def in_thread(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A function to call with the rest of the arguments once it is awaited."""
    return known(Coroutine(lambda: calls(machine, args, owner)))


def beside(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Starts coroutines beside the rest of the program: `create_task`, `ensure_future`."""
    from mcplint.program.expressions import resume

    for value in args.positional:
        if isinstance(value.only, Coroutine):
            machine.aside(partial_of(resume, machine, value))
    return known(Coroutine(lambda: unknown(*args.notes)))


def together(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Coroutines that run beside each other until all end: `gather`, `wait`."""

    def start() -> Abstract:
        from mcplint.program.expressions import elements

        values = args.positional
        if len(values) == 1 and isinstance(values[0].only, Sequence):
            values = elements(machine, values[0]) or ()
        beside(machine, args._replace(positional=values), owner)
        return unknown(*args.notes)

    return known(Coroutine(start))


def waits(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Awaits its first argument: `wait_for`, `shield`."""
    from mcplint.program.expressions import resume

    return known(Coroutine(lambda: resume(machine, args.get(0, "fut"))))


def starts_soon(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Calls a function beside the rest of the program: `task_group.start_soon`, `loop.run_in_executor`."""
    machine.aside(lambda: calls(machine, args, owner))
    return known(Coroutine(lambda: unknown(*args.notes)))


def executes(machine: Machine, args: Args, owner: Any) -> Abstract:
    return starts_soon(machine, args._replace(positional=args.positional[1:]), owner)


def thread(machine: Machine, args: Args, owner: Instance) -> Abstract:
    for index, name in ((1, "target"), (3, "args"), (4, "kwargs")):
        found = args.find(index, name)
        if found is not None:
            machine.put(owner.table, f"given {name}", found)
    return known(None)


def thread_start(machine: Machine, args: Args, owner: Instance) -> Abstract:
    target = owner.table.get("given target")
    if target is not None:
        given = owner.table.get("given args", known(None)).only
        keywords = owner.table.get("given kwargs", known(None)).only
        positional = given.items if isinstance(given, Sequence) and given.items else ()
        entries = dict(keywords.entries) if isinstance(keywords, Dict) else {}
        machine.aside(
            lambda: (
                calls(machine, Args((target, *positional), entries), owner)
                if not entries
                else machine.call(target, Args(positional, entries))
            )
        )
    elif isinstance(owner.kind, Class):
        for base in owner.kind.lineage():
            if isinstance(base, Class) and "run" in base.table:
                method = each(base.table["run"], lambda it: Method(owner, it))
                machine.aside(partial_of(machine.call, method, Args()))
                break
    return known(None)


def partial(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Instance(External("functools.partial"), args.span)
    made.table["%args"] = (args,)
    return known(made, *args.notes)


def partial_call(machine: Machine, args: Args, owner: Instance) -> Abstract:
    first: Args = owner.table["%args"][0]
    keywords = {**first.keywords, **args.keywords}
    merged = Args(
        (*first.positional[1:], *args.positional), keywords, first.node, first.module, first.open or args.open
    )
    return machine.call(first.positional[0], merged)


def same(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A decorator without consequence here: the function as it is."""
    return args.get(0, "function")


def same_or_maker(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A decorator used with or without arguments."""
    only = args.positional[0].only if args.positional else None
    return args.positional[0] if isinstance(only, (Function, Class, Method)) else known(External("decorator.same"))


def maker(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A call that gives a decorator without consequence here."""
    return known(External("decorator.same"))


def dataclass(machine: Machine, args: Args, owner: Any) -> Abstract:
    only = args.positional[0].only if args.positional else None
    if isinstance(only, Class):
        machine.put(only.table, "%fields", ())
        return args.positional[0]
    return known(External("dataclasses.dataclass"))


def replaced(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A copy of an object, some of its attributes replaced."""
    only = args.get(0, "obj").only
    if not isinstance(only, Instance):
        return unknown(*args.notes)
    table = {**only.table, **{name: present(args.placed(name, value)) for name, value in args.keywords.items()}}
    for name, value in args.keywords.items():
        if ABSENT in (value.options or ()):
            table[name] = union([table[name], only.table.get(name, unknown())])
    if args.open:
        table = {name: unknown(*args.opening) if isinstance(value, Value) else value for name, value in table.items()}
    return known(Instance(only.kind, args.span, table), *args.notes)


def _entries(value: Abstract | None) -> Mapping[str, Abstract]:
    only = value.only if value is not None else None
    return only.entries if isinstance(only, Dict) else {}


def field(path: str) -> Handler:
    def handler(machine: Machine, args: Args, owner: Any) -> Abstract:
        made = Instance(External(path), args.span)
        for name, value in args.keywords.items():
            made.table[name] = value
        if args.positional:
            made.table["default"] = args.positional[0]
        return known(made, *args.notes)

    return handler


def import_by_name(machine: Machine, args: Args, owner: Any) -> Abstract:
    name = args.get(0, "name").only
    found = machine.package(name) if isinstance(name, str) else None
    if found is not None:
        return known(found)
    return (
        known(machine.canonical(name)) if isinstance(name, str) and args.module is None else machine.risk(*args.notes)
    )


def load_dotenv(machine: Machine, args: Args, owner: Any) -> Abstract:
    """Reads a `.env` file of the project into the environment, where the project has one."""
    machine.dotenv.extend(args.notes)
    path = args.find(0, "dotenv_path")
    name = _text_of(path) if path is not None else ".env"
    override = args.get(None, "override", known(False)).must(bool)
    for key, new in dotenv_pairs(machine, name or ".env", args.notes).items():
        old = machine.variable(key)
        machine.reads.discard(key)
        if override or old.must(lambda option: option is None):
            machine.put(machine.environ, key, new)
        elif old.options is None or None in old.options:
            machine.put(machine.environ, key, unknown(*args.notes))
    return unknown(*args.notes)


def dotenv_pairs(machine: Machine, name: str, notes: tuple[Note, ...]) -> dict[str, Abstract]:
    """The variables of a `.env` file that the project has."""
    path = machine.world.files(name)
    source = machine.world.modules.tree.source(path) if path is not None else None
    if source is None:
        return {}
    from mcplint.readers import dotenv

    try:
        found = dotenv.read(source)
    except Unreadable:
        return {}
    return {
        line.name: unknown(*notes) if line.expanded and "$" in line.value.text else _assigned(line.value, notes)
        for line in found.assignments
        if line.value is not None
    }


def _assigned(value: Passage, notes: tuple[Note, ...]) -> Abstract:
    slot = Slot(value.span()) if value.exact else None
    return Value((value.text,), (*notes, Note(value.span(), "sets it")), slot)


def _text_of(path: Abstract) -> str | None:
    only = path.only
    if isinstance(only, Instance) and only.library == "pathlib.Path":
        only = only.table["text"].only
    return only if isinstance(only, str) else None


def path(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`Path(a, b)`: text where all parts are known."""
    made = Instance(External("pathlib.Path"), args.span)
    parts = [_text_of(value) for value in args.positional]
    whole = None not in parts and not args.open
    made.table["text"] = known("/".join(part or "" for part in parts) or ".") if whole else unknown(*args.notes)
    return known(made, *args.notes)


def path_join(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return path(machine, args._replace(positional=(known(owner), *args.positional)), owner)


def path_same(machine: Machine, args: Args, owner: Instance) -> Abstract:
    return known(owner, *args.notes)


def path_parent(machine: Machine, owner: Instance) -> Abstract:
    text = _text_of(known(owner))
    made = Instance(External("pathlib.Path"), None)
    made.table["text"] = known(text.rpartition("/")[0] or ".") if text is not None else unknown()
    return known(made)


def environment(machine: Machine, owner: Any) -> Abstract:
    return known(External("os.environ"))


def anything(machine: Machine, args: Args, owner: Any) -> Abstract:
    """A call that nothing here depends on."""
    return unknown(*args.notes)


def level(machine: Machine, owner: Any) -> Abstract:
    return known(External("logging.Logger"))


def context(path_: str) -> Handler:
    return lambda machine, args, owner: known(Instance(External(path_), args.span), *args.notes)


def enter_context(machine: Machine, args: Args, owner: Any) -> Abstract:
    from mcplint.program.statements import entered

    return entered(machine, args.get(0, "cm"))


def enter_async_context(machine: Machine, args: Args, owner: Any) -> Abstract:
    return known(Coroutine(lambda: enter_context(machine, args, owner)))


QUIET = [
    "logging.basicConfig",
    "logging.getLogger",
    "logging.info",
    "logging.debug",
    "logging.warning",
    "logging.error",
    "logging.critical",
    "logging.exception",
    "logging.disable",
    "logging.Logger.info",
    "logging.Logger.debug",
    "logging.Logger.warning",
    "logging.Logger.error",
    "logging.Logger.critical",
    "logging.Logger.exception",
    "logging.Logger.setLevel",
    "logging.Logger.addHandler",
    "time.sleep",
    "logging.StreamHandler",
    "logging.FileHandler",
    "logging.Formatter",
    "signal.signal",
    "warnings.filterwarnings",
    "time.time",
    "warnings.warn",
    "warnings.simplefilter",
    "atexit.register",
    "os.makedirs",
    "os.chdir",
    "sys.path.insert",
    "sys.path.append",
    "sys.stdout.reconfigure",
    "sys.stderr.reconfigure",
    "sys.stderr.write",
    "sys.stdout.flush",
    "sys.stderr.flush",
    "asyncio.set_event_loop",
    "asyncio.set_event_loop_policy",
    "asyncio.Event",
    "asyncio.Lock",
    "asyncio.Semaphore",
    "threading.Lock",
    "threading.RLock",
    "threading.Event",
    "uuid.uuid4",
    "logging.getLevelName",
    "gc.collect",
    "socket.gethostname",
    "os.getpid",
    "typing.TypeVar",
    "typing.cast",
    "typing.NewType",
    "typing.NamedTuple",
    "re.compile",
    "os.umask",
    "multiprocessing.freeze_support",
    "sys.setrecursionlimit",
]

CALLS: dict[str, Handler] = {
    **dict.fromkeys(QUIET, anything),
    "os.getenv": getenv,
    "os.environ.get": getenv,
    "os.environ.__getitem__": environ_item,
    "os.environ.__setitem__": environ_set,
    "os.environ.__contains__": environ_has,
    "os.environ.setdefault": environ_default,
    "os.environ.update": environ_update,
    "os.environ.pop": getenv,
    "os.environ.copy": lambda machine, args, owner: known(Dict(open_=True)),
    "os.path.exists": anything,
    "os.path.isfile": anything,
    "os.path.isdir": anything,
    "sys.exit": stop,
    "os._exit": stop,
    "asyncio.run": awaits,
    "asyncio.new_event_loop": context("asyncio.Loop"),
    "asyncio.get_event_loop": context("asyncio.Loop"),
    "asyncio.get_running_loop": context("asyncio.Loop"),
    "asyncio.Loop.run_until_complete": awaits,
    "asyncio.Loop.create_task": beside,
    "asyncio.Loop.run_in_executor": executes,
    "asyncio.Loop.add_signal_handler": anything,
    "asyncio.Loop.close": anything,
    "asyncio.Loop.run_forever": anything,
    "asyncio.create_task": beside,
    "asyncio.ensure_future": beside,
    "asyncio.gather": together,
    "asyncio.wait": together,
    "asyncio.wait_for": waits,
    "asyncio.shield": waits,
    "asyncio.sleep": lambda machine, args, owner: known(Coroutine(lambda: known(None))),
    "asyncio.to_thread": in_thread,
    "asyncio.TaskGroup": context("asyncio.TaskGroup"),
    "asyncio.TaskGroup.create_task": beside,
    "asyncio.Runner": context("asyncio.Runner"),
    "asyncio.Runner.run": awaits,
    "anyio.run": calls,
    "trio.run": calls,
    "uvloop.run": awaits,
    "uvloop.install": anything,
    "nest_asyncio.apply": anything,
    "anyio.to_thread.run_sync": in_thread,
    "anyio.create_task_group": context("anyio.TaskGroup"),
    "anyio.TaskGroup.start_soon": starts_soon,
    "anyio.TaskGroup.cancel_scope.cancel": anything,
    "threading.Thread.__init__": thread,
    "threading.Thread.start": thread_start,
    "threading.Thread.join": anything,
    "multiprocessing.Process.__init__": thread,
    "multiprocessing.Process.start": thread_start,
    "multiprocessing.Process.join": anything,
    "functools.partial": partial,
    "functools.partial.__call__": partial_call,
    "functools.lru_cache": same_or_maker,
    "functools.cache": same,
    "functools.wraps": maker,
    "functools.cached_property": lambda machine, args, owner: _property(machine, args),
    "contextlib.contextmanager": same,
    "contextlib.asynccontextmanager": same,
    "contextlib.suppress": context("contextlib.suppress"),
    "contextlib.AsyncExitStack": context("contextlib.AsyncExitStack"),
    "contextlib.ExitStack": context("contextlib.ExitStack"),
    "contextlib.AsyncExitStack.enter_async_context": enter_async_context,
    "contextlib.AsyncExitStack.enter_context": enter_context,
    "contextlib.ExitStack.enter_context": enter_context,
    "decorator.same": same,
    "abc.abstractmethod": same,
    "typing.cast": lambda machine, args, owner: args.get(1, "val"),
    "typing.overload": same,
    "typing.final": same,
    "typing.runtime_checkable": same,
    "dataclasses.dataclass": dataclass,
    "dataclasses.replace": replaced,
    "copy.copy": lambda machine, args, owner: replaced(machine, args, owner),
    "copy.deepcopy": lambda machine, args, owner: replaced(machine, args, owner),
    "pydantic.BaseModel.model_copy": lambda machine, args, owner: replaced(
        machine, Args((known(owner),), _entries(args.find(None, "update"))), owner
    ),
    "dataclasses.field": field("dataclasses.field"),
    "importlib.import_module": import_by_name,
    "dotenv.load_dotenv": load_dotenv,
    "dotenv.find_dotenv": lambda machine, args, owner: known(".env"),
    "pathlib.Path": path,
    "pathlib.Path./": path_join,
    "pathlib.Path.joinpath": path_join,
    "pathlib.Path.resolve": path_same,
    "pathlib.Path.absolute": path_same,
    "pathlib.Path.expanduser": path_same,
    "pathlib.Path.mkdir": anything,
    "pathlib.Path.exists": anything,
    "enum.auto": context("enum.auto"),
    "builtins.super": nothing,
    "os.path.abspath": same,
    "os.path.dirname": lambda machine, args, owner: each(
        args.get(0, "path"), lambda text: text.rpartition("/")[0] if isinstance(text, str) else text
    ),
    "os.path.join": lambda machine, args, owner: _join(args),
    "textwrap.dedent": same,
}


def _property(machine: Machine, args: Args) -> Abstract:
    from mcplint.program.builtin import marked

    return marked("%property")(machine, args, None)


def _join(args: Args) -> Abstract:
    from mcplint.program.operators import product

    return product(args.positional, lambda *parts: "/".join(parts))


READS: Mapping[str, Reader] = {
    "os.environ": environment,
    "sys.argv": argv,
    "sys.platform": lambda machine, owner: known("linux"),
    "os.name": lambda machine, owner: known("posix"),
    "typing.TYPE_CHECKING": lambda machine, owner: known(False),
    "pathlib.Path.parent": path_parent,
    "sys.executable": lambda machine, owner: unknown(),
}
ALIASES: Mapping[str, str] = {
    "pathlib.PurePath": "pathlib.Path",
    "anyio.abc.TaskGroup": "anyio.TaskGroup",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "typing_extensions.TYPE_CHECKING": "typing.TYPE_CHECKING",
}
