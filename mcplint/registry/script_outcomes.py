"""What a script makes of a failure of one of its commands: whether it ends well all the same, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.commands.shell_nodes import Command, Compound, Node
from mcplint.commands.shell_parser import parse, simple
from mcplint.commands.shell_words import COMMAND
from mcplint.text.located import LocatedText
from mcplint.text.source import Span

_BLOCK = re.compile(r"\A[|>][-+\d]*")
_FILLED = re.compile(r"\$\{\{(?:[^}$\n]|\$(?!\{))*+\}\}")
_SAYS = frozenset(
    (
        "echo",
        "printf",
        "cat",
        "tail",
        "head",
        "tee",
        "date",
        "ls",
        "pwd",
        "sleep",
        "true",
        ":",
        "set",
        "export",
        "local",
    )
)
_GOES_ON = _SAYS | frozenset(("git", "rm", "cp", "mv", "mkdir", "cd", "pushd", "popd", "chmod"))
_ASKS = _SAYS | frozenset(("[", "[[", "test", "grep"))
_READS = re.compile(r"\$\([ \t]*(?:cat|tail|head|date|echo|printf)\b")
_ERREXIT = re.compile(r"[-+][a-z]{0,9}e[a-z]{0,9}")
_HANDED = re.compile(r"GITHUB_(?:OUTPUT|ENV)|::set-output")


class _Step(NamedTuple):
    """A step on the way to a command: the commands beside each other, which of them; `deciding`: for the next step,
    whether that lies in a condition, and `branch`, of which branch."""

    nodes: tuple[Node, ...]
    number: int
    branch: int = 0
    deciding: bool = False

    @property
    def node(self) -> Node:
        return self.nodes[self.number]

    @property
    def later(self) -> tuple[Node, ...]:
        return self.nodes[self.number + 1 :]


class HiddenFailure(NamedTuple):
    """What hides the failure of a command, as it is written there, and the commands that run or not as it comes out."""

    by: str
    commands: tuple[Command, ...]


def outcome(script: Span, start: int) -> HiddenFailure | None:
    """What hides a failure of the command that stands at an offset of the file; None where the script may mind it."""
    nodes = parse(_shell(script))
    way = tuple(_path_to_command(nodes, start))
    called = {command.words[0].text for command in simple(nodes) if command.words}
    loops = any(isinstance(each.node, Compound) and each.node.kind in ("for", "while") for each in way)
    if not way or loops or "trap" in called:
        return None
    command = way[-1].node
    if not isinstance(command, Command) or (command.words and command.words[0].text in _SAYS):
        return None
    above = way[-2] if len(way) > 1 else None
    if above and above.deciding:
        return _of_condition(way[:-1], way[-1])
    later = [node for each in reversed(way) for node in each.later]
    if command.operator == "||" and later and isinstance(later[0], Compound) and later[0].kind in ("{", "("):
        return _failure_hidden_by("|| { … }", later[:1], later[1:])
    off = _errexit_off(nodes, start) and not any(isinstance(each.node, Compound) and each.deciding for each in way)
    return _failure_hidden_by("set +e", (), _after_list(command, later)) if off else None


def _shell(script: Span) -> LocatedText:
    """The text that the shell is given, at the same places: no mark of a block, and words for what is filled in."""
    text = _BLOCK.sub(lambda found: " " * len(found[0]), script.text)
    return LocatedText.of(script)._replace(text=_FILLED.sub(lambda found: "x" * len(found[0]), text))


def _path_to_command(nodes: tuple[Node, ...], start: int) -> Iterator[_Step]:
    """The steps to the command at an offset, from the outermost one on; none where there is no command."""
    for index, node in enumerate(nodes):
        if isinstance(node, Command):
            if node.span.start <= start < node.span.end:
                yield _Step(nodes, index)
                return
            continue
        for number, branch in enumerate(node.branches):
            for deciding, part in ((True, branch.condition), (False, branch.body)):
                if below := tuple(_path_to_command(part, start)):
                    yield _Step(nodes, index, number, deciding)
                    yield from below
                    return


def _of_condition(way: tuple[_Step, ...], step: _Step) -> HiddenFailure | None:
    """What hides the failure of a command that decides on an `if`."""
    owner, command, number = way[-1].node, step.node, way[-1].branch
    if not isinstance(owner, Compound) or owner.kind != "if" or not isinstance(command, Command):
        return None
    branch, others = owner.branches[number], owner.branches[number + 1 :]
    tested = [node for node in branch.condition if isinstance(node, Command)]
    later = [node for each in reversed(way) for node in each.later]
    if len(tested) < len(branch.condition):
        return None
    if command.negated and len(tested) == 1 and command.operator not in ("|", "|&"):
        return _failure_hidden_by("if !", branch.body, later)
    positive = not any(each.negated for each in tested) and all(each.operator == "&&" for each in tested[:-1])
    if not positive or any(set(_names(each.condition)) - _ASKS for each in others):
        return None
    found = _failure_hidden_by("if", [node for each in others for node in each.body], later)
    return found and found._replace(commands=(*found.commands, *simple(branch.body)))


def _failure_hidden_by(by: str, failed: Iterable[Node], later: Iterable[Node]) -> HiddenFailure | None:
    """What hides a failure where all that runs in that case says so at most, and all that runs later ends well."""
    failed, later = tuple(failed), tuple(later)
    if not (_ends_well(failed, _SAYS) and _ends_well(later, _GOES_ON)) or not (failed or later or by == "if"):
        return None
    return HiddenFailure(by, tuple(simple((*failed, *later))))


def _ends_well(nodes: Iterable[Node], names: frozenset[str]) -> bool:
    """Whether none of these ends the script as failed, tries again, or does what is not known."""
    for node in nodes:
        if isinstance(node, Command):
            well = _surely_succeeds(node, names)
        else:
            conditions = {name for branch in node.branches for name in _names(branch.condition)}
            bodies = all(_ends_well(branch.body, names) for branch in node.branches)
            well = node.kind != "function" and not conditions - _ASKS and bodies
        if not well:
            return False
    return True


def _surely_succeeds(command: Command, names: frozenset[str]) -> bool:
    if not command.words:
        made = (part.text for each in command.assignments for part in each.value.parts if part.kind == COMMAND)
        return all(map(_READS.match, made))
    name, *given = (word.text for word in command.words)
    return given == ["0"] if name in ("exit", "return") else name in names and not command.negated


def _names(nodes: Iterable[Node]) -> Iterator[str]:
    """The programs of these commands; an assignment is none that is known."""
    yield from (command.words[0].text if command.words else "=" for command in simple(nodes))


def _errexit_off(nodes: tuple[Node, ...], start: int) -> bool:
    """Whether the shell goes on after a command that failed, at an offset of the file."""
    before = (each for each in simple(nodes) if each.span.start < start and each.words and each.words[0].text == "set")
    switches = [(word.text[0], each.inside) for each in before for word in each.words if _ERREXIT.fullmatch(word.text)]
    return bool(switches) and switches[-1] == ("+", ())


def _after_list(command: Command, later: list[Node]) -> list[Node]:
    """What follows the `&&` and `||` that a command begins; nothing where what it came to is looked at there."""
    operator = command.operator
    while operator in ("&&", "||", "|", "|&") and later:
        if operator != "&&":
            return []
        operator, later = later[0].operator, later[1:]
    return [] if command.negated else later


def handed_on(commands: Iterable[Command]) -> Iterator[tuple[str, ...]]:
    """The names that commands hand on to later steps, those of a command together; none where it is not told which."""
    for command in commands:
        targets = (each.target.text for each in command.redirects)
        words = tuple(word.text for word in command.words)
        bodies = tuple(each.body.text for each in command.redirects if each.body)
        if any(map(_HANDED.search, (*targets, *words))):
            yield tuple(re.findall(r"([A-Za-z_][\w-]{0,99}+)(?:=|<<)", "\n".join((*words, *bodies))))
