"""The ways that a shell may take through a text: conditions, loops, functions, and what is started at the end of each.

What a condition says is told where the files decide it; where they do not, both ways are gone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable

from mcplint.commands.shell import Ran, Shell, or_empty
from mcplint.commands.shell_exports import exported
from mcplint.commands.shell_nodes import Branch, Command, Compound, Node
from mcplint.commands.shell_parser import parse, simple
from mcplint.commands.shell_tests import Exists, is_test, may_fit, test_result
from mcplint.commands.words import Words, text
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, join

_MOST_PATHS = 24
_MOST_ROUNDS = 32
_DEEPEST = 8
_MOST_STEPS = 2000
_MOST_NESTED = 60
_SPEAKING = ("echo", "printf")
_OWN_FILES = re.compile(
    r"/activate(?:\.\w+)?$|/etc/(?:profile|os-release|lsb-release)|\.(?:cargo|local/bin|nvm)/|nvm\.sh$|\.(?:bash|zsh)rc$"
)
"""The files that prepare a shell for a tool: what they set is the tool's."""
_LEAVING = ("exit", "return", "break", "continue")


class TooManyPaths(Exception):
    """A text has more paths through it than are followed."""


class Path:
    """One way through a text so far; a class because each command adds to it.

    `ran`: what was run, as far as `keeps` asks for it. `left`: what ends the way here (`exec`, `exit`, `return`, …).
    """

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.ran: tuple[Ran, ...] = ()
        self.left = ""
        self.depth = 0

    def fork(self) -> Path:
        """A second way that begins as this one."""
        other = copy.copy(self)
        other.shell = copy.copy(self.shell)
        other.shell.sets, other.shell.arrays = dict(self.shell.sets), dict(self.shell.arrays)
        other.shell.functions = dict(self.shell.functions)
        return other

    @property
    def effective_commands(self) -> tuple[Ran, ...]:
        """The commands that were run, without those that only print, and without the variables set for them."""
        lines = (ran for ran in self.ran if not ran.line.argv or ran.line.argv[0].text not in _SPEAKING)
        return tuple(ran._replace(sets={}) for ran in lines)

    @property
    def state(self) -> object:
        """Where the shell has come to, whatever variables are set."""
        return self.left, self.depth, self.shell.arrays, self.shell.arguments, self.shell.workdir

    def blend(self, other: Path) -> None:
        """Takes in a way that may be gone as well: what each sets may be set, and what both say is said."""
        mine, its = self.shell, other.shell
        names = dict.fromkeys((*mine.sets, *its.sets))
        mine.sets = {name: join((or_empty(mine.variable(name)), or_empty(its.variable(name)))) for name in names}
        spans = {ran.span for ran in other.ran}
        self.ran = tuple(ran for ran in self.ran if ran.span in spans)

    def is_same(self, other: Path) -> bool:
        """Whether two paths have the same state."""
        mine, its = self.shell, other.shell
        return (self.ran, self.left, mine.sets, mine.arrays, mine.arguments, mine.workdir) == (
            other.ran,
            other.left,
            its.sets,
            its.arrays,
            its.arguments,
            its.workdir,
        )


