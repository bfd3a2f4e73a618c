"""`export $(grep -v '^#' FILE | xargs)`: the variables of a file that a shell reads by another command."""

from __future__ import annotations

import re
from collections.abc import Callable

from mcplint.commands.options import grammar, parse
from mcplint.commands.shell import Shell
from mcplint.commands.shell_nodes import Command
from mcplint.commands.shell_parser import commands
from mcplint.commands.shell_words import COMMAND
from mcplint.commands.words import text
from mcplint.text.located import LocatedText
from mcplint.values import Label, Value

_READERS = ("cat", "grep", "egrep", "sed", "xargs")
_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=([^\n]*)$", re.MULTILINE)
_COMMENTS = re.compile(r"[\^\\s*#.$|/d;g()\[:space\] ]+|s/#\.\*(?:\$)?//g?")
"""What leaves out comments and empty lines, as `grep -v` and `sed` are told."""
_ODD = re.compile(r"[\s\"'\\`$]")
_GREP = grammar("v E h i invert-match extended-regexp no-filename", None, e="regexp", v="invert-match")


def exported(line: Command, shell: Shell, sourced: Callable[[str, str | None], LocatedText | None]) -> bool:
    """Sets the variables of the file that `export` is given by a command; whether it is that.

    Those of a file that the project does not have are not known, but for `.env`, beside which defaults hold.
    """
    words = line.argv[1:]
    if len(words) != 1 or len(words[0].parts) != 1 or words[0].parts[0].kind != COMMAND:
        return False
    part = words[0].parts[0].located
    opener = 1 if part.text.startswith("`") else 2
    inner = tuple(commands(part.part(opener, len(part.text) - 1)))
    names = [each.argv[0].text if each.argv else "" for each in inner]
    if not inner or any(name not in _READERS for name in names):
        return False
    name, whole = _file(inner[0], shell)
    file = sourced(name, shell.workdir) if name else None
    if file is None or not whole or not all(map(_passes_input_on, inner[1:])):
        shell.set_any(line, hidden=not (name or "").endswith("/.env") and name != ".env")
        return True
    for found in _LINE.finditer(file.text):
        value = found[2].rstrip()
        quoted = "xargs" in names and value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 1
        start, end = found.start(2) + quoted, found.start(2) + len(value) - quoted
        plain = file.part(start, end).value
        note = Label(
            file.part(found.start(1), end if end > found.start(1) else found.end(1)).span(), f"sets {found[1]}"
        )
        known = not _ODD.search(file.text, start, end)
        shell.set(found[1], plain._replace(trace=(note,)) if known else Value(None, (note,)), line)
    return True


def _file(line: Command, shell: Shell) -> tuple[str | None, bool]:
    """The file that a command reads, and whether it hands on all that is no comment."""
    given = [each.target for each in line.redirects if each.operator == "<"]
    words = shell.words(line.argv) or ()
    name = text(words[0]) if words else ""
    parsed = parse(words[1:], _GREP)
    rest = parsed.rest
    whole = name in ("cat", "xargs")
    if name in ("grep", "egrep", "sed"):
        pattern = parsed.flags.get("regexp") or next(iter(rest), None)
        rest = rest if "regexp" in parsed.flags else rest[1:]
        whole = pattern is not None and _COMMENTS.fullmatch(text(pattern) or "") is not None
        whole = whole and (name == "sed" or "invert-match" in parsed.flags)
    if given:
        return text(shell.value(given[0])), whole
    return (text(rest[0]) if len(rest) == 1 and name != "xargs" else None), whole


def _passes_input_on(line: Command) -> bool:
    """Whether a command in a pipe hands on all that it reads but comments."""
    name, *words = (word.text for word in line.argv)
    operands = [word for word in words if not word.startswith("-")]
    if name == "xargs":
        return not operands or operands[0].isdecimal()
    return name == "cat" or (len(operands) == 1 and _COMMENTS.fullmatch(operands[0]) is not None)
