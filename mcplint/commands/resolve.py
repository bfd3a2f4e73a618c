"""From a start command to what it starts: programs in front are taken off until that of the project is left."""

from __future__ import annotations

import posixpath
from itertools import takewhile

from mcplint.commands.asgi_commands import asgi
from mcplint.commands.command_lines import (
    ASGI,
    GATEWAYS,
    GIVING,
    NODE_COMMANDS,
    PYTHON_TOOLS,
    RUNIT,
    RUNNERS,
    SDK_COMMANDS,
    WRAPPERS,
    changes_user,
    is_assignment,
    program,
    unwrapped,
)
from mcplint.commands.execution import ExecContext, NextCommand, Step, assigned
from mcplint.commands.given_variables import with_tool
from mcplint.commands.options import Parsed, grammar, parse
from mcplint.commands.python_commands import (
    console_script,
    django_admin,
    executable,
    inside_tool,
    interpreter,
    is_python,
    lambda_handler,
    python,
    python_file,
)
from mcplint.commands.uv_run import uv_run, uvx
from mcplint.commands.words import Words, span_of, text
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.executables import DENO_VERBS, JAVASCRIPT, SHELLS, TASK_RUNNERS
from mcplint.model import Argv
from mcplint.programs.start import NoStart, Start
from mcplint.project.cache import Asking, cached
from mcplint.values import Label, Value

MOST = 24
MOST_STARTS = 100
"""How many programs of one command are followed."""
WATCHFILES = grammar("non-recursive verbose quiet")


def starts(words: Words, context: ExecContext) -> tuple[Start | NoStart, ...]:
    """What a command starts, or why that cannot be told; several where a shell chooses among them."""

    def work(asking: Asking) -> tuple[Start | NoStart, ...]:
        inner = context._replace(env=asking["env"], project_path=asking["path"], built=asking["built"])
        return _starts(words, inner)

    asking = {"env": context.env, "path": context.project_path, "built": context.built}
    found, _ = cached(context.tree, (words, *context.plain_fields), asking, work)
    return found


def _starts(words: Words, context: ExecContext) -> tuple[Start | NoStart, ...]:
    found: list[Start | NoStart] = []
    waiting: list[tuple[NextCommand, int]] = [(NextCommand(words, context), 0)]
    while waiting:
        (words, context), number = waiting.pop(0)
        if len(found) == MOST_STARTS:
            why = f"has a command that starts more than {MOST_STARTS} programs, the most that are followed"
            path = context.span.source.path
            context.tree.problems.setdefault(path, NotFollowed(context.span.head, why, WARNING))
            found.append(context.none("its command starts more programs than are followed"))
            break
        command = Argv(words, context.span, workdir=context.workdir)
        context = context._replace(commands=(*context.commands, command), user=_user_change(words, context))
        step = (
            _step(words, context, number > 0) if number < MOST else context.none("the command wraps itself too often")
        )
        if isinstance(step, (Start, NoStart)):
            found += [step] if step not in found else []
        else:
            inner = (step,) if isinstance(step, NextCommand) else step
            waiting += [(each, number + 1) for each in inner if len(waiting) < MOST]
    return tuple(found)


def _user_change(words: Words, context: ExecContext) -> Label | None:
    """Where a command, or what starts it, changes to another user than root."""
    return Label(span_of(words[0], context.span), "changes the user") if changes_user(words) else context.user


def _step(words: Words, context: ExecContext, inner: bool) -> Step:
    """What the first program of a command does; `inner`: whether another one has started it."""
    if not words:
        return context.none("no command is given")
    spelled = text(words[0])
    if not spelled:
        return context.none("the program is not known", word=words[0])
    if inner and is_assignment(spelled):
        return assigned(words, context)
    name = program(words)
    if name in GIVING:
        context = with_tool(name, words, context)
        if (line := _line(name, words)) is not None:
            from mcplint.commands.scripts import from_text

            return from_text(line, context.because(words[0], "runs the command that it is told"))
    if inner and name == "cd" and words[2:]:
        folder = context.absolute(named) if (named := text(words[1])) else None
        return NextCommand(
            words[2:], context.because(words[0], "runs the command after it there")._replace(workdir=folder)
        )
    if (rest := unwrapped(words)) is not None:
        return NextCommand(
            rest, _in_changed_folder(name, words, context.because(words[0], "runs the command after it"))
        )
    if name in RUNNERS:
        return _run(name, words, context)
    if name in ("uvx", "pipx"):
        return uvx(words, context)
    if name in SHELLS or name == "su":
        from mcplint.commands.scripts import from_shell

        return from_shell(words, context)
    if is_python(name):
        return python(words, context)
    if name in PYTHON_TOOLS:
        return inside_tool(name, words, context)
    if name in ("pm2", "pm2-runtime"):
        from mcplint.commands.pm2 import pm2

        return pm2(words, context)
    if name in NODE_COMMANDS:
        from mcplint.commands.node_commands import node_command

        return node_command(name, words, context)
    if name in GATEWAYS:
        return _gateway(name, words, context)
    if name in ASGI:
        return asgi(name, words, context)
    if name == "fastapi":
        from mcplint.commands.fastapi import fastapi

        return fastapi(words, context)
    if name == "django-admin":
        return django_admin(words[0], words[1:], context)
    if name in SDK_COMMANDS:
        from mcplint.commands.sdk_commands import sdk_run

        return sdk_run(name, words, context)
    if name in (*TASK_RUNNERS, "supervisord"):
        from mcplint.commands.just import just
        from mcplint.commands.make import make
        from mcplint.commands.supervisors import supervised
        from mcplint.commands.taskfile import go_task
        from mcplint.commands.tasks import task

        if name in (whole := {"supervisord": supervised, "make": make, "just": just}):
            return whole[name](words, context)
        found = task(name, words[1:], context)
        if name == "task":
            return found or go_task(words[1:], context)
        return found or context.none(f"what {name} runs is not known")
    if name == "watchfiles" and (watched := parse(words[1:], WATCHFILES).rest) and " " in (text(watched[0]) or ""):
        from mcplint.commands.scripts import from_text

        return from_text(watched[0], context.because(words[0], "runs the command again whenever a file changes"))
    if spelled == "/init" or name in RUNIT:
        from mcplint.commands.supervisors import service_folders

        return service_folders(words, context) or _program(words, context)
    if name in ("lambda-entrypoint.sh", "awslambdaric"):
        return lambda_handler(words[1:], context)
    return _program(words, context)


