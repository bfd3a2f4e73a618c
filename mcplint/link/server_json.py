"""The parts that the `server.json` files of a project make, joined with the rest of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mcplint.facts.manifest import ServerJson
from mcplint.images.image import Image
from mcplint.model import Labelled, Manifest, Package, Remote, Server
from mcplint.project.tree import Tree
from mcplint.registry.manifests import manifest, packages, project, remotes, served
from mcplint.registry.unread import with_unread
from mcplint.services.network import Network


def parts(
    documents: Collection[ServerJson], tree: Tree, network: Network, installed: Sequence[Server]
) -> tuple[tuple[Manifest, ...], tuple[Remote, ...], tuple[Package, ...]]:
    """The manifests, remotes and packages of the documents."""
    images = {(place.image.dockerfile, place.image.number): place.image for place in network.running if place.image}
    around = project(tree, map(_labelled, images.values()))
    return (
        tuple(manifest(document, around) for document in documents),
        tuple(remote for document in documents for remote in remotes(document)),
        tuple(
            with_unread(served(package, around, network.servers, installed), tree)
            for document in documents
            for package in packages(document)
        ),
    )


def _labelled(image: Image) -> Labelled:
    end = None if image.dockerfile.endswith((".yaml", ".yml")) else image.end
    return Labelled(image.dockerfile, image.span, end, image.labels)
