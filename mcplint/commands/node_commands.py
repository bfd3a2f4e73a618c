"""Commands that run a program of the project by Node, Bun or Deno, and the scripts and commands of its packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.command_lines import NODE_COMMANDS
from mcplint.commands.execution import ExecContext, Next, Step
from mcplint.commands.node_output import announced
from mcplint.commands.options import grammar, parse
from mcplint.commands.scripts import from_text, prepares
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import Words, span_of, spelled, text
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.facts.compose import EnvFile
from mcplint.facts.document import Document, MappingNode, ScalarNode, at, scalar
from mcplint.knowledge.executables import NODE_LOADERS, NODE_MANAGERS, NODE_NAMES, PACKAGE_EXEC, PACKAGE_RUNNERS
from mcplint.programs.start import FRAMEWORK, OTHERS, SCRIPT, Start
from mcplint.programs.typescript.packages import command_of, named, runtime, source_of, started
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.values import EditSite, Label, Value

NODE = grammar(
    "",
    "import require loader experimental-loader conditions env-file env-file-if-exists max-old-space-size title "
    "stack-trace-limit tsconfig project inspect-port unhandled-rejections input-type disable-warning watch-path "
    "config allow-net allow-read allow-env allow-write preload cwd",
    r="require",
    C="conditions",
    c="config",
)
LOADERS = ("import", "require", "r", "loader", "experimental-loader", "experimental-specifier-resolution")
NPX = grammar("", "package call", p="package", c="call")
NODEMON = grammar("", "exec watch ext ignore delay config signal", x="exec", w="watch", e="ext", i="ignore", d="delay")
DENO = grammar("", "config import-map cert location seed port host log-level ext", c="config", L="log-level")
NEXT = grammar("turbo turbopack experimental-https", None, p="port", H="hostname")
MANAGER = grammar("", "prefix filter workspace dir cwd loglevel", C="dir", F="filter", w="workspace")
OUTSIDE = ("install", "ci", "i", "add", "publish", "test", "t", "pack", "link", "config", "init", "audit", "version")
SCRIPT_NAMES = re.compile(r"\.(?:[cm]?[jt]sx?)$")


def node_command(name: str, words: Words, context: ExecContext) -> Step:
    """What a command of the world of Node starts."""
    if name in (*NODE_NAMES, *NODE_LOADERS):
        return _runtime(name, words, context)
    if name == "deno":
        return _deno(words, context)
    if name in NODE_MANAGERS:
        return _manager(name, words, context)
    if name in PACKAGE_RUNNERS:
        return _npx(words, context)
    if name in ("next", "nest"):
        return (_next if name == "next" else _nest)(words, context)
    if name == "nodemon":
        return _nodemon(words, context)
    rest = parse(words[1:], grammar("", "f file", f="file")).rest
    return Next(rest, context.because(words[0], "runs the command after it"))


def _runtime(name: str, words: Words, context: ExecContext) -> Step:
    parsed = parse(words[1:], NODE)
    if parsed.first("eval", "e", "print", "p") and not parsed.rest:
        return context.none(f"{name} runs code in the command itself")
    rest = parsed.rest
    if name == "tsx" and rest and text(rest[0]) == "watch":
        rest = parse(rest[1:], NODE).rest
    if not rest:
        return context.none(f"{name} starts no program")
    started = node_file(rest[0], rest[1:], _with_files(parsed.values("env-file", "env-file-if-exists"), context))
    bare = name in NODE_NAMES and not parsed.first(*LOADERS)
    return started._replace(runtime="node") if bare and isinstance(started, Start) else started


def _with_files(names: Words, context: ExecContext) -> ExecContext:
    """Where variables that nothing else sets are read from files, the last of which counts."""
    sets = dict(context.sets)
    for name in names:
        path = context.file(text(name) or "")
        file: EnvFile | None = context.tree.facts("dotenv", path) if path else None
        if file is None:
            sets[OTHERS] = context.opened(name).sets[OTHERS]
        for line in file.assignments if file else ():
            old = context.variable(line.name)
            if line.value is not None and (old.options is None or None in old.options):
                sure = len(old.options or ()) == 1 and not (line.expanded and "$" in line.value.text)
                note = Label(line.value.span(), f"sets {line.name}")
                site = EditSite(line.value.span()) if line.value.exact else None
                sets[line.name] = Value((line.value.text,) if sure else None, (note,), site)
    return context._replace(sets=sets)


def _deno(words: Words, context: ExecContext) -> Step:
    rest = words[1:]
    verb = text(rest[0]) if rest else None
    if verb == "task":
        return _deno_task(parse(rest[1:], DENO).rest, context)
    if verb in ("run", "serve"):
        parsed = parse(rest[1:], DENO)
        rest, context = parsed.rest, _with_files(parsed.values("env-file"), context)
    return node_file(rest[0], rest[1:], context) if rest else context.none("deno starts no program")


def _deno_task(words: Words, context: ExecContext) -> Step:
    """`deno task NAME`: the task of `deno.json`, else the script of the nearest package."""
    name = text(words[0]) if words else None
    path = next((found for each in ("deno.json", "deno.jsonc") if (found := context.file(each))), None)
    document: Document | None = context.tree.facts("json", path) if path else None
    node = at(document.root if document else None, "tasks", name or "")
    command = node.get("command") if isinstance(node, MappingNode) else node
    if name is None or not isinstance(command, ScalarNode):
        return _script("deno", name, words[1:], context, words[0]) if name else context.none("deno starts no program")
    given = " ".join((command.text, *map(spelled, words[1:])))
    said = Value((given,), (Label(command.span, f"is the task {name}"),), _site(command, words[1:]))
    return from_text(said, context.because(words[0], f"deno runs the task {name}"))


def node_file(word: Value[str], argv: Words, context: ExecContext) -> Step:
    """A file that Node runs: the source of it where it is built."""
    said = text(word)
    if said is None:
        return context.none("the file is not known", word=word)
    said = _main(context) or said if posixpath.normpath(said) == "." else said
    found = next((found for path in _paths(said, context) if (found := source_of(context.tree, path))), None)
    if found is None:
        place = context.absolute(said) or context.inside(said)
        place = f"node {place}" if place and posixpath.basename(said) in NODE_NAMES else place
        why = f"{said} is not in the project, and what it is built from is not known"
        return _generated(said, word, argv, context) or context.none(why, place)
    built = context.inside(said)
    how = f"starts {found}" if built in (None, found) else f"starts {built}, which is built from {found}"
    start = context.start(SCRIPT, found, argv, (posixpath.dirname(found),), Label(span_of(word, context.span), how))
    # In `_inside` a folder of the project stands for the root of the image.
    image_path = context.absolute(said) if context.workdir != "/" or said.startswith("/") else None
    return start._replace(language="typescript", image_path=image_path)


def _main(context: ExecContext) -> str:
    """What Node loads of the package that a command is run in, empty where that is not known."""
    folder = _folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    return package.main if package else ""


def _next(words: Words, context: ExecContext) -> Step:
    """`next start [-p PORT] [-H HOST]`: the routes of a project of Next."""
    parsed = parse(words[1:], NEXT, interspersed=True)
    verb = text(parsed.rest[0]) if parsed.rest else "dev"
    if verb not in ("start", "dev"):
        return context.none(f"next {verb} starts no program")
    return _of_framework("next", words[0], (), context, parsed.flags) or context.none("no package.json is known there")


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
        said = None if given is None else " ".join((given, *map(spelled, parsed.rest)))
        return from_text(Value(None if said is None else (said,), command.trace), inner)
    return node_file(parsed.rest[0], parsed.rest[1:], inner) if parsed.rest else context.none("nodemon starts nothing")


def _generated(said: str, word: Value[str], argv: Words, context: ExecContext) -> Start | None:
    """A file that a framework makes of a project when it is built: `server.js` of Next, `dist/http.js` of xmcp."""
    name = posixpath.basename(said)
    if name == "server.js":
        return _of_framework("next", word, argv, context, {"standalone": Value(("",))})
    if name in ("http.js", "stdio.js"):
        return _of_framework("xmcp", word, argv, context, {"transport": Value((name[:-3],))})
    return None


def _of_framework(
    name: str, word: Value[str], argv: Words, context: ExecContext, flags: Mapping[str, Value[str]]
) -> Start | None:
    """The start of a project by its framework, None where its package does not require that."""
    folder = _folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    if folder is None or package is None or package.range(name) is None:
        return None
    path = posixpath.join(folder, "package.json")
    note = Label(span_of(word, context.span), f"{name} serves the project of {path}")
    return context.start(FRAMEWORK, path, argv, (folder,), note, name, flags)._replace(language="typescript")


def _paths(path: str, context: ExecContext) -> Iterator[str]:
    """Where in the project a path in the image may stand: as copied, else below the folder of the image's sources."""
    inside = context.inside(path)
    if inside is not None:
        yield inside
    absolute, workdir = context.absolute(path) or posixpath.normpath(path), context.workdir
    parts = absolute.strip("/").split("/")
    if workdir and absolute.startswith(f"{workdir.rstrip('/')}/"):
        for home in dict.fromkeys((context.folder or context.home, context.home)):
            yield posixpath.normpath(posixpath.join(home, absolute[len(workdir.rstrip("/")) + 1 :]))
    for start in range(len(parts)):
        for home in dict.fromkeys((context.home, "")):
            yield posixpath.normpath(posixpath.join(home, *parts[start:]))


