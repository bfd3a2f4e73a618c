"""The abstract interpreter's machine: what a run has read and made, and the calls that its parts make of each other.

The parts are tables by kind of node and by dotted name of a library; they never call each other past the machine.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from mcplint.findings import Failure
from mcplint.model import Refusal, Server
from mcplint.programs.demands import deciding_variable
from mcplint.programs.journal import Exhausted, Journal, Leave, Raised
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries import BY_NAME
from mcplint.programs.python.lost import handed_kinds
from mcplint.programs.python.probes import Probes
from mcplint.programs.python.state import (
    BACKGROUND,
    DIRECTORY,
    DIVERTED,
    ENLARGED,
    FOLDERS,
    GUARDED,
    MEASURED,
    MOVED,
    PRINTED,
    SURELY_PRINTED,
    WRITTEN,
)
from mcplint.programs.python.values import Class, Frame, Function, Instance, Package
from mcplint.programs.values import Abstract, Entries, External, Table, known, unknown
from mcplint.programs.world import World
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label, Value

if TYPE_CHECKING:
    from mcplint.model import Import, LogLevel, SdkCall
    from mcplint.programs.python.modules import Modules

NOTHING = known(None)
NOWHERE = Span(Source("", ""), 0, 0)
DEPTH = 900
ACTIVE = 3


def new_instance(path: str, args: Args, table: Mapping[Any, Any] | None = None) -> Abstract:
    """A new object of a library's class."""
    return known(Instance(External(path), args.span, table), *args.notes)


def usable_options(value: Abstract, name: str = "") -> Abstract:
    """A value that may be several things without those that certainly have no such attribute, or cannot be called."""
    if value.options is None or len(value.options) < 2:
        return value
    fitting = tuple(
        option for option in value.options if option is not None and not (name and lacks_attribute(option, name))
    )
    return value._replace(options=fitting) if fitting else value


def lacks_attribute(option: object, name: str) -> bool:
    """Whether an object is of a class of the project that neither it nor its parents give an attribute."""
    if not isinstance(option, Instance) or not isinstance(option.kind, Class) or name in option.table:
        return False
    kinds = option.kind.lineage()
    return not any(not isinstance(each, Class) or name in each.table or "__getattr__" in each.table for each in kinds)


T = TypeVar("T")
Evaluator: TypeAlias = Callable[["Machine", Frame, Any], Abstract]
Executor: TypeAlias = Callable[["Machine", Frame, Any], None]
Handler: TypeAlias = Callable[["Machine", Args, Any], Abstract]
Reader: TypeAlias = Callable[["Machine", Any], Abstract]


class Tables(NamedTuple):
    """What the parts of the interpreter know how to do. What is known of a library is added when it is needed."""

    evaluators: Mapping[type, Evaluator]
    executors: Mapping[type, Executor]
    call: Callable[[Machine, Any, Args], Abstract]
    attribute: Callable[[Machine, Any, str, Label], Abstract]
    load: Callable[[Machine, str], Package | None]
    calls: dict[str, Handler]
    reads: dict[str, Reader]
    aliases: dict[str, str]
    parents: dict[str, str]
    known: set[str]
    library: Callable[[str], ModuleType]

    def learn(self, subjects: Iterable[str]) -> None:
        """Adds what modules of `libraries` know."""
        for subject in subjects:
            if subject in self.known:
                continue
            self.known.add(subject)
            library = self.library(subject)
            self.calls.update(getattr(library, "CALLS", {}))
            self.reads.update(getattr(library, "READS", {}))
            self.aliases.update(getattr(library, "ALIASES", {}))
            self.parents.update(getattr(library, "PARENTS", {}))


