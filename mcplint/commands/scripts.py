"""What a shell starts: `sh -c "…"` and scripts that come down to one command. Nothing is guessed beyond that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from mcplint.commands.command_lines import (
    AFTER_DASHES,
    ASGI,
    GATEWAYS,
    NODE_COMMANDS,
    RUNNERS,
    SDK_COMMANDS,
    WRAPPERS,
    shell_operand,
)
from mcplint.commands.console_scripts import script
from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.room import TOO_LONG, branches_too_often, has_room
from mcplint.commands.shell import Env, Ran, Shell, script_text
from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_parser import commands
from mcplint.commands.shell_paths import TooManyPaths, Walk
from mcplint.commands.words import Words, spelled, text
from mcplint.knowledge.executables import (
    HELP,
    NODE_MANAGERS,
    PACKAGE_EXEC,
    PROXIES,
    SHELLS,
    TASK_RUNNERS,
    WITHOUT_FILES,
)
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value, join

# Programs that a script can end in; what else it calls is taken to prepare for them.
_RUNNERS = ("uvx", *TASK_RUNNERS, "node", "npx", "java", "supervisord", "watchfiles")
_NODE = NODE_COMMANDS - {*NODE_MANAGERS}
_STARTED = re.compile(r"(?:start|serve|server|prod|production|dev|mcp)(?:[:_-].*)?|.*\.[cm]?[jt]sx?")
"""The scripts of packages, and the files, that are no step of a build."""
_IDLE = WITHOUT_FILES | {"[", "[[", "test", "exit", "return", "shift", "sleep", "wait", "trap", "umask", "unset"}
"""The commands of a shell that make no file in front of a program."""
_CHECKS = frozenset(
    ("-t", "-T", "-s", "-v", "-V", "reload", "validate", "fmt", "adapt", "hash-password", "stop", *HELP)
)
"""What has a proxy look at its configuration, speak to one that runs, or tell of itself."""
_ARRAY = re.compile(r"\$\{\w+\[@\]\}")
"""An array that is run as a command, which a script has put together for that."""
LASTING = frozenset(
    (
        *WRAPPERS,
        *AFTER_DASHES,
        *RUNNERS,
        *ASGI,
        "fastapi",
        *GATEWAYS,
        "django-admin",
        *SHELLS,
        *SDK_COMMANDS,
        *_RUNNERS,
        *_NODE,
    )
) - {
    "command",
    "time",
}
_MOST_STARTS = 4
NO_PROGRAM = "the shell starts no known program"


def from_shell(words: Words, context: ExecContext) -> Step:
    """`sh -c text`, `sh script`."""
    operand = shell_operand(words)
    if operand is None:
        return context.none("the command of the shell is not known")
    index, is_text = operand
    rest = words[index + 1 :]
    if is_text:
        inner = context.because(words[0], "runs it in a shell")
        return from_text(words[index], inner._replace(zero=next(iter(rest), None), arguments=rest[1:]))
    name = text(words[index]) or ""
    if context.script(name) is None:
        return context.none(f"{name} is not in the project", context.path_in_project(name))
    return from_script(name, rest, context.because(words[index], f"runs {context.file(name) or name}"))


def from_text(word: Value[str], context: ExecContext) -> Step:
    """The command in a word that a shell runs."""
    found = script_text(word, context.span)
    if found is None:
        return context.none("the shell's command is not known", word=word)
    return _last(*found, context)


def from_script(path: str, arguments: Words, context: ExecContext) -> Step:
    """The command that a script in the image comes down to."""
    script = context.script(path)
    if script is None:
        return context.none(f"{path} is not in the project", context.path_in_project(path))
    return _last(script, None, context._replace(zero=Value((context.absolute(path) or path,)), arguments=arguments))


def from_lines(lines: LocatedText, context: ExecContext, arguments: Words = ()) -> Step:
    """The command that lines of shell come down to."""
    return _last(lines, None, context._replace(zero=None, arguments=arguments))


def _last(located: LocatedText, whole: Span | None, context: ExecContext) -> Step:
    """The last program of a text, or those that it may be; `whole`: where all of it stands, if not as it is."""
    if not has_room(located.text, located.span()):
        return context.none(TOO_LONG)
    try:
        paths = _paths(located, whole, context, context.env) or _paths(located, whole, context, _open(context.env))
    except TooManyPaths:
        return context.none(branches_too_often(located.text, located.span()))
    if not paths:
        return context.none(NO_PROGRAM)
    unknown = next((path[-1] for path in paths if path[-1].argv is None), None)
    if unknown:
        notes = (*context.notes, Label(unknown.span, "is expanded by the shell"))
        return context._replace(notes=notes).none("an argument that the shell expands is not known")
    lines = commands(located)
    return tuple(_next(path, lines, context) for path in _merge_similar(paths)[:_MOST_STARTS])


def _open(env: Env) -> Env:
    """The environment where whoever starts a container may set what no file sets."""

    def variable(name: str) -> Value[str | None] | None:
        value = env(name)
        return UNKNOWN if value is not None and value.options == (None,) else value

    return variable


def _paths(located: LocatedText, whole: Span | None, context: ExecContext, env: Env) -> list[tuple[Ran, ...]]:
    """What is run on each way through a text that starts a program: what is said before it, and that program."""
    lines = tuple(commands(located))
    waits = any(line.argv and line.argv[0].text == "wait" for line in lines) or any(map(_only_lasts, lines[-1:]))

    def may_last(ran: Ran) -> bool:
        return _may_last(ran.line, context._replace(workdir=ran.workdir), waits)

    def sourced(name: str, workdir: str | None) -> LocatedText | None:
        return context._replace(workdir=workdir).script(name)

    def exists(name: str, workdir: str | None) -> bool | None:
        return True if context._replace(workdir=workdir).script(name) else None

    walk = Walk(lambda ran: may_last(ran) or _prints(ran.line) or _is_quiet(ran.line), sourced, exists)
    shell = Shell(env, context.workdir, context.zero, context.arguments, context.sets)
    found = list[tuple[Ran, ...]]()
    for path in walk.paths_through(located, shell, whole):
        last = [index for index, ran in enumerate(path.ran) if may_last(ran)]
        working = [index for index in last if not _only_lasts(path.ran[index].line)] or last
        if working:
            quiet = any(_is_quiet(ran.line) for ran in path.ran)
            printing = [ran for ran in path.ran[: last[0]] if not quiet and _prints(ran.line)]
            beside = [index for index in working[:-1] if path.ran[index].line.operator == "&"]
            found += [(*printing, path.ran[index]) for index in (*beside, working[-1])]
    return found


def _only_lasts(command: Command) -> bool:
    """Whether a command idles or passes requests on for ever, so that the server was started in the background."""
    words = [word.text for word in command.argv]
    if words and words[0].rpartition("/")[2] in PROXIES:
        return command.operator != "&" and not _CHECKS.intersection(words)
    follows = words[:1] == ["tail"] and any(each[:2] in ("-f", "-F") for each in words)
    return command.operator != "&" and (follows or words in (["sleep", "infinity"], ["sleep", "inf"]))


def _merge_similar(paths: list[tuple[Ran, ...]]) -> list[tuple[Ran, ...]]:
    """Joins the paths that start the same program with as many words, some of which differ."""
    found = list[tuple[Ran, ...]]()
    for path in paths:
        for index, other in enumerate(found):
            if (argv := _merged_words(other[-1], path[-1])) is not None:
                names = {*path[-1].sets, *other[-1].sets}
                sides = (other[-1].sets, path[-1].sets)
                sets = {name: join(side.get(name, Value(("",))) for side in sides) for name in names}
                printing = tuple(each for each in other[:-1] if each in path[:-1])
                found[index] = (*printing, other[-1]._replace(argv=argv, sets=sets))
                break
        else:
            found.append(path)
    return found


def _merged_words(one: Ran, other: Ran) -> Words | None:
    """The words of two commands as one, None where they are not the same but for values of options."""
    mine, its = one.argv or (), other.argv or ()
    if len(mine) != len(its) or one.workdir != other.workdir:
        return None
    word_pairs = zip(mine, its, strict=True)
    plain = (a.options == b.options or not any(spelled(each).startswith("-") for each in (a, b)) for a, b in word_pairs)
    if not mine or not its or not all(plain) or spelled(mine[0]) != spelled(its[0]):
        return None
    differing = [index for index, word in enumerate(mine) if word.options != its[index].options]
    if any(not spelled(mine[index - 1]).startswith("-") for index in differing):
        return None
    return tuple(a if a.options == b.options else join((a, b)) for a, b in zip(mine, its, strict=True))


_JOB_CONTROL = r"\bset +-(?:\w*m|o +monitor)"
"""What keeps the standard input of a shell for what it starts in the background."""


def may_make_files(lines: Iterable[Command]) -> bool:
    """Whether one of some commands may make files for a program that is started after them."""
    return any(line.argv and not line.exec and line.argv[0].text not in _IDLE for line in lines)


def _next(path: tuple[Ran, ...], lines: Iterable[Command], context: ExecContext) -> NextCommand:
    last = path[-1]
    prepared = context.prepared or may_make_files(takewhile(lambda line: line.span != last.line.span, lines))
    printed = tuple(Label(ran.span, "writes to standard output") for ran in path[:-1])
    inner = context._replace(sets=last.sets, workdir=last.workdir, span=last.span, printed=(*context.printed, *printed))
    background = inner.background or _background(last)
    return NextCommand(last.argv or (), inner._replace(background=background, prepared=prepared))


def _background(ran: Ran) -> Label | None:
    """Where a shell starts a program in the background, whose standard input is then empty unless it is given one.

    Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_03_02
    """
    line, text = ran.line, ran.line.span.source.text
    given = line.inside or any(each.operator.startswith("<") for each in line.redirects)
    piped = text[max(0, line.span.start - 80) : line.span.start].rstrip(" \t\n\\").endswith(("|", "|&"))
    if line.operator != "&" or given or piped or re.search(_JOB_CONTROL, text):
        return None
    return Label(line.span, "`&` starts it in the background")


def _may_last(command: Command, context: ExecContext, waits: bool) -> bool:
    """Whether a command may be the program that the container is there for."""
    if not command.argv or command.operator == "|" or (command.operator == "&" and not waits):
        return False
    word = command.argv[0].text
    name = word.rpartition("/")[2]
    if (
        command.exec
        or word in ("$@", "${@}", "$0", "${0}")
        or _ARRAY.fullmatch(word)
        or name.rstrip("0123456789.") == "python"
    ):
        return True
    if name in LASTING:
        second, third = (*(word.text for word in command.argv[1:3]), "", "")[:2]
        return name not in RUNNERS or "run" in (second, third if second == "tool" else "") or second.startswith("-")
    if name in NODE_MANAGERS:
        words = [each.text for each in command.argv[1:] if not each.text.startswith("-")]
        verb, *rest = words or [""]
        return verb in PACKAGE_EXEC or _STARTED.fullmatch(rest[0] if verb == "run" and rest else verb) is not None
    if "/" in word and command.argv[0].literal and context.script(word) is not None:
        return True
    return script(context.tree, name, None, context.home) is not None


def _prints(command: Command) -> bool:
    """Whether a command surely writes to the standard output that the program then has too."""
    speaks = bool(command.argv) and command.argv[0].text in ("echo", "printf") and not command.exec
    return speaks and not command.inside and not command.redirects and command.operator not in ("|", "|&")


def _is_quiet(command: Command) -> bool:
    """Whether a command leads all that the shell writes elsewhere: `exec >file`."""
    return command.exec and not command.argv and bool(command.redirects)
