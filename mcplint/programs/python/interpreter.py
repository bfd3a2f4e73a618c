"""Follows a start command's program without running it, and says which MCP servers it starts with which settings."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from mcplint.facts.python import Module, in_command
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.transports import STDIO
from mcplint.model import Server
from mcplint.programs.alternatives import servers
from mcplint.programs.demands import loads_variables
from mcplint.programs.journal import Exhausted, Leave, Raised, recursion
from mcplint.programs.listeners import PYTHON, may_listen
from mcplint.programs.outcome import Outcome
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.attributes import attribute
from mcplint.programs.python.calls import call
from mcplint.programs.python.expressions import call_and_await
from mcplint.programs.python.imports import imported_package, load, run_main
from mcplint.programs.python.leaving import leaves_project
from mcplint.programs.python.machine import Machine, Tables
from mcplint.programs.python.module_text import fallbacks
from mcplint.programs.python.modules import Beside, Modules, find, finder_in_folders, loads_library
from mcplint.programs.python.state import BACKGROUND
from mcplint.programs.python.values import Frame, Function, Package
from mcplint.programs.start import APP, CODE, COMMAND, FUNCTION, HANDLER, MODULE, OBJECT, SCRIPT, Start
from mcplint.programs.values import Abstract, Table, known, unknown
from mcplint.programs.world import STEPS, World, run_path
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label


def follow(start: Start, world: World) -> Outcome:
    """What becomes of a start command. The linted program itself is never run.

    A program that serves nothing for want of a variable without a default is followed again as if someone gave it one.
    """
    entry = _entry(world, start)
    if start.kind in (SCRIPT, MODULE) and entry and not _may_serve(world, start, entry):
        return Outcome(entry=entry, missing=_main(start, entry), unknown=leaves_project(world.tree, start.roots, entry))
    found, demanding, demand = _run(start, world, lenient=False)
    if not found.servers and not found.missing and found.complete and demanding:
        again, _, _ = _run(start, world._replace(steps=world.steps - found.steps), lenient=True)
        if demand:
            again = again._replace(servers=tuple(each._replace(demands=demand) for each in again.servers))
        found = (again if again.servers else found)._replace(steps=found.steps + again.steps)
    if not found.servers and found.entry and found.complete and not (found.unknown or found.refused or found.missing):
        found = found._replace(unknown=leaves_project(world.tree, start.roots, found.entry))
    world.tree.failures += found.failures
    short = not found.complete and world.steps == STEPS
    source = world.tree.source(found.entry) if found.entry and short else None
    if source is not None:
        problem = NotFollowed(Span(source, 0, 0), "starts a program too large to be followed completely", WARNING)
        world.tree.problems.setdefault(source.path, problem)
    return found


def _run(start: Start, world: World, lenient: bool) -> tuple[Outcome, bool, Label | None]:
    """The outcome, whether what is given makes a difference to it, and the variable for want of which it ended."""
    modules = Modules(world.tree, start.roots, _present_at_runtime(world, start), _runtime_module_finder(world, start))
    program = known("-c" if start.kind == CODE else start.target, *start.notes)
    machine = Machine(world, modules, tables(), start.argv, program, lenient, start.span, start.terminal)
    notes: tuple[Label, ...] = ()
    complete, demand = True, None
    try:
        with recursion():
            launch(machine, start)
            machine.paths.append(BACKGROUND.of(machine.state))
    except Leave as left:
        demand = left.demand if isinstance(left, Raised) and not _loads_variables(machine) else None
        if isinstance(left, Raised) and left.name != "SystemExit":
            notes = (Label(start.span, f"the program ends with {left.name or 'an exception'} before it serves"),)
        machine.paths.append(BACKGROUND.of(machine.state))
    except (Exhausted, RecursionError, MemoryError):
        complete = False
        notes = (Label(start.span, "the program is too large to be followed completely"),)
    except Exception as error:
        machine.fail(start.span, error)
        machine.paths.append(BACKGROUND.of(machine.state))
    return outcome(machine, start, notes, complete), machine.demanding and not machine.serving, demand


def _loads_variables(machine: Machine) -> bool:
    texts = (package.fact.source.text for package in machine.packages.values() if package)
    return loads_variables((machine.origin.text, *texts))


def outcome(machine: Machine, start: Start, notes: tuple[Label, ...], complete: bool) -> Outcome:
    from mcplint.programs.python.libraries.auth import looks_at_caller
    from mcplint.programs.python.unwired import unwired_parts

    modules = [package.fact for package in machine.packages.values() if package]
    served = servers(machine.paths) if complete else ()
    open_ = any(each.auth.options == (None,) for each in served) and looks_at_caller(modules, machine.unreached)
    unreached = [*machine.unreached, *unwired_parts(machine, modules, start)] if open_ else machine.unreached
    found = tuple(_with_proxy_headers(_with_unknowns(each, modules, unreached), modules) for each in served)
    found = tuple(_with_listeners(each, modules) if each.transport.may_be(STDIO) else each for each in found)
    imports = tuple(dict.fromkeys(machine.imports))
    local = tuple(fallbacks(modules)) if found else ()
    secrets = tuple(_logged_secrets(modules)) if found else ()
    levels = tuple(dict.fromkeys(machine.levels))
    read = frozenset(machine.reads)
    lost = (*(machine.lost if machine.imports or machine.hides else ()), *machine.modules.unread())
    return Outcome(
        tuple(
            each._replace(reads=read, log_levels=levels, imports=imports, fallbacks=local, shown=secrets)
            for each in found
        ),
        asked=frozenset(machine.asked),
        imports=imports,
        entry=_entry(machine.world, start),
        unknown=(*notes, *(dict.fromkeys(lost) if not found else ())),
        missing=machine.missing,
        refused=machine.refused if not found else None,
        failures=tuple(machine.failures.values()),
        complete=complete,
        steps=machine.world.steps - machine.budget,
    )


def _logged_secrets(modules: list[Module]) -> Iterable[Label]:
    """Where the program logs secrets, asked of those alone that may."""
    if not any(name in module.source.text for module in modules for name in ("os.environ", "getenv", "BaseSettings")):
        return ()
    from mcplint.programs.python.shown import logged_secrets

    return logged_secrets(modules)


def _may_serve(world: World, start: Start, entry: str) -> bool:
    """Whether a program may come across an SDK: by its file, or the packages that `python -m` imports before."""
    parts = start.target.split(".") if start.kind == MODULE else []
    packages = (find(world.tree, start.roots, ".".join(parts[:length])) for length in range(1, len(parts) + 1))
    there = _present_at_runtime(world, start)
    beside = _runtime_module_finder(world, start)
    if world.tree.mentions(entry, _COMMANDED):
        return True
    return any(
        loads_library(world.tree, start.roots, path, there=there, beside=beside) for path in (entry, *packages) if path
    )


_COMMANDED = "execute_from_command_line"
"""What Django's `manage.py` calls, to which a word of its command names the module that goes on."""


