"""The commands `fastmcp run` and `mcp run`, and `fastmcp.json`."""

from __future__ import annotations

import posixpath
from typing import Any

from mcplint.commands.resolve import ExecContext, started
from mcplint.commands.words import Grammar, Words, parse, place, text
from mcplint.programs.python.modules import around, aside, roots
from mcplint.programs.start import OBJECT, NoStart, Start
from mcplint.project.tree import Tree
from mcplint.values import EditSite, Label, Value


def sdk_command(tool: str, words: Words, scene: ExecContext, form: Grammar) -> Start | NoStart:
    """`mcp run file.py:object …`, `fastmcp run …`."""
    if len(words) < 2 or text(words[1]) not in ("run", "dev"):
        return NoStart(f"{tool} starts no server this way", scene.notes)
    own, arguments = _split(words[2:])
    parsed = parse(own, form, interspersed=True)
    if parsed is None:
        return NoStart(f"an argument of {tool} run is not known", scene.notes)
    if not parsed.rest and tool == "fastmcp":
        target = Value(("fastmcp.json",), (Label(scene.span, "fastmcp run without a file takes fastmcp.json"),))
    elif parsed.rest:
        target = parsed.rest[0]
    else:
        return NoStart(f"{tool} run is given no file", scene.notes)
    spelled = text(target)
    if spelled is None:
        return NoStart("the file is not known", scene.notes)
    if spelled.endswith(".json"):
        return _configured(target, parsed.flags, arguments, scene)
    return _object(tool, target, spelled, parsed.flags, arguments, scene)


def _split(words: Words) -> tuple[Words, Words]:
    """The words before and after `--`."""
    at = next((index for index, word in enumerate(words) if text(word) == "--"), len(words))
    return words[:at], words[at + 1 :]


def _object(tool: str, word: Value[str], spelled: str, flags: Any, argv: Words, scene: ExecContext) -> Start | NoStart:
    file, _, name = spelled.partition(":")
    path = scene.inside(file)
    if path is None or path not in scene.tree.paths:
        return NoStart(f"{file} is not in the project", scene.notes, missing=path)
    note = Label(place(word, scene.span), f"{tool} runs the server in {path}")
    return started(OBJECT, f"{path}:{name}", argv, scene, roots(scene.tree, posixpath.dirname(path)), note, tool, flags)


def _configured(word: Value[str], flags: Any, argv: Words, scene: ExecContext) -> Start | NoStart:
    """`fastmcp.json`: the file and object under `source`, the settings under `deployment`."""
    from mcplint.facts.document import MappingNode, ScalarNode
    from mcplint.readers import json

    path = scene.inside(text(word) or "")
    source = scene.tree.source(path) if path else None
    if source is None:
        return NoStart(f"{text(word)} is not in the project", scene.notes, missing=path)
    document = json.read(source).root
    origin = document.get("source") if isinstance(document, MappingNode) else None
    deployment = document.get("deployment") if isinstance(document, MappingNode) else None
    file = origin.get("path") if isinstance(origin, MappingNode) else None
    if not isinstance(file, ScalarNode) or not isinstance(file.value, str):
        return NoStart(f"{path} names no source file", scene.notes)
    entry = origin.get("entrypoint") if isinstance(origin, MappingNode) else None
    told: dict[str, Value[str]] = {}
    for key, node in deployment.pairs if isinstance(deployment, MappingNode) else ():
        if isinstance(node, ScalarNode) and node.value is not None:
            told[key.text.replace("_", "-")] = Value(
                (str(node.value),), (Label(node.span, f"sets {key.text}"),), EditSite(node.span)
            )
    inner = scene.because(word, f"reads {path}")
    cwd = told.get("cwd")
    if cwd is not None:
        inner = inner._replace(workdir=posixpath.join(scene.workdir or "/", cwd.only or "."))
    spelled = f"{file.value}:{entry.value if isinstance(entry, ScalarNode) and entry.value else ''}"
    return _object(
        "fastmcp", Value((spelled,), (Label(file.span, "is the source"),)), spelled, {**told, **flags}, argv, inner
    )


def elsewhere(tree: Tree, module: str, home: str) -> str | None:
    """The one folder of the tree, outside tests and examples but its own, that has a top-level module of this name."""
    stem = module.replace(".", "/")
    found = set()
    for path in tree.paths:
        for end in (f"{stem}/__init__.py", f"{stem}.py"):
            if path == end or path.endswith(f"/{end}"):
                folder = path[: len(path) - len(end)].rstrip("/")
                if around(aside(folder), home):
                    found.add(folder)
    return found.pop() if len(found) == 1 else None
