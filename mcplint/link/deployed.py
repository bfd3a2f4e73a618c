"""What Kubernetes runs of a project: workloads whose image no file ties to it, and what their files get wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from mcplint.images.image import Image
from mcplint.model import ASSUMED, MISSING, ClientConfig, Container, Deployment, Link, Remote, Server
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext, is_of_tests
from mcplint.services.image_names import is_other_software, repository
from mcplint.services.kubernetes.selectors import KINDS
from mcplint.services.over_image import with_image
from mcplint.text import urls
from mcplint.values import Label

if TYPE_CHECKING:
    from mcplint.services.platforms.load import Platforms

KUBERNETES = "kubernetes"
HIDING = ("template", "spec", "containers", "an entry of containers")
ENTRIES = ("Service", "Ingress")
PUBLIC = ("docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws", "lscr.io")
"""Registries from which anybody's software is pulled, so that a name there may be that of what a server is about."""


def deployed_containers(
    contexts: tuple[ContainerContext, ...],
    servers: tuple[Server, ...],
    workloads: Iterable[Container],
    tree: Tree,
    dockerfiles: int,
) -> tuple[ContainerContext, ...]:
    """The containers, those workloads over the one image of the project that are called as its one server is.

    `workloads`: the containers of platforms as they are without images. `dockerfiles`: how many the project has.
    """
    waiting = [each for each in contexts if _runs_unknown_image(each)]
    images = {(each.image.dockerfile, each.image.number): each.image for each in contexts if each.image}
    image = next(iter(images.values())) if waiting and dockerfiles == len(images) == 1 else None
    server = _only_server(servers, image) if image and not is_of_tests(image) else None
    if image is None or server is None:
        return contexts
    alone = len({_repository(each) for each in waiting}) == 1
    named_for_server = [each for each in waiting if _is_named_for(each.container, server, image, alone)]
    if len({_repository(each) for each in named_for_server}) != 1:
        return contexts
    known = {each.id: each for each in workloads}
    taken = {each.container.id: _over_image(each, known, image, tree) for each in named_for_server}
    return tuple(
        taken.get(each.container.id, each)
        for each in contexts
        if each.container.service is not None or each.image is not image
    )


def _runs_unknown_image(context: ContainerContext) -> bool:
    """Whether it is not known what a container of Kubernetes runs, but for its image's name."""
    container = context.container
    named = isinstance(container.image.only, str) and not is_other_software(container.image.only)
    missing = any(link.kind == MISSING for link in container.links)
    return container.platform == KUBERNETES and named and missing and not (context.image or context.open)


def _repository(context: ContainerContext) -> str:
    return repository(context.container.image.only or "")


def _only_server(servers: tuple[Server, ...], image: Image) -> Server | None:
    """The one server over HTTP of a project, if it runs in an image."""
    programs = {(each.span.source.path, each.span.start) for each in servers}
    inside = [each for each in servers if each.container and each.container.dockerfile == image.dockerfile]
    return inside[0] if len(programs) == 1 and inside and inside[0].speaks_http else None


def _is_named_for(container: Container, server: Server, image: Image, alone: bool) -> bool:
    """Whether the names of a workload say that it is the server's.

    Servers are often called as the software that they speak to: without the word `mcp`, the image must come from a
    registry of one's own and be given a port of the server's. `alone`: there is no other one that may be meant.
    """
    name = container.image.only or ""
    image_words, pod = _words(basename(repository(name))), container.service or ""
    own = _words(server.name.only or "")
    known = {server.port.only, *(port.target.only for port in image.expose)}
    ported = any(port.target.only in known for port in container.expose if port.target.only)
    if "mcp" in image_words | _words(pod):
        named = bool(own - {"mcp"}) and image_words - {"mcp"} == own - {"mcp"}
        return named or (alone and image_words == {"mcp"} and ported)
    host = name.partition("/")[0] if "/" in name else ""
    private = ("." in host or ":" in host or host == "localhost") and host not in PUBLIC
    return private and ported and own in ([image_words] if "/" in pod else [image_words, _words(pod)])


def _words(name: str) -> frozenset[str]:
    """The words of a name but those for kinds of things."""
    return frozenset(re.findall(r"[a-z0-9]+", name.lower())) - KINDS


def _over_image(
    context: ContainerContext, known: Mapping[str, Container], image: Image, tree: Tree
) -> ContainerContext:
    """The container over the image that is meant."""
    container = known.get(context.container.id, context.container)
    only = f"and {image.dockerfile} is the only Dockerfile"
    why = f"runs {container.image.only}, which is called as the only server is, {only}"
    note = Label(container.image.span or container.span, "this image runs")
    whole = with_image(container, image, Link(image.dockerfile, ASSUMED, why, (note,)), tree)
    return context._replace(container=whole._replace(examples=context.container.examples), image=image)


def with_flaws(deployment: Deployment, hosted: Platforms, contexts: Iterable[ContainerContext]) -> Deployment:
    """The deployment with what is wrong with manifests as such: all, or those beside what certainly is of a server."""
    if any(container.platform == KUBERNETES for container in deployment.containers):
        return deployment._replace(unselected=hosted.unselected, mistyped=hosted.mistyped)
    if not deployment.servers:
        return deployment
    folders = frozenset(_client_host_folders(hosted, (*deployment.clients, *deployment.remotes))) | frozenset(
        _mcp_workload_folders(contexts)
    )
    unselected = tuple(each for each in hosted.unselected if dirname(each.span.source.path) in folders)
    # Where the containers are no list there are none to tell whose they are.
    mistyped = tuple(
        each
        for each in hosted.mistyped
        if dirname(each.span.source.path) in folders or (each.field in HIDING and each.kind not in ENTRIES)
    )
    return deployment._replace(unselected=unselected, mistyped=mistyped)


def _client_host_folders(hosted: Platforms, parts: Iterable[ClientConfig | Remote]) -> Iterator[str]:
    """The folders of Ingresses for the hosts that clients are told of."""
    hosts = {urls.host(each.url.only or "") for each in parts} - {""}
    return (dirname(each.span.source.path) for each in hosted.entries if (each.host.only or "").lower() in hosts)


def _mcp_workload_folders(contexts: Iterable[ContainerContext]) -> Iterator[str]:
    """The folders of workloads that are called after MCP."""
    for each in filter(_runs_unknown_image, contexts):
        if "mcp" in _words(each.container.service or "") | _words(
            basename(repository(each.container.image.only or ""))
        ):
            yield dirname(each.container.span.source.path)
