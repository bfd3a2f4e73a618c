"""The commands of ASGI servers, which are told what to serve as `module:object`, each in spellings of its own."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Mapping

from mcplint.commands.command_lines import ASGI
from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.options import Parsed, parse
from mcplint.commands.python_commands import copied
from mcplint.commands.words import Words, span_of, text
from mcplint.programs.python.modules import find, roots
from mcplint.programs.start import APP, CALLED, Start
from mcplint.project.tree import Tree
from mcplint.values import Label, Value, tail

_ADDED = ("bind", "endpoint")
"""Options that have them listen on one more address each."""
_FOLDERS = ("app-dir", "chdir", "working-dir")
"""Options that name the folder in which modules are looked up."""
_OBJECTS = {"gunicorn": "application"}
"""The objects that are served where none is named, `app` for the others."""
_LOOKING = ("chdir", "pythonpath", "sys.path")
"""What gunicorn's file says where it names such a folder."""
_BY_PATH = ("hypercorn", "granian")
"""Those that are told a module by its path too."""
_CALLING = ("gunicorn", "hypercorn")
"""Those that are told a call of what makes the application."""


def asgi(tool: str, words: Words, context: ExecContext) -> Step:
    """An ASGI server's command.

    Source: https://docs.gunicorn.org/en/stable/run.html#gunicorn,
    https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html, https://github.com/emmett-framework/granian
    """
    before = _of_variable(context) if tool == "gunicorn" else ()
    parsed = parse((*before, *words[1:]), ASGI[tool], interspersed=True)
    target = text(parsed.rest[0]) if parsed.rest and parsed.closed else None
    if target is None:
        return context.none(f"{tool} is given no application that is known")
    stated = next((text(value) for value in parsed.values(*_FOLDERS)), None) or "."
    spelled, _, name = (target.removeprefix("asgi:") if tool == "hypercorn" else target).partition(":")
    folder, module = _module(tool, spelled, stated, context)
    name, opening, _ = (name or _OBJECTS.get(tool, "")).partition("(" if tool in _CALLING else "\n")
    added = _python_path_folders(parsed, folder, context)
    folders = roots(context.tree, context.path_in_project(folder), *added, *context.python_path, home=context.home)
    if find(context.tree, folders, module) is None:
        there, more = copied(module, folder, context)
        if more is None or find(context.tree, (more,), module) is None:
            own = "." not in module or find(context.tree, folders, module.partition(".")[0])
            known = None not in map(text, parsed.values("pythonpath", *_FOLDERS))
            sure = own and known and not there and not _file_may_name_folders(tool, parsed.flags, context.tree)
            return context.none(f"the module {module} is not in the project", target if sure else None)
        folders = (more, *folders)
    note = Label(span_of(parsed.rest[0], context.span), f"{tool} serves {target}")
    flags = dict(parsed.flags)
    if folder != stated:
        flags[_FOLDERS[0]] = parsed.rest[0]._replace(options=(folder,), site=None)
    if opening:
        flags[CALLED] = tail(parsed.rest[0], target.index("(") - len(name))
    for option in _ADDED:
        if len(each := parsed.values(option)) > 1:
            flags[option] = Value(None, (Label(span_of(each[-1], context.span), "is one of several"),))
    return context.start(APP, f"{module}:{name}" if name else module, (), folders, note, tool, flags)


def _module(tool: str, spelled: str, folder: str, context: ExecContext) -> tuple[str, str]:
    """The folder in which a module is looked up and its name there, where a command may give its path."""
    if tool not in _BY_PATH or not ("/" in spelled or spelled.endswith(".py")):
        return folder, spelled
    place, module = posixpath.split(posixpath.join(folder, spelled.removesuffix(".py")))
    while tool == "granian" and posixpath.basename(place) and context.file(posixpath.join(place, "__init__.py")):
        place, package = posixpath.split(place)
        module = f"{package}.{module}"
    return place or ".", module


def _python_path_folders(parsed: Parsed, folder: str, context: ExecContext) -> tuple[str, ...]:
    """The folders of the project that gunicorn is told to look into besides."""
    named = ",".join(text(value) or "" for value in parsed.values("pythonpath")[-1:])
    folders = (context.path_in_project(posixpath.join(folder, each)) for each in named.split(",") if each)
    return tuple(each for each in folders if each is not None)


def looks_elsewhere(start: Start, tree: Tree) -> bool:
    """Whether an ASGI server is told, or may be, to look for modules elsewhere than in its working directory."""
    configured = not {"pythonpath", *_FOLDERS}.isdisjoint(start.flags)
    return start.kind == APP and (configured or _file_may_name_folders(start.runner or "", start.flags, tree))


def _file_may_name_folders(tool: str, flags: Mapping[str, Value[str]], tree: Tree) -> bool:
    """Whether gunicorn's file may name folders to look into."""
    if tool != "gunicorn":
        return False
    named = text(flags["config"]) or "" if "config" in flags else "gunicorn.conf.py"
    files = tree.files_named(posixpath.basename(named))
    return ("config" in flags and not files) or any(tree.mentions(path, *_LOOKING) for path in files)


def _of_variable(context: ExecContext) -> Words:
    """The words that gunicorn takes from a variable, in front of those of its command, which count more."""
    arguments = context.variable("GUNICORN_CMD_ARGS")
    try:
        given = shlex.split(arguments.only or "")
    except ValueError:
        given = []
    return tuple(Value((word,), arguments.trace) for word in given)
