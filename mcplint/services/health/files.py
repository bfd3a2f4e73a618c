"""The file that a small program does nothing but look for."""

from __future__ import annotations

import ast
import re

from mcplint.facts.python import parsed, source_text

FS = r"""\s*require\(\s*["'](?:node:)?fs["']\s*\)\s*\."""
ARGUMENT = r"""\(\s*["']([^"']+)["']"""
NODE = (
    re.compile(rf"{FS}(?:accessSync|statSync|readFileSync){ARGUMENT}[^)]{{0,1000}}\)\s*;?\s*"),
    re.compile(rf"\s*process\.exit\({FS}existsSync{ARGUMENT}\s*\)\s*\?\s*0\s*:\s*1\s*\)\s*;?\s*"),
    re.compile(rf"\s*if\s*\(\s*!{FS}existsSync{ARGUMENT}\s*\)\s*\)\s*\{{?\s*process\.exit\(1\)\s*;?\s*\}}?\s*"),
)
"""Programs for Node that end with success where a file is."""
ASKS = ("os.path.exists", "os.path.isfile", "path.exists", "path.isfile", "exists", "isfile")
OPENS = ("os.stat", "open", "os.path.getsize")


def looked_for(program: str, code: str) -> str:
    """The file that a program of Python or Node asks for, and with which it succeeds; empty where it does more."""
    if program != "python":
        return next((found[1] for pattern in NODE if (found := pattern.fullmatch(code))), "")
    tree = parsed(code)
    if tree is None or not tree.body:
        return ""
    *before, last = tree.body
    if not all(isinstance(each, (ast.Import, ast.ImportFrom)) for each in before):
        return ""
    match last:
        case ast.Assert(test=test):
            return _tested_path(test)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="exit") | ast.Name(id="exit"), args=[end])):
            return _required_file(end)
        case ast.Expr(value=ast.Call(args=[ast.Constant(value=str(path)), *_]) as call) if (
            source_text(call.func) in OPENS
        ):
            return path
    return ""


def _required_file(end: ast.expr) -> str:
    """The file without which a status is a failure: `0 if exists(…) else 1`, `not exists(…)`."""
    match end:
        case ast.IfExp(test=test, body=ast.Constant(value=0), orelse=ast.Constant(value=1)):
            return _tested_path(test)
        case ast.UnaryOp(op=ast.Not(), operand=test):
            return _tested_path(test)
    return ""


def _tested_path(test: ast.expr) -> str:
    match test:
        case ast.Call(args=[ast.Constant(value=str(path))]) if source_text(test.func) in ASKS:
            return path
        case ast.Call(
            func=ast.Attribute(value=ast.Call(args=[ast.Constant(value=str(path))]) as made, attr="exists" | "is_file"),
            args=[],
        ) if source_text(made.func) in ("Path", "pathlib.Path"):
            return path
    return ""
