"""From the compose files of a project to the services that they make together."""

from __future__ import annotations

from collections.abc import Iterable

from mcplint.facts.compose import ComposeFile
from mcplint.link.service import ComposeProject
from mcplint.tree import Tree


def projects(files: Iterable[ComposeFile], tree: Tree) -> tuple[ComposeProject, ...]:
    """Every set of compose files that is run together, with its services resolved."""
    return ()
