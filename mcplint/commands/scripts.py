"""What a shell starts: `sh -c "…"` and scripts that come down to one command. Nothing is guessed beyond that."""

from __future__ import annotations

import re

from mcplint.commands.console_scripts import script
from mcplint.commands.grammars import ASGI, GATEWAYS, RUNNERS, STEPPED, WRAPPERS
from mcplint.commands.resolve import SHELLS, ExecContext, resolve
from mcplint.commands.shell import Command, commands
from mcplint.commands.words import Words, place, text
from mcplint.programs.start import NoStart, Start
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import EditSite, Label, Value

# Programs that a script can end in; what else it calls is taken to prepare for them.
LASTING = frozenset(
    (
        *WRAPPERS,
        *STEPPED,
        *RUNNERS,
        *ASGI,
        *GATEWAYS,
        *SHELLS,
        "fastmcp",
        "mcp",
        "env",
        "node",
        "npx",
        "java",
        "supervisord",
    )
)


def _lasting(command: Command, scene: ExecContext, waits: bool) -> bool:
    """Whether a command may be the program that the container is there for."""
    if command.operator == "|" or not command.argv or (command.operator == "&" and not waits):
        return False
    word = command.argv[0].text
    name = word.rpartition("/")[2]
    if command.exec or word in ("$@", "${@}", "$0", "${0}") or name.rstrip("0123456789.") == "python":
        return True
    if name in LASTING:
        second = command.argv[1].text if len(command.argv) > 1 else ""
        return name not in RUNNERS or second == "run" or second.startswith("-")
    path = scene.inside(word) if "/" in word and command.argv[0].literal else None
    return (path is not None and path in scene.tree.paths) or script(scene.tree, name, None, scene.home) is not None


def from_shell(words: Words, scene: ExecContext) -> Start | NoStart:
    """`sh -c text`, `sh script`."""
    index = 1
    while index < len(words):
        word = text(words[index])
        if word is None:
            return NoStart("an argument of the shell is not known", (*scene.notes, *words[index].trace))
        if not word.startswith("-") and not word.startswith("+"):
            path = scene.inside(word)
            if path is None or path not in scene.tree.paths:
                return NoStart(f"{word} is not in the project", scene.notes, missing=path)
            return from_script(path, words[index + 1 :], scene.because(words[index], f"runs {path}"))
        if word.startswith("-") and "c" in word and not word.startswith("--"):
            if index + 1 >= len(words):
                break
            rest = words[index + 2 :]
            inner = scene.because(words[0], "runs it in a shell")
            return from_text(words[index + 1], inner._replace(zero=next(iter(rest), None), arguments=rest[1:]))
        index += 2 if word in ("-o", "+o", "-O") else 1
    return NoStart("the shell is given no command", scene.notes)


def from_text(word: Value[str], scene: ExecContext) -> Start | NoStart:
    """The command in a word that a shell runs."""
    spelled = text(word)
    if spelled is None:
        return NoStart("the shell's command is not known", (*scene.notes, *word.trace))
    slot = word.slot
    if slot and slot.span.text == spelled:
        return _from_passage(LocatedText.of(slot.span), scene, True)
    span = place(word, scene.span)
    return _from_passage(LocatedText(Source(span.source.path, spelled), spelled), scene._replace(span=span), False)


def from_script(path: str, arguments: Words, scene: ExecContext) -> Start | NoStart:
    """The command that a script of the project comes down to."""
    source = scene.tree.source(path)
    if source is None:
        return NoStart(f"{path} is not in the project", scene.notes, missing=path)
    inner = scene._replace(zero=None, arguments=arguments)
    return _from_passage(LocatedText.of(Span(source, 0, len(source.text))), inner, True)


def _from_passage(passage: LocatedText, scene: ExecContext, exact: bool) -> Start | NoStart:
    found = [command for command in commands(passage) if "function" not in command.inside]
    waits = any(command.argv and command.argv[0].text == "wait" for command in found)
    quiet = any(command.exec and not command.argv and command.redirects for command in found)
    open_names: set[str] = set()
    main: list[Command] = []
    for command in found:
        scene, open_names = _assigned(command, scene, open_names, exact)
        if command.argv and command.argv[0].text == "cd" and not command.inside and len(command.argv) > 1:
            scene = _entered(command.argv[1], scene, exact)
        elif _lasting(command, scene, waits):
            main.append(command)
        elif not main and not quiet and _says(command):
            scene = scene._replace(
                said=(*scene.said, Label(_span(command.span, scene, exact), "writes to standard output"))
            )
    if not main:
        return NoStart("the shell starts no program that is known", scene.notes)
    command = main[-1]
    if any(each in _CONDITIONS for each in command.inside) or any(_stays(each) for each in main[:-1]):
        note = Label(_span(command.span, scene, exact), "may be started")
        return NoStart("the shell chooses what it starts", (*scene.notes, note))
    words = _words(command.argv, scene, open_names, exact)
    if words is None:
        note = Label(_span(command.span, scene, exact), "is expanded by the shell")
        return NoStart("an argument that the shell expands is not known", (*scene.notes, note))
    for assignment in command.assignments:
        scene = scene._replace(sets={**scene.sets, assignment.name: _value(assignment.value, scene, open_names, exact)})
    return resolve(words, scene._replace(depth=scene.depth + 1, span=_span(command.span, scene, exact)))


