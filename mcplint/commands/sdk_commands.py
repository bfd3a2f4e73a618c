"""The commands `fastmcp run` and `mcp run`, and `fastmcp.json`."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcplint.commands.command_lines import SDK_COMMANDS
from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.options import parse
from mcplint.commands.words import Words, span_of, text
from mcplint.programs.python.modules import roots
from mcplint.programs.start import OBJECT
from mcplint.values import EditSite, Label, Value

if TYPE_CHECKING:
    from mcplint.facts.document import Node

Flags = Mapping[str, Value[str]]


def sdk_run(tool: str, words: Words, context: ExecContext) -> Step:
    """`mcp run file.py:object …`, `fastmcp run …`."""
    if len(words) < 2 or text(words[1]) not in ("run", "dev"):
        return context.none(f"{tool} starts no server this way")
    end = next((index for index, word in enumerate(words) if text(word) == "--"), len(words))
    parsed = parse(words[2:end], SDK_COMMANDS[tool], interspersed=True)
    if not parsed.closed:
        return context.none(f"an argument of {tool} run is not known")
    target = next(iter(parsed.rest), None)
    if target is None and tool == "fastmcp":
        target = Value(("fastmcp.json",), (Label(context.span, "fastmcp run without a file takes fastmcp.json"),))
    spelled = text(target) if target is not None else None
    if target is None or spelled is None:
        return context.none(f"{tool} run is given no file that is known")
    if tool == "fastmcp" and spelled.startswith(("http://", "https://")):
        return context.none(f"fastmcp run passes on what the server at {spelled} answers")
    if spelled.endswith(".json"):
        return _by_fastmcp_json(target, parsed.flags, words[end + 1 :], context)
    return _object(tool, target, parsed.flags, words[end + 1 :], context)


def _object(tool: str, word: Value[str], flags: Flags, argv: Words, context: ExecContext) -> Step:
    file, _, name = (text(word) or "").partition(":")
    path = context.path_in_project(file)
    if path is None or path not in context.tree.paths:
        return context.none(f"{file} is not in the project", path)
    note = Label(span_of(word, context.span), f"{tool} runs the server in {path}")
    folders = roots(context.tree, posixpath.dirname(path))
    return context.start(OBJECT, f"{path}:{name}", argv, folders, note, tool, flags)


def _by_fastmcp_json(word: Value[str], flags: Flags, argv: Words, context: ExecContext) -> Step:
    """`fastmcp.json`: the file and object under `source`, the settings under `deployment`."""
    from mcplint.facts.document import ScalarNode

    path = context.path_in_project(text(word) or "")
    read = context.tree.facts("json", path) if path else None
    if read is None:
        return context.none(f"{text(word)} is not in the project", path)
    root = read.root
    if _table(root, "mcpServers"):
        return context.none(f"fastmcp run passes on what the servers of {path} answer")
    origin, deployment = (_table(root, key) for key in ("source", "deployment"))
    file, entry = origin.get("path"), origin.get("entrypoint")
    if not isinstance(file, ScalarNode) or not isinstance(file.value, str):
        return context.none(f"{path} names no source file")
    settings = {
        key.replace("_", "-"): Value((str(node.value),), (Label(node.span, f"sets {key}"),), EditSite(node.span))
        for key, node in deployment.items()
        if isinstance(node, ScalarNode) and node.value is not None
    }
    inner = context.because(word, f"reads {path}")
    if "cwd" in settings:
        inner = inner._replace(workdir=posixpath.join(context.workdir or "/", settings["cwd"].only or "."))
    name = entry.value if isinstance(entry, ScalarNode) and entry.value else ""
    target = Value((f"{file.value}:{name}",), (Label(file.span, "is the source"),))
    return _object("fastmcp", target, {**settings, **flags}, argv, inner)


def _table(root: Node | None, key: str) -> Mapping[str, Node]:
    """The entries of an object in a document, none where there is none."""
    from mcplint.facts.document import MappingNode

    table = root.get(key) if isinstance(root, MappingNode) else None
    return {name.text: node for name, node in table.pairs} if isinstance(table, MappingNode) else {}
