"""The parts that the `server.json` files of a project make, joined with the rest of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mcplint.facts.document import scalar
from mcplint.facts.manifest import ServerJson
from mcplint.images.image import Image
from mcplint.model import MADE, Labelled, Link, Manifest, Package, PublishedProject, Remote, Server
from mcplint.project.tree import Tree
from mcplint.registry.manifests import manifest, packages, project, remotes, with_server
from mcplint.registry.unread import with_spelled, with_unread
from mcplint.services.network import Network


def published_parts(
    documents: Collection[ServerJson],
    tree: Tree,
    network: Network,
    installed: Sequence[Server],
    published: Mapping[str, Link],
) -> tuple[tuple[Manifest, ...], tuple[Remote, ...], tuple[Package, ...]]:
    """The manifests, remotes and packages of the documents; `published`: as in ProjectStarts."""
    images = {
        (context.image.dockerfile, context.image.number): context.image for context in network.running if context.image
    }
    around = project(tree, map(_labelled, images.values()))
    listed = [(document, package) for document in documents for package in packages(document)]
    joined = (
        with_server(package, scalar(document.root.get("name")), around, network.servers, installed, published)
        for document, package in listed
    )
    return (
        tuple(manifest(document, _of_images(document, around, published)) for document in documents),
        tuple(remote for document in documents for remote in remotes(document)),
        tuple(with_unread(with_spelled(each, tree), tree) for each in joined),
    )


def _of_images(document: ServerJson, around: PublishedProject, published: Mapping[str, Link]) -> PublishedProject:
    """The project with the images alone that a document publishes, where files of the project build all of them."""
    links = [published.get(package.id) for package in packages(document) if package.registry.only == "oci"]
    files = {link.to if link and link.kind == MADE else None for link in links}
    images = tuple(image for image in around.images if image.dockerfile in files)
    return around if None in files or not images else around._replace(images=images)


def _labelled(image: Image) -> Labelled:
    end = None if image.dockerfile.endswith((".yaml", ".yml")) else image.end
    return Labelled(image.dockerfile, image.span, end, image.labels)
