"""Where a program that comes across no SDK goes on in what is not the project's, and which may start a server."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from mcplint.facts.python import Module
from mcplint.knowledge.companions import may_hold_sdk
from mcplint.knowledge.distributions import distribution
from mcplint.knowledge.image_ports import OTHER_LAUNCHERS
from mcplint.knowledge.sdk_packages import SERVING_MODULES
from mcplint.programs.python.module_text import nodes
from mcplint.programs.python.modules import find
from mcplint.project.tree import Tree
from mcplint.values import Label

_GOES_ON = re.compile(r"(?:async_)?(?:main|run|serve|start|launch|cli|app|entrypoint|execute)|(?:run|serve|start)_\w+")
"""How functions are called that are all that a program does."""
_ANY = frozenset({"runpy.run_module", "runpy.run_path"})
_COMMANDS = re.compile(r"os\.(?:exec\w+|posix_spawnp?|spawn\w+|system)|subprocess\.(?:run|call|check_call|Popen)")


def leaves_project(tree: Tree, roots: tuple[str, ...], path: str) -> tuple[Label, ...]:
    """The first span where a file hands on to a module that is not the project's, or to a command of MCP."""
    module: Module | None = tree.facts("python", path)
    if module is None:
        return ()
    every = nodes(module)
    names = dict(_imported_names(every))
    for call in (node for node in every if isinstance(node, ast.Call)):
        dotted = _dotted_name(call.func, names)
        if target := _serving_library(call, dotted) or (_target(call, dotted, tree, roots) if dotted else ""):
            return (Label(module.span(call), f"goes on in {target}, which is not followed"),)
    return ()


def _serving_library(call: ast.Call, dotted: str) -> str:
    """The library whose own way of making an MCP server a call takes, nothing where it takes none.

    https://www.gradio.app/guides/building-mcp-server-with-gradio
    """
    if any(each.arg == "mcp_server" and ast.unparse(each.value) == "True" for each in call.keywords):
        return "gradio"
    return dotted.partition(".")[0] if SERVING_MODULES.match(dotted) else ""


def _target(call: ast.Call, dotted: str, tree: Tree, roots: tuple[str, ...]) -> str:
    """What a call hands on to, nothing where it is none of these."""
    texts = [each.value for each in ast.walk(call) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if dotted in _ANY:
        return texts[0] if texts else "a module that is not known"
    if _COMMANDS.fullmatch(dotted):
        return next((text for text in texts if "mcp" in text.lower()), "")
    if dotted == "uvicorn.run":
        named = texts[0] if texts and ":" in texts[0] and call.args and isinstance(call.args[0], ast.Constant) else ""
        return named if named and _may_serve_elsewhere(named.partition(":")[0], tree, roots) else ""
    last = dotted.rpartition(".")[2]
    return dotted if "." in dotted and _GOES_ON.fullmatch(last) and _may_serve_elsewhere(dotted, tree, roots) else ""


def _may_serve_elsewhere(dotted: str, tree: Tree, roots: tuple[str, ...]) -> bool:
    """Whether a name is of a package that is neither the project's nor known to have nothing to do with servers."""
    top = dotted.partition(".")[0]
    if top in sys.stdlib_module_names or top in OTHER_LAUNCHERS or find(tree, roots, top) is not None:
        return False
    return may_hold_sdk((distribution(top) or top).replace("_", "-")) is not False


def _imported_names(every: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """The names that a file imports, and what they mean."""
    for node in every:
        if isinstance(node, ast.Import):
            yield from ((each.asname or each.name.partition(".")[0], _imported_name(each)) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)


def _imported_name(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _dotted_name(node: ast.AST, names: Mapping[str, str]) -> str:
    """What a name or an attribute of an imported name means."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    own = names.get(node.id, "") if isinstance(node, ast.Name) else ""
    return ".".join((own, *reversed(parts))) if own else ""
