"""From a Dockerfile to the image that one of its stages makes."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.core import Value
from mcplint.facts.dockerfile import Dockerfile
from mcplint.link.image import Image
from mcplint.tree import Tree


def image(
    dockerfile: Dockerfile,
    tree: Tree,
    args: Mapping[str, Value[str]] = {},
    target: str | None = None,
    context: str | None = ".",
) -> Image | None:
    """The image of a stage (by name or number; the last one by default), or None where there is no such stage.

    `args`: what the build is told; `context`: the folder of the project that is sent to it, None where unknown.
    """
    return None


def project_path(image: Image, path: str) -> str | None:
    """The path in the project of what stands at an absolute path of the image, or None where it cannot be told."""
    return None


def holds(image: Image, path: str) -> bool | None:
    """Whether a file of the project is in the image; None where it cannot be told."""
    return None
