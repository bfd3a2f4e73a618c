"""Servers of the packages of Node that lie beside what a project starts, and that nothing else starts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from mcplint.dependencies.node_packages import nearest
from mcplint.link.sdks import sdk_of_file
from mcplint.link.servers import Programs, unlinked_servers
from mcplint.model import Server, Unfollowed
from mcplint.project.tree import Paths
from mcplint.services.containers import ContainerContext


def sibling_servers(
    programs: Programs, paths: Paths, contexts: Iterable[ContainerContext], unknown: Iterable[Unfollowed]
) -> Iterator[Server]:
    """The servers of such packages, as people start them by a command or by the script `start`.

    A package is left out that a container is about, whose modules a program loads that something starts, or whose start
    cannot be followed.
    """
    tree = programs.tree
    homes = {posixpath.dirname(path) for path in paths.get("package.json", ())}
    if len(homes) < 2:
        return
    touched = {posixpath.dirname(path) for path in tree.paths_read_as("typescript")}
    touched |= {folder for context in contexts for folder in _folders(context)}
    touched |= {posixpath.dirname(each.span.source.path) for each in unknown}
    started = {nearest(tree, folder) or "" for folder in touched}
    if homes - started:
        from mcplint.link.packages import scan

        yield from unlinked_servers(scan(tree, sdk_of_file(tree), started), programs.ids)


def _folders(context: ContainerContext) -> Iterator[str]:
    """The folders of the project that a container is about: that of its Dockerfile and what is sent to its build."""
    if context.image is not None:
        yield from (posixpath.dirname(context.image.dockerfile), context.image.folder)