class Walk:
    """A walk through a text on all ways; a class because the ways share a bound.

    `keeps`: which commands are noted. `sourced`: the text of a script that `.` reads. `exists`: whether there is a
    file, None where that cannot be told.
    """

    def __init__(
        self,
        keeps: Callable[[Ran], bool],
        sourced: Callable[[str, str | None], LocatedText | None],
        exists: Exists,
    ) -> None:
        self.keeps, self.sourced, self.exists = keeps, sourced, exists
        self.steps = self.depth = 0

    def paths_through(self, script: LocatedText, shell: Shell, whole: Span | None) -> list[Path]:
        """All paths through a text. Raises TooManyPaths where there are more than are followed."""
        shell.whole = whole
        return self.nodes(parse(script), [Path(shell)])

    def nodes(self, nodes: Iterable[Node], paths: list[Path]) -> list[Path]:
        """Goes on by commands, one after the other."""
        return _merged([path for path, _ in self._run_list(nodes, paths)])

    def _run_list(self, nodes: Iterable[Node], paths: list[Path]) -> list[tuple[Path, bool | None]]:
        """The paths after a list of commands, each with whether the last one succeeded; `&&` and `||` skip some."""
        outcomes: list[tuple[Path, bool | None]] = [(path, None) for path in paths]
        chain = ""
        for node in nodes:
            after = list[tuple[Path, bool | None]]()
            for path, truth in outcomes:
                if path.left or truth is {"&&": False, "||": True}.get(chain, ""):
                    after.append((path, truth))
                    continue
                if chain and truth is None:
                    after.append((path.fork(), chain == "||"))
                after += self.node(node, path)
            chain = node.operator if node.operator in ("&&", "||") else ""
            if chain and not (isinstance(node, Command) and is_test(node)):
                after = [(path, True if truth is None else truth) for path, truth in after]
            outcomes = after if chain or len(after) < 2 else _without_duplicates(after)
        return outcomes

    def node(self, node: Node, path: Path) -> list[tuple[Path, bool | None]]:
        """What becomes of a way by one command, and whether that succeeds."""
        self.steps += 1
        self.depth += 1
        if self.steps > _MOST_STEPS or self.depth > _MOST_NESTED:
            raise TooManyPaths
        outcomes = self._run_isolated(node, path)
        self.depth -= 1
        return outcomes

    def _run_isolated(self, node: Node, path: Path) -> list[tuple[Path, bool | None]]:
        """Runs a command; one in the background or in a pipe changes nothing for the commands after it."""
        if node.operator in ("&", "|", "|&"):
            beside = self._node(node, path.fork())
            return [(each, True) for each in _merged([_return_to(path, inner) for inner, _ in beside])]
        return self._node(node, path)

    def _node(self, node: Node, path: Path) -> list[tuple[Path, bool | None]]:
        if isinstance(node, Command):
            return self._command(node, path)
        match node.kind:
            case "if":
                return [(each, None) for each in self._if(node.branches, path)]
            case "case":
                return [(each, None) for each in self._run_case(node, path)]
            case "for":
                return [(each, None) for each in self._for(node, path)]
            case "while":
                return [(each, None) for each in self._run_while(node, path)]
            case "function":
                for word in node.words:
                    path.shell.functions[word.text] = node.branches[0].body if node.branches else ()
                return [(path, True)]
            case "(":
                outcomes = self.nodes(node.branches[0].body if node.branches else (), [path.fork()])
                return [(_return_to(path, each), None) for each in outcomes]
        return [(each, None) for each in self.nodes(node.branches[0].body if node.branches else (), [path])]

    def _command(self, line: Command, path: Path) -> list[tuple[Path, bool | None]]:
        shell = path.shell
        if line.argv and line.argv[0].text == "export" and exported(line, shell, self.sourced):
            return [(path, True)]
        ran = shell.command(line)
        if ran is None:
            return [(path, True)]
        name = line.argv[0].text if line.argv else ""
        words = ran.argv
        if name in shell.functions and path.depth < _DEEPEST:
            return self._call(name, words, path)
        if name in (".", "source") and (script := self._sourced_text(words, shell)) is not None:
            return [(each, True) for each in self.nodes(parse(script), [path])]
        if _sets_unknown_variables(line, words):
            shell.set_any(line)
        if name == "cd":
            shell.enter(ran)
        elif name == "shift":
            count = text(words[1]) if words and len(words) > 1 else "1"
            known = shell.arguments is not None and count is not None and count.isdecimal()
            shell.arguments = (shell.arguments or ())[int(count or "1") :] if known else None
        elif name == "set" and any(word.text == "--" for word in line.argv):
            at = next(index for index, word in enumerate(line.argv) if word.text == "--")
            shell.arguments = shell.words(line.argv[at + 1 :])
        elif name in ("read", "eval", "getopts"):
            shell.sets.update({word.text: UNKNOWN for word in line.argv[1:] if word.text.isidentifier()})
        if name in _LEAVING:
            path.left = name
        elif line.exec and line.argv:
            path.left = "exec"
        if self.keeps(ran):
            path.ran += (ran,)
        truth = {"true": True, ":": True, "false": False}.get(name, test_result(line, words, shell, self.exists))
        return [(path, truth if truth is None or not line.negated else not truth)]

    def _sourced_text(self, words: Words | None, shell: Shell) -> LocatedText | None:
        name = text(words[1]) if words and len(words) > 1 else None
        return self.sourced(name, shell.workdir) if name else None

    def _call(self, name: str, words: Words | None, path: Path) -> list[tuple[Path, bool | None]]:
        before = path.shell.arguments
        path.shell.arguments = words[1:] if words is not None else None
        path.depth += 1
        outcomes = self.nodes(path.shell.functions[name], [path])
        for each in outcomes:
            each.shell.arguments, each.depth = before, each.depth - 1
            each.left = "" if each.left == "return" else each.left
        return [(each, None) for each in outcomes]

    def _branch_on(self, condition: tuple[Node, ...], path: Path) -> tuple[list[Path], list[Path]]:
        """The ways on which a condition may hold, and those on which it may not."""
        yes, no = list[Path](), list[Path]()
        for after, truth in self._run_list(condition, [path]):
            if truth is not False:
                yes.append(after)
            if truth is not True:
                no.append(after.fork())
        return yes, no

    def _if(self, branches: tuple[Branch, ...], path: Path) -> list[Path]:
        waiting, done = [path], list[Path]()
        for branch in branches:
            if not branch.condition:
                return _merged(done + self.nodes(branch.body, waiting))
            left = list[Path]()
            for each in waiting:
                yes, no = self._branch_on(branch.condition, each)
                done += self.nodes(branch.body, yes) if yes else []
                left += no
            waiting = left
        return _merged(done + waiting)

    def _run_case(self, node: Compound, path: Path) -> list[Path]:
        subject = path.shell.value(node.words[0]) if node.words else UNKNOWN
        done = list[Path]()
        for branch in node.branches:
            verdicts = [may_fit(subject, pattern) for pattern in branch.patterns]
            if True in verdicts:
                return _merged(done + self.nodes(branch.body, [path]))
            if None in verdicts:
                done += self.nodes(branch.body, [path.fork()])
        return _merged([*done, path])

    def _for(self, node: Compound, path: Path) -> list[Path]:
        body = node.branches[0].body if node.branches else ()
        name, *rest = node.words or (None,)
        if name is None:
            return [path]
        words = path.shell.words(tuple(rest[1:])) if rest and rest[0].text == "in" else path.shell.arguments
        if words is None or len(words) > _MOST_ROUNDS or node.opener == "select":
            return [_forget_loop_variables(path, body, name.text)]
        paths = [path]
        for word in words:
            for each in paths:
                if not each.left:
                    each.shell.sets[name.text] = word
            paths = _next_round(self.nodes(body, paths))
        return _loop_left(paths)

    def _run_while(self, node: Compound, path: Path) -> list[Path]:
        branch = node.branches[0] if node.branches else Branch((), (), ())
        waiting, done = [path], list[Path]()
        for _ in range(_MOST_ROUNDS):
            going = list[Path]()
            for each in waiting:
                if not branch.condition:
                    return [*done, *waiting]
                yes, no = self._branch_on(branch.condition, each)
                yes, no = (no, yes) if node.opener == "until" else (yes, no)
                if yes and no:
                    done.append(_forget_loop_variables(no[0], branch.body))
                    continue
                done += no
                going += yes
            if not going:
                break
            waiting = _next_round(self.nodes(branch.body, going))
            done += [each for each in waiting if each.left]
            waiting = [each for each in waiting if not each.left]
        else:
            for each in waiting:
                each.left = "loop"
            done += waiting
        return _loop_left(done)