def _folder(context: ExecContext) -> str | None:
    """The folder of the package that a command is run in."""
    folder = context.folder
    folder = "" if folder == "." else folder
    return nearest(context.tree, folder if folder is not None else context.home)


def _manager(tool: str, words: Words, context: ExecContext) -> Step:
    """`npm start`, `pnpm run NAME`, `yarn NAME`, `bun run NAME`, `bun file.ts`, `pnpm exec …`."""
    parsed = parse(words[1:], MANAGER)
    rest = parsed.rest
    verb = text(rest[0]) if rest else None
    if verb is None:
        return context.none(f"what {tool} does is not known")
    if verb in PACKAGE_EXEC:
        return _npx((words[0], *rest[1:]), context)
    if tool == "bun" and verb != "run" and SCRIPT_NAMES.search(verb):
        return node_file(rest[0], rest[1:], context)
    inner = rest[1:]
    name = verb
    if verb in ("run", "run-script", "rum"):
        after = parse(rest[1:], MANAGER)
        if not after.rest or (name := text(after.rest[0]) or "") == "":
            return context.none(f"what {tool} runs is not known")
        parsed = parsed._replace(given=(*parsed.given, *after.given))
        inner = after.rest[1:]
    elif verb in OUTSIDE or (tool == "npm" and verb not in ("start", "stop", "restart")):
        return context.none(f"{tool} {verb} starts no program of the project")
    if tool == "npm":  # takes all options before `--` for its own
        after = parse(inner, MANAGER, interspersed=True)
        parsed, inner = parsed._replace(given=(*parsed.given, *after.given)), after.rest
    given = (*parsed.given, *((spelled(word), word) for word in inner if tool != "npm"))
    inner = inner[1:] if inner and text(inner[0]) == "--" else inner
    return _script(
        tool, name, inner, announced(tool, dict(given), _directed(parsed.flags, context), words[0]), words[0]
    )


