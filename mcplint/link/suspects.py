"""Whether a start that cannot be followed is an MCP server's, or may be."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mcplint.commands.command_lines import program
from mcplint.knowledge.image_ports import OTHER_PROGRAMS
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import Container
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import is_other_software

if TYPE_CHECKING:
    from mcplint.link.servers import StartedServers


MANIFESTS = {"package.json": ("modelcontextprotocol", "mcp"), "go.mod": ("mcp",), "Cargo.toml": ("mcp",)}
"""What other languages' lists of dependencies say where a program may serve MCP."""


def is_servers(context: ContainerContext, tree: Tree, only: bool) -> bool:
    """Whether a container that cannot be followed certainly is an MCP server's: it starts what its image is made for.

    That is the command of its image, or one that is called after MCP. `only`: it is the only image of a project that
    has a server.
    """
    from mcplint.runtime.missing import brings_sdk

    container = context.container
    if not context.image or not container.argv:
        return False
    overridden = container.entrypoint or container.arguments
    if overridden and "mcp" not in program(container.argv.words or ()).lower():
        return False
    return only or (bool(container.installs) and brings_sdk(context, tree)) or _is_called_mcp(context, tree)


def _is_called_mcp(context: ContainerContext, tree: Tree) -> bool:
    """Whether an image is made for a package of Node that asks for an SDK and is called after MCP."""
    installed = context.image.node_installs if context.image else ()
    packages = (tree.facts("package_json", install.package) for install in installed)
    asking = (package for package in packages if package and any(map(package.range, NPM_PACKAGES)))
    return any("mcp" in name for package in asking for name in (package.name, *(each.name for each in package.bins)))


def is_misquoted(container: Container, start: StartedServers, tree: Tree) -> bool:
    """Whether a variable or an option that decides about a program's servers has quotes in it, and none came."""
    values = [container.env[name].only for name in start.asked if name in container.env]
    if (
        start.certain
        and container.argv
        and any(path in tree.paths and tree.mentions(path, "mcp") for path in start.needed)
    ):
        words = ((word.only or "").partition("=") for word in container.argv.words or ())
        values += [value for name, _, value in words if name.startswith("-")]
    return any(isinstance(text, str) and len(text) > 2 and text[0] == text[-1] in ("'", '"') for text in values)


def loses_server(context: ContainerContext, tree: Tree) -> bool:
    if not context.image or not context.image.lacks or runs_other_software(context):
        return False
    from mcplint.runtime import missing

    return missing.loses_server(context, tree)


def is_shadowed(context: ContainerContext, start: StartedServers, tree: Tree) -> bool:
    if not start.start:
        return False
    from mcplint.runtime import shadowing

    return shadowing.is_shadowed(context.image, context.container, start.start, tree)


def may_serve(context: ContainerContext, tree: Tree, none: bool) -> bool:
    """Whether what a container starts may be an MCP server, by its names and by what is installed in it.

    `none`: the project has no server yet, so that one on an image that is not known may be it.
    """
    container, image = context.container, context.image
    if runs_other_software(context):
        return False
    called = [container.service or "", *((container.image.options or ()) if not image else ())]
    called += [option for word in (container.argv and container.argv.words) or () for option in word.options or ()]
    if any("mcp" in str(name).lower() for name in called):
        return True
    if image is None:
        return (
            context.open
            or container.folder is not None
            or (container.build is not None and container.build.inline is not None)
        )
    from mcplint.runtime.missing import brings_sdk

    if brings_sdk(context, tree) or (none and not image.base_known):
        return True
    folders = {posixpath.dirname(image.dockerfile), image.folder}
    return any(
        source is not None and any(word in source.text for word in words)
        for folder in folders
        for name, words in MANIFESTS.items()
        for source in (tree.source(posixpath.join(folder, name)),)
    )


def runs_other_software(context: ContainerContext) -> bool:
    """Whether a container runs software that is well known and serves no MCP, or is built upon it."""
    names = [str(name) for name in context.container.image.options or ()]
    words = [str(word.only) for word in (context.container.argv and context.container.argv.words) or ()]
    programs = any(program in word for word in words for program in OTHER_PROGRAMS)
    return programs or (bool(names) and all(map(is_other_software, names)))
