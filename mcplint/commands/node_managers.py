"""npm, pnpm, yarn, bun and npx: the scripts and commands of packages that they run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.command_lines import NODE_COMMANDS
from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.node_calls import MANAGERS, SCRIPT_VERBS
from mcplint.commands.node_files import NODE, SCRIPT_NAMES, node_file, package_folder
from mcplint.commands.options import parse
from mcplint.commands.package_calls import package_call, without_release
from mcplint.commands.room import TOO_MANY_WORDS, has_room_for_words
from mcplint.commands.script_banner import with_banner
from mcplint.commands.scripts import from_text, may_make_files
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import Words, span_of, spelled, text
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.facts.document import ScalarNode
from mcplint.knowledge.executables import PACKAGE_EXEC
from mcplint.programs.start import SCRIPT
from mcplint.programs.typescript.packages import command_of, npx_command, package_folders, runtime, source_of
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.values import EditSite, Label, Value

OUTSIDE = ("install", "ci", "i", "add", "publish", "test", "t", "pack", "link", "config", "init", "audit", "version")


def manager(tool: str, words: Words, context: ExecContext) -> Step:
    """`npm start`, `pnpm run NAME`, `yarn NAME`, `bun run NAME`, `bun file.ts`, `pnpm exec …`."""
    parsed = parse(words[1:], MANAGERS[tool])
    rest = parsed.rest
    verb = text(rest[0]) if rest else None
    if verb is None:
        return context.none(f"what {tool} does is not known")
    if verb in PACKAGE_EXEC:
        return npx(words, context)
    if tool == "bun" and verb != "run" and SCRIPT_NAMES.search(verb):
        return node_file(rest[0], rest[1:], context)
    inner = rest[1:]
    name = verb
    if verb in SCRIPT_VERBS:
        after = parse(rest[1:], MANAGERS[tool])
        if not after.rest or (name := text(after.rest[0]) or "") == "":
            return context.none(f"what {tool} runs is not known")
        parsed = parsed._replace(given=(*parsed.given, *after.given))
        inner = after.rest[1:]
    elif verb in OUTSIDE or (tool == "npm" and verb not in ("start", "stop", "restart")):
        return context.none(f"{tool} {verb} starts no program of the project")
    if tool == "npm":  # takes all options before `--` for its own
        after = parse(inner, MANAGERS[tool], interspersed=True)
        parsed, inner = parsed._replace(given=(*parsed.given, *after.given)), after.rest
    given = (*parsed.given, *((spelled(word), word) for word in inner if tool != "npm"))
    inner = inner[1:] if inner and text(inner[0]) == "--" else inner
    return script(
        tool, name, inner, with_banner(tool, dict(given), _at_target_folder(parsed.flags, context), words[0]), words[0]
    )


def _at_target_folder(flags: Mapping[str, Value[str]], context: ExecContext) -> ExecContext:
    """Where a manager is told to go: a folder, or the package of the workspace that a filter names."""
    for name in ("prefix", "dir", "cwd"):
        if name in flags and (folder := text(flags[name])):
            return context._replace(workdir=posixpath.join(context.workdir or "/", folder))
    for name in ("filter", "workspace"):
        wanted = text(flags[name]) if name in flags else None
        if wanted and (folder := package_folders(context.tree).get(wanted.removesuffix("..."))) is not None:
            return _with_root(context, folder)
    return context


def script(tool: str, name: str, words: Words, context: ExecContext, word: Value[str]) -> Step:
    """A script of the nearest package."""
    folder = package_folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    if package is None or folder is None:
        return context.none("no package.json is known where it is run")
    node = package.scripts.get(name)
    if node is None and tool == "bun" and SCRIPT_NAMES.search(name):
        return node_file(Value((name,)), words, context)
    instead = posixpath.normpath(posixpath.join(folder, "server.js")) if name == "start" else ""
    if node is None and instead and tool in ("npm", "pnpm", "yarn") and source_of(context.tree, instead):
        inner = context.because(word, f"{tool} starts server.js where no script is called start")
        inner = inner if context.folder == folder else _in_folder(inner, folder)
        return NextCommand((Value(("node",)), Value(("server.js",)), *words), inner)
    if node is None:
        if any(each.name == name for each in package.bins):
            return bin_of(context, name, words, word) or context.none(f"{name} is not known")
        if tool in ("pnpm", "yarn", "bun") and name in NODE_COMMANDS:
            return NextCommand((Value((name,)), *words), context)
        return context.none(f"package.json has no script `{name}`", f"script {name}")
    given = " ".join((node.text, *map(spelled, words)))
    script_text = Value((given,), (Label(node.span, f"is the script {name}"),), script_site(node, words))
    before = package.scripts.get(f"pre{name}") if tool != "deno" else None
    prepared = before is not None and may_make_files(commands(LocatedText(before.span.source, before.text)))
    inner = context.because(word, f"{tool} runs the script {name}")._replace(prepared=context.prepared or prepared)
    inner = inner if context.folder == folder else _in_folder(inner, folder)
    if re.search(r"[^\w\s./@:,+=-]", given):
        return from_text(script_text, inner)
    if not has_room_for_words(given.split(), node.span):
        return context.none(TOO_MANY_WORDS)
    return NextCommand(tuple(_words(node, words)), inner)


def _words(node: ScalarNode, more: Words) -> Iterator[Value[str]]:
    """The words of a script that needs no shell, then those that are given to it."""
    for found in re.finditer(r"\S+", node.text):
        span = node.span
        if span.text == node.text:
            span = span._replace(start=span.start + found.start(), end=span.start + found.end())
        yield Value((found[0],), (Label(span, "set here"),), EditSite(span) if span.text == found[0] else None)
    yield from more


def script_site(node: ScalarNode, words: Words) -> EditSite | None:
    """Where the text of a script is written, if nothing is added to it."""
    return EditSite(node.span) if not words and node.span.text == node.text else None


def _in_folder(context: ExecContext, folder: str) -> ExecContext:
    """The context in a folder of the project, whose paths are looked up there first."""
    workdir, known = context.workdir, context.project_path
    if workdir is None:
        return _with_root(context, folder)
    if context.folder is not None:
        return context
    front = f"{workdir.rstrip('/')}/"

    def project_path(path: str) -> str | None:
        inside = path[len(front) :] if path.startswith(front) else "" if path == workdir else None
        found = known(path)
        return found if found is not None or inside is None else posixpath.normpath(posixpath.join(folder, inside))

    return context._replace(project_path=project_path)


def _with_root(context: ExecContext, folder: str) -> ExecContext:
    """The context as if a folder of the project were the whole image."""
    return context._replace(
        workdir="/", project_path=lambda path: posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    )


def npx(words: Words, context: ExecContext) -> Step:
    """`npx [options] command …`: a command of the project's packages, a program, or a package of somebody else."""
    call = package_call(words)
    if call is None or not call.words:
        return context.none("npx starts no known program")
    spec, *rest = call.words
    name = without_release(text(spec) or "")
    inner = context.because(words[0], "runs a command of a package")._replace(registry="npm")
    own = bin_of(inner, name, tuple(rest), spec)
    if own is not None:
        return own
    folder = package_folders(context.tree).get(name)
    package = package_json(context.tree, folder) if folder is not None else None
    if folder is not None and package and (command := npx_command(package, name)):
        return _bin(inner, folder, command.path, tuple(rest), spec)
    site = spec.site if text(spec) == name else None
    return NextCommand((spec._replace(options=(name,), site=site), *rest), inner)


