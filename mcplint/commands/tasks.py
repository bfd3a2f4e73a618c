"""Task runners: what `make`, `just`, `poe`, `task` and `pdm run` start by a name, others first; supervisord."""

from __future__ import annotations

import posixpath
import re

from mcplint.commands.execution import ExecContext, Next, Step
from mcplint.commands.options import grammar, parse
from mcplint.commands.scripts import from_lines, from_script, from_text
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode
from mcplint.programs.start import NoStart, Start
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
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
RECIPES = {"make": ("GNUmakefile", "makefile", "Makefile"), "just": ("justfile", "Justfile", ".justfile")}
TASKFILES = ("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml")
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


def go_task(words: Words, context: ExecContext) -> Step:
    """`task name`: the commands of a Taskfile, one after the other; those of other tasks prepare for them."""
    dashes = next((index for index, word in enumerate(words) if text(word) == "--"), len(words))
    names = [each for word in words[:dashes] if (each := text(word)) and not each.startswith("-")]
    name = names[0] if names else "default"
    path = next((found for each in TASKFILES if (found := context.file(each))), None)
    node: Node | None = context.tree.facts("yaml.document", path) if path else None
    for key in ("tasks", name):
        node = node.get(key) if isinstance(node, MappingNode) else None
    if node is None:
        return context.none("what task runs is not known")
    commands = [command.text for command in _commands(node)]
    given = " ".join(map(spelled, words[dashes + 1 :]))
    lines = re.sub(r"\{\{\s*\.CLI_ARGS\s*\}\}", lambda _: given, "\n".join(commands))
    if not commands or "{{" in lines:
        return context.none(f"what the task {name} runs is not known")
    folder = node.get("dir") if isinstance(node, MappingNode) else None
    inner = (context.because(words[0], f"task runs the task {name}") if words else context)._replace(prepared=True)
    if isinstance(folder, ScalarNode):
        inner = inner._replace(workdir=context.absolute(folder.text))
    return from_text(Value((lines,), (Label(node.span.head, f"is the task {name}"),)), inner)


def _commands(node: Node) -> list[ScalarNode]:
    """The commands of a task in a Taskfile."""
    found = node
    if isinstance(node, MappingNode):
        found = node.get("cmds") or node.get("cmd") or node
    each = found.items if isinstance(found, SequenceNode) else (found,)
    said = [one.get("cmd") if isinstance(one, MappingNode) else one for one in each]
    return [one for one in said if isinstance(one, ScalarNode) and isinstance(one.value, str)]


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


def recipe(tool: str, words: Words, context: ExecContext) -> Step:
    """`make target`, `just recipe`: the lines of the recipe, one after the other."""
    names = [each for word in words[1:] if (each := text(word)) and not each.startswith("-") and "=" not in each]
    file = next((found for each in RECIPES[tool] if (found := context.script(each)) is not None), None)
    if file is None or len(names) > 1:
        return context.none(f"what {tool} runs is not known")
    lines = _recipe(file, names[0] if names else None)
    if lines is None:
        return context.none(f"{tool} has no recipe that is known")
    inner = context.because(words[0], f"{tool} runs {names[0] if names else 'its first recipe'}")
    return from_lines(lines, inner._replace(prepared=True))


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
        command = re.compile(r"^command[ \t]*=[ \t]*(.+?)[ \t\r]*$", re.MULTILINE).search(file.text, *program.span(1))
        if command and "%(" not in re.sub(ENVIRONMENT, "", command[1]):
            line = _interpolated(file.part(*command.span(1)))
            folder = re.compile(r"^directory[ \t]*=[ \t]*([^\s%]+)", re.MULTILINE).search(file.text, *program.span(1))
            inner = context.because(words[0], "supervisord starts the programs of its configuration")
            step = from_lines(line, inner._replace(workdir=folder[1] if folder else context.workdir))
            found += () if isinstance(step, (Start, NoStart, Next)) else step
    return tuple(found) if found else context.none("supervisord starts no known program")


def _interpolated(line: LocatedText) -> LocatedText:
    """A command of supervisord with `%(ENV_NAME)s` as a shell spells it."""
    pieces: list[tuple[str, int]] = []
    at = 0
    for found in re.finditer(ENVIRONMENT, line.text):
        pieces += [*line.part(at, found.start()).pieces(), (f"${{{found[1]}}}", line.source_offset(found.start()))]
        at = found.end()
    return LocatedText.join(line.source, (*pieces, *line.part(at).pieces()), line.source_offset(0)) if pieces else line


def _recipe(file: LocatedText, name: str | None) -> LocatedText | None:
    """The indented lines below the head of a recipe; None where it has none, or variables that are not the shell's."""
    named = re.escape(name) if name else r"[a-zA-Z0-9][\w-]*"
    head = re.compile(rf"^@?{named}(?: [^:\n]*)?:(?![:=])[^\n]*\n", re.MULTILINE).search(file.text)
    pieces = list[tuple[int, int]]()
    at = head.end() if head else len(file.text)
    for line in file.text[at:].splitlines(keepends=True):
        if line.strip() and not line[0].isspace():
            break
        shown = len(line) - len(line.lstrip(" \t").lstrip("@+-"))
        pieces.append((at + shown, at + len(line)))
        at += len(line)
    lines = file.gather(pieces, 0)
    return lines if lines.text.strip() and not re.search(r"\$[({]|\{\{|\$\$", lines.text) else None


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