def _directed(flags: Mapping[str, Value[str]], context: ExecContext) -> ExecContext:
    """Where a manager is told to go: a folder, or the package of the workspace that a filter names."""
    for name in ("prefix", "dir", "cwd"):
        if name in flags and (folder := text(flags[name])):
            return context._replace(workdir=posixpath.join(context.workdir or "/", folder))
    for name in ("filter", "workspace"):
        wanted = text(flags[name]) if name in flags else None
        if wanted and (folder := named(context.tree).get(wanted.removesuffix("..."))) is not None:
            return _inside(context, folder)
    return context


def _script(tool: str, name: str, words: Words, context: ExecContext, word: Value[str]) -> Step:
    """A script of the nearest package."""
    folder = _folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    if package is None or folder is None:
        return context.none("no package.json is known where it is run")
    node = package.scripts.get(name)
    if node is None and tool == "bun" and SCRIPT_NAMES.search(name):
        return node_file(Value((name,)), words, context)
    if node is None:
        if any(each.name == name for each in package.bins):
            return bin_of(context, name, words, word) or context.none(f"{name} is not known")
        if tool in ("pnpm", "yarn", "bun") and name in NODE_COMMANDS:
            return Next((Value((name,)), *words), context)
        return context.none(f"package.json has no script `{name}`", f"script {name}")
    given = " ".join((node.text, *map(spelled, words)))
    said = Value((given,), (Label(node.span, f"is the script {name}"),), _site(node, words))
    before = package.scripts.get(f"pre{name}") if tool != "deno" else None
    prepared = before is not None and prepares(commands(LocatedText(before.span.source, before.text)))
    inner = context.because(word, f"{tool} runs the script {name}")._replace(prepared=context.prepared or prepared)
    inner = inner if context.folder == folder else _moved(inner, folder)
    if re.search(r"[^\w\s./@:,+=-]", given):
        return from_text(said, inner)
    return Next(tuple(_words(node, words)), inner)