def packed_command(name: str, folder: str, words: Words, tree: Tree) -> Words:
    """What a bundle of a package of the project starts, its file not built yet: the command of the package.

    `name`: that of the bundle, which is the package's or the last part of it; else it is of the package around its
    `folder`, if it names the file of its command. `words`: of `node` and a file.
    """
    rest = parse(words[1:], NODE).rest
    names = package_folders(tree)
    called = (each for each in names if name in (each, each.rpartition("/")[2]))
    own = {names[each]: each for each in called if command_of(tree, each)}
    package = name if name in names else next(iter(own.values())) if len(own) == 1 else ""
    package = package or (_package_of_file(folder, spelled(rest[0]), tree) if rest else "")
    if not rest or not package or command_of(tree, package) is None:
        return ()
    return (Value(("npx",), words[0].trace), Value((package,), rest[0].trace), *rest[1:])


def _package_of_file(folder: str, file: str, tree: Tree) -> str:
    """The name of the package around a folder whose command is a file like this one, empty where it has none."""
    home = nearest(tree, folder)
    package = package_json(tree, home) if home is not None else None
    command = npx_command(package, package.name) if package else None
    return package.name if package and command and file.endswith(f"/{posixpath.normpath(command.path)}") else ""


def bin_of(context: ExecContext, name: str, words: Words, word: Value[str]) -> Step | None:
    """The command that a package of the project installs, None where none installs it."""
    folder = package_folder(context)
    folders = ([folder] if folder is not None else []) + sorted(package_folders(context.tree).values())
    for each in dict.fromkeys(folders):
        package = package_json(context.tree, each)
        for installed in package.bins if package else ():
            if installed.name == name:
                return _bin(context, each, installed.path, words, word)
    return None


def _bin(context: ExecContext, folder: str, path: str, words: Words, word: Value[str]) -> Step:
    found = source_of(context.tree, posixpath.normpath(posixpath.join(folder, path)))
    if found is None:
        return context.none(f"the source of {path} is not found")
    note = Label(span_of(word, context.span), f"is a command of the project, which starts {found}")
    start = context.start(SCRIPT, found, words, (posixpath.dirname(found),), note)
    return start._replace(language="typescript", runtime=runtime(context.tree, found))
