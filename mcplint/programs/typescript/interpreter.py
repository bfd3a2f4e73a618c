"""Follows a start command's program without running it, and says which MCP servers it starts with which settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from mcplint.facts.typescript import Script
from mcplint.findings import WARNING, Failure, NotFollowed, Unreadable
from mcplint.model import Import, Server
from mcplint.programs.demands import loads_variables
from mcplint.programs.journal import Exhausted, Leave, recursion
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import Start
from mcplint.programs.typescript.machine import Machine, Tables, TooLarge
from mcplint.programs.world import STEPS, World
from mcplint.text.source import Source, Span
from mcplint.values import Label, Value

_VARIABLE = (
    r"\benv\??\.([A-Z]\w+)"
    r"""|["'`]([A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT|HOST|[A-Z]{3,})["'`]"""
    r"|\b([A-Z][A-Z0-9_]+)\s*:\s*(?:z|str|num|port|url|bool|host|email|json|v|s|t|yup|Joi|Type)\b"
)
"""How a module speaks of a variable: as a property of `env`, as a text of capitals, as a key of a schema."""


def follow(start: Start, world: World) -> Outcome:
    """What becomes of a start command. The linted program itself is never run.

    A program that ends for want of a variable, or of arguments, is followed again as if someone gave it these: first
    variables that choose nothing which the program names, such as a token, then any.
    """
    found, demand = _run(start, world)
    for argv, chosen in ((start.argv, False), (start.argv, True), (None, True))[: 3 if start.argv == () else 2]:
        if found.servers or not found.complete or found.failures or not found.unknown:
            break
        left = world._replace(steps=world.steps - found.steps)
        again, _ = _run(start._replace(argv=argv), left, lenient=True, chosen=chosen)
        if demand and argv is not None:
            again = again._replace(servers=tuple(each._replace(demands=demand) for each in again.servers))
        steps, complete = found.steps + again.steps, again.complete
        found = (again if again.servers else found)._replace(steps=steps, complete=complete)
    world.tree.failures += found.failures
    short = not found.complete and world.steps == STEPS
    if short and (source := world.tree.source(start.target)) is not None:
        problem = NotFollowed(Span(source, 0, 0), "starts a program too large to be followed completely", WARNING)
        world.tree.problems.setdefault(source.path, problem)
    elif not found.servers and found.imports and (damage := _first_syntax_error(start, world)) is not None:
        world.tree.problems.setdefault(start.target, Unreadable(damage, "syntax error", WARNING))
    return found


def _first_syntax_error(start: Start, world: World) -> Span | None:
    """Where the module that is started is no valid program."""
    script: Script | None = world.tree.facts("typescript", start.target)
    return script.first_syntax_error if script is not None else None


def _run(start: Start, world: World, lenient: bool = False, chosen: bool = False) -> tuple[Outcome, Label | None]:
    """The outcome of the program and of the processes that it forks, and the variable for want of which it ended."""

    def run_once(world: World, worker: bool) -> tuple[Machine, Outcome, Label | None]:
        machine = Machine(world, tables(), start.argv, start.span)
        machine.lenient, machine.chosen, machine.worker, machine.entry = lenient, chosen, worker, start.target
        return machine, *_run_program(machine, start)

    machine, found, demand = run_once(world, False)
    if machine.clustered and found.complete:
        worker, other, _ = run_once(world._replace(steps=world.steps - found.steps), True)
        found = _with_workers(found, machine, other, worker)
    return found, demand


def _with_workers(found: Outcome, machine: Machine, other: Outcome, worker: Machine) -> Outcome:
    """What comes of a program together with the processes that it forks."""
    from mcplint.programs.alternatives import servers
    from mcplint.programs.typescript.libraries.cluster import processes

    count = processes(machine, worker)
    forked = tuple(each._replace(workers=count) if each.workers.options != () else each for each in other.servers)
    both = servers((found.servers, forked))
    best = other if other.servers and not found.servers else found
    return best._replace(
        servers=both,
        asked=found.asked | other.asked,
        complete=other.complete,
        steps=found.steps + other.steps,
        failures=(*found.failures, *other.failures),
        unknown=() if both else found.unknown or other.unknown,
    )


def _run_program(machine: Machine, start: Start) -> tuple[Outcome, Label | None]:
    notes: tuple[Label, ...] = ()
    complete, demand = True, None
    found: tuple[Server, ...] = ()
    from mcplint.programs.typescript.conventions import begin

    try:
        with recursion():
            try:
                begin(machine, start)
                machine.end()
            except Leave as left:
                demand = left.demand
            found = _servers(machine)
    except (Exhausted, TooLarge, RecursionError, MemoryError):
        complete, notes = False, (Label(start.span, "the program is too large to be followed completely"),)
    except Exception as error:
        machine.failures["run"] = Failure.of(f"following {start.target}", start.span, error)
    texts = (package.fact.source.text for package in machine.packages.values() if package)
    if demand and loads_variables((start.span.text, *texts)):
        demand = None
    return _outcome(machine, start, found, notes, complete), demand


def _servers(machine: Machine) -> tuple[Server, ...]:
    from mcplint.programs.typescript.servers import servers_of

    return servers_of(machine)


