"""The commands of scripts, recipes and workflow steps that build images or name them once more, and where they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.recipes import MOST_TEXT
from mcplint.commands.shell_words import matching
from mcplint.knowledge.executables import CONTAINER_ENGINES
from mcplint.services.script_words import NEAR, ROOT, VARIABLE, path_in_project, settings, with_own_variables, words
from mcplint.text.source import Span

BUILDERS = (*CONTAINER_ENGINES, "buildah")
ENGINE = r"\$[({]?\w{0,20}(?i:docker|podman|container|engine|oci)\w{0,20}[)}]?[\"']?"
"""How scripts and Makefiles spell a variable that holds one of these."""
BUILD = re.compile(
    rf"(?:{'|'.join((*BUILDERS, ENGINE))})(?:[ \t]+buildx|[ \t]+image)?[ \t]+(?:build|bud)\b((?:\\\r?\n|[^\n;|&])*)"
)
CD = re.compile(r"(?<!\$\()(?<!`)\b(popd\b|(?:cd|pushd)[ \t]+(?:--[ \t]+)?(?=[^\s;&|]))")
"""What leads to another folder for the commands behind it."""
RENAME = re.compile(
    rf"(?:{'|'.join((*BUILDERS, ENGINE))})[ \t]+(?:image[ \t]+)?(?:tag|(?:buildx[ \t]+)?imagetools[ \t]+create)[ \t]"
)
MOST = 20
"""How many rounds of a loop are looked at."""
MOST_LINE = 10_000
"""How far into a line of a recipe builds are looked for, as what led to another folder is asked for each."""
LOOP = re.compile(r"\bfor[ \t]++(\w++)[ \t]++in[ \t]((?:[^;\nf]|f(?!or[ \t]++\w++[ \t]++in[ \t]))++)[;\n]\s*+do\b")


class Renamed(NamedTuple):
    """What gives an image one more name: what it was called, and what it is called then."""

    old: str
    new: str
    span: Span


class Caller(NamedTuple):
    """From where a build is called: a folder of the project, and whether that is certain."""

    folder: str = ""
    certain: bool = False
    cloned: bool = False


def first_build_too_far(script: Span) -> Span | None:
    """The first build of a script that stands too far behind in its line to be looked at."""
    text = script.text
    for line in re.finditer(rf"[^\n]{{{MOST_LINE},}}", text[:MOST_TEXT]):
        if found := BUILD.search(text, line.start() + MOST_LINE, line.end()):
            return _head(script, found)
    return None


def build_commands(
    script: Span, caller: Caller, more: Mapping[str, str], each: bool = False, path: str = ""
) -> Iterator[tuple[list[str], Caller, Span]]:
    """The words of the builds in a script; `each`: each line of it is called by itself, where it is, `path`: it."""
    text = script.text
    variables: dict[str, str] | None = None
    loops: dict[str, list[str]] = {}
    folder, seen = _WorkingFolder(caller), 0
    for match in BUILD.finditer(text, 0, MOST_TEXT):
        if variables is None:
            variables = {**settings(text, path), **more}
            loops = {loop[1]: loop[2].split() for loop in LOOP.finditer(text)}
        line = text.rfind("\n", 0, match.start()) + 1
        if each and match.start() - line > MOST_LINE:
            continue
        folder = _WorkingFolder(caller) if each else folder
        for moved in CD.finditer(text, line if each else seen, match.start()):
            if text[moved.start() - 1 : moved.start()] != "(" or not _is_closed_before(
                text, moved.start() - 1, match.start()
            ):
                words_found, _ = words(text, moved.end(), path, most=1)
                folder = folder.after_change(
                    with_own_variables(words_found[0], variables) if words_found and moved[1] != "popd" else "-"
                )
        seen = match.start()
        if not text[line : match.start()].lstrip().startswith("#"):
            words_found, _ = words(text, match.start(1), path)
            for known in _loop_rounds(loops, words_found, variables):
                yield [with_own_variables(word, known) for word in words_found], folder.caller, _head(script, match)


def _loop_rounds(
    found: Mapping[str, list[str]], said: list[str], variables: dict[str, str]
) -> Iterator[dict[str, str]]:
    """The variables of a command, in each round of the loop that gives it one of them."""
    names = {name for word in said if "$" in word for match in VARIABLE.finditer(word) for name in match.groups()}
    loops = sorted(names & found.keys())
    rounds = found[loops[0]] if len(loops) == 1 else []
    if rounds and not any(set("$*`(") & set(each) for each in rounds):
        yield from ({**variables, loops[0]: each.strip("\"'")} for each in rounds[:MOST])
    else:
        yield variables


def _is_closed_before(text: str, opener: int, end: int) -> bool:
    """Whether a parenthesis is closed before an offset."""
    inside = text[opener : min(end, opener + NEAR)]
    return matching(inside, 0) < len(inside)


def _head(script: Span, match: re.Match[str]) -> Span:
    """The first line of a command."""
    start = script.start + match.start()
    return Span(script.source, start, start + len(match[0].splitlines()[0].rstrip(" \\")))


def renamed(script: Span, more: Mapping[str, str], path: str = "") -> Iterator[Renamed]:
    """What a script calls by one more name."""
    text = script.text
    found = list(RENAME.finditer(text, 0, MOST_TEXT))
    variables = {**settings(text, path), **more} if found else {}
    for match in found:
        line = text.rfind("\n", 0, match.start()) + 1
        words_found = [with_own_variables(word, variables) for word in words(text, match.end(), path)[0]]
        names = [word for word in words_found if word and not word.startswith("-")]
        if len(names) == 2 and not text[line : match.start()].lstrip().startswith("#"):
            old, new = names[::-1] if "imagetools" in match[0] else names
            yield Renamed(old, new, _head(script, match))


class _WorkingFolder(NamedTuple):
    """The folder in which commands are called after those that lead to other folders.

    `back`: the folders that were left, `moves`: how many since the last that begins at the root of the project.
    """

    caller: Caller
    back: tuple[str, ...] = ()
    moves: int = 0

    def after_change(self, folder: str) -> _WorkingFolder:
        """The folder after one command more; `-`: that leads back."""
        if folder == "-":
            path, back = (self.back[-1], self.back[:-1]) if self.back else ("$", ())
        else:
            unknown = bool(set("$`(~") & set(folder))
            path, back = "$" if unknown else path_in_project(self.caller.folder, folder) or "$", (self.caller.folder,)
        rooted = folder.startswith(ROOT)
        certain = path != "$" and (rooted or (self.caller.certain and not self.moves))
        return _WorkingFolder(Caller(path, certain), back, 0 if rooted else self.moves + 1)