def _present_at_runtime(world: World, start: Start) -> Callable[[str], bool]:
    """Whether a file of the project lies where a program runs, as far as that can be told of its own file."""
    entry = _entry(world, start)
    if entry is None or run_path(world, entry) is None:
        return lambda path: True
    return lambda path: run_path(world, path) is not None


def _runtime_module_finder(world: World, start: Start) -> Beside:
    """What finds the modules of a program where it runs: in its own folder or the working directory, in PYTHONPATH."""
    folders = [each for each in (world.env("PYTHONPATH").only or "").split(":") if each]
    entry = _entry(world, start) if start.kind in (SCRIPT, OBJECT) else None
    own = run_path(world, entry) if entry else None
    if own is not None or start.kind in (MODULE, APP, CODE):
        folders.insert(0, posixpath.dirname(own or ""))
    return finder_in_folders(world.tree, world.file, folders)


def _entry(world: World, start: Start) -> str | None:
    """The file that is started."""
    name, _ = start.file_and_object
    if start.kind in (SCRIPT, OBJECT):
        return name
    main = find(world.tree, start.roots, f"{name}.__main__") if start.kind == MODULE else None
    return main or find(world.tree, start.roots, name)


def _main(start: Start, entry: str) -> str | None:
    """What `python -m` asks a package for that has none (https://docs.python.org/3/using/cmdline.html#cmdoption-m).

    A folder without `__init__.py` may be hidden by an installed package of its name.
    """
    lacking = start.kind == MODULE and posixpath.basename(entry) == "__init__.py"
    return f"{start.target}.__main__" if lacking else None


def _with_listeners(served: Server, modules: list[Module]) -> Server:
    """A server over stdio with the ports on which its program listens for something else."""
    heard = tuple(each.port for each in served.metrics)
    apart = may_listen((each.source for each in modules), PYTHON)
    return served._replace(listeners=(*heard, UNKNOWN) if apart else heard)


def _with_proxy_headers(served: Server, modules: list[Module]) -> Server:
    """The server with what its program makes of the headers that proxies set, where it speaks HTTP."""
    if any("x-forwarded-prefix" in module.source.text.lower() for module in modules):
        served = served._replace(asgi=served.asgi._replace(root_path=unknown()))
    if served.asgi.trusted.options is None:
        return served
    from mcplint.programs.python.module_text import absolute_urls, reads_forwarded

    if reads_forwarded(modules):
        return served._replace(asgi=served.asgi._replace(trusted=unknown()))
    return served._replace(absolute=tuple(absolute_urls(modules)))


