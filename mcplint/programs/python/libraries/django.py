"""Django: `manage.py NAME`, which calls the command of the project of that name with the program's own words.

Source: https://docs.djangoproject.com/en/5.2/howto/custom-management-commands/ and the code of Django 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcplint.knowledge.executables import DJANGO_COMMANDS
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import return_none
from mcplint.programs.python.imports import imported_package
from mcplint.programs.python.leaving import leaves_project
from mcplint.programs.python.libraries.arguments import PARSER, add_argument, parse_args, parser
from mcplint.programs.python.libraries.output import STDOUT
from mcplint.programs.python.machine import Handler, Machine, Reader
from mcplint.programs.python.modules import loads_library, management_commands
from mcplint.programs.python.values import Class, Instance, elements
from mcplint.programs.values import Abstract, External, Sequence, known
from mcplint.text.source import Span
from mcplint.values import Label

BASE = "django.core.management.base.BaseCommand"
_SERVING, _SERVED = ("runserver", "testserver"), ("settings.py", "urls.py")
_INNER = ("run_from_argv", "execute", "create_parser", "__init__")
"""What a command that only handles its options leaves as it is."""
_OPTIONS: tuple[tuple[tuple[str, ...], Mapping[str, Abstract]], ...] = (
    (("--version",), {"action": known("version")}),
    (("-v", "--verbosity"), {"default": known(1), "type": known(External("builtins.int"))}),
    (("--settings",), {}),
    (("--pythonpath",), {}),
    *(((name,), {"action": known("store_true")}) for name in ("--traceback", "--no-color", "--force-color")),
    (("--skip-checks",), {"action": known("store_true")}),
)
"""The options that every command has."""


def run_django_command(machine: Machine, args: Args, owner: Any) -> Abstract:
    """`execute_from_command_line(sys.argv)`"""
    given = args.find(0, "argv")
    words = machine.argv
    if given is not None and given.options != (None,):
        items = given.only.items if isinstance(given.only, Sequence) else None
        words = items[1:] if items else None
    span = args.span or machine.origin
    if words is None:
        return _unfollowed(machine, span, "which command of Django it runs is not known")
    return run(machine, words[0], words[1:], span) if words else known(None)


def run(machine: Machine, command: Abstract, words: tuple[Abstract, ...] | None, span: Span) -> Abstract:
    """A command with the words after it: the project's own of that name, which may stand in place of Django's."""
    tree, roots, name = machine.modules.tree, machine.modules.roots, command.only
    if not isinstance(name, str):
        return _unfollowed(machine, span, "which command of Django it runs is not known")
    found = management_commands(tree, roots, name)
    if not found and (name in DJANGO_COMMANDS or name.startswith("-")):
        pages = (path for each in _SERVED for path in tree.files_named(each)) if name in _SERVING else ()
        if any(tree.mentions(path, "ASGI_APPLICATION", "mcp") for path in pages):
            return _unfollowed(machine, span, f"what the application serves that {name} runs is not known")
        return known(None)
    if len(found) != 1:
        why = "which several apps have" if found else "which is not the project's"
        return _unfollowed(machine, span, f"goes on in the command {name} of Django, {why}")
    ((module, path),) = found.items()
    if not loads_library(tree, roots, path):
        machine.lost += leaves_project(tree, roots, path)
        machine.hides = machine.hides or bool(machine.lost)
        return known(None)
    return _handled(machine, module, words, Label(span, f"runs the command {name} in {path}"))


def _handled(machine: Machine, name: str, words: tuple[Abstract, ...] | None, note: Label) -> Abstract:
    """`Command().handle(*args, **options)` with the options that the words give."""
    module = imported_package(machine, name)
    made = machine.call(machine.attribute(known(module), "Command", note), Args())
    command = made.only
    kind = command.kind if isinstance(command, Instance) and command.library == BASE else None
    if not isinstance(kind, Class) or any(kind.find(inner) is not None for inner in _INNER):
        return _unfollowed(machine, note.span, f"what the command in {name} does is not known")
    machine.tables.learn(("arguments",))
    reader = Instance(External(PARSER), note.span)
    parser(machine, Args(), reader)
    for names, settings in _OPTIONS:
        add_argument(machine, Args(tuple(known(each) for each in names), settings), reader)
    machine.call(machine.attribute(made, "add_arguments", note), Args((known(reader),)))
    read: Any = parse_args(machine, Args((known(Sequence("list", words)),)), reader).only
    options = {key: value for key, value in read.table.items() if isinstance(key, str)}
    given = elements(options.pop("args", known(Sequence("tuple", ()))))
    return machine.call(machine.attribute(made, "handle", note), Args(tuple(given or ()), options, open=given is None))


def _unfollowed(machine: Machine, span: Span, why: str) -> Abstract:
    """Something that is not followed and that may start a server."""
    note = Label(span, why)
    machine.lost.append(note)
    machine.hides = True
    return machine.risk(note)


def standard_output(machine: Machine, owner: Any) -> Abstract:
    """`self.stdout` of a command, which writes there."""
    return known(STDOUT)


CALLS: Mapping[str, Handler] = {
    "django.core.management.execute_from_command_line": run_django_command,
    f"{BASE}.add_arguments": return_none,
}
READS: Mapping[str, Reader] = {f"{BASE}.stdout": standard_output}
ALIASES: Mapping[str, str] = {"django.core.management.BaseCommand": BASE}