class Machine(Journal):
    """One run of one program. `lenient`: what it demands and no file gives is taken to be given at start-up.

    `origin`: the command that starts it. `serving`: whether it serves something, be it no MCP server. `spared`: how
    many expressions around this one have something else for what is not given. `tested`: the
    condition of which nothing but the truth counts. `watch`: is told of each statement that
    is to be run, and of each call of what the project does not have, where that is asked for; it may end the way there.
    `unreached`: statements of middleware that no request comes to. `wired`: the classes of middleware that an
    application is given. `layered`: the calls that make middleware, `walked`: those whose application is served.
    `lends`: whether an application is given to what may serve it, or do anything else with it.
    """

    def __init__(
        self,
        world: World,
        modules: Modules,
        tables: Tables,
        argv: tuple[Abstract, ...] | None,
        program: Abstract,
        lenient: bool = False,
        origin: Span = NOWHERE,
        terminal: Abstract = UNKNOWN,
    ) -> None:
        super().__init__(world.steps)
        self.origin = origin
        self.world, self.modules, self.tables = world, modules, tables
        self.argv, self.program, self.terminal = argv, program, terminal
        self.lenient, self.demanding, self.serving = lenient, False, False
        self.spared = 0
        self.tested: ast.expr | None = None
        self.depth = 0
        self.loops = 0
        self.costs: dict[int, tuple[int, int]] = {}
        self.packages: dict[str, Package | None] = {}
        self.environ = Entries()
        noted = (BACKGROUND, PRINTED, SURELY_PRINTED, DIVERTED, WRITTEN, DIRECTORY, MOVED, FOLDERS, MEASURED)
        self.state = Table(dict.fromkeys(noted, ()))
        self.active: dict[int, int] = {}
        self.risks: list[str] = []
        self.guards: list[tuple[str, ...]] = []
        self.handlers = 0
        self.paths: list[tuple[Server, ...] | None] = []
        self.reads: set[str] = set()
        self.asked: set[str] = set()
        self.imports: list[Import] = []
        self.calls: list[SdkCall] = []
        self.called: set[Span] = set()
        self.dotenv: list[Label] = []
        self.lost: list[Label] = []
        # Whether it imports something that is not told, and that may be an SDK.
        self.hides = False
        self.requests: list[list[Any]] = []
        self.watch: Callable[[ast.AST], None] | None = None
        self.unreached: list[Span] = []
        self.wired: set[str] = set()
        self.layered: set[Span] = set()
        self.walked: set[Span] = set()
        self.lends = False
        # The calls of libraries that put no check in front of an application they are given.
        self.harmless: set[Span] = set()
        self.missing: str | None = None
        self.refused: Refusal | None = None
        self.failures: dict[Span, Failure] = {}
        self.side_effects: dict[Function, Any] = {}
        self.refusing: dict[Any, bool] = {}
        self.tools: list[tuple[Span | None, Any]] = []
        self.named: dict[Span, Abstract] = {}
        self.levels: list[LogLevel] = []
        self.probes = Probes()

    def evaluate(self, frame: Frame, node: ast.expr) -> Abstract:
        """What an expression comes to."""
        self.spend(1)
        handler = self.tables.evaluators.get(type(node))
        if handler is None:
            return self.risk(self.note(frame, node, "not followed"))
        if self.depth > DEPTH:
            return self.risk(self.note(frame, node, "nested too deeply to be followed"))
        self.depth += 1
        try:
            return handler(self, frame, node)
        finally:
            self.depth -= 1

    def execute(self, frame: Frame, statements: list[ast.stmt]) -> Abstract:
        """Runs statements one after the other, to no value; raises a Leave where they do not complete."""
        for statement in statements:
            self.spend(1)
            if self.watch is not None:
                self.watch(statement)
            handler = self.tables.executors.get(type(statement))
            if handler is None or self.depth > DEPTH:
                continue
            self.depth += 1
            since, exits = self.since, len(self.exits)
            try:
                handler(self, frame, statement)
            except (Leave, Exhausted, RecursionError, MemoryError):
                raise
            except Exception as error:
                self.since = since
                del self.exits[exits:]
                self.fail(self.span(frame, statement), error)
            finally:
                self.depth -= 1
        return NOTHING

    def fail(self, span: Span, error: Exception) -> Abstract:
        """A failure of mcplint itself, which costs the part that it happened in: what that comes to is not known."""
        self.failures.setdefault(span, Failure.of("following this", span, error))
        return self.risk()

    def call(self, callee: Abstract, args: Args) -> Abstract:
        """What a call comes to, whichever of its options the callee is."""
        if callee.options is None:
            self.lose(args, trusted=any(note.span in self.harmless for note in callee.trace))
        if (
            self.watch is not None
            and args.node is not None
            and (callee.options is None or any(isinstance(option, External) for option in callee.options))
        ):
            self.watch(args.node)
        return self.each_option(
            usable_options(callee), lambda option: self.tables.call(self, option, args), *args.notes
        )

    def attribute(self, value: Abstract, name: str, note: Label) -> Abstract:
        """What an attribute of a value is; a variable that nothing gives has none, and the program ends there."""
        if value.options == (None,) and not hasattr(None, name):
            demand = deciding_variable(value, self.optional)
            if demand and not self.takes_as_given():
                raise Raised("AttributeError", demand)
        return self.each_option(
            usable_options(value, name), lambda option: self.tables.attribute(self, option, name, note)
        )

    def each_option(self, value: Abstract, body: Callable[[Any], Abstract], *notes: Label) -> Abstract:
        """What a body makes of a value, on a branch for each thing that it may be."""
        if value.options is None:
            return self.risk(*value.trace, *notes)
        if len(value.options) == 1:
            return body(value.options[0])
        return self.fork(partial(body, option) for option in value.options)

    def metered(self, items: Collection[T] | None) -> Collection[T]:
        """The items of a collection, nothing where they are not known, at a price by their number."""
        self.spend(len(items or ()) // 4)
        return items or ()

    def span(self, frame: Frame, node: ast.AST) -> Span:
        """Where a node stands."""
        return frame.module.kept_span(node)

    def note(self, frame: Frame, node: ast.AST, text: str) -> Label:
        return Label(self.span(frame, node), text)

    def risk(self, *notes: Label, kind: str = "") -> Abstract:
        """A value that is not known, of something that may also raise an exception."""
        self.risks.append(kind)
        return unknown(*notes[:6])

    def lose(self, args: Args, held: Iterable[Abstract] = (), trusted: bool = False) -> None:
        """Remembers what goes where it cannot be followed: functions of the project, servers, what may get routes.

        `held`: what the object has whose method is called. `trusted`: it puts no check in front of an application.
        """
        if (span := args.span) is not None:
            for what in handed_kinds(args, held, self.handler):
                self.lost.append(Label(span, f"what this does with the {what} it is given is not known"))
        given = (*args.positional, *args.keywords.values())
        for option in (option for value in given for option in value.options or ()):
            if (
                isinstance(option, Instance)
                and option.library
                and ("routes" in option.table or "settings" in option.table)
            ):
                ENLARGED.add(self, option.table, True)
                if not trusted:
                    GUARDED.add(self, option.table, True)
                    self.lends = True

    def run_in_background(self, body: Callable[[], object]) -> None:
        """Runs what goes on beside the rest of the program: its servers are started, and the program goes on."""
        paths = len(self.paths)
        with suppress(Leave):
            body()
        for path in self.paths[paths:]:
            self.put(self.state, BACKGROUND, tuple(dict.fromkeys((*BACKGROUND.of(self.state), *(path or ())))))
        del self.paths[paths:]

    def canonical(self, path: str) -> External:
        """Something of a library by the name it is known under here."""
        self.tables.learn(BY_NAME.get(path.partition(".")[0], ()))
        aliases = self.tables.aliases
        if path in aliases:
            return External(aliases[path])
        head, dot, tail = path.rpartition(".")
        return External(f"{aliases[head]}.{tail}" if dot and head in aliases else path)

    def handler(self, path: str) -> Handler | None:
        """What calling something of a library does, its base classes included; None where that is not known."""
        return self._inherited_row(self.tables.calls, path)

    def reader(self, path: str) -> Reader | None:
        """What reading an attribute of something of a library gives; None where that is not known."""
        return self._inherited_row(self.tables.reads, path)

    def _inherited_row(self, table: Mapping[str, T], path: str) -> T | None:
        """The row of a library's class or of the nearest of its base classes that has one."""
        owner, _, name = path.rpartition(".")
        while path not in table:
            owner = self.tables.parents.get(owner, "")
            if not owner:
                return None
            path = f"{owner}.{name}"
        return table[path]

    def method(self, path: str) -> bool:
        """Whether something of a library belongs to the objects of a class."""
        kind, _, name = path.rpartition(".")
        return (
            name.startswith("__")
            or kind.rpartition(".")[2][:1].isupper()
            or self.handler(f"{kind}.__init__") is not None
        )

    def kin(self, path: str | None, ancestor: str) -> bool:
        """Whether a class of a library is another one or inherits from it."""
        while path is not None and path != ancestor:
            path = self.tables.parents.get(path)
        return path is not None

    def variable(self, name: str, own: bool = True) -> Value[str | None]:
        """An environment variable as the program finds it now; `own`: its own code reads it."""
        self.reads |= {name} if own else set()
        self.asked.add(name)
        value: Value[str | None] = self.environ[name] if name in self.environ else self.world.env(name)
        return value._replace(options=None) if value.options == ("",) and self.takes_as_given() else value

    def open_variable(self, value: Abstract) -> bool:
        """Whether a value is a variable that no file sets, just as it is read, and that may be set all the same."""
        name = next((note.variable for note in value.trace if note.variable), "")
        if value.options is not None or not name:
            return False
        given = self.variable(name, own=False)
        read = len(value.trace) - len(given.trace)
        reading, rest = value.trace[:read], value.trace[read:]
        return given.options == (None,) and rest == given.trace and all(note.variable == name for note in reading)

    def refuse(self, word: Abstract, span: Span) -> None:
        """Ends the program at a word of its command line that it does not know."""
        given = word.site.span if word.site else word.trace[-1].span if word.trace else self.origin
        self.refused = Refusal(str(self.program.only), str(word.only), given, span)
        raise Raised("SystemExit")

    def takes_as_given(self) -> bool:
        """Whether what is asked for and given nowhere counts as given; the run notes that it makes a difference."""
        self.demanding = True
        return self.lenient

    def package(self, name: str) -> Package | None:
        """A module of the project, run when it is first asked for."""
        if name not in self.packages:
            self.packages[name] = None
            self.packages[name] = self.tables.load(self, name)
        return self.packages[name]
