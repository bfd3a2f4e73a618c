"""Where a command takes more words and an environment more variables, as their file spells these."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from mcplint.knowledge.executables import SHELLS
from mcplint.text.source import Edit, Span
from mcplint.values import Value

QUOTES = ('"', "'")
_PROGRAM = re.compile(r"\.(?:py|[cm]?[jt]s)\Z")
_REDIRECTIONS = re.compile(r"(?:\s+(?:\d?>>?|&>>?|<)\s*(?:&\d|[^\s;&|<>]+))*\s*\Z")


class VariableSite(NamedTuple):
    """Where one more environment variable would be set, and what stands before, between and behind name and value."""

    span: Span
    before: str
    between: str
    after: str = ""

    def write(self, name: str, value: str) -> tuple[Edit, ...]:
        """The edit that sets a variable."""
        return (Edit(self.span, f"{self.before}{name}{self.between}{value}{self.after}"),)


def starting(words: tuple[Value[str], ...]) -> tuple[Value[str], ...]:
    """The words that start a program, without options that are set elsewhere (`CMD`, `args`): others may replace these.

    All of them where it cannot be told from the words that an option put between would be one of this program.
    """
    for number, (one, other) in enumerate(pairwise(words), 1):
        if one.site is None or other.site is None:
            continue
        (source, _, end), (elsewhere, start, _) = one.site.span, other.site.span
        apart = source != elsewhere or "]" in source.text[end:start]
        module = number > 1 and words[number - 2].only == "-m"
        if apart and (module or _PROGRAM.search(one.only or "")) and (other.only or "").startswith("-"):
            return words[:number]
    return words


def more_words(words: tuple[Value[str], ...], added: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edit that puts plain words behind those of a command.

    None where the last word is not spelled in a file, or words behind `--` are those of another command. npm hands on
    what stands behind its own `--`.
    """
    site = words[-1].site if words else None
    if site is None or not site.span.text or any(" -- " in f" {word.only} " for word in words):
        return ()
    if _is_npm(words):
        added = ("--", *added)
    last, text = site.span, site.span.source.text
    line = text.rfind("\n", 0, last.start) + 1
    before, next_one = text[line : last.start], text[last.end : last.end + 1]
    quote = text[last.start - 1 : last.start]
    if _is_script(words):
        redirections = _REDIRECTIONS.search(last.text[-200:])
        end = last.end - len(redirections[0] if redirections else "")
        return (Edit(Span(last.source, end, end), " " + " ".join(added)),)
    if re.fullmatch(r"\s*-\s+[\"']?", before):
        newline = "\r\n" if text[line - 2 : line - 1] == "\r" else "\n"
        end = text.find("\n", last.end)
        end = len(text) if end < 0 else end - (text[end - 1] == "\r")
        closing = before[-1] if before[-1] in QUOTES else ""
        return (Edit(Span(last.source, end, end), "".join(f"{newline}{before}{word}{closing}" for word in added)),)
    if quote in QUOTES and next_one == quote:
        own_line = line and not before[:-1].strip()
        apart = f",{text[line - 1 : line]}{before[:-1]}" if own_line else _comma(before[:-1])
        return (Edit(last._replace(start=last.end), "".join(f"{quote}{apart}{quote}{word}" for word in added)),)
    apart = _comma(before) if next_one in (",", "]") and quote in (" ", "[", ",") else " "
    return (Edit(last._replace(start=last.end), "".join(f"{apart}{word}" for word in added)),)


def _is_npm(words: tuple[Value[str], ...]) -> bool:
    """Whether a command is npm's, by itself or as the last words that a shell is given."""
    script = (words[-1].only or "") if _is_script(words) else " ".join(word.only or "" for word in words)
    return re.fullmatch(r"(?:exec\s+)?npm\s+(?:start|run\s+\S+|run-script\s+\S+)", script.strip()) is not None


def _comma(before: str) -> str:
    """What stands between the words of a list, with what stands before its last one: no blank where it has none."""
    return "," if before.endswith(",") else ", "


def _is_script(words: tuple[Value[str], ...]) -> bool:
    """Whether the last word is what a shell is given as its program."""
    shell, flags = (words[-3].only or "", words[-2].only or "") if len(words) > 2 else ("", "")
    return shell.rpartition("/")[2] in SHELLS and re.fullmatch(r"-\w*c", flags) is not None
