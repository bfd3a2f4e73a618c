"""Variables that a program is given by a file or a table which the command that starts it reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from itertools import takewhile

from mcplint.commands.execution import ExecContext
from mcplint.commands.options import grammar, parse
from mcplint.commands.words import Words, text
from mcplint.facts.compose import EnvFile
from mcplint.facts.document import MappingNode, Node, ScalarNode, items, pairs
from mcplint.values import EditSite, Label, Value

_TOOLS = {
    "dotenv": grammar(
        "override no-override overload export o c",
        "file quote env variable",
        f="file",
        q="quote",
        e="env",
        v="variable",
        o="overload",
    ),
    "dotenvx": grammar("overload quiet verbose debug strict", "file env convention", f="file", e="env"),
    "env-cmd": grammar(
        "no-override silent verbose fallback x", "file environments rc-file", f="file", e="environments", r="rc-file"
    ),
}
"""Programs that give another the variables of a file, `.env` where they are told none."""
_FILLED_IN = re.compile(r"[${]|%\(")
"""What a runner puts something else in the place of."""


def with_files(names: Words, context: ExecContext, over: bool = False, needed: Words | None = None) -> ExecContext:
    """A context with the variables of files, the last of which counts.

    `over`: whether they go before those that are set already. `needed`: the files without which the command fails, None
    for all: what one sets that the project does not have is not known then, but for `.env`, beside which defaults hold.
    """
    sets, opened = dict[str, Value[str]](), context
    for name in names:
        named = text(name)
        path = context.file(named or "")
        file: EnvFile | None = context.tree.facts("dotenv", path) if path else None
        if file is None:
            fails = needed is None or name in needed
            opened = opened.with_unknown_variables(name, fails and posixpath.basename(named or "") != ".env")
        for line in file.assignments if file else ():
            old = context.variable(line.name)
            if line.value is None or not (over or old.may_be(None)):
                continue
            sure = (over or len(old.options or ()) == 1) and not (line.expanded and "$" in line.value.text)
            sure = sure and not line.value.text.startswith("encrypted:")
            note = Label(line.value.span(), f"sets {line.name}")
            site = EditSite(line.value.span()) if line.value.exact else None
            sets[line.name] = Value((line.value.text,) if sure else None, (note,), site)
    return context._replace(sets={**opened.sets, **sets})


def with_table(node: Node | None, tool: str, context: ExecContext) -> ExecContext:
    """A context with the variables of a table, before those that are set already but where it only has a default."""
    sets = dict(context.sets)
    for key, setting in pairs(node):
        default = setting.get("default") if isinstance(setting, MappingNode) else None
        value = setting if default is None else default
        note = Label(value.span, f"{tool} sets {key.text}")
        there = context.variable(key.text)
        if default is not None and not there.may_be(None):
            continue
        plain = isinstance(value, ScalarNode) and not _FILLED_IN.search(value.text)
        if not isinstance(value, ScalarNode) or not plain or (default is not None and not there.must_be(None)):
            sets[key.text] = Value(None, (note,))
        else:
            site = EditSite(value.span) if value.span.text == value.text else None
            sets[key.text] = Value((value.text,), (note,), site)
    return context._replace(sets=sets)


def with_tool(name: str, words: Words, context: ExecContext) -> ExecContext:
    """The context of what a program starts that gives it variables: those of its file, or any."""
    if name not in _TOOLS:
        return context.with_unknown_variables(words[0])
    options = parse(tuple(takewhile(lambda word: text(word) != "--", words[1:])), _TOOLS[name], interspersed=True)
    python = name == "dotenv" and any(text(word) == "run" for word in options.rest)
    files = options.values("file") if python or name != "dotenv" else options.values("env")
    over = "no-override" not in options.flags if python or name == "env-cmd" else "overload" in options.flags
    needed = files if python or name == "env-cmd" else ()
    return with_files(files or (Value((".env",), words[0].trace),), context, over, needed)


def files_of(node: Node | None, folder: str) -> Words:
    """The files that a setting names: one, a list of them, or those of a table; as seen from a folder."""
    named: Iterable[Node] = items(node)
    if isinstance(node, MappingNode):
        return tuple(word for _, inner in node.pairs for word in files_of(inner, folder))
    if isinstance(node, ScalarNode):
        named = (node,)
    found = (each for each in named if isinstance(each, ScalarNode))
    return tuple(_file(each, folder) for each in found)


def _file(node: ScalarNode, folder: str) -> Value[str]:
    note = Label(node.span, "names a file of variables")
    return Value(None if _FILLED_IN.search(node.text) else (posixpath.join(folder, node.text),), (note,))
