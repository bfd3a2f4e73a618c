"""Reads a Python file into its syntax tree, without running or importing anything of it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from mcplint.facts.python import Module, located
from mcplint.facts.python_bodies import fold, tree, unfolded, words
from mcplint.findings import ERROR, NOTE, WARNING, Unreadable
from mcplint.text.source import Part, Source, Span

_TEMPLATE_MARKS = ("{{", "{%", "<%")
_NEWER = {"except": 14, "except*": 14, "lazy": 15}
MOST_FIELDS = 20_000
"""How many fields one string may have: Python 3.11 looks for the offset of each from the start of the string on."""
MOST_WORDS = 300_000
"""How many words, signs and lines a file may have."""
_FORMATTED = re.compile(
    r"""(?is)(?<!\w)(?:f|fr|rf)(?:(\"\"\"|''')(?:[^\\"']+|\\.|(?!\1).)*|(["'])(?:[^\\"'\n]+|\\.|(?!\2)[^\n])*)"""
)
_TEMPLATE_STRING = r"""(?i)(?<!\w)(?:t|tr|rt)["']"""


def read(source: Source) -> Module:
    """The module of a file; Unreadable where neither the running Python nor what is known of newer ones parses it.

    A template and what Python 2 accepts is a note, what a newer Python may well accept a warning.
    """
    if "{{cookiecutter" in source.path.replace(" ", ""):
        raise Unreadable(Span(source, 0, 0), "a template, not Python yet", NOTE)
    text = source.text
    try:
        parsed = _parsed(source, text)
    except SyntaxError as error:
        from mcplint.readers.python_newer import rewritten

        text = rewritten(source.text)
        try:
            parsed = _parsed(source, text)
        except SyntaxError:
            raise _unreadable(source, error) from None
    module = located(source, parsed)
    return module._replace(weight=len(text) // 100 + fold(parsed, text, module.lines))


def parts(source: Source) -> tuple[Part, ...]:
    """Every node that has a span, under the statement that it is part of; a string with fields is one."""
    return tuple(_parts(read(source)))


def _parts(module: Module) -> Iterator[Part]:
    pending: list[tuple[ast.AST, int]] = [(unfolded(module.tree), -1)]
    while pending:
        node, under = pending.pop()
        inner = under
        if hasattr(node, "lineno"):
            start, end = module.span(node)[1:]
            inner = start if isinstance(node, ast.stmt) else under
            whole = isinstance(node, ast.JoinedStr)
            plain = {name: value for name, value in ast.iter_fields(node) if not isinstance(value, ast.AST | list)}
            yield Part(start, end, ast.dump(node) if whole else f"{type(node).__name__} {plain}", under)
            if whole:
                continue
        pending += ((child, inner) for child in ast.iter_child_nodes(node))


def _parsed(source: Source, text: str) -> ast.Module:
    """The syntax tree of a text; raises SyntaxError, and Unreadable where it is none that has one."""
    many = _FORMATTED.finditer(text) if text.count("{") > MOST_FIELDS else ()
    if crowded := next((found for found in many if found[0].count("{") > MOST_FIELDS), None):
        span = Span(source, *crowded.span()) if text == source.text else Span(source, 0, 0)
        raise Unreadable(span.head, f"a string with more than {MOST_FIELDS:,} fields", WARNING)
    if len(text) > MOST_WORDS and words(text) > MOST_WORDS:
        raise Unreadable(Span(source, 0, 0), f"more than {MOST_WORDS:,} words and signs", WARNING)
    try:
        return tree(text)
    except (RecursionError, MemoryError):
        raise Unreadable(Span(source, 0, 0), "nested too deeply to be parsed", WARNING) from None
    except ValueError as error:
        raise Unreadable(Span(source, 0, 0), f"not Python text: {error}") from None


def _unreadable(source: Source, error: SyntaxError) -> Unreadable:
    """What a syntax error means for the file, at the line that it names."""
    span = _line(source, error.lineno or 1)
    running = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    if any(mark in span.text for mark in _TEMPLATE_MARKS):
        return Unreadable(span, "a template, not Python yet", NOTE)
    reason = (error.msg or "invalid syntax").split("\n")[0]
    minor = _newer_minor(span.text, reason)
    advice = f"; run mcplint on Python 3.{minor} or newer" if minor else ""
    severity = WARNING if minor else NOTE if _is_python_2(span.text, reason) else ERROR
    return Unreadable(span, f"{running} cannot parse it: {reason}{advice}", severity)


def _line(source: Source, number: int) -> Span:
    """The span of a line, counted from 1, without its end."""
    empty = located(source, ast.Module([], []))
    start = empty.offset(number, 0)
    end = empty.offset(number + 1, 0) if number < len(empty.lines) else len(source.text)
    return Span(source, start, start + len(source.text[start:end].rstrip("\r\n")))


def _is_python_2(line: str, reason: str) -> bool:
    """Whether the line is what Python 2 accepts, as far as the line tells."""
    return (
        line.split(None, 1)[:1] in (["print"], ["exec"], ["raise"])
        or "multiple exception types" in reason
        or "leading zeros" in reason
    )


def _newer_minor(line: str, reason: str) -> int | None:
    """The minor version of a Python 3 newer than the running one that may accept the line, as far as the line tells."""
    word = line.split(None, 1)[0] if line.split() else ""
    generic = word in ("def", "class", "async") and "[" in line.partition("(")[0]
    minor = 12 if generic or word == "type" or "f-string" in reason else _NEWER.get(word, 0)
    if re.search(_TEMPLATE_STRING, line):
        minor = 14
    return minor if sys.version_info < (3, minor) and "multiple exception types" not in reason else None
