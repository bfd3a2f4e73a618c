"""`task name`: the commands of a Taskfile with its variables.

https://taskfile.dev/docs/reference/schema
"""

from __future__ import annotations

import re

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.given_variables import files_of, with_files
from mcplint.commands.recipes import bounded, read, with_variables
from mcplint.commands.scripts import NO_PROGRAM, from_text
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, pairs
from mcplint.programs.start import NoStart
from mcplint.values import HOLE, EditSite, Label, Value

FILES = ("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml")
_TEMPLATE = re.compile(r"\{\{-?([^{}\n]*)\}\}")
_TEXT = r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`\n]*)`"
_NAME = r"\.([A-Za-z_]\w*)"
_READ = re.compile(rf"{_NAME}(?:\s*\|\s*default\s+(?:{_TEXT}|(\d+)))?")
_DEFAULT = re.compile(rf"default\s+(?:{_TEXT}|(\d+))\s+{_NAME}")
_MOST_CALLS = 8
_OWN = {"TASK", "ALIAS", "TASKFILE", "TASKFILE_DIR", "ROOT_TASKFILE", "ROOT_DIR", "USER_WORKING_DIR", "ITEM", "MATCH"}
"""The variables that task itself sets."""


class _Scope:
    """The variables that templates of a Taskfile read; a class because each that is set is read by those after it."""

    def __init__(self, context: ExecContext, values: dict[str, str]) -> None:
        self.context, self.values = context, dict(values)

    def __call__(self, name: str) -> str:
        if name in _OWN:
            return HOLE
        return self.values[name] if name in self.values else read(name, self.context)

    def expand(self, raw: str) -> str:
        """A text with what its templates stand for, and a hole for what is not known."""
        return bounded(_TEMPLATE.sub(lambda found: self._template(found[1].strip(" -")), bounded(raw)))

    def _template(self, written: str) -> str:
        if reference := _READ.fullmatch(written):
            name, *defaults = reference.groups()
        elif reference := _DEFAULT.fullmatch(written):
            *defaults, name = reference.groups()
        else:
            return HOLE
        default = next((each for each in defaults if each is not None), None)
        own = self.values.get(name)
        return own or (self(name) if default is None else read(name, self.context, default, ":-"))

    def set(self, table: Node | None) -> dict[str, Value[str]]:
        """Sets the variables of a table, and says which these are."""
        found = dict[str, Value[str]]()
        for key, node in pairs(table):
            name = key.text
            plain = node.text if isinstance(node, ScalarNode) and node.value is not None else HOLE
            self.values[name] = self.expand(plain)
            found[name] = Value((self.values[name],), (Label(node.span, f"task sets {name}"),))
        return found


def go_task(words: Words, context: ExecContext) -> Step:
    """What a task starts."""
    dashes = next((index for index, word in enumerate(words) if text(word) == "--"), len(words))
    names = [each for word in words[:dashes] if (each := text(word)) and not each.startswith("-")]
    overrides = dict(each.partition("=")[::2] for each in names if "=" in each)
    name = next((each for each in names if "=" not in each), "default")
    path = next((found for each in FILES if (found := context.file(each))), None)
    document: Node | None = context.tree.facts("yaml.document", path) if path else None
    if not isinstance(document, MappingNode):
        return context.none("task has no Taskfile that is known")
    inner = (context.because(words[0], f"task runs the task {name}") if words else context)._replace(prepared=True)
    scope = _Scope(context, overrides)
    inner = with_files(files_of(document.get("dotenv"), ".")[::-1], inner, needed=())
    handed = _table_environment(scope.set(document.get("env")), inner)
    scope.set(document.get("vars"))
    scope.values |= {**overrides, "CLI_ARGS": " ".join(map(spelled, words[dashes + 1 :]))}
    return _task(document, name, scope, with_variables(inner, handed), 0)


def _table_environment(said: dict[str, Value[str]], context: ExecContext) -> dict[str, Value[str]]:
    """What a table gives to the commands: the environment that task is started in goes before it."""
    found = dict[str, Value[str]]()
    for name, value in said.items():
        there = context.variable(name)
        if there.may_be(None):
            found[name] = value if there.must_be(None) else Value(None, value.trace)
    return found


def _task(document: MappingNode, name: str, scope: _Scope, context: ExecContext, number: int) -> Step:
    """What the last command of a task starts that starts anything; without commands, the last task before it."""
    tasks = document.get("tasks")
    node = tasks.get(name) if isinstance(tasks, MappingNode) else None
    if node is None or number > _MOST_CALLS:
        return context.none(f"what the task {name} runs is not known")
    if isinstance(node, MappingNode):
        inner = _Scope(context, scope.values)
        handed = _table_environment(inner.set(node.get("env")), context)
        inner.set(node.get("vars"))
        scope, context = inner, with_variables(context, handed)
        context = with_files(files_of(node.get("dotenv"), ".")[::-1], context, needed=())
        if isinstance(folder := node.get("dir"), ScalarNode):
            directory = scope.expand(folder.text)
            context = context._replace(workdir=None if HOLE in directory else context.absolute(directory))
    for command in reversed(_commands(node)):
        step = _command(document, name, command, scope, context, number)
        if not isinstance(step, NoStart) or step.why != NO_PROGRAM:
            return step
    return context.none(NO_PROGRAM)


def _command(document: MappingNode, name: str, command: Node, scope: _Scope, context: ExecContext, number: int) -> Step:
    """What one command of a task starts."""
    if isinstance(command, MappingNode):
        called = command.get("task")
        if isinstance(called, ScalarNode):
            inner = _Scope(context, scope.values)
            inner.set(command.get("vars"))
            return _task(document, scope.expand(called.text), inner, context, number + 1)
        if command.get("defer") is not None or not isinstance(command.get("cmd"), ScalarNode):
            return context.none(NO_PROGRAM)
        command = command.get("cmd") or command
    if not isinstance(command, ScalarNode):
        return context.none(NO_PROGRAM)
    filled = scope.expand(command.text)
    note = (Label(command.span, f"is a command of the task {name}"),)
    plain = HOLE not in filled
    site = EditSite(command.span) if filled == command.text else None
    word = Value((filled,), note, site) if plain else Value(None, note, None, filled)
    return from_text(word, context if plain else context._replace(span=command.span))


def _commands(node: Node) -> tuple[Node, ...]:
    """The commands of a task in a Taskfile, or the tasks that it is made from where it has none."""
    found: Node | None = node
    if isinstance(node, MappingNode):
        found = node.get("cmds") or node.get("cmd")
        if found is None:
            before = node.get("deps")
            return tuple(map(_as_call, before.items)) if isinstance(before, SequenceNode) else ()
    return tuple(found.items) if isinstance(found, SequenceNode) else (found,) if found is not None else ()


def _as_call(node: Node) -> Node:
    """A task that another needs, spelled as its name alone or as a call, as a call."""
    return (
        MappingNode(node.span, ((ScalarNode(node.span, "task", "task"), node),))
        if isinstance(node, ScalarNode)
        else node
    )
