"""From client configuration files to the commands that clients start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.client import ClientFile
from mcplint.facts.document import ScalarNode, items, pairs
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value

ROOT = "/project"
"""Where the project is taken to lie on the machine of a client."""
PLUGINS = frozenset({".claude-plugin", ".cursor-plugin"})
"""Folders of a plugin's manifest, whose paths are those of the folder around them."""
SETTINGS = PLUGINS | {
    *(".amazonq", ".claude", ".codex", ".continue", ".cursor", ".gemini", ".github", ".kiro", ".roo", ".vscode", ".zed")
}
"""Folders of a client's own, which starts programs in the folder around them."""
IN_PROJECT = ("workspaceFolder", "workspacePath", "CLAUDE_PROJECT_DIR", "PWD")
BESIDE = ("CLAUDE_PLUGIN_ROOT", "extensionPath", "__dirname")
"""Variables that clients replace by the folder of the project, and by that of the file itself."""
VARIABLE = re.compile(r"\$\{([\w./:]{0,200}?)(?::-((?:[^}$]|\$(?!\{))*+))?\}")


class Entry(NamedTuple):
    """A command that a client is told to start: its words, its own variables, and the folder it starts in."""

    id: str
    span: Span
    words: tuple[Value[str], ...]
    env: Mapping[str, Value[str | None]]
    workdir: str


def entries(file: ClientFile) -> Iterator[Entry]:
    """The commands of a file, with what clients put in for variables: paths of the project below `ROOT`."""
    if file.wrapper is None and posixpath.basename(file.source.path) != ".mcp.json":
        return
    folder = posixpath.dirname(file.source.path)
    parts = folder.split("/")
    own = folder if parts[-1] not in PLUGINS else "/".join(parts[:-1])
    beside = posixpath.join(ROOT, own).rstrip("/")
    depth = next((at for at, part in enumerate(parts) if part in SETTINGS), len(parts))
    around = posixpath.join(ROOT, *parts[:depth]).rstrip("/")
    for name, node in file.servers:
        command, args = node.get("command"), node.get("args")
        words = [each for each in (command, *items(args)) if isinstance(each, ScalarNode)]
        if isinstance(command, ScalarNode) and len(words) == 1 + len(items(args)):
            given = {key.text: value for key, value in pairs(node.get("env")) if isinstance(value, ScalarNode)}
            workdir = node.get("cwd")
            start = _with_folders(workdir, beside).only if isinstance(workdir, ScalarNode) else None
            yield Entry(
                f"{file.source.path}:{name.text}",
                name.span,
                tuple(_with_folders(word, beside) for word in words),
                {key: _with_folders(value, beside) for key, value in given.items()},
                posixpath.normpath(posixpath.join(around, start or ".")),
            )


def _with_folders(node: ScalarNode, beside: str) -> Value[str]:
    """A text of an entry with the folders put in; unknown where a variable of the machine is in it."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "/":
            return "/"
        known = ROOT if match[1] in IN_PROJECT else beside if match[1] in BESIDE else match[2]
        return match[0] if known is None else known

    text = VARIABLE.sub(value, node.text)
    trace = (Label(node.span, "the client is told this"),)
    return Value(None if "${" in text else (text,), trace, EditSite(node.span) if node.span.text == text else None)
