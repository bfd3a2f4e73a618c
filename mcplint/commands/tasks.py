"""Tasks by their names in a table: `poe`, `taskipy`, `pdm run`, `hatch run`."""

from __future__ import annotations

import posixpath

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.scripts import from_text
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
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
