"""pm2, which starts a program in several processes, and what its ecosystem files name."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.node_files import SCRIPT_NAMES, node_file
from mcplint.commands.options import grammar, parse
from mcplint.commands.words import Words, span_of, text
from mcplint.knowledge.executables import NODE_NAMES
from mcplint.programs.start import Start
from mcplint.programs.typescript.configuration import entry, exported_configuration, has
from mcplint.programs.typescript.values import Object, as_list, elements, js_text
from mcplint.programs.values import Abstract
from mcplint.values import Label, Value

PM2 = grammar("no-daemon raw json no-autorestart watch", None, i="instances", n="name")
ECOSYSTEM = re.compile(r"ecosystem|\.json$|\.config\.[cm]?js$")


def pm2(words: Words, context: ExecContext) -> Step:
    """`pm2-runtime [start] file [-i COUNT] [-- arguments]`: a file of the project, or what an ecosystem file names."""
    dashes = next((at for at, word in enumerate(words) if text(word) == "--"), len(words))
    parsed = parse(words[1:dashes], PM2, interspersed=True)
    rest = parsed.rest[1:] if parsed.rest and text(parsed.rest[0]) == "start" else parsed.rest
    file_name = text(rest[0]) if rest else None
    if file_name is None:
        return context.none("what pm2 starts is not known")
    if ECOSYSTEM.search(file_name):
        flags = {name: text(value) for name, value in parsed.given}
        path = context.file(file_name)
        found = tuple(_programs(path, words[0], flags.get("only"), flags.get("env"), context)) if path else ()
        return found or context.none("what pm2 starts is not known")
    if not SCRIPT_NAMES.search(file_name):
        return NextCommand((*rest, *words[dashes + 1 :]), context.because(words[0], "runs the command after it"))
    started = node_file(rest[0], words[dashes + 1 :], context)
    count = parsed.flags.get("instances")
    return started._replace(flags={"instances": count}) if count is not None and isinstance(started, Start) else started


def _programs(
    path: str, word: Value[str], only: str | None, mode: str | None, context: ExecContext
) -> Iterator[NextCommand]:
    """The programs of an ecosystem file, each as if pm2 were told to start its script alone."""
    whole = exported_configuration(context.tree, path, context.span)
    for app in as_list(entry(whole, "apps") if isinstance(whole.only, Object) and has(whole, "apps") else whole):
        script, name = entry(app, "script"), entry(app, "name").only
        if only is not None and name not in only.split(","):
            continue
        inner = context.because(word, f"{posixpath.basename(path)} names what it starts")
        folder = entry(app, "cwd").only
        if isinstance(folder, str):
            inner = inner._replace(workdir=context.absolute(folder))
        yield NextCommand(_command(app, script, word), inner._replace(sets=dict(_variables(app, mode, context))))


def _command(app: Abstract, script: Abstract, word: Value[str]) -> Words:
    """The command line of a program: one word that is not known where not all of them are."""
    args = _words(entry(app, "args")) if has(app, "args") else ()
    interpreter = entry(app, "interpreter").only if has(app, "interpreter") else "node"
    if args is None or not isinstance(interpreter, str):
        return (Value(None, script.trace),)
    if interpreter == "none" or not SCRIPT_NAMES.search(str(script.only)):
        return (_as_text(script), *args)
    if interpreter not in NODE_NAMES:
        return (Value((interpreter,), script.trace), _as_text(script), *args)
    front = (word, Value(("start",), word.trace), _as_text(script))
    count = (Value(("-i",), word.trace), _count(app)) if has(app, "instances") else ()
    return (*front, *count, Value(("--",), word.trace), *args)


def _count(app: Abstract) -> Value[str]:
    """How many processes share a port; not known in the mode `fork`, where each opens it for itself."""
    count, mode = _as_text(entry(app, "instances")), entry(app, "exec_mode")
    shared = not has(app, "exec_mode") or mode.must(lambda option: str(option).startswith("cluster"))
    return count if shared or count.only == "1" else Value(None, count.trace)


def _words(value: Abstract) -> Words | None:
    """Arguments, in one text or in a list."""
    if isinstance(value.only, str):
        try:
            return tuple(Value((each,), value.trace) for each in shlex.split(value.only))
        except ValueError:
            return None
    items = elements(value)
    return tuple(map(_as_text, items)) if items is not None else None


def _as_text(value: Abstract) -> Value[str]:
    found = js_text(value.only) if value.options else None
    return Value((found,) if found is not None else None, value.trace, value.site)


def _variables(app: Abstract, mode: str | None, context: ExecContext) -> Iterator[tuple[str, Value[str]]]:
    """What the program finds in its environment besides; `env_production` goes with `--env production`."""
    yield from context.sets.items()
    for name in ("env", *((f"env_{mode}",) if mode else ())):
        table = entry(app, name).only
        for key in table.names() if isinstance(table, Object) else ():
            value = entry(entry(app, name), key)
            note = Label(span_of(value, context.span), f"pm2 sets {key}")
            yield key, _as_text(value)._replace(trace=(note,))
