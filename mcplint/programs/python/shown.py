"""Where a program's modules print or log all of the environment, or settings that hold secrets."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mcplint.facts.python import Module, source_text
from mcplint.knowledge.secrets import is_private
from mcplint.programs.python.module_text import cached_on_module, nodes
from mcplint.text.source import Span
from mcplint.values import Label

LOGGING = frozenset({"print", "pprint", "debug", "info", "warning", "error", "critical", "exception", "log"})
WRITING = frozenset({"sys.stdout.write", "sys.stderr.write"})
TEXTS = frozenset({"dict", "str", "repr", "dumps", "pformat", "format"})
"""Calls that make a text, or another mapping, of what they are given."""
COPIES = frozenset({"items", "copy", "model_dump", "model_dump_json", "dict", "json"})
"""Methods that give back all that an object holds."""
ENVIRONMENT = "os.environ"


def logged_secrets(modules: Iterable[Module]) -> Iterator[Label]:
    """The calls that print or log the environment, or settings that hold secrets, as a whole."""
    modules = tuple(modules)
    settings = dict(_settings(modules))
    names = {ENVIRONMENT, *settings}
    for module in modules:
        if not any(name in module.source.text for name in (*names, "getenv")):
            continue
        known = {
            ENVIRONMENT: "holds every secret that the server is given",
            **_visible_settings(module, settings),
            **dict(_secret_variables(module)),
        }
        for span, logged in _logging_calls(module):
            found = next((each for each in logged if each in known), None)
            if found:
                yield Label(span, f"`{found}` {known[found]}")


@cached_on_module
def _secret_variables(module: Module) -> Iterator[tuple[str, str]]:
    """The names that a module gives once, to a variable of the environment which is called like a secret."""
    bound = dict(_binding_counts(module))
    for node in nodes(module):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if bound[name] == 1:
                if (variable := _variable(value)) and is_private(variable):
                    yield name, f"holds the secret {variable} of the environment"


def _variable(value: ast.expr) -> str:
    """The variable of the environment that an expression reads; empty where it is another."""
    match value:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(name))) if source_text(owner) == ENVIRONMENT:
            return name
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            return name if source_text(function) in (f"{ENVIRONMENT}.get", "os.getenv") else ""
    return ""


@cached_on_module
def _logging_calls(module: Module) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """The calls that print or log, each with the names whose values that shows as a whole."""
    for node in nodes(module):
        if isinstance(node, ast.Call) and _logs(node):
            names = tuple(name for arg in node.args for name in _names_shown_whole(arg))
            if names:
                yield module.span(node), names
        elif isinstance(node, ast.For):
            yield from ((module.span(each), (ENVIRONMENT,)) for each in _calls_showing_each(node))


def _logs(call: ast.Call) -> bool:
    return _name(call.func) in LOGGING or source_text(call.func) in WRITING


def _calls_showing_each(loop: ast.For) -> Iterator[ast.Call]:
    """The first call that shows the value of each variable, in a loop over them all that does nothing but call."""
    made = loop.iter
    if isinstance(made, ast.Call) and _name(made.func) in ("sorted", "list") and made.args:
        made = made.args[0]
    match made, loop.target:
        case (
            ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[]),
            ast.Tuple(elts=[_, ast.Name(id=value)]),
        ) if source_text(owner) == ENVIRONMENT and all(isinstance(each, ast.Expr) for each in loop.body):
            calls = (each.value for each in loop.body if isinstance(each, ast.Expr))
            shows = (each for each in calls if isinstance(each, ast.Call) and _logs(each))
            yield from islice((each for each in shows if any(value in _names_shown_whole(arg) for arg in each.args)), 1)


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _names_shown_whole(root: ast.expr) -> Iterator[str]:
    """The names whose values are in a text as a whole."""
    queue: list[ast.expr] = [root]
    while queue:
        match queue.pop():
            case ast.Name() | ast.Attribute() as node:
                yield source_text(node)
            case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                queue += parts
            case ast.FormattedValue(value=value):
                queue.append(value)
            case ast.BinOp(left=left, right=right):
                queue += (left, right)
            case ast.Dict(keys=keys, values=values):
                queue += (value for key, value in zip(keys, values, strict=True) if key is None)
            case ast.Call(func=ast.Attribute(value=owner, attr=attr), args=[], keywords=[]) if attr in COPIES:
                queue.append(owner)
            case ast.Call(func=function, args=args) if _name(function) in TEXTS:
                queue += args


def _settings(modules: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """The globals that are settings of pydantic with a secret in them that is a plain string."""
    classes = dict(found for module in modules for found in _classes(module))
    for module in modules if classes else ():
        for node in module.tree.body:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made)))
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=ast.Name(id=made)))
                ) if made in classes:
                    yield name, f"holds `{classes[made]}`, which is shown as it is"


def _classes(module: Module) -> Iterator[tuple[str, str]]:
    for node in module.tree.body if "BaseSettings" in module.source.text else ():
        if isinstance(node, ast.ClassDef) and any(source_text(base).endswith("BaseSettings") for base in node.bases):
            own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            secret = next((source_text(each.target) for each in fields if _is_plain_secret(each)), None)
            if secret and not own & {"__repr__", "__str__", "__repr_args__"}:
                yield node.name, secret


def _is_plain_secret(field: ast.AnnAssign) -> bool:
    kind = source_text(field.annotation)
    hidden = field.value is not None and "repr=False" in source_text(field.value)
    return is_private(source_text(field.target)) and "str" in kind and "Secret" not in kind and not hidden


def _visible_settings(module: Module, settings: Mapping[str, str]) -> dict[str, str]:
    """The settings that a module makes or imports, and whose names mean nothing else in it."""
    bound = dict(_binding_counts(module)) if settings else {}
    return {name: why for name, why in settings.items() if bound.get(name) == 1}


@cached_on_module
def _binding_counts(module: Module) -> Iterator[tuple[str, int]]:
    """The names that a module binds, and how often it does."""
    times: Counter[str] = Counter()
    for node in nodes(module):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                times[name] += 1
            case ast.alias(name=name, asname=None):
                times[name] += 1
    yield from times.items()
