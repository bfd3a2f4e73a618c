"""The requests of a small program for Node, and whether what it is answered can make it fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mcplint.model.health import Request
from mcplint.services.health.requests import MOST, STATUS, TAKEN, requests
from mcplint.text.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node

URL = re.compile(r"""["'`](https?://[^"'`\s]+)["'`]""")
CALLED = frozenset(
    {"fetch", "require", "get", "request", "then", "catch", "finally", "on", "once", "end", "resume", "destroy", "exit"}
    | {"log", "error", "info", "timeout", "setTimeout", "clearTimeout", "abort"}
)
"""What a program may call that looks at no answer."""
BODY = re.compile(r"\.(?:text|json|arrayBuffer|blob|bytes)\(\)")
"""How a program reads an answer to its end."""
CLIENTS = re.compile(r"""https?|require\(["'`](?:node:)?https?["'`]\)""")
BUILT_IN = re.compile(r"""require\(["'`](?:node:)?(?:https?|net|fs|os|path|process|url)["'`]\)""")
PRINTS = frozenset({"console.log", "console.info", "console.error", "process.stdout.write"})
DECIDES = frozenset(
    {"if_statement", "ternary_expression", "switch_statement", "for_statement", "for_in_statement", "while_statement"}
    | {"do_statement", "binary_expression", "throw_statement", "new_expression", "ERROR"}
)
"""What may end a program in more than one way, or is not followed."""
CONSTANT = frozenset({"string", "number", "true", "false", "template_string"})


class Read(NamedTuple):
    """What a program asks for, and why it can end with nothing but success; empty where it may fail."""

    requests: tuple[Request, ...] = ()
    idle: str = ""


def javascript(code: str) -> Read:
    """The request of a program of JavaScript, one whose status counts where it looks at it."""
    if len(code) > MOST:
        return Read()
    asks = re.search(r"\bfetch\(|\.get\(|\.request\(", code)
    found = URL.findall(code) if asks else []
    if len(found) != 1:
        return Read() if asks else Read((), _why_always_succeeds(_program(code)))
    looks = STATUS.search(code) or "statusCode" in code
    taken = TAKEN.search(code.replace("< 400", "").replace(">= 400", ""))
    strict = True if looks and not taken else False if _ignores_answers(_program(code)) else None
    whole = BODY.search(code) is not None and "Timeout" not in code
    return Read(tuple(requests("node", "GET", found[0], strict, whole)))


def _program(code: str) -> Node:
    from mcplint.readers.typescript import read

    return read(Source("check.js", code)).root


def _why_always_succeeds(program: Node) -> str:
    """Why a program of constant texts and of what ends it with a known status always succeeds."""
    last = ""
    for statement in program.named_children:
        inner = statement.named_children[0] if statement.named_children else None
        called = (
            inner if statement.type == "expression_statement" and inner and inner.type == "call_expression" else None
        )
        if called is None or not all(each.type in CONSTANT for each in _arguments(called)):
            return ""
        spelled = _text(called)
        if _is_exit(called):
            return f"`{spelled[:60]}` ends it with success" if _ends_well(called) else ""
        if "${" in spelled or not (
            _text(called.child_by_field_name("function")) in PRINTS or BUILT_IN.fullmatch(spelled)
        ):
            return ""
        last = "it asks no server and ends"
    return last


def _ignores_answers(program: Node) -> bool:
    """Whether a program makes its one request whatever happens, and ends alike with every answer."""
    return all(map(_ignores_answer, _outside_of_failures(program)))


def _ignores_answer(node: Node) -> bool:
    """Whether a part of a program takes no notice of an answer."""
    if node.type in DECIDES:
        return False
    if node.type in ("identifier", "property_identifier", "shorthand_property_identifier_pattern"):
        return _text(node) not in ("ok", "status", "statusCode", "statusText", "json", "text", "body", "exitCode")
    if node.type == "member_expression" and _text(node) == "process.exit":
        call = node.parent
        return call is not None and call.type == "call_expression" and _ends_well(call)
    return node.type != "call_expression" or _is_harmless(node)


def _is_harmless(call: Node) -> bool:
    """Whether a call of what is known to be no test of an answer hands it to nothing else."""
    function = call.child_by_field_name("function")
    name = _text(function).rpartition(".")[2]
    receiver = (
        _text(function.child_by_field_name("object")) if function and function.type == "member_expression" else ""
    )
    asks = name in ("get", "request")
    handed = asks or name in ("then", "on", "once", "finally", "end")
    plain = all(each.type not in ("identifier", "member_expression") for each in _arguments(call)) if handed else True
    return name in CALLED and plain and (not asks or CLIENTS.fullmatch(receiver) is not None)


def _outside_of_failures(program: Node) -> Iterator[Node]:
    """Every part of a program but those that run only where there is no answer."""
    waiting = [program]
    while waiting:
        node = waiting.pop()
        yield node
        failure = _failure(node) if node.type == "call_expression" else None
        parts = [node.child_by_field_name("function"), *_arguments(node)] if failure else node.named_children
        waiting += [each for each in parts if each and each != failure and each.type not in ("comment", "catch_clause")]


def _failure(call: Node) -> Node | None:
    """The argument of a call that is run only where a request fails."""
    name, given = _text(call.child_by_field_name("function")).rpartition(".")[2], _arguments(call)
    if name == "catch" and given:
        return given[0]
    if name == "then" and len(given) > 1:
        return given[1]
    failed = name in ("on", "once") and len(given) > 1 and _text(given[0])[1:-1] in ("error", "timeout")
    return given[1] if failed else None


def _is_exit(call: Node) -> bool:
    return _text(call.child_by_field_name("function")) == "process.exit"


def _ends_well(call: Node) -> bool:
    return [_text(each) for each in _arguments(call)] in ([], ["0"])


def _arguments(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return list(arguments.named_children) if arguments is not None else []


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
