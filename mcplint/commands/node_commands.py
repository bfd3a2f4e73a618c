"""Commands that run a program of the project by Node, Bun or Deno, or by a tool around these."""

from __future__ import annotations

import posixpath

from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.given_variables import with_files
from mcplint.commands.node_files import NODE, node_file, of_framework
from mcplint.commands.node_managers import manager, npx, script, script_site
from mcplint.commands.options import Parsed, grammar, parse
from mcplint.commands.scripts import from_text
from mcplint.commands.words import Words, spelled, text
from mcplint.facts.document import Document, MappingNode, ScalarNode, at, scalar
from mcplint.knowledge.executables import NODE_LOADERS, NODE_MANAGERS, NODE_NAMES, PACKAGE_RUNNERS
from mcplint.programs.start import Start
from mcplint.values import Label, Value

LOADERS = ("import", "require", "r", "loader", "experimental-loader", "experimental-specifier-resolution")


NODEMON = grammar("", "exec watch ext ignore delay config signal", x="exec", w="watch", e="ext", i="ignore", d="delay")
DENO = grammar("", "config import-map cert location seed port host log-level ext", c="config", L="log-level")
NEXT = grammar("turbo turbopack experimental-https", None, p="port", H="hostname")


def node_command(name: str, words: Words, context: ExecContext) -> Step:
    """What a command of the world of Node starts."""
    if name in (*NODE_NAMES, *NODE_LOADERS):
        return _runtime(name, words, context)
    if name == "deno":
        return _deno(words, context)
    if name in NODE_MANAGERS:
        return manager(name, words, context)
    if name in PACKAGE_RUNNERS:
        return npx(words, context)
    if name in ("next", "nest"):
        return (_next if name == "next" else _nest)(words, context)
    if name == "nodemon":
        return _nodemon(words, context)
    rest = parse(words[1:], grammar("", "f file", f="file")).rest
    return NextCommand(rest, context.because(words[0], "runs the command after it"))


def _runtime(name: str, words: Words, context: ExecContext) -> Step:
    parsed = parse(words[1:], NODE)
    if parsed.first("eval", "e", "print", "p") and not parsed.rest:
        return context.none(f"{name} runs code in the command itself")
    rest = parsed.rest
    if name == "tsx" and rest and text(rest[0]) == "watch":
        rest = parse(rest[1:], NODE).rest
    if not rest:
        return context.none(f"{name} starts no program")
    started = node_file(rest[0], rest[1:], _with_files(parsed, context))
    bare = name in NODE_NAMES and not parsed.first(*LOADERS)
    return started._replace(runtime="node") if bare and isinstance(started, Start) else started


def _with_files(parsed: Parsed, context: ExecContext) -> ExecContext:
    """The context with the variables of the files that options name, which nothing else sets."""
    return with_files(parsed.values("env-file", "env-file-if-exists"), context, needed=parsed.values("env-file"))


def _deno(words: Words, context: ExecContext) -> Step:
    rest = words[1:]
    verb = text(rest[0]) if rest else None
    if verb == "task":
        return _deno_task(parse(rest[1:], DENO).rest, context)
    if verb in ("run", "serve"):
        parsed = parse(rest[1:], DENO)
        rest, context = parsed.rest, _with_files(parsed, context)
    return node_file(rest[0], rest[1:], context) if rest else context.none("deno starts no program")


def _deno_task(words: Words, context: ExecContext) -> Step:
    """`deno task NAME`: the task of `deno.json`, else the script of the nearest package."""
    name = text(words[0]) if words else None
    path = next((found for each in ("deno.json", "deno.jsonc") if (found := context.file(each))), None)
    document: Document | None = context.tree.facts("json", path) if path else None
    node = at(document.root if document else None, "tasks", name or "")
    command = node.get("command") if isinstance(node, MappingNode) else node
    if name is None or not isinstance(command, ScalarNode):
        return script("deno", name, words[1:], context, words[0]) if name else context.none("deno starts no program")
    given = " ".join((command.text, *map(spelled, words[1:])))
    task_text = Value((given,), (Label(command.span, f"is the task {name}"),), script_site(command, words[1:]))
    return from_text(task_text, context.because(words[0], f"deno runs the task {name}"))


def _next(words: Words, context: ExecContext) -> Step:
    """`next start [-p PORT] [-H HOST]`: the routes of a project of Next."""
    parsed = parse(words[1:], NEXT, interspersed=True)
    verb = text(parsed.rest[0]) if parsed.rest else "dev"
    if verb not in ("start", "dev"):
        return context.none(f"next {verb} starts no program")
    return of_framework("next", words[0], (), context, parsed.flags) or context.none("no package.json is known there")


def _nest(words: Words, context: ExecContext) -> Step:
    """`nest start`: the main module of a project of Nest, as `nest-cli.json` names it."""
    if (text(words[1]) if words[1:] else None) != "start":
        return context.none("nest starts no program")
    path = context.file("nest-cli.json")
    document: Document | None = context.tree.facts("json", path) if path else None
    root = document.root if document else None
    main = posixpath.join(scalar(at(root, "sourceRoot")) or "src", scalar(at(root, "entryFile")) or "main")
    return node_file(words[0]._replace(options=(main,), site=None), (), context)


def _nodemon(words: Words, context: ExecContext) -> Step:
    """`nodemon file`, `nodemon --exec command file`."""
    parsed = parse(words[1:], NODEMON)
    inner = context.because(words[0], "nodemon starts it")
    command = parsed.flags.get("exec")
    if command is not None:
        given = text(command)
        command_text = None if given is None else " ".join((given, *map(spelled, parsed.rest)))
        return from_text(Value(None if command_text is None else (command_text,), command.trace), inner)
    return node_file(parsed.rest[0], parsed.rest[1:], inner) if parsed.rest else context.none("nodemon starts nothing")