def _sets_unknown_variables(line: Command, words: Words | None) -> bool:
    """Whether a command sets variables of which the project has neither the file nor the text."""
    if not line.argv:
        return False
    name, *operands = (word.text for word in line.argv)
    if name in (".", "source"):
        return bool(operands) and not _OWN_FILES.search(operands[0].strip("\"'"))
    texts = [text(word) for word in words[1:]] if words else [None]
    return name == "eval" and None in texts and operands[:1] != ["exec"]


def _return_to(path: Path, inner: Path) -> Path:
    """The path of a shell after the shell that it started has ended."""
    after = path.fork()
    after.ran = inner.ran
    return after


def _forget_loop_variables(path: Path, body: tuple[Node, ...], name: str = "") -> Path:
    """A path past a loop that runs an unknown number of times: what it sets is unknown."""
    for line in simple(body):
        if _sets_unknown_variables(line, None) or any(
            "$" in word.text for word in line.argv[1:] if line.argv[0].text == "export"
        ):
            path.shell.set_any(line)
        for each in line.assignments:
            path.shell.sets[each.name] = UNKNOWN
            if each.name in path.shell.arrays:
                path.shell.arrays[each.name] = None
        if line.argv and line.argv[0].text in ("shift", "set"):
            path.shell.arguments = None
    if name:
        path.shell.sets[name] = UNKNOWN
    return path


def _next_round(paths: list[Path]) -> list[Path]:
    for path in paths:
        path.left = "" if path.left == "continue" else path.left
    return _merged(paths)


def _loop_left(paths: list[Path]) -> list[Path]:
    """The ways after a loop."""
    for path in paths:
        path.left = "" if path.left in ("break", "continue") else path.left
    return _merged(paths)


def _without_duplicates(told: list[tuple[Path, bool | None]]) -> list[tuple[Path, bool | None]]:
    """The paths with their outcomes, without those that are the same as another one."""
    found = list[tuple[Path, bool | None]]()
    for path, truth in told:
        if not any(truth is its and path.is_same(other) for other, its in found):
            found.append((path, truth))
    if len(found) > _MOST_PATHS:
        found = _blend_paths(found)
    if len(found) > _MOST_PATHS:
        raise TooManyPaths
    return found


def _blend_paths(told: list[tuple[Path, bool | None]]) -> list[tuple[Path, bool | None]]:
    """Joins the paths that differ only in variables that are set and in what is printed."""
    found = list[tuple[Path, bool | None]]()
    for path, truth in told:
        for other, its in found:
            if truth is its and other.effective_commands == path.effective_commands and other.state == path.state:
                other.blend(path)
                break
        else:
            found.append((path, truth))
    return found


def _merged(paths: list[Path]) -> list[Path]:
    """The ways without those that have come to the same as another one."""
    return [path for path, _ in _without_duplicates([(path, None) for path in paths])]