def _with_unknowns(served: Server, modules: list[Module], unreached: list[Span]) -> Server:
    """The server, its authentication unknown where TLS asks for certificates, or the program looks at requests."""
    if served.auth.options != (None,):
        return served
    if served.asgi.certified.may(bool):
        return served._replace(auth=unknown(*served.auth.trace, *served.asgi.certified.trace))
    from mcplint.programs.python.libraries.auth import looks_at_caller

    note = looks_at_caller(modules, unreached)
    return served._replace(auth=unknown(*served.auth.trace, note)) if note else served


def library(subject: str) -> ModuleType:
    """The module of `libraries` that knows a subject."""
    return import_module(f"mcplint.programs.python.libraries.{subject}")


@cache
def tables() -> Tables:
    """What the interpreter knows how to do, libraries aside that no program has needed so far."""
    from mcplint.programs.python import builtin
    from mcplint.programs.python.expressions import EVALUATORS
    from mcplint.programs.python.libraries import ALWAYS
    from mcplint.programs.python.statements import EXECUTORS

    made = Tables(EVALUATORS, EXECUTORS, call, attribute, load, dict(builtin.CALLS), {}, {}, {}, set(), library)
    made.learn(ALWAYS)
    return made


def launch(machine: Machine, start: Start) -> None:
    """Runs the program from its very beginning."""
    if start.kind == SCRIPT:
        fact = machine.modules(f"file:{start.target}")
        if fact is not None:
            run_main(machine, fact, "__main__", None)
    elif start.kind == MODULE:
        _module(machine, start)
    elif start.kind == FUNCTION:
        value = _object_named(machine, start, start.target)
        call_and_await(machine, value, Args())
    elif start.kind == CODE:
        fact = _code(start)
        if fact is not None:
            run_main(machine, fact, "__main__", None)
    elif start.kind == APP:
        from mcplint.programs.python.libraries.asgi import serve_app

        serve_app(machine, start, _object_named(machine, start, start.target))
    elif start.kind == HANDLER:
        from mcplint.programs.python.libraries.mangum import invoke

        invoke(machine, start, _object_named(machine, start, start.target))
    elif start.kind == OBJECT:
        _object(machine, start)
    elif start.kind == COMMAND:
        from mcplint.programs.python.libraries.django import run

        run(machine, known(start.target.rpartition(".")[2]), machine.argv, start.span)


def _code(start: Start) -> Module | None:
    """The code that a command gives to Python."""
    code = start.code.only if start.code is not None else None
    return in_command(code, start.code.span or start.span) if start.code is not None and code is not None else None


def _module(machine: Machine, start: Start) -> None:
    """`python -m name`: its parents are imported first; a package runs its `__main__`."""
    name = start.target
    parent = name.rpartition(".")[0]
    imported_package(machine, parent)
    fact = machine.modules(f"{name}.__main__")
    if fact is not None:
        machine.package(name)
        run_main(machine, fact, f"{name}.__main__", name)
        return
    fact = machine.modules(name)
    if fact is not None and posixpath.basename(fact.source.path) == "__init__.py":
        machine.package(name)
        machine.missing = _main(start, _entry(machine.world, start) or "")
    elif fact is not None:
        run_main(machine, fact, name, parent)


def _object_named(machine: Machine, start: Start, target: str) -> Abstract:
    """The object that `module:attribute` names."""
    module, _, name = target.partition(":")
    package = imported_package(machine, module)
    if package is None:
        return unknown(*start.notes)
    value: Abstract = known(package)
    for part in (name or "app").split("."):
        owner: Any = value.only
        value = machine.attribute(value, part, Label(start.span, f"starts {target}"))
        if value.options is None and lacks_attribute(machine, owner, part):
            machine.missing = target
    return value


def lacks_attribute(machine: Machine, owner: Any, name: str) -> bool:
    """Whether a module of the project provably has no attribute of a name."""
    from mcplint.programs.python.module_text import may_bind

    if not isinstance(owner, Package) or name in owner.table or not owner.fact.tree.body:
        return False
    return not may_bind(owner.fact.tree, name) and machine.modules(f"{owner.name}.{name}") is None


def _object(machine: Machine, start: Start) -> None:
    """`mcp run`, `fastmcp run`: imports the file, finds the server object and runs it as the flags say."""
    path, name = start.file_and_object
    fact = machine.modules(f"file:{path}")
    if fact is None:
        return
    table = Table({"__name__": known("server_module")})
    package = Package("server_module", fact, table)
    machine.packages["server_module"] = package
    machine.execute(Frame(fact, table, None), fact.tree.body)
    names = [name] if name else ["mcp", "server", "app"]
    value = next((table[each] for each in names if each in table), None)
    if value is None:
        machine.missing = start.target if name and lacks_attribute(machine, package, name) else None
        return
    if isinstance(value.only, Function):
        value = call_and_await(machine, value, Args())
    from mcplint.programs.python.libraries.asgi import run_object

    run_object(machine, start, value)
