"""The state of a followed TypeScript program, and the tables of functions that evaluate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mcplint.findings import Failure
from mcplint.model import Import, Server, Write
from mcplint.programs.journal import Journal, Leave
from mcplint.programs.noted import Noted, NotedByAll
from mcplint.programs.typescript.values import UNDEFINED, Frame, Package, array
from mcplint.programs.values import CLOCK, Abstract, Sequence, Table, known, unknown
from mcplint.programs.world import World
from mcplint.text.source import Span
from mcplint.values import Label, Value

if TYPE_CHECKING:
    from tree_sitter import Node

CHECKED, LARGE = 30_000, 6_000
"""After how many steps large calls are looked for, and how many such a call has taken."""
OFTEN = 3
MOST_SERVED = 12
"""How many starts to serve of one way are told apart."""
WEIGHT = 2
"""What a step counts: those of other languages are cheaper, and all share one budget."""
DEEPEST = 260
"""How deep expressions, statements and calls may nest together."""


class Args(NamedTuple):
    """The arguments of a call, and where it is written. `open`: why there may be more than these."""

    positional: tuple[Abstract, ...] = ()
    span: Span | None = None
    package: Package | None = None
    open: tuple[Label, ...] = ()
    this: Abstract | None = None

    def get(self, index: int, default: Abstract | None = None) -> Abstract:
        """The argument at a position; `undefined` or the default where it is not given."""
        if index < len(self.positional):
            return self.positional[index]
        if self.open:
            return unknown(*self.open)
        return default if default is not None else known(UNDEFINED, *self.notes)

    @property
    def notes(self) -> tuple[Label, ...]:
        """The call as a label on the way to what it gives."""
        return (Label(self.span, "called here"),) if self.span else ()


Evaluator = Callable[["Machine", Frame, "Node"], Abstract]
Executor = Callable[["Machine", Frame, "Node"], None]
Handler = Callable[["Machine", Args, Any], Abstract]
Reader = Callable[["Machine", Any], Abstract]


class TooLarge(Exception):
    """One call takes too many steps to be followed; `start`: what was spent when it began."""

    def __init__(self, start: int) -> None:
        self.start = start


class Tables(NamedTuple):
    """What the machine knows how to do: expressions, statements, calls, and calls and properties of libraries by name.

    `aliases`: a library's name to the one that the other tables know it by. `classes`: those of libraries that have
    methods.
    """

    evaluators: Mapping[str, Evaluator]
    executors: Mapping[str, Executor]
    call: Callable[[Machine, Abstract, Args], Abstract]
    member: Callable[[Machine, Abstract, str, Label], Abstract]
    load: Callable[[Machine, Frame, str, str], Abstract]
    calls: Mapping[str, Handler]
    reads: Mapping[str, Reader]
    aliases: Mapping[str, str]
    classes: frozenset[str]

    def is_method(self, path: str) -> bool:
        """Whether a name is one of a method, which without an object does nothing that is known."""
        owner, _, name = self.aliases.get(path, path).rpartition(".")
        return owner in self.classes and name not in ("", "new", "()")


FRAMEWORK, FORKS = "framework", "forks"


class Effects(NamedTuple):
    """What tools do when they are called: where they write to standard output, and ask the client something."""

    prints: list[Label]
    asks: list[Label]


class Served(NamedTuple):
    """A start to serve: of a server on standard streams, of an application or listener on a port, or by a framework;
    or of more processes of the same program.

    `what`: the server object, the application, what makes a framework's server of the model, or how many processes.
    `printed`: what has been written to standard output before, however conditions turned out, `printed_after`: what
    the program goes on with; `diverted`: it leads elsewhere from here on.
    """

    kind: str
    what: Any
    host: Abstract
    port: Abstract
    span: Span
    printed: tuple[Label, ...] = ()
    diverted: bool = False
    writes: tuple[Write, ...] = ()
    printed_after: tuple[Label, ...] = ()

    def going_on(self, printed: tuple[Label, ...]) -> Served:
        """The start at the end of the program, with what was written to standard output after it."""
        before = frozenset(self.printed)
        return self._replace(printed_after=tuple(each for each in printed if each not in before))


class Alternatives(Noted[Any]):
    """The key of what the ways to here have started to serve: after branches, the ways of each."""

    def merged(self, kept: list[Any]) -> Any:
        return tuple(dict.fromkeys(way for each in kept for way in (each or ((),))))[:64]


SERVING = Alternatives("ways, each with what it has started to serve")
PRINTED: NotedByAll[Label] = NotedByAll("writes to standard output on every way to here")
WRITTEN: NotedByAll[Write] = NotedByAll("files that are opened to write on every way to here")
DIVERTED: Noted[bool] = Noted("what the program prints goes elsewhere")
WAITED: Noted[bool] = Noted("the program serves, and has waited for what is not known")


class Machine(Journal):
    """One run. A class because every step changes it.

    `lenient`: variables that no file sets may be set by whoever starts the program. `chosen`: to what it asks for.
    `lost`: imports of files that the project does not have. `paths`: what each way that has ended serves.
    `mentions`: whether its modules, of which there are so many, have a text; `free`: the provider that they have which
    gives everyone a code. `routed`: where routes are set up, each with where the applications that get them are made;
    `unwired`: what no request for MCP comes to, by what is known of the application.
    `requests`: what handlers that are looked at hand requests to.
    `effects`: what the tool that is looked at does; `room`: how many steps tools may take.
    `executed`: the statements that were come to; `watch`: what is told of each.
    `worker`: it is a process that the program has forked; `clustered`: the program asks which of them it is.
    `shaped`: a tool that is given a schema of zod.
    `uncounted`: how many loops are at it of which nobody knows how often they turn.
    """

    def __init__(self, world: World, tables: Tables, argv: tuple[Value[str], ...] | None, origin: Span) -> None:
        super().__init__(world.steps)
        self.world, self.tables, self.argv, self.origin = world, tables, argv, origin
        self.state = Table()
        self.environ = Table()
        self.packages: dict[str, Package | None] = {}
        self.paths: list[tuple[Server, ...] | None] = []
        self.ways: list[tuple[Served, ...]] = []
        self.mentions: dict[str, tuple[bool, int]] = {}
        self.free: dict[int, Any] = {}
        self.unwired: dict[int, tuple[Span, ...]] = {}
        self.routed: dict[Span, set[Span]] = {}
        self.asked: set[str] = set()
        self.reads: set[str] = set()
        self.imports: list[Import] = []
        self.lost: list[Label] = []
        self.failures: dict[str, Failure] = {}
        self.requests: list[list[Any]] = []
        self.effects: Effects | None = None
        self.seen_effects: dict[int, tuple[Any, Effects]] = {}
        self.room = world.steps // 8
        self.signals: list[tuple[str, Abstract, Span]] = []
        self.request_paths: list[tuple[str, ...] | None] = []
        self.missing: str | None = None
        self.depth = 0
        self.lenient = self.chosen = self.worker = self.clustered = False
        self.uncounted = 0
        self.executed: set[int] = set()
        self.watch: Callable[[Node], None] | None = None
        self.entry = ""
        self.begun = 0
        self.shaped: Label | None = None
        self.checked = self.budget - CHECKED
        self.starts: list[int] = []
        self.opaque: set[int] = set()
        self.taken: dict[int, int] = {}
        self.times: dict[int, int] = {}
        self.active: dict[int, int] = {}

    def spend(self, steps: int) -> None:
        """Counts steps. Where the run grows large, the functions that took most of them are followed no more.

        Where none stands out that is not still at it, the innermost call that is large by itself is given up.
        """
        super().spend(steps * WEIGHT)
        if self.budget < self.checked:
            self.checked = self.budget - CHECKED
            heavy = {key for key, steps in self.taken.items() if steps > LARGE} - self.opaque
            self.opaque |= heavy
            if heavy:
                return
            large = next((start for start in reversed(self.starts[2:]) if start - self.budget > LARGE), None)
            if large is not None:
                raise TooLarge(large)

    def count_call(self, key: int, steps: int) -> None:
        """A call of a function is over; one that the module itself calls counts where it does so again and again."""
        self.times[key] = self.times.get(key, 0) + 1
        if key not in self.opaque and (self.starts or self.times[key] > OFTEN):
            self.taken[key] = self.taken.get(key, 0) + steps

    def note(self, frame: Frame, node: Node, text: str) -> Label:
        """A span of the program and what there is to say of it."""
        key = (node.id, text)
        found = frame.package.labels.get(key)
        if found is None:
            found = frame.package.labels[key] = Label(frame.package.fact.span(node), text)
        return found

    def evaluate(self, frame: Frame, node: Node | None) -> Abstract:
        """What an expression comes to."""
        if node is None:
            return known(UNDEFINED)
        self.spend(1)
        evaluator = self.tables.evaluators.get(node.type)
        if evaluator is None:
            return unknown(self.note(frame, node, "is not followed"))
        if self.depth > DEEPEST:
            return unknown(self.note(frame, node, "nests too deep to be followed"))
        self.depth += 1
        try:
            return evaluator(self, frame, node)
        finally:
            self.depth -= 1

    def execute(self, frame: Frame, node: Node) -> None:
        """Runs a statement."""
        self.spend(1)
        self.come_to(node)
        executor = self.tables.executors.get(node.type)
        if executor is None:
            self.evaluate(frame, node)
            return
        if self.depth > DEEPEST:
            return
        self.depth += 1
        try:
            executor(self, frame, node)
        finally:
            self.depth -= 1

    def come_to(self, node: Node) -> None:
        """Notes a statement, or the expression that is all of a function."""
        self.executed.add(node.id)
        if self.watch is not None:
            self.watch(node)

    def call(self, callee: Abstract, args: Args) -> Abstract:
        """What a call gives."""
        return self.tables.call(self, callee, args)

    def member(self, owner: Abstract, name: str, note: Label) -> Abstract:
        """What a property of a value is."""
        return self.tables.member(self, owner, name, note)

    def for_each_option(self, value: Abstract, change: Callable[[Any], Abstract]) -> Abstract:
        """What becomes of a value that is one of several things, each of them looked at apart."""
        if value.options is None or not value.options:
            return unknown(*value.trace)
        if len(value.options) == 1:
            return change(value.options[0])
        return self.fork([lambda option=option: change(option) for option in value.options])  # type: ignore[misc]

    def arguments(self) -> Abstract:
        """The words after the program as an array."""
        return known(array(*self.argv)) if self.argv is not None else known(Sequence("list", None))

    def variable(self, name: str, own: bool = True) -> Value[str | None]:
        """An environment variable as the program finds it; `own`: the program itself reads it."""
        self.asked.add(name)
        if own:
            self.reads.add(name)
        return self.environ[name] if name in self.environ else self.world.env(name)

    def run_isolated(self, body: Callable[[], object]) -> None:
        """Runs something whose effects are not kept, such as the handler of a request."""
        base, mark, outer = len(self.writes), len(self.exits), self.since
        self.since = next(CLOCK)
        try:
            body()
        except Leave:
            pass
        finally:
            del self.exits[mark:]
            self._undo(base)
            self.since = outer

    def undo(self, base: int, mark: int, depth: int) -> None:
        """Takes back what was written since a position, and the ways out that were kept since then."""
        del self.exits[mark:]
        self._undo(base)
        self.depth = depth

    def serve(self, served: Served) -> None:
        """The program serves from here on, and goes on."""
        printed, writes = PRINTED.of(self.state), WRITTEN.of(self.state)
        served = served._replace(printed=printed, diverted=bool(DIVERTED.of(self.state)), writes=writes)
        ways = SERVING.of(self.state) or ((),)
        self.spend(sum(map(len, ways)) // 8)
        more = tuple((*way, served) for way in ways if len(way) < MOST_SERVED and served not in way)
        self.put(self.state, SERVING, more or ways)

    def wait(self, awaited: Abstract) -> bool:
        """Whether the program waits from here on for what may be its end: it serves, and does not know for what."""
        ends = self.effects is None and bool(SERVING.of(self.state)) and awaited.options is None
        if not ends or WAITED.of(self.state):
            return False
        WAITED.add(self, self.state, True)
        return True

    def end(self) -> None:
        """This way of the program has come to its end."""
        printed = PRINTED.of(self.state)
        ways = SERVING.of(self.state) or ((),)
        if printed:
            ways = tuple(tuple(each.going_on(printed) for each in way) for way in ways)
        self.ways += [way for way in ways if way not in self.ways]
