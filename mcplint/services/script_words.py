"""Words of commands in scripts, recipes and workflows, with the folders that they ask for by other commands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from mcplint.commands.shell_words import matching

ROOT = "\0"
"""What a path begins with that leads from the root of the project, wherever a command is called."""
OPEN = "$()"
"""What stands in a word in place of the output of a command that is not known."""
LONGEST, NEAR = 4000, 500
"""How much of a command is read, and how far its quotes and parentheses are looked for."""
MAX_NESTED, MAX_LENGTH = 6, 2000
_LINE = re.compile(r"(?:[^\\\n]|\\(?:\r?\n|.?))*+")
_OPENS = re.compile(r"\$\{\{|\{\{|\$?\$[({]|`")
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
    r"\$\{\{\s*(?:(?:env|vars)\.(\w+)|(steps\.[\w-]+\.outputs\.[\w-]+))\s*\}\}"
    r"|\$\$?\{(\w+)(?::?[-=]([^}]*))?\}|\$\((\w+)\)|\$\$?(\w+)"
)
_SETS = re.compile(
    r"^[ \t]*(?:(?:export|local|readonly|declare(?:[ \t]+-\w+)*)[ \t]+)?\$?(\w+)[ \t]*[:?]{0,2}=[ \t]*(?=[^\s#;])",
    re.MULTILINE,
)


def words(text: str, start: int, path: str, nested: int = 0, most: int = LONGEST) -> tuple[list[str], int]:
    """The words of the command that begins at a place, and where it ends; `path`: of the file, empty for a step's.

    `most`: how many of them are asked for.

    A command in the string of another, as in `package.json`, ends with that string.
    """
    line = text.rfind("\n", 0, start) + 1
    outer, inner = _quote(text[max(line, start - NEAR) : start]), ""
    ends = _LINE.match(text, start, start + LONGEST)
    end = ends.end() if ends else start
    found: list[str] = []
    word: str | None = None
    at = start
    while at < end and len(found) < most:
        char = text[at]
        if char == "\\" and at + 1 < end:
            escaped = text[at + 1]
            at += 3 if text.startswith("\r\n", at + 1) else 2
            if escaped in "\r\n":
                continue
            if escaped != '"' or outer != '"':
                word = (word or "") + (escaped if inner != "'" else f"\\{escaped}")
                continue
            char, at = '"', at - 1
        elif char == outer:
            break
        if char in "\"'" and (not inner or inner == char) and (inner or text.find(char, at + 1, end) > 0):
            inner, word = "" if inner else char, word or ""
        elif inner != "'" and (opened := _OPENS.match(text, at)):
            close = _closed(text, at, opened.end() - 1, end)
            word = (word or "") + _output(text[at:close], path, nested)
            at = close
            continue
        elif not inner and char in " \t\r\v\f":
            found += [] if word is None else [word]
            word = None
        elif not inner and (char in ";&|)" or (char == "#" and word is None)):
            break
        else:
            word = (word or "") + char
        at += 1
    found += [] if word is None else [word]
    return [_placed(each, path) for each in found], min(at, end)


def _quote(before: str) -> str:
    """The quote that what stands before a place of a line has left open."""
    opened = ""
    escaped = False
    for char in before:
        if not escaped and char in "\"'" and opened in ("", char):
            opened = "" if opened else char
        escaped = char == "\\" and not escaped
    return opened


def _closed(text: str, at: int, opener: int, end: int) -> int:
    """Where an expansion ends that begins at a place."""
    if text.startswith(("${{", "{{"), at):
        found = text.find("}}", at, end)
        return found + 2 if found >= 0 else end
    return at + matching(text[at:end], opener - at)


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
    said, end = words(inside, 0, path, nested + 1)
    said = [each for each in said if not re.match(r"\d?>", each) and each != "shell"]
    match said:
        case ["pwd", *_]:
            return "."
        case ["cd" | "pushd", *_, folder] if re.search(r"\bpwd\b", inside[end:]):
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


def _placed(word: str, path: str) -> str:
    """A word with the folders that it names by variables."""
    if "$" in word or "{{" in word:
        word = _TOP.sub(ROOT, word)
        word = _HERE.sub(".", word)
        if path:
            word = _FOLDER.sub(lambda _: posixpath.dirname(f"{ROOT}/{path}"), word)
            word = _OWN.sub(lambda _: f"{ROOT}/{path}", word)
    return word


def filled(text: str, variables: Mapping[str, str]) -> str:
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
            said, _ = words(text, match.end(), path, most=1)
            found[match[1]] = said[0] if said else ""
    return found


def within(folder: str, path: str) -> str | None:
    """A path from a folder as one of the project, `.` for its root; None where it leads outside."""
    plain = path.strip("\"'") or "."
    if plain.startswith(ROOT):
        folder, plain = "", plain.removeprefix(ROOT).lstrip("/") or "."
    found = posixpath.normpath(posixpath.join(folder, plain))
    return None if found.startswith(("..", "/")) or "://" in path or ROOT in plain else found
