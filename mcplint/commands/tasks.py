"""Tasks by their names in a table: `poe`, `taskipy`, `pdm run`, `hatch run`; services of supervisord and s6."""

from __future__ import annotations

import posixpath
import re

from mcplint.commands.execution import ExecContext, Next, Step
from mcplint.commands.options import grammar, parse
from mcplint.commands.recipes import filled
from mcplint.commands.scripts import from_lines, from_script, from_text
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.programs.start import NoStart, Start
from mcplint.project.tree import Tree
from mcplint.values import EditSite, Label, Value

# Where a runner finds its tasks: a file, and the keys that lead to them.
TABLES = {
    "poe": ("pyproject.toml", ("tool", "poe", "tasks")),
    "task": ("pyproject.toml", ("tool", "taskipy", "tasks")),
    "pdm": ("pyproject.toml", ("tool", "pdm", "scripts")),
    "rye": ("pyproject.toml", ("tool", "rye", "scripts")),
    "pipenv": ("Pipfile", ("scripts",)),
}
SUPERVISED = ("/etc/supervisor/supervisord.conf", "/etc/supervisord.conf", "supervisord.conf", "etc/supervisord.conf")
S6 = ("/etc/services.d", "/etc/s6-overlay/s6-rc.d")
ENVIRONMENT = r"%\(ENV_(\w+)\)s"
_COMMANDS = ("cmd", "shell", "interpreter", "command")


def task(tool: str, words: Words, context: ExecContext) -> Step | None:
    """The task that the first of the words names, None where the runner has no such task."""
    if not words or (name := text(words[0])) is None:
        return None
    node = _node(tool, name, context)
    command = _command(node) if node else None
    if command is None:
        return None
    given = " ".join((command.text, *map(spelled, words[1:])))
    site = EditSite(command.span) if len(words) == 1 else None
    word = Value((given,), (Label(command.span, f"is the task {name}"),), site)
    return from_text(word, context.because(words[0], f"{tool} runs the task {name}")._replace(prepared=True))


def overlay(words: Words, context: ExecContext) -> Step | None:
    """`/init` of s6-overlay: the services of its folders, each by its `run`, and the command after it.

    https://github.com/just-containers/s6-overlay#usage
    """
    found = list[Next]()
    for path in context.tree.called("run"):
        name = posixpath.basename(posixpath.dirname(path))
        place = next((at for folder in S6 if context.file(at := f"{folder}/{name}/run") == path), None)
        if place:
            step = from_script(place, (), context.because(words[0], f"s6 starts the service {name}"))
            found += () if isinstance(step, (Start, NoStart, Next)) else step
    if words[1:]:
        found.append(Next(words[1:], context.because(words[0], "s6 starts the command after it")))
    return tuple(found) or None


def supervised(words: Words, context: ExecContext) -> Step:
    """`supervisord`: the programs of its configuration, each of which is started."""
    given = parse(words[1:], grammar("n nodaemon", c="configuration")).flags.get("configuration")
    paths = SUPERVISED if given is None else (text(given) or "",)
    file = next((script for path in paths if path and (script := context.script(path)) is not None), None)
    found = list[Next]()
    section = re.compile(r"^\[program:[^\]\n]+\]([^\[]*)", re.MULTILINE)
    if file is None:
        return context.none("supervisord has no configuration that is known")
    for program in section.finditer(file.text):
        command = re.compile(r"^command[ \t]*+=[ \t]*+(\S.*)$", re.MULTILINE).search(file.text, *program.span(1))
        if command and "%(" not in re.sub(ENVIRONMENT, "", command[1]):
            said = file.part(command.start(1), command.start(1) + len(command[1].rstrip()))
            line = filled(said, ((*each.span(), f"${{{each[1]}}}") for each in re.finditer(ENVIRONMENT, said.text)))
            folder = re.compile(r"^directory[ \t]*=[ \t]*([^\s%]+)", re.MULTILINE).search(file.text, *program.span(1))
            inner = context.because(words[0], "supervisord starts the programs of its configuration")
            step = from_lines(line, inner._replace(workdir=folder[1] if folder else context.workdir))
            found += () if isinstance(step, (Start, NoStart, Next)) else step
    return tuple(found) if found else context.none("supervisord starts no known program")


def _node(tool: str, name: str, context: ExecContext) -> Node | None:
    """Where a task is written."""
    if tool == "hatch":
        env, colon, script = name.rpartition(":")
        file, keys = "pyproject.toml", ["tool", "hatch", "envs", env if colon else "default", "scripts", script]
    elif tool in TABLES:
        file, keys = TABLES[tool][0], [*TABLES[tool][1], name]
    else:
        return None
    path = next((found for at in (".", "..") if (found := context.file(posixpath.join(at, file)))), None)
    node = _document(context.tree, path) if path else None
    for key in keys:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node


def _document(tree: Tree, path: str) -> Node | None:
    """A whole file of settings."""
    if posixpath.basename(path) == "pyproject.toml":
        project = tree.project(posixpath.dirname(path))
        return project.document if project else None
    document: Node | None = tree.facts("toml", path)
    return document


def _command(node: Node) -> ScalarNode | None:
    """The command of a task."""
    if isinstance(node, MappingNode):
        return next((found for key in _COMMANDS if isinstance(found := node.get(key), ScalarNode)), None)
    if isinstance(node, SequenceNode) and len(node.items) == 1:
        return _command(node.items[0])
    return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None
