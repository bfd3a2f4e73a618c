"""What a GitHub workflow leaves in a folder from which it builds an image: `.git` with the token of its job.

https://github.com/actions/checkout, https://docs.github.com/en/actions/security-for-github-actions/security-guides
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, scalar
from mcplint.images.image import Image
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import Label

CHECKOUT = re.compile(r"actions/checkout@v[1-5](?!\d)")
"""The releases that keep the token in `.git/config`; later ones keep it outside of the project."""
BUILD = "docker/build-push-action@"


def kept_tokens(image: Image, tree: Tree) -> Iterator[Label]:
    """The checkouts whose `.git` lies in the context when a workflow builds and pushes an image."""
    for path in tree.workflows:
        source = tree.source(path)
        if source is None or BUILD not in source.text or not CHECKOUT.search(source.text):
            continue
        for _, job in pairs(at(tree.facts("yaml.document", path), "jobs")):
            yield from _kept(items(at(job, "steps")), image)


def _kept(steps: tuple[Node, ...], image: Image) -> Iterator[Label]:
    """The last checkout of a job before a step that builds the image from the folder itself."""
    place: Span | None = None
    for step in steps:
        used, given = at(step, "uses"), at(step, "with")
        if isinstance(used, ScalarNode) and used.text.startswith("actions/checkout@"):
            moved = scalar(at(given, "path")) or scalar(at(given, "persist-credentials")) == "false"
            place = None if moved or not CHECKOUT.match(used.text) else used.span
        elif place and scalar(used).startswith(BUILD) and _pushes(given, image):
            yield Label(place, "keeps the job's token in .git/config")
            return


def _pushes(given: Node | None, image: Image) -> bool:
    """Whether a build is one of this image, from a folder, and may be pushed: without a context it takes no `.git`."""
    context, file = scalar(at(given, "context")), scalar(at(given, "file"))
    if not isinstance(given, MappingNode) or not context or "$" in f"{context}{file}" or "://" in context:
        return False
    folder = posixpath.normpath(context)
    named = posixpath.normpath(file or posixpath.join(folder, "Dockerfile"))
    return folder == "." and named == image.dockerfile and scalar(at(given, "push")) not in ("", "false")