def _outcome(
    machine: Machine, start: Start, found: tuple[Server, ...], notes: tuple[Label, ...], complete: bool
) -> Outcome:
    imports = (*dict.fromkeys(machine.imports), *(_unresolved(machine, start) if found else ()))
    sources = (package.fact.source for package in machine.packages.values() if package)
    reads = frozenset(machine.reads).union(*map(_variables, sources)) if found else frozenset()
    sdks = [each for each in imports if not each.dotted.startswith("npm:zod")]
    secrets = tuple(_logged_secrets(machine)) if found else ()
    lost: tuple[Label, ...] = ()
    if not found:
        seen = [Label(each.span, "an SDK is imported, and where it is served is not seen") for each in sdks]
        lost = (*seen, *machine.lost, *(() if seen else _loaded_later(machine)))[:1]
    found = tuple(_pinned(machine, each) for each in found)
    if "instances" in start.flags:
        found = tuple(each._replace(workers=_instances(start.flags["instances"])) for each in found)
    return Outcome(
        tuple(each._replace(reads=reads, imports=imports, shown=secrets, shaped=machine.shaped) for each in found),
        asked=frozenset(machine.asked),
        imports=imports,
        entry=start.target,
        unknown=(*notes, *lost),
        missing=machine.missing,
        failures=tuple(machine.failures.values()),
        complete=complete,
        steps=machine.world.steps - machine.budget,
    )


def _pinned(machine: Machine, server: Server) -> Server:
    """The server with the release of its SDK that its imports name, where nothing else tells it: `npm:NAME@1.2.3`."""
    name = (server.sdk.package or "").removeprefix("npm:")
    if not name or server.sdk.version.options is not None:
        return server
    pattern = rf"""["']npm:/?{re.escape(name)}@(\d{{1,9}}\.\d{{1,9}}\.\d{{1,9}}(?:-[\w.]{{1,40}})?)(?=[/"'])"""
    sources = (package.fact.source for package in machine.packages.values() if package)
    found = [Span(source, *each.span(1)) for source in sources for each in re.finditer(pattern, source.text)]
    releases = {each.text: Label(each, "imports this release") for each in found}
    if len(releases) != 1:
        return server
    return server._replace(sdk=server.sdk._replace(version=Value(tuple(releases), tuple(releases.values()))))


def _logged_secrets(machine: Machine) -> Iterable[Label]:
    """Where the program logs secrets, asked where it speaks of its environment as a whole."""
    scripts = [package.fact for package in machine.packages.values() if package is not None]
    if not any("process.env" in script.source.text for script in scripts):
        return ()
    from mcplint.programs.typescript.shown import logged_secrets

    return logged_secrets(scripts)


def _loaded_later(machine: Machine) -> Iterable[Label]:
    """The modules of a package with an SDK that its program may load at another time than it starts."""
    from mcplint.programs.typescript.modules import resolve
    from mcplint.programs.typescript.packages import serves

    tree = machine.world.tree
    for path, package in machine.packages.items():
        if package is not None and "import(" in package.fact.source.text and serves(tree, path):
            for found in re.finditer(r"\bimport\(\s*[\"'](\.[^\"'\n]{1,200})[\"']", package.fact.source.text):
                if (own := resolve(tree, path, found[1])) is not None and own not in machine.packages:
                    span = Span(package.fact.source, found.start(), found.end())
                    yield Label(span, f"loads {own}, and when that happens is not seen")


def _unresolved(machine: Machine, start: Start) -> Iterable[Import]:
    """The imports that end the program of a server at its start."""
    from mcplint.programs.typescript.unresolved import SDK, SECOND, unexported, unresolved

    tree, found = machine.world.tree, dict[Span, Import]()
    made_with = tuple(f"npm:{each}" for each in (f"{SDK}/", f"{SDK}:", *SECOND))
    if any(each.dotted.startswith(made_with) for each in machine.imports):
        found = {each.span: each for each in unexported(tree, start.target, machine.world.sdk(f"npm:{SDK}").version)}
    for each in unresolved(tree, start.target) if start.runtime == "node" else ():
        found.setdefault(each.span, each)
    return found.values()


def _instances(said: Value[str]) -> Value[int]:
    """How many processes pm2 starts; what it takes from the number of processors is not known."""
    counted = said.only is not None and said.only.isdigit() and said.only != "0"
    return Value((int(said.only or 0),) if counted else None, said.trace)


@lru_cache(maxsize=8_192)
def _variables(source: Source) -> frozenset[str]:
    """The environment variables that a module speaks of, on whichever way of it."""
    return frozenset(name for names in re.findall(_VARIABLE, source.text) for name in names if name)


@cache
def tables() -> Tables:
    """What the interpreter knows how to do."""
    from mcplint.programs.typescript import methods
    from mcplint.programs.typescript.calls import call, member
    from mcplint.programs.typescript.expressions import EVALUATORS
    from mcplint.programs.typescript.imports import load
    from mcplint.programs.typescript.libraries import (
        cluster,
        commander,
        files,
        frameworks,
        loggers,
        mcp_nest,
        nest,
        options,
        output,
        schema_options,
        schemas,
        sdk,
        standard,
        web,
        yargs,
    )
    from mcplint.programs.typescript.statements import EXECUTORS

    modules = (
        standard,
        options,
        commander,
        yargs,
        output,
        files,
        loggers,
        schemas,
        schema_options,
        web,
        mcp_nest,
        nest,
        sdk,
        frameworks,
        cluster,
    )
    calls = {name: handler for each in (methods, *modules) for name, handler in each.CALLS.items()}
    reads = {name: reader for each in modules for name, reader in each.READS.items()}
    aliases = {name: other for each in modules for name, other in each.ALIASES.items()}
    classes = frozenset(path for each in modules for path in each.CLASSES)
    return Tables(EVALUATORS, EXECUTORS, call, member, load, calls, reads, aliases, classes)
