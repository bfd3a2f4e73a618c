"""What a container's command starts and the project provably lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.words import text
from mcplint.dependencies.needs import needs
from mcplint.images.image import Image
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.model import LackKind
from mcplint.project.tree import Tree
from mcplint.services.built_images import complete
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import is_test
from mcplint.values import Label

# What a RUN does that may bring files which no COPY names.
BRINGS = r"git +(clone|pull|checkout|submodule)|\b(unzip|cp|mv|ln|make|npm)\b|\btar +-?\w*x"
FETCHES = r"(curl|wget)\b"

# Where other images put programs, not files of a server.
TOOLS = ("/bin", "/usr", "/uv", "/sbin")
# What people call modules of their own, and no package is imported as.
OWN = frozenset({"api", "app", "asgi", "main", "mcp_server", "server", "wsgi"})


def missing(context: ContainerContext, target: str, tree: Tree) -> Label | None:
    """The target of a command at the word that names it, or None where the image may have it from elsewhere.

    `target`: a file, a module, a module with an attribute, or a console script. An image can be judged that is built
    from a base that is known and from files of the project alone, and that an SDK is installed in.
    """
    image, argv = context.image, context.container.argv
    if image is None or argv is None or not image.base_known or not complete(image, tree):
        return None
    attribute = ":" in _name(target)
    if attribute and not _has(tree, target.rpartition(":")[0].partition(".")[0]):
        return None
    if not brings_sdk(context, tree) or any(_brings(line, target) for line in _lines(image)):
        return None
    naming = (word for word in argv.words or () if _name(target) in (text(word) or ""))
    site = next((word.site for word in naming if word.site), None)
    return Label(site.span if site else argv.span, target)


def _has(tree: Tree, module: str) -> bool:
    """Whether a module is the project's own, and not that of a package which is installed."""
    files = (*tree.called(f"{posixpath.basename(module)}.py"), *tree.called("__init__.py"))
    return module in OWN or any(f"/{path}".endswith((f"/{module}.py", f"/{module}/__init__.py")) for path in files)


def _name(target: str) -> str:
    return target.rpartition("/")[2]


def brings_sdk(context: ContainerContext, tree: Tree) -> bool:
    """Whether a container's image has an SDK installed, so that it is one for an MCP server."""
    wanted = needs(tree, context.container.installs, context.image.folder if context.image else "")
    names = {requirement.name for requirement in wanted.requirements} | {entry.name for entry in wanted.locked}
    return not names.isdisjoint(PYTHON_PACKAGES)


_OF_SERVER = (
    r"(?m)^\s*(?:from|import) +(?:mcp\.server|fastmcp)\b"
    r"|^\s*[\"']?(?:mcp|fastmcp)(?:\[[\w,-]+\])?\s*(?:[=<>~!;\"'#].*)?$"
)
"""An import or a requirement of what a server is made of."""


def loses_server(context: ContainerContext, tree: Tree) -> bool:
    """Whether a container has no server for want of what its COPYs do not find: what lies elsewhere speaks of MCP."""
    image = context.image
    lost = [each.name for each in image.lacks if each.kind == LackKind.COPIED and not each.by_git] if image else []
    found = [[each for each in tree.called(posixpath.basename(name.rstrip("/"))) if not is_test(each)] for name in lost]
    sources = (tree.source(min(paths, key=lambda path: path.count("/"))) for paths in found if paths)
    return any(source is not None and re.search(_OF_SERVER, source.text) for source in sources)


def _lines(image: Image) -> Iterator[str]:
    """What the build runs, and what it fetches or is given by other images."""
    for each in (image, *image.parts.values()):
        yield from (run.span.text for run in each.runs)
        for copy in each.copies:
            target = copy.target.only or "/"
            fetched = copy.image is not None or any("://" in (source.only or "://") for source in copy.sources)
            if copy.text is not None:
                yield target
            elif fetched and not target.startswith(TOOLS):
                yield f"cp {target}"


def _brings(line: str, target: str) -> bool:
    """Whether a line of the build may make a target that the project lacks, or an attribute of one that it has."""
    module = _name(target).partition(":")[0].removesuffix(".py").rpartition(".")[2]
    if ":" in _name(target):
        return f"{module}.py" in line
    fetches = re.search(FETCHES, line.rpartition("://")[0]) is not None
    return module in line or fetches or re.search(BRINGS, line) is not None