def _words(node: ScalarNode, more: Words) -> Iterator[Value[str]]:
    """The words of a script that needs no shell, then those that are given to it."""
    for found in re.finditer(r"\S+", node.text):
        span = node.span
        if span.text == node.text:
            span = span._replace(start=span.start + found.start(), end=span.start + found.end())
        yield Value((found[0],), (Label(span, "set here"),), EditSite(span) if span.text == found[0] else None)
    yield from more


def _site(node: ScalarNode, words: Words) -> EditSite | None:
    return EditSite(node.span) if not words and node.span.text == node.text else None


def _moved(context: ExecContext, folder: str) -> ExecContext:
    """The context in a folder of the project, whose paths are looked up there first."""
    workdir, known = context.workdir, context.project_path
    if workdir is None:
        return _inside(context, folder)
    if context.folder is not None:
        return context
    front = f"{workdir.rstrip('/')}/"

    def project_path(path: str) -> str | None:
        inside = path[len(front) :] if path.startswith(front) else "" if path == workdir else None
        found = known(path)
        return found if found is not None or inside is None else posixpath.normpath(posixpath.join(folder, inside))

    return context._replace(project_path=project_path)


def _inside(context: ExecContext, folder: str) -> ExecContext:
    """The context as if a folder of the project were the whole image."""
    return context._replace(
        workdir="/", project_path=lambda path: posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
    )


def _npx(words: Words, context: ExecContext) -> Step:
    """`npx [options] command …`: a command of the project's packages, a program, or a package of somebody else."""
    parsed = parse(words[1:], NPX)
    if not parsed.rest:
        return context.none("npx starts no known program")
    name = re.sub(r"(?<=.)@[^/]*$", "", text(parsed.rest[0]) or "")
    inner = context.because(words[0], "runs a command of a package")._replace(registry="npm")
    own = bin_of(inner, name, parsed.rest[1:], parsed.rest[0])
    if own is not None:
        return own
    folder = named(context.tree).get(name)
    package = package_json(context.tree, folder) if folder is not None else None
    if folder is not None and package and (command := started(package, name)):
        return _bin(inner, folder, command.path, parsed.rest[1:], parsed.rest[0])
    said = parsed.rest[0]
    site = said.site if text(said) == name else None
    return Next((said._replace(options=(name,), site=site), *parsed.rest[1:]), inner)


def packed(name: str, folder: str, words: Words, tree: Tree) -> Words:
    """What a bundle of a package of the project starts, its file not built yet: the command of the package.

    `name`: that of the bundle, which is the package's or the last part of it; else it is of the package around its
    `folder`, if it names the file of its command. `words`: of `node` and a file.
    """
    rest = parse(words[1:], NODE).rest
    names = named(tree)
    called = (each for each in names if name in (each, each.rpartition("/")[2]))
    own = {names[each]: each for each in called if command_of(tree, each)}
    package = name if name in names else next(iter(own.values())) if len(own) == 1 else ""
    package = package or (_around(folder, spelled(rest[0]), tree) if rest else "")
    if not rest or not package or command_of(tree, package) is None:
        return ()
    return (Value(("npx",), words[0].trace), Value((package,), rest[0].trace), *rest[1:])


def _around(folder: str, file: str, tree: Tree) -> str:
    """The name of the package around a folder whose command is a file like this one, empty where it has none."""
    home = nearest(tree, folder)
    package = package_json(tree, home) if home is not None else None
    command = started(package, package.name) if package else None
    return package.name if package and command and file.endswith(f"/{posixpath.normpath(command.path)}") else ""


def bin_of(context: ExecContext, name: str, words: Words, word: Value[str]) -> Step | None:
    """The command that a package of the project installs, None where none installs it."""
    folder = _folder(context)
    folders = ([folder] if folder is not None else []) + sorted(named(context.tree).values())
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
