"""Tasks by their names in a table: `poe`, `taskipy`, `pdm run`, `hatch run`."""

from __future__ import annotations

import posixpath

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.scripts import from_text
from mcplint.commands.task_environments import with_environment
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at
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


def task(tool: str, words: Words, context: ExecContext, env: str = "default") -> Step | None:
    """The task that the first of the words names, None where the runner has no such task; `env`: one of hatch."""
    if not words or (name := text(words[0])) is None:
        return None
    node = _node(tool, name, context)
    command = _command(node) if node else None
    if command is None:
        return None
    given = " ".join((command.text, *map(spelled, words[1:])))
    site = EditSite(command.span) if len(words) == 1 else None
    word = Value((given,), (Label(command.span, f"is the task {name}"),), site)
    inner = with_environment(tool, _settings_file(tool, context), node, name.rpartition(":")[0] or env, context)
    return from_text(word, inner.because(words[0], f"{tool} runs the task {name}")._replace(prepared=True))


def runner_context(tool: str, context: ExecContext, env: str = "default") -> ExecContext:
    """The context of a command that a runner starts and that is no task of it."""
    return with_environment(tool, _settings_file(tool, context), None, env, context)


def _node(tool: str, name: str, context: ExecContext) -> Node | None:
    """Where a task is written."""
    if tool == "hatch":
        env, colon, script = name.rpartition(":")
        keys: tuple[str, ...] = ("tool", "hatch", "envs", env if colon else "default", "scripts", script)
    elif tool in TABLES:
        keys = (*TABLES[tool][1], name)
    else:
        return None
    return at(_settings_file(tool, context), *keys)


def _settings_file(tool: str, context: ExecContext) -> Node | None:
    """The file of settings that a runner reads."""
    file = TABLES[tool][0] if tool in TABLES else "pyproject.toml"
    path = next((found for each in (".", "..") if (found := context.file(posixpath.join(each, file)))), None)
    return _document(context.tree, path) if path else None


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
