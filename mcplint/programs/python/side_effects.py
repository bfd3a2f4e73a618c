"""What the tools of a server do when called: write to standard output, ask the client, keep files between calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mcplint.facts.python import source_text
from mcplint.model import Store
from mcplint.programs.python.filled import guarded_fills
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.values import Frame, Function, Method, Package
from mcplint.values import Label

LOCKS = r"\b(?:fcntl|filelock|portalocker|msvcrt|fasteners)\b"
CONNECTS = ("sqlite3.connect", "aiosqlite.connect")
CHANGES = r"(?i)\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update\s+\w+\s+set|delete\s+from)\b"
# Requests to the client, by what they are asked of: the `Context` of a tool, or the session behind it.
OF_CONTEXT = frozenset({"elicit", "elicit_url", "sample", "sample_step", "list_roots"})
OF_SESSION = frozenset({"create_message", "elicit", "elicit_form", "elicit_url", "list_roots"})
# Who looks at what the client can do does not ask one that cannot be asked.
CAREFUL = frozenset({"check_client_capability", "client_params", "client_capabilities"})
MOST = 400


class Touch(NamedTuple):
    """What a function does with a file that is the same in every call: `reads`, `writes` or `connects`."""

    how: str
    name: str
    note: Label


class SideEffects(NamedTuple):
    """The spans where functions write to standard output, those where they ask the client, what they call, and what
    they do with files that outlive a call."""

    prints: tuple[Label, ...] = ()
    asks: tuple[Label, ...] = ()
    calls: tuple[Function, ...] = ()
    touches: tuple[Touch, ...] = ()


def side_effects(machine: Machine, functions: Iterable[Any]) -> SideEffects:
    """What functions do, with those of the project that they call."""
    pending = [each.function if isinstance(each, Method) else each for each in functions]
    found: dict[Function, SideEffects] = {}
    while pending and len(found) < MOST:
        function = pending.pop()
        if isinstance(function, Function) and function not in found:
            found[function] = machine.side_effects.get(function) or _read_side_effects(machine, function)
            pending += found[function].calls
    return SideEffects(
        tuple(dict.fromkeys(note for each in found.values() for note in each.prints)),
        tuple(dict.fromkeys(note for each in found.values() for note in each.asks)),
        touches=tuple(dict.fromkeys(touch for each in found.values() for touch in each.touches)),
    )


def _read_side_effects(machine: Machine, function: Function) -> SideEffects:
    """What one function does itself from here on; what is over by now may not be on another way to here."""
    nodes = list(_nodes(function.node))
    machine.spend(len(nodes) // 8)
    filled = guarded_fills(function) if any(isinstance(node, ast.Global) for node in nodes) else frozenset()
    nodes = list(_nodes(function.node, filled)) if filled else nodes
    contexts, sessions = _contexts(nodes)
    careful = any(isinstance(node, ast.Attribute) and node.attr in CAREFUL for node in nodes)
    prints: list[Label] = []
    asks: list[Label] = []
    calls: list[Function] = []
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        callee = _resolved(function, node.func)
        if isinstance(callee, Function):
            calls.append(callee)
        elif writes(node) and callee is None:
            prints.append(Label(function.scope.module.span(node), "writes to standard output"))
        elif not careful and _asks_client(node.func, contexts, sessions):
            asks.append(Label(function.scope.module.span(node), "asks the client for something"))
    done = SideEffects(tuple(prints), tuple(asks), tuple(calls), file_touches(function, nodes))
    if not filled:
        machine.side_effects[function] = done
    return done


def _nodes(root: ast.AST, filled: frozenset[ast.stmt] = frozenset()) -> Iterator[ast.AST]:
    """The nodes of a function in their order, without what runs while standard output leads elsewhere, and `filled`.

    Of functions inside only those are entered that it calls itself: who else does, and when, is not told.
    """
    inner: dict[str, ast.AST] = {}
    called: set[str] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if node is not root and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner[node.name] = node
        else:
            yield node
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called.add(node.func.id)
            if not _is_redirected(node):
                pending += reversed([each for each in ast.iter_child_nodes(node) if each not in filled])
        if not pending:
            entered = called & inner.keys()
            pending = [child for name in sorted(entered) for child in ast.iter_child_nodes(inner.pop(name))]


def _is_redirected(node: ast.AST) -> bool:
    return isinstance(node, (ast.With, ast.AsyncWith)) and any(_redirects(item.context_expr) for item in node.items)


def _redirects(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and source_text(node.func).endswith("redirect_stdout")


def writes(call: ast.Call) -> bool:
    """Whether a call is `print()` to standard output, or writes to `sys.stdout` itself."""
    match call.func:
        case ast.Name(id="print"):
            return all(each.arg is not None and each.arg != "file" for each in call.keywords)
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="stdout"), attr="write"):
            return True
    return False


def _contexts(nodes: list[ast.AST]) -> tuple[set[str], set[str]]:
    """The names in a function that stand for the context of a request, and for the session with its client."""
    arguments = [node for node in nodes if isinstance(node, ast.arg)]
    contexts = {each.arg for each in arguments if each.annotation and _annotation_names(each.annotation, "Context")}
    sessions: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            match node.value:
                case ast.Call(func=ast.Name(id="get_context") | ast.Attribute(attr="get_context")):
                    contexts.add(node.targets[0].id)
                case ast.Attribute(attr="session"):
                    sessions.add(node.targets[0].id)
    return contexts, sessions


def _annotation_names(annotation: ast.expr, name: str) -> bool:
    """Whether an annotation names a type, in whatever form."""
    for node in ast.walk(annotation):
        match node:
            case ast.Name(id=found) | ast.Attribute(attr=found) if found == name:
                return True
            case ast.Constant(value=str(text)) if name in text.replace("[", " ").replace(".", " ").split():
                return True
    return False


def _asks_client(callee: ast.expr, contexts: set[str], sessions: set[str]) -> bool:
    match callee:
        case ast.Attribute(value=ast.Name(id=name), attr=asked) if name in contexts:
            return asked in OF_CONTEXT
        case ast.Attribute(value=ast.Name(id=name), attr=asked) if name in sessions:
            return asked in OF_SESSION
        case ast.Attribute(value=ast.Attribute(attr="session"), attr=asked):
            return asked in OF_SESSION
    return False


def _resolved(function: Function, callee: ast.expr) -> Any:
    """What a name or an attribute of a module or of `self` stands for, None where that cannot be told."""
    match callee:
        case ast.Name(id=name):
            return _bound_value(function.scope, name)
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if function.owner:
            return _sole_value(function.owner.find(name))
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            package = _bound_value(function.scope, owner)
            return _sole_value(package.table.get(name)) if isinstance(package, Package) else None
    return None


def _bound_value(frame: Frame, name: str) -> Any:
    scope = frame.binding(name)
    return _sole_value(scope.names[name]) if scope else None


def _sole_value(value: Any) -> Any:
    """What a name stands for; something that is neither function nor nothing where it cannot be told."""
    return None if value is None else value.only or value


def file_touches(function: Function, nodes: list[ast.AST]) -> tuple[Touch, ...]:
    """What one function does with such files; nothing where its module knows of locks, or only reads a database."""
    module = function.scope.module
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if not any(_name(call) in (*CONNECTS, "json.dump", "json.load", "json.dumps", "json.loads") for call in calls):
        return ()
    if re.search(LOCKS, module.source.text):
        return ()
    return tuple(
        Touch(how, source_text(file), Label(module.span(file), f"{how} this file"))
        for how, file in _touching_calls(calls)
        if _is_lasting_file(function, file) and (how != "connects" or re.search(CHANGES, module.source.text))
    )


def file_stores(touched: Iterable[Touch]) -> tuple[Store, ...]:
    """The files that tools both read and write whole, and the databases that they connect to."""
    every = list(touched)
    read = {touch.name for touch in every if touch.how == "reads"}
    found = {touch.name: Store("json", touch.note) for touch in every if touch.how == "writes" and touch.name in read}
    found |= {touch.name: Store("sqlite", touch.note) for touch in every if touch.how == "connects"}
    return tuple(found.values())


def _touching_calls(calls: list[ast.Call]) -> Iterator[tuple[str, ast.expr]]:
    names = {_name(call) for call in calls}
    for call in calls:
        match call:
            case ast.Call(func=ast.Name(id="open"), args=[file, *rest]):
                mode = rest[0].value if rest and isinstance(rest[0], ast.Constant) else "r"
                if mode in ("w", "wt") and "json.dump" in names:
                    yield "writes", file
                elif mode in ("r", "rt") and "json.load" in names:
                    yield "reads", file
            case ast.Call(func=ast.Attribute(value=file, attr="write_text")) if "json.dumps" in names:
                yield "writes", file
            case ast.Call(func=ast.Attribute(value=file, attr="read_text")) if "json.loads" in names:
                yield "reads", file
            case ast.Call(args=[file, *_]) if _name(call) in CONNECTS:
                yield "connects", file


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
    return ""


def _is_lasting_file(function: Function, file: ast.expr) -> bool:
    """Whether an expression is the same file in every call: a name of the module, an attribute of `self`, a path."""
    match file:
        case ast.Constant(value=str(name)) | ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(name))]):
            return bool(name) and not name.startswith((":", "file:"))
        case ast.Name(id=name):
            return not _local(function.node, name) and name in function.scope.top.names
        case ast.Attribute(value=ast.Name(id="self")):
            return True
    return False


def _local(node: ast.AST, name: str) -> bool:
    bound = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
    given = (each.arg for each in ast.walk(node) if isinstance(each, ast.arg))
    return name in given or any(each.id == name for each in bound)