def _line(name: str, words: Words) -> Value[str] | None:
    """The line of shell that a program which gives variables is told to run, None where it is told a command."""
    if name == "sops":
        return words[-1] if "exec-env" in map(text, words[1:-2]) else None
    before = takewhile(lambda word: text(word) != "--", words[1:])
    return (
        parse(tuple(before), grammar("silent", None)).flags.get("command") if name in ("doppler", "infisical") else None
    )


def _in_changed_folder(name: str, words: Words, context: ExecContext) -> ExecContext:
    """The context in the folder that `env -C` and its like change to."""
    given = parse(words[1:], WRAPPERS[name]).flags if name in WRAPPERS else {}
    context = context.with_unknown_variables(words[0]) if "envdir" in given else context
    folder = given.get("chdir")
    if folder is None:
        return context
    named = text(folder)
    return context._replace(workdir=context.absolute(named) if named else None)


def _run(tool: str, words: Words, context: ExecContext) -> Step:
    """`uv run …` and its like."""
    before = parse(words[1:], RUNNERS[tool])
    command = text(before.rest[0]) if before.rest else None
    if tool == "uv" and command == "tool" and [text(word) for word in before.rest[1:2]] == ["run"]:
        return uvx((before.rest[1], *before.rest[2:]), context)
    if command != "run":
        return context.none(
            f"{tool} {command} starts no program of the project" if command else f"what {tool} does is not known"
        )
    after = parse(before.rest[1:], RUNNERS[tool])
    options = Parsed((*before.given, *after.given), after.rest, before.closed and after.closed)
    inner = context.because(words[0], f"{tool} run starts it")
    if folder := text(options.flags["directory"]) if "directory" in options.flags else None:
        inner = inner._replace(workdir=posixpath.join(context.workdir or "/", folder))
    if tool == "uv":
        return uv_run(words, options, inner)
    from mcplint.commands.tasks import runner_context, task

    env = text(options.flags["env"]) if "env" in options.flags else "default"
    if (named := task(tool, after.rest, inner, env or "")) is not None:
        return named
    inner = runner_context(tool, inner, env or "")
    if tool == "pdm" and after.rest and (text(after.rest[0]) or "").endswith(".py"):
        return python_file(after.rest[0], after.rest[1:], inner)
    return NextCommand(after.rest, inner)


def _gateway(tool: str, words: Words, context: ExecContext) -> Step:
    """A program that serves a stdio server, its command after `--` or in `--stdio`."""
    known = [text(word) for word in words]
    inner = context.because(words[0], f"{tool} serves the stdio server that it starts")._replace(
        wrapper=tool, bridge=words, printed=(), background=None
    )
    if tool == "supergateway" and "--stdio" in known[:-1]:
        from mcplint.commands.scripts import from_text

        return from_text(words[known.index("--stdio") + 1], inner)
    if "--" in known:
        return NextCommand(words[known.index("--") + 1 :], inner)
    given = parse(words[1:], GATEWAYS[tool])
    rest = given.rest
    if {"help", "version"} & given.flags.keys():
        return context.none(f"{tool} only tells of itself")._replace(other=True)
    if named := next((name for name in ("named-server", "named-server-config", "config") if name in given.flags), ""):
        file = text(given.flags[named]) if named != "named-server" else None
        return inner.none(f"{tool} serves the servers that {file or 'its command'} names, which is not followed")
    if tool == "supergateway" or not rest:
        return inner.none(f"{tool} starts no known server")
    return NextCommand(rest, inner)


def _program(words: Words, context: ExecContext) -> Step:
    """A file of the project, which its first line says how to run, or a console script."""
    path = executable(words[0], context)
    if path is None:
        return _installed(words, context)
    match interpreter(path, context):
        case "python":
            return python_file(words[0]._replace(options=(path,)), words[1:], context)
        case "sh":
            from mcplint.commands.scripts import from_script

            return from_script(path, words[1:], context.because(words[0], f"starts {context.file(path) or path}"))
        case "node":
            from mcplint.commands.node_files import node_file

            return node_file(words[0], words[1:], context)
    return context.none(f"{path} is not followed")


def _installed(words: Words, context: ExecContext) -> Step:
    """A command that a package of the project installs; the entrypoint of an image runs what it is given."""
    name = text(words[0]) or ""
    if name == "docker-entrypoint.sh" and words[1:]:
        verb = text(words[1]) or ""
        deno = (words[0]._replace(options=("deno",), site=None),) if verb.startswith("-") or verb in DENO_VERBS else ()
        return NextCommand((*deno, *words[1:]), context)
    manifests = (source for path in context.tree.files_named("package.json") for source in (context.tree.source(path),))
    if "/" in name and name.endswith(JAVASCRIPT):
        from mcplint.commands.node_files import node_file

        return node_file(words[0], words[1:], context)
    if name and any(source and name in source.text for source in manifests):
        from mcplint.commands.node_managers import bin_of

        found = bin_of(context, name, words[1:], words[0])
        if found is not None:
            return found
    return console_script(words, context)
