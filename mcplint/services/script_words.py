"""Words of commands in scripts, recipes and workflows, with the folders that they ask for by other commands.

The words are those of the shell's own reader. What is no shell's is taken off before: the string of a `package.json`,
the `$$` of a Makefile, the templates of just and of workflows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.shell_words import BLANKS, BREAKS, COMMAND, Part, word_at
from mcplint.text.located import LocatedText
from mcplint.text.source import Source
from mcplint.values import HOLE

ROOT = "\0"
"""What a path begins with that leads from the root of the project, wherever a command is called."""
OPEN = "$()"
"""What stands in a word in place of the output of a command that is not known."""
LONGEST, NEAR = 4000, 500
"""How much of a command is read, and how far its quotes and parentheses are looked for."""
MAX_NESTED, MAX_LENGTH = 6, 2000
_LINE = re.compile(r"(?:[^\\\n]|\\(?:\r?\n|.?))*+")
_STRINGS = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+", re.DOTALL) for quote in "'\""}
_TEMPLATE = re.compile(r"\$?\{\{.*?(?:\}\}|\Z)", re.DOTALL)
_CONTINUED = re.compile(r"\\\r?\n")
_TWICE = re.compile(r"\$\$(?=[({\w])")
_OWN = re.compile(
    r"\$\{?BASH_SOURCE(?:\[0\])?\}?|\$\{?0(?::[aA])?\}?(?!\w)|\$[({]MAKEFILE_LIST[)}]|\{\{[ \t]*justfile\(\)[ \t]*\}\}"
)
"""How a script, a Makefile and a Justfile call themselves."""
_FOLDER = re.compile(
    r"\$\{(?:BASH_SOURCE(?:\[0\])?|0)%/\*\}|\$\{0:[aA]:h\}|\$PSScriptRoot\b|\{\{[ \t]*justfile_directory\(\)[ \t]*\}\}"
)
_HERE = re.compile(r"\$(?:\{(?:PWD|CURDIR)\}|\((?:PWD|CURDIR|pwd)\)|PWD\b)")
_TOP = re.compile(r"\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR)\b\}?")
VARIABLE = re.compile(
    r"\$\{\{\s*(?:(?:env|vars)\.(\w+)|(steps\.[\w-]+\.outputs\.[\w-]+|matrix(?:\.[\w-]+){1,2}))\s*\}\}"
    r"|\$\$?\{(\w+)(?::?[-=]([^}]{0,1000}))?\}|\$\((\w+)\)|\$\$?(\w+)"
)
_SETS = re.compile(
    r"^[ \t]*(?:(?:export|local|readonly|declare(?:[ \t]+-\w+)*)[ \t]+)?\$?(\w+)[ \t]*[:?]{0,2}=[ \t]*(?=[^\s#;])",
    re.MULTILINE,
)


def words(text: str, start: int, path: str, nested: int = 0, most: int = LONGEST) -> tuple[list[str], str]:
    """The words of the command that begins at an offset, and what stands behind it.

    `path`: of the file, empty for a step's; `most`: how many words are asked for.
    """
    command, templates = _command(text, start)
    found: list[str] = []
    word: str | None = None
    at = 0
    while at < len(command.text) and len(found) < most:
        char = command.text[at]
        if char in BLANKS:
            found += [] if word is None else [word]
            word, at = None, at + 1
        elif char in ";&|)" or (char == "#" and word is None):
            break
        elif char in BREAKS:
            word, at = (word or "") + char, at + 1
        else:
            read, at = word_at(command, at)
            word = (word or "") + "".join(_part_text(part, templates, path, nested) for part in read.parts)
    found += [] if word is None else [word]
    return [_with_folders(each, path) for each in found], command.text[at:]


def _command(text: str, start: int) -> tuple[LocatedText, Iterator[str]]:
    """What a shell reads of a command, and the templates in it, for each of which HOLE stands there.

    A command in the string of another, as in `package.json`, ends with that string; `$$` is how make says `$`.
    """
    line = text.rfind("\n", 0, start) + 1
    outer = _quote(text[max(line, start - NEAR) : start])
    ends = _LINE.match(text, start, start + LONGEST)
    command = ends[0] if ends else ""
    if outer and (inside := _STRINGS[outer].match(command)):
        command = inside[0]
    if outer == '"':
        command = command.replace('\\"', '"')
    command = _TWICE.sub("$", _CONTINUED.sub("", command))
    templates = _TEMPLATE.findall(command)
    command = _TEMPLATE.sub(HOLE, command)
    return LocatedText(Source("", command), command), iter(templates)


def _part_text(part: Part, templates: Iterator[str], path: str, nested: int) -> str:
    """What a piece of a word comes to."""
    if part.kind == COMMAND:
        return _output(re.sub(HOLE, lambda _: next(templates, ""), part.text), path, nested)
    if HOLE in part.text:
        return re.sub(HOLE, lambda _: _output(next(templates, ""), path, nested), part.text)
    return part.text


def _quote(before: str) -> str:
    """The quote that what stands before an offset of a line has left open."""
    opened = ""
    escaped = False
    for char in before:
        if not escaped and char in "\"'" and opened in ("", char):
            opened = "" if opened else char
        escaped = char == "\\" and not escaped
    return opened


def _output(written: str, path: str, nested: int) -> str:
    """What an expansion comes to: a folder, the variable that it names, else what is not known."""
    if written.startswith("${{"):
        return "".join(written.split())
    if written.startswith("{{"):
        name = written[2:-2].strip()
        return f"${{{name}}}" if name.isidentifier() else written if name.startswith("justfile") else OPEN
    if "{" in written[:3]:
        return written
    inside = written.lstrip("$").strip("`").removeprefix("(").removesuffix(")").strip()
    if inside.isidentifier() and (inside != "pwd" and "(" in written):
        return f"$({inside})"
    if nested == MAX_NESTED:
        return OPEN
    output_words, rest = words(inside, 0, path, nested + 1)
    output_words = [each for each in output_words if not re.match(r"\d?>", each) and each != "shell"]
    match output_words:
        case ["pwd", *_]:
            return "."
        case ["cd" | "pushd", *_, folder] if re.search(r"\bpwd\b", rest):
            return folder
        case ["dirname", *_, name]:
            return posixpath.dirname(name) or "."
        case ["dir", name]:
            return f"{posixpath.dirname(name) or '.'}/"
        case ["realpath" | "readlink" | "abspath" | "lastword" | "firstword", *_, name]:
            return name
        case ["git", "rev-parse", "--show-toplevel"]:
            return ROOT
    return OPEN


def _with_folders(word: str, path: str) -> str:
    """A word with the folders that it names by variables."""
    if "$" in word or "{{" in word:
        word = _TOP.sub(ROOT, word)
        word = _HERE.sub(".", word)
        if path:
            word = _FOLDER.sub(lambda _: posixpath.dirname(f"{ROOT}/{path}"), word)
            word = _OWN.sub(lambda _: f"{ROOT}/{path}", word)
    return word


def with_own_variables(text: str, variables: Mapping[str, str]) -> str:
    """A text with the variables replaced that the file itself sets."""

    def value(match: re.Match[str]) -> str:
        name = next(filter(None, (match[1], match[2], match[3], match[5], match[6])), "")
        return variables.get(name, match[4] or match[0])

    for _ in range(MAX_NESTED):
        if "$" not in text or len(text) > MAX_LENGTH:
            break
        text = VARIABLE.sub(value, text)
    return text


def settings(text: str, path: str) -> dict[str, str]:
    """The variables that a script or a Makefile sets plainly, the first setting of each."""
    found: dict[str, str] = {}
    for match in _SETS.finditer(text):
        if match[1] not in found:
            value_words, _ = words(text, match.end(), path, most=1)
            found[match[1]] = value_words[0] if value_words else ""
    return found


def path_in_project(folder: str, path: str) -> str | None:
    """A path from a folder as one of the project, `.` for its root; None where it leads outside."""
    plain = path.strip("\"'") or "."
    if plain.startswith(ROOT):
        folder, plain = "", plain.removeprefix(ROOT).lstrip("/") or "."
    found = posixpath.normpath(posixpath.join(folder, plain))
    return None if found.startswith(("..", "/")) or "://" in path or ROOT in plain else found
