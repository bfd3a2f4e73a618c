"""From a start command to what it starts: wrappers and launchers are taken off until the program is left."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mcplint.commands.console_scripts import script
from mcplint.commands.grammars import ASGI, FASTMCP, GATEWAYS, MCP, RUNNERS, STEPPED, WRAPPERS
from mcplint.commands.words import Env, Grammar, Words, grammar, parse, place, text
from mcplint.programs.python.modules import roots
from mcplint.programs.start import APP, FUNCTION, MODULE, SCRIPT, NoStart, Start
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label, Value

MOST = 24


class ExecContext(NamedTuple):
    """Where a command is started.

    `workdir`: an absolute path in the image, or None; `project_path`: the path in the project of an absolute path of
    the image, or None; `span`: the command. `home`: the folder of the project whose image it is.
    `sets`: what the command itself has put into the environment so far. `zero` and `arguments`: what `$0` and `$@`
    are in its shell. `said`: what shells write to standard output before.
    """

    workdir: str | None
    env: Env
    tree: Tree
    project_path: Callable[[str], str | None]
    span: Span
    home: str = ""
    sets: Mapping[str, Value[str]] = {}
    launcher: str | None = None
    wrapper: str | None = None
    notes: tuple[Label, ...] = ()
    zero: Value[str] | None = None
    arguments: Words = ()
    said: tuple[Label, ...] = ()
    depth: int = 0

    def variable(self, name: str) -> Value[str | None]:
        """An environment variable as the program finds it."""
        return self.sets[name] if name in self.sets else self.env(name)  # type: ignore[return-value]

    def inside(self, path: str) -> str | None:
        """The path in the project of a path that the command names."""
        if not path.startswith("/"):
            if self.workdir is None:
                return None
            path = posixpath.join(self.workdir, path)
        return self.project_path(posixpath.normpath(path))

    def because(self, word: Value[str], what: str) -> ExecContext:
        """This scene with one more note on the way to the target."""
        return self._replace(notes=(*self.notes, Label(place(word, self.span), what)), depth=self.depth + 1)


PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin")
SHELLS = ("sh", "bash", "dash", "ash", "zsh")


def resolve(words: Words, scene: ExecContext) -> Start | NoStart:
    """What a command starts, or why that cannot be told."""
    if scene.depth > MOST:
        return NoStart("the command wraps itself too often", scene.notes)
    if not words:
        return NoStart("no command is given", scene.notes)
    spelled = text(words[0])
    if spelled is None:
        return NoStart("the program is not known", (*scene.notes, *words[0].trace))
    if "=" in spelled and spelled.partition("=")[0].isidentifier() and scene.depth:
        return resolve(words[1:], assigned(scene, words[0]))
    name = posixpath.basename(spelled)
    stem = name.removesuffix(".exe")
    if stem == "env":
        return _env(words, scene)
    if stem in WRAPPERS:
        return _wrapped(words, scene, WRAPPERS[stem], 0)
    if stem in STEPPED:
        return _wrapped(words, scene, grammar(), STEPPED[stem])
    if stem in RUNNERS:
        return _launched(words, scene, stem)
    if stem in SHELLS:
        from mcplint.commands.scripts import from_shell

        return from_shell(words, scene)
    if _is_python(stem):
        return _python(words, scene)
    if stem in GATEWAYS:
        return _gateway(words, scene, stem)
    if stem in ASGI or stem in ("fastmcp", "mcp"):
        return served(stem, words, scene)
    return _program(words, scene, spelled, name)


def assigned(scene: ExecContext, word: Value[str]) -> ExecContext:
    """The scene in which a `NAME=value` word holds."""
    from mcplint.commands.words import tail

    name = (text(word) or "").partition("=")[0]
    return scene._replace(sets={**scene.sets, name: tail(word, len(name) + 1)}, depth=scene.depth + 1)


def _env(words: Words, scene: ExecContext) -> Start | NoStart:
    parsed = parse(words[1:], grammar("i ignore-environment S split-string", u="unset", C="chdir"))
    if parsed is None:
        return NoStart("an argument of env is not known", scene.notes)
    return resolve(parsed.rest, scene.because(words[0], "runs the command after it"))


def _wrapped(words: Words, scene: ExecContext, form: Grammar, own: int) -> Start | NoStart:
    parsed = parse(words[1:], form)
    if parsed is None:
        return NoStart("an argument of the wrapper is not known", scene.notes)
    return resolve(parsed.rest[own:], scene.because(words[0], "runs the command after it"))


def _launched(words: Words, scene: ExecContext, tool: str) -> Start | NoStart:
    """`uv run …` and its like."""
    form = RUNNERS[tool]
    before = parse(words[1:], form)
    if before is None or not before.rest:
        return NoStart(f"what {tool} does is not known", scene.notes)
    command = text(before.rest[0])
    if command != "run":
        return NoStart(f"{tool} {command} starts no program of the project", scene.notes)
    after = parse(before.rest[1:], form)
    if after is None:
        return NoStart(f"an argument of {tool} run is not known", scene.notes)
    folder = next(
        (text(part.flags[flag]) for part in (before, after) for flag in ("directory", "project") if flag in part.flags),
        None,
    )
    inner = scene.because(words[0], f"{tool} run starts it")._replace(launcher=f"{tool} run")
    if folder and "directory" in {**before.flags, **after.flags}:
        inner = inner._replace(workdir=posixpath.join(scene.workdir or "/", folder))
    rest = after.rest
    if tool == "uv" and "module" in after.flags:
        return _module(after.flags["module"], rest, inner)
    if tool == "hatch" and rest and (text(rest[0]) or "").count(":") == 1:
        return NoStart("hatch runs a script of its environment", inner.notes)
    if tool == "uv" and rest and (text(rest[0]) or "").endswith(".py"):
        return _file(rest[0], rest[1:], inner)
    return resolve(rest, inner)


def _is_python(name: str) -> bool:
    return name.rstrip("0123456789.") in ("python", "pypy", "python3", "pythonw")


def _python(words: Words, scene: ExecContext) -> Start | NoStart:
    index = 1
    while index < len(words):
        word = text(words[index])
        if word is None:
            return NoStart("an argument of python is not known", (*scene.notes, *words[index].trace))
        if not word.startswith("-") or word == "-":
            return _file(words[index], words[index + 1 :], scene)
        flag = word[1:2]
        letters = word[1:]
        if "m" in letters and not word.startswith("--"):
            target = words[index + 1 : index + 2] if letters.endswith("m") else ()
            return (
                _module(target[0], words[index + 2 :], scene)
                if target
                else NoStart("python -m is cut off", scene.notes)
            )
        if "c" in letters and not word.startswith("--"):
            return NoStart("python -c runs code of the command itself", scene.notes)
        index += 2 if flag in "WX" and len(word) == 2 else 1
    return NoStart("python starts no program", scene.notes)


def _file(word: Value[str], argv: Words, scene: ExecContext) -> Start | NoStart:
    spelled = text(word)
    if spelled is None:
        return NoStart("the file is not known", (*scene.notes, *word.trace))
    path = scene.inside(spelled)
    if path is None:
        return NoStart(f"{spelled} is not a file of the project", scene.notes)
    if f"{path}/__main__.py" in scene.tree.paths:
        path = f"{path}/__main__.py"
    if path not in scene.tree.paths:
        return NoStart(f"{spelled} is not in the project", scene.notes, missing=path)
    note = Label(place(word, scene.span), f"starts {path}")
    return started(SCRIPT, path, argv, scene, roots(scene.tree, posixpath.dirname(path), *_paths(scene)), note)


def _paths(scene: ExecContext) -> tuple[str, ...]:
    """The folders of the project that PYTHONPATH names."""
    value = scene.variable("PYTHONPATH").only
    folders = (scene.inside(part) for part in value.split(":") if part) if isinstance(value, str) else ()
    return tuple(folder for folder in folders if folder is not None)


def started(
    kind: str,
    target: str,
    argv: Words,
    scene: ExecContext,
    places: tuple[str, ...],
    note: Label,
    runner: str | None = None,
    flags: Mapping[str, Value[str]] | None = None,
) -> Start:
    return Start(
        kind,
        target,
        scene.span,
        argv,
        scene.sets,
        places,
        runner,
        flags or {},
        scene.wrapper,
        scene.launcher,
        (*scene.notes, note),
        scene.said,
    )


def _module(word: Value[str], argv: Words, scene: ExecContext) -> Start | NoStart:
    """`python -m …`: a server command, or a module of the project."""
    name = text(word)
    if name is None:
        return NoStart("the module is not known", (*scene.notes, *word.trace))
    if name in ASGI or name in GATEWAYS or name in ("fastmcp", "mcp"):
        return resolve((word, *argv), scene.because(word, "is run as a module"))
    places = roots(scene.tree, folder_of(scene), *_paths(scene), home=scene.home)
    if not has_module(scene.tree, places, name):
        own = has_module(scene.tree, places, name.partition(".")[0])
        return NoStart(f"the module {name} is not in the project", scene.notes, missing=name if own else None)
    return started(MODULE, name, argv, scene, places, Label(place(word, scene.span), f"starts the module {name}"))


def folder_of(scene: ExecContext) -> str | None:
    """The folder of the project that the command is started in."""
    return scene.inside(".") if scene.workdir is not None else None


def has_module(tree: Tree, places: tuple[str, ...], name: str) -> bool:
    from mcplint.programs.python.modules import find

    return find(tree, places, name) is not None


def served(tool: str, words: Words, scene: ExecContext) -> Start | NoStart:
    """An ASGI server's command, or an SDK's."""
    if tool in ASGI:
        return _asgi(tool, words, scene)
    from mcplint.commands.launchers import sdk_command

    return sdk_command(tool, words, scene, FASTMCP if tool == "fastmcp" else MCP)


def _asgi(tool: str, words: Words, scene: ExecContext) -> Start | NoStart:
    parsed = parse(words[1:], ASGI[tool], interspersed=True)
    if parsed is None:
        return NoStart(f"an argument of {tool} is not known", scene.notes)
    target = text(parsed.rest[0]) if parsed.rest else None
    if target is None:
        return NoStart(f"{tool} is given no application", scene.notes)
    folder = (
        text(parsed.flags["app-dir"])
        if "app-dir" in parsed.flags
        else text(parsed.flags["chdir"])
        if "chdir" in parsed.flags
        else "."
    )
    first = scene.inside(folder or ".") if scene.workdir is not None or (folder or "").startswith("/") else None
    places = roots(scene.tree, first, *_paths(scene), home=scene.home)
    module = target.partition(":")[0]
    if not has_module(scene.tree, places, module):
        own = "." not in module or has_module(scene.tree, places, module.partition(".")[0])
        return NoStart(f"the module {module} is not in the project", scene.notes, missing=target if own else None)
    note = Label(place(parsed.rest[0], scene.span), f"{tool} serves {target}")
    return started(APP, target, (), scene, places, note, tool, parsed.flags)


def _gateway(words: Words, scene: ExecContext, tool: str) -> Start | NoStart:
    """A program that serves a stdio server, its command after `--` or in `--stdio`."""
    known = [text(word) for word in words]
    inner = scene.because(words[0], f"{tool} serves the stdio server that it starts")._replace(wrapper=tool)
    if tool == "supergateway":
        at = next((index for index, word in enumerate(known) if word == "--stdio"), None)
        if at is None or at + 1 >= len(words):
            return NoStart(f"{tool} starts no server that is known", inner.notes)
        from mcplint.commands.scripts import from_text

        return from_text(words[at + 1], inner)
    if "--" in known:
        return resolve(words[known.index("--") + 1 :], inner)
    parsed = parse(words[1:], GATEWAYS[tool])
    if parsed is None or not parsed.rest:
        return NoStart(f"{tool} starts no server that is known", inner.notes)
    return resolve(parsed.rest, inner)


def _program(words: Words, scene: ExecContext, spelled: str, name: str) -> Start | NoStart:
    """A console script of the project, or one of its files."""
    path = scene.inside(spelled) if "/" in spelled else None
    if path is not None and path in scene.tree.paths:
        return _executable(path, words, scene)
    for folder in PATH if path is None and "/" not in spelled else ():
        installed = scene.project_path(f"{folder}/{spelled}")
        if installed is not None and installed in scene.tree.paths:
            return _executable(installed, words, scene)
    found = script(scene.tree, name, folder_of(scene), scene.home)
    if found is None:
        return NoStart(
            f"{name} is no program of the project", scene.notes, missing=path if path and _local(spelled) else None
        )
    first, _, _ = found.target.partition(":")
    places = roots(scene.tree, found.folder, posixpath.join(found.folder, "src"), *_paths(scene))
    if not has_module(scene.tree, places, first):
        from mcplint.commands.launchers import elsewhere

        more = elsewhere(scene.tree, first, found.folder)
        if more is None:
            return NoStart(f"the module {first} of {name} is not in the project", scene.notes, missing=found.target)
        places = (more, *places)
    inner = scene.because(words[0], f"starts the console script {name}")
    return started(FUNCTION, found.target, words[1:], inner, places, Label(found.span, f"{name} calls {found.target}"))


def _local(spelled: str) -> bool:
    """Whether a path can only be a file that was copied into the image."""
    return spelled.startswith(("./", "/app/")) and spelled.endswith((".py", ".sh"))


def _executable(path: str, words: Words, scene: ExecContext) -> Start | NoStart:
    """A file of the project that is started as it is: its first line says by what."""
    source = scene.tree.source(path)
    first = source.text.partition("\n")[0] if source else ""
    if first.startswith("#!") and "python" in first:
        return _file(words[0], words[1:], scene)
    if path.endswith(".sh") or (first.startswith("#!") and any(first.split()[-1].endswith(shell) for shell in SHELLS)):
        from mcplint.commands.scripts import from_script

        return from_script(path, words[1:], scene.because(words[0], f"starts {path}"))
    return NoStart(f"{path} is not a program that is followed", scene.notes)
