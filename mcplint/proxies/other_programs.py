"""The programs of a project that may listen on some port, whatever starts them and whatever they are written in."""

from __future__ import annotations

import re

from mcplint.dependencies.node_packages import nearest
from mcplint.knowledge.executables import NODE_SUFFIXES
from mcplint.knowledge.web import LISTENING_CALLS, OTHER_LANGUAGES, SERVING_SCRIPTS, WEB_CALLABLES, WEB_MODULES
from mcplint.project.tree import Tree
from mcplint.text.paths import contains, is_example_or_test

WEB_WORDS = (*WEB_CALLABLES, *(module.partition(" ")[0] for module in WEB_MODULES))
MANIFESTS = frozenset(
    {"package.json", "requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "environment.yml"}
)
"""Files that say what the programs of their folder need."""
_IMPORT = re.compile(
    rf"^[ \t]*(?:from|import)[ \t]+(?:{'|'.join(map(re.escape, sorted(WEB_MODULES)))})\b", re.MULTILINE
)


def other_programs(tree: Tree, module: str, dockerfile: str) -> tuple[str, ...]:
    """The files that speak of a program beside a module, and every Dockerfile.

    `dockerfile`: that of the module's own program, beside which its requirements may lie; empty where it has none.
    """
    return tuple(
        path
        for path in sorted(tree.paths)
        if not is_example_or_test(path) and _is_other_program(tree, path, module, dockerfile)
    )


def _is_other_program(tree: Tree, path: str, module: str, dockerfile: str) -> bool:
    folder, _, name = path.rpartition("/")
    if name in MANIFESTS and not contains(folder, module) and folder != dockerfile.rpartition("/")[0]:
        return True
    if name == "package.json":
        package = tree.facts("package_json", path)
        own = module.endswith(NODE_SUFFIXES) and nearest(tree, module.rpartition("/")[0]) == folder
        return package is not None and not own and not SERVING_SCRIPTS.isdisjoint(package.scripts)
    if name.endswith(".py"):
        return tree.mentions(path, *WEB_WORDS) and (
            tree.mentions(path, *WEB_CALLABLES) or _IMPORT.search(tree.glance(path)) is not None
        )
    if name.endswith(NODE_SUFFIXES):
        return tree.mentions(path, *LISTENING_CALLS)
    return "Dockerfile" in name or name.endswith(OTHER_LANGUAGES)
