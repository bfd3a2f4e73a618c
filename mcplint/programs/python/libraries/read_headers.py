"""Where middleware that turns nobody away reads who calls, and nothing of what it read gets out of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from mcplint.facts.python import Module
from mcplint.text.source import Span

Handler = ast.FunctionDef | ast.AsyncFunctionDef
LOOKS = (
    r"get_http_headers|get_http_request|get_access_token|get_auth_context|request_context\.request\b"
    r"|\brequest_handlers(?:\[[^\]\n]{1,99}\]\s{0,9}=(?!=)|\.update\()"
    r"|(?i:headers(?:\.get\(|\[)\s*[bf]?[\"'](?:authorization|x-api-key|x-auth))"
)
"""What a program that looks at its callers by itself writes."""
METHODS = frozenset(
    {"get", "strip", "lstrip", "rstrip", "lower", "casefold", "encode", "decode", "removeprefix", "removesuffix"}
    | {"split", "rsplit", "partition", "rpartition", "replace", "startswith", "endswith"}
)
"""Methods that make another text of one, and of a header one."""
FUNCTIONS = frozenset(
    {"dict", "str", "bytes", "bool", "len", "compare_digest", "Headers", "get_http_headers", "get_http_request"}
)
"""What makes one value of others, whatever these are, and keeps none."""


def idle_reads(root: ast.AST, module: Module, seen: Collection[int]) -> Iterator[Span]:
    """Where code reads who calls for names of its own alone, on which nothing depends that a request comes to.

    `root`: a middleware that turns nobody away, `seen`: what of it some request comes to.
    """
    for node in ast.walk(root):
        if isinstance(node, Handler):
            yield from _Reads(module, seen).of(node)


class _Reads:
    """What a function makes of what a caller sent; a class because the names grow.

    `sent`: the names that hold it. `found`: where it is read. `known`: whether all of it is followed.
    """

    def __init__(self, module: Module, seen: Collection[int]) -> None:
        self.module, self.seen = module, seen
        self.sent: set[str] = set()
        self.found: dict[Span, None] = {}
        self.known = True

    def of(self, function: Handler) -> Collection[Span]:
        """Where it is read, nothing where it may get out of the function."""
        if any(isinstance(each, ast.Global | ast.Nonlocal) for each in ast.walk(function)):
            return ()
        self._follow(function.body)
        names = len(self.sent)
        if names and self.known:
            # Once more, as a loop may read a name before the statement that stands above gives it.
            self._follow(function.body)
        return self.found if self.known and len(self.sent) == names else ()

    def _follow(self, block: list[ast.stmt]) -> None:
        for index, statement in enumerate(block):
            if isinstance(statement, Handler):
                self.known &= not self._mentions_sent(statement)
            elif id(statement) in self.seen:
                self._take(statement, block[index + 1 :])

    def _take(self, statement: ast.stmt, follows: list[ast.stmt]) -> None:
        inner = [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]
        inner += [each.body for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))]
        match statement:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                if self._mentions_sent(statement):
                    self._bind(target, value, statement)
            case ast.If(test=test) if self._mentions_sent(test) and self._is_decided(statement, follows):
                self.found[self.module.span(test)] = None
                self.sent |= {each.target.id for each in ast.walk(test) if isinstance(each, ast.NamedExpr)}
            case _:
                blocks = {id(each) for block in inner for each in block}
                parts = (each for each in ast.iter_child_nodes(statement) if id(each) not in blocks)
                self.known &= not any(
                    self._mentions_sent(each)
                    for each in parts
                    if not isinstance(each, (ast.ExceptHandler, ast.match_case))
                )
        for block in inner:
            self._follow(block)

    def _bind(self, target: ast.expr, value: ast.expr, statement: ast.stmt) -> None:
        """Takes in names that are given what the caller sent."""
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        names = {each.id for each in targets if isinstance(each, ast.Name)}
        self.known &= len(names) == len(targets) and self._is_harmless(value)
        self.sent |= names
        self.found[self.module.span(statement)] = None

    def _mentions_sent(self, root: ast.AST) -> bool:
        """Whether code speaks of what the caller sent."""
        if any(isinstance(each, ast.Name) and each.id in self.sent for each in ast.walk(root)):
            return True
        return re.search(LOOKS, self.module.span(root).text) is not None

    def _is_decided(self, statement: ast.If, follows: list[ast.stmt]) -> bool:
        """Whether a condition is decided already, so that no request comes to what it would decide for others."""
        otherwise = statement.orelse or follows
        reached = id(statement.body[0]) in self.seen
        if reached and (not otherwise or id(otherwise[0]) in self.seen):
            return False
        test = statement.test
        first = test.values[0] if isinstance(test, ast.BoolOp) else test
        return not reached or not self._mentions_sent(first) or self._is_harmless(test)

    def _is_harmless(self, value: ast.expr) -> bool:
        """Whether an expression does nothing but to make a value."""
        for node in ast.walk(value):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), args=given) if name in METHODS:
                    if any(map(self._mentions_sent, given)):
                        return False
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in FUNCTIONS:
                    continue
                case ast.Subscript(slice=index) if self._mentions_sent(index):
                    return False
                case ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom() | ast.Lambda():
                    return False
        return True
