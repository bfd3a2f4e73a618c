"""Reads a Python file into its syntax tree, without running or importing anything of it."""

from __future__ import annotations

import ast
import re
import sys
import warnings

from mcplint.facts.python import Module, located
from mcplint.findings import ERROR, NOTE, Unreadable
from mcplint.text.source import Source, Span

_TEMPLATE_MARKS = ("{{", "{%", "<%")
_TEMPLATE_STRING = r"""(?i)(?<!\w)(?:t|tr|rt)["']"""


def read(source: Source) -> Module:
    """The module of a file; Unreadable where the running Python cannot parse it.

    A template, and what an older or newer Python may well accept, is a note: nothing is wrong with the file as such.
    """
    if "{{cookiecutter" in source.path.replace(" ", ""):
        raise Unreadable(Span(source, 0, 0), "a template, not Python yet", NOTE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text, source.path)
    except SyntaxError as error:
        raise _unreadable(source, error) from None
    except (RecursionError, MemoryError):
        raise Unreadable(Span(source, 0, 0), "nested too deeply to be parsed", NOTE) from None
    except ValueError as error:
        raise Unreadable(Span(source, 0, 0), f"not Python text: {error}") from None
    return located(source, tree)


def _unreadable(source: Source, error: SyntaxError) -> Unreadable:
    """What a syntax error means for the file, at the line that it names."""
    span = _line(source, error.lineno or 1)
    running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    if any(mark in span.text for mark in _TEMPLATE_MARKS):
        return Unreadable(span, "a template, not Python yet", NOTE)
    reason = (error.msg or "invalid syntax").split("\n")[0]
    return Unreadable(span, f"{running} cannot parse it: {reason}", NOTE if _foreign(span.text, reason) else ERROR)


def _line(source: Source, number: int) -> Span:
    """The place of a line, counted from 1, without its end."""
    empty = located(source, ast.Module([], []))
    start = empty.offset(number, 0)
    end = empty.offset(number + 1, 0) if number < len(empty.lines) else len(source.text)
    return Span(source, start, start + len(source.text[start:end].rstrip("\r\n")))


def _foreign(line: str, reason: str) -> bool:
    """Whether the line is what another version of Python accepts, as far as the line tells."""
    word = line.split(None, 1)[0] if line.split() else ""
    older = word in ("print", "exec", "raise") or "multiple exception types" in reason or "leading zeros" in reason
    newer = word in ("type", "except", "except*", "lazy") or "f-string" in reason or re.search(_TEMPLATE_STRING, line)
    generic = word in ("def", "class", "async") and "[" in line.partition("(")[0]
    return bool(older or newer or generic)
