"""What a shell starts: `sh -c "…"` and scripts that come down to one command. Nothing is guessed beyond that."""

from __future__ import annotations

from mcplint.commands.command_lines import (
    ASGI,
    GATEWAYS,
    RUNNERS,
    SDK_COMMANDS,
    SHELLS,
    WRAPPERS,
    shell_operand,
)
from mcplint.commands.console_scripts import script
from mcplint.commands.execution import ExecContext, Next, Step
from mcplint.commands.shell import Ran, Shell, script_text
from mcplint.commands.shell_parser import Command
from mcplint.commands.words import Words, text
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Label, Value

# Programs that a script can end in; what else it calls is taken to prepare for them.
LASTING = frozenset(
    (*WRAPPERS, *RUNNERS, *ASGI, *GATEWAYS, *SHELLS, *SDK_COMMANDS, "node", "npx", "java", "supervisord")
) - {"command", "time"}
_CONDITIONS = ("if", "case", "for", "while")


def from_shell(words: Words, context: ExecContext) -> Step:
    """`sh -c text`, `sh script`."""
    operand = shell_operand(words)
    if operand is None:
        return context.none("the shell is given no command that is known")
    index, is_text = operand
    rest = words[index + 1 :]
    if is_text:
        inner = context.because(words[0], "runs it in a shell")
        return from_text(words[index], inner._replace(zero=next(iter(rest), None), arguments=rest[1:]))
    name = text(words[index]) or ""
    path = context.inside(name)
    if path is None or path not in context.tree.paths:
        return context.none(f"{name} is not in the project", path)
    return from_script(path, rest, context.because(words[index], f"runs {path}"))


def from_text(word: Value[str], context: ExecContext) -> Step:
    """The command in a word that a shell runs."""
    found = script_text(word, context.span)
    if found is None:
        return context.none("the shell's command is not known", word=word)
    return _last(*found, context)


def from_script(path: str, arguments: Words, context: ExecContext) -> Step:
    """The command that a script of the project comes down to."""
    source = context.tree.source(path)
    if source is None:
        return context.none(f"{path} is not in the project", path)
    whole = LocatedText.of(Span(source, 0, len(source.text)))
    return _last(whole, None, context._replace(zero=None, arguments=arguments))


def _last(passage: LocatedText, span: Span | None, context: ExecContext) -> Step:
    """The last program of a text; `span`: where all of it stands, where it is not spelled there."""
    shell = Shell(context.env, context.workdir, context.zero, context.arguments, context.sets)
    found = [ran for ran in shell.run(passage, span) if "function" not in ran.line.inside]
    waits = any(ran.line.argv[:1] and ran.line.argv[0].text == "wait" for ran in found)
    main = [ran for ran in found if _lasting(ran.line, context._replace(workdir=ran.workdir), waits)]
    if not main:
        return context.none("the shell starts no known program")
    last = main[-1]
    if any(each in _CONDITIONS for each in last.line.inside) or any(_stays(each.line) for each in main[:-1]):
        return _said(context, last, "may be started").none("the shell chooses what it starts")
    if last.argv is None:
        why = "an argument that the shell expands is not known"
        return _said(context, last, "is expanded by the shell").none(why)
    said = tuple(
        Label(ran.span, "writes to standard output") for ran in found[: found.index(main[0])] if _says(ran.line)
    )
    quiet = any(ran.line.exec and not ran.line.argv and ran.line.redirects for ran in found)
    inner = context._replace(sets=last.sets, workdir=last.workdir, span=last.span)
    return Next(last.argv, inner._replace(said=(*context.said, *(() if quiet else said))))


def _said(context: ExecContext, ran: Ran, text: str) -> ExecContext:
    return context._replace(notes=(*context.notes, Label(ran.span, text)))


def _lasting(command: Command, context: ExecContext, waits: bool) -> bool:
    """Whether a command may be the program that the container is there for."""
    if not command.argv or command.operator == "|" or (command.operator == "&" and not waits):
        return False
    word = command.argv[0].text
    name = word.rpartition("/")[2]
    if command.exec or word in ("$@", "${@}", "$0", "${0}") or name.rstrip("0123456789.") == "python":
        return True
    if name in LASTING:
        second = command.argv[1].text if len(command.argv) > 1 else ""
        return name not in RUNNERS or second == "run" or second.startswith("-")
    if "/" in word and command.argv[0].literal and context.file(word) is not None:
        return True
    return script(context.tree, name, None, context.home) is not None


def _says(command: Command) -> bool:
    """Whether a command surely writes to the standard output that the program then has too."""
    speaks = bool(command.argv) and command.argv[0].text in ("echo", "printf") and not command.exec
    return speaks and not command.inside and not command.redirects and command.operator not in ("|", "|&")


def _stays(command: Command) -> bool:
    """Whether the shell does not come back from a command that is not its last."""
    return command.exec or (bool(command.inside) and command.argv[0].text.rpartition("/")[2] in ASGI)