def _says(command: Command) -> bool:
    """Whether a command surely writes to the standard output that the program then has too."""
    speaks = bool(command.argv) and command.argv[0].text in ("echo", "printf") and not command.exec
    return speaks and not command.inside and not command.redirects and command.operator not in ("|", "|&")


_CONDITIONS = ("if", "case", "for", "while")


def _stays(command: Command) -> bool:
    """Whether the shell does not come back from a command that is not its last."""
    return command.exec or (bool(command.inside) and command.argv[0].text.rpartition("/")[2] in ASGI)


def _span(span: Span, scene: ExecContext, exact: bool) -> Span:
    return span if exact else scene.span


def _entered(word: object, scene: ExecContext, exact: bool) -> ExecContext:
    import posixpath

    value = text(_value(word, scene, set(), exact))
    return scene._replace(workdir=posixpath.join(scene.workdir or "/", value) if value else None)


def _assigned(command: Command, scene: ExecContext, open_names: set[str], exact: bool) -> tuple[ExecContext, set[str]]:
    """What a command's assignments leave in the shell: known values, or names whose value depends on a condition."""
    given = [] if command.words and command.words[0].text != "export" else list(command.assignments)
    exported = command.argv[1:] if command.argv and command.argv[0].text in ("export", "readonly", "local") else ()
    sets = dict(scene.sets)
    for assignment in given:
        if command.inside or assignment.append or command.operator == "||":
            open_names = {*open_names, assignment.name}
        else:
            sets[assignment.name] = _value(assignment.value, scene, open_names, exact)
    for word in exported:
        name, equals, _ = word.text.partition("=")
        if equals and command.inside:
            open_names = {*open_names, name}
        elif equals:
            value = _value(word, scene, open_names, exact)
            spelled = text(value)
            sets[name] = (
                Value((spelled[len(name) + 1 :],), value.trace) if spelled is not None else Value(None, value.trace)
            )
    return scene._replace(sets=sets), open_names


def _words(words: object, scene: ExecContext, open_names: set[str], exact: bool) -> Words | None:
    """The words that the shell hands over; None where their number is not known."""
    found: list[Value[str]] = []
    for word in words:  # type: ignore[attr-defined]
        if word.text in ("$@", "${@}", "$*", "${@:-}"):
            quoted = all(part.quoted for part in word.parts)
            found += scene.arguments if quoted else [each for one in scene.arguments for each in _split(one)]
            continue
        value = _value(word, scene, open_names, exact)
        bare = [part for part in word.parts if part.kind != "literal" and not part.quoted]
        if bare:
            spelled = text(value)
            if any(part.kind in ("array", "pattern") for part in bare):
                return None
            if spelled is None:
                if len(word.parts) == len(bare) and not _is_port(word.text):
                    return None
            elif len(word.parts) == 1:
                found += _split(value)
                continue
        found.append(value)
    return tuple(found)


def _is_port(word: str) -> bool:
    """Whether a word is a variable that is named as a port: that is one number, whatever it is."""
    return re.fullmatch(r"\$\{?(?:\w+_)?PORT(?:\W.*)?", word) is not None


def _split(value: Value[str]) -> Words:
    """The words that an expansion without quotes is."""
    spelled = text(value)
    if spelled is None or len(spelled.split()) == 1:
        return (value,)
    return tuple(Value((each,), value.trace) for each in spelled.split())


def _value(word: object, scene: ExecContext, open_names: set[str], exact: bool) -> Value[str]:
    """A word as the shell expands it."""
    from mcplint.commands.shellwords import Word

    assert isinstance(word, Word)
    note = Label(_span(word.span, scene, exact), "is written here")
    if word.literal:
        slot = EditSite(word.content.span()) if exact and word.content.exact else None
        return Value((word.text,), (note,), slot)
    texts: list[Value[str]] = [_part(part, scene, open_names) for part in word.parts]
    trace = tuple(dict.fromkeys([note, *(each for value in texts for each in value.trace)]))
    if any(value.options is None or len(value.options) != 1 for value in texts):
        return Value(None, trace) if len(texts) > 1 else texts[0]._replace(trace=trace)
    slot = texts[0].slot if len(texts) == 1 else None
    return Value(("".join(value.options[0] for value in texts if value.options),), trace, slot)


def _part(part: object, scene: ExecContext, open_names: set[str]) -> Value[str]:
    from mcplint.commands.shellwords import LITERAL, VARIABLE, Part
    from mcplint.text.expand import Refused, expand

    assert isinstance(part, Part)
    if part.kind == LITERAL:
        return Value((part.text,))
    names = set(re.findall(r"[A-Za-z_]\w*", part.text))
    if part.kind != VARIABLE or names & open_names or re.search(r"\$\{?[@*#?$!0-9-]", part.text):
        given = (scene.zero, *scene.arguments)
        positional = re.fullmatch(r"\$\{?([0-9])\}?", part.text)
        found = given[int(positional[1])] if positional and len(given) > int(positional[1]) else None
        if found is not None:
            return found
        return Value(None, (Label(part.passage.span(), "is not known"),))
    env = {}
    for name in names:
        value = scene.variable(name)
        if value.options != (None,):
            env[name] = value if value.options is None or None not in value.options else Value(None, value.trace)
    try:
        return expand(part.passage, env)  # type: ignore[arg-type]
    except Refused:
        return Value(None, (Label(part.passage.span(), "is not known"),))
