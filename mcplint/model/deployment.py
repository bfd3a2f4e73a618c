"""All parts of one project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcplint.model.calls import (
    Call,
    MisnamedImage,
    MissingFile,
    Mistyped,
    PortConflict,
    Scrape,
    UnmatchedSelector,
    Unscraped,
    VersionKey,
)
from mcplint.model.containers import Container
from mcplint.model.lacks import EntryPoint
from mcplint.model.links import MISSING, Loose, Unfollowed
from mcplint.model.published import ClientConfig, ClientFlaw, Manifest, Package, Remote
from mcplint.model.routes import DeadEnd, Hijack, Route
from mcplint.model.secrets import SPELLED, Secret
from mcplint.model.servers import Server


class Deployment(NamedTuple):
    """All parts of one project."""

    containers: tuple[Container, ...] = ()
    servers: tuple[Server, ...] = ()
    routes: tuple[Route, ...] = ()
    remotes: tuple[Remote, ...] = ()
    packages: tuple[Package, ...] = ()
    clients: tuple[ClientConfig, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    dead_ends: tuple[DeadEnd, ...] = ()
    hijacks: tuple[Hijack, ...] = ()
    client_flaws: tuple[ClientFlaw, ...] = ()
    calls: tuple[Call, ...] = ()
    scrapes: tuple[Scrape | Unscraped, ...] = ()
    port_conflicts: tuple[PortConflict, ...] = ()
    missing_files: tuple[MissingFile, ...] = ()
    misnamed_images: tuple[MisnamedImage, ...] = ()
    unselected: tuple[UnmatchedSelector, ...] = ()
    mistyped: tuple[Mistyped, ...] = ()
    version_keys: tuple[VersionKey, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    secrets: tuple[Secret, ...] = ()
    unfollowed: tuple[Unfollowed, ...] = ()
    loose: tuple[Loose, ...] = ()

    @property
    def assumed(self) -> bool:
        return False

    @property
    def starts(self) -> int:
        """How many starts there are of what serves MCP or may: two doors to one server are two."""
        links = ((server, link) for server in self.servers for link in server.links)
        followed = {link.to or server.id for server, link in links if link.kind != MISSING}
        lacking = {container.id for container in self.containers if container.missing}
        return len(followed | lacking | {each.id for each in self.unfollowed})

    def spelled_secrets(self) -> Iterator[str]:
        """What the files say where a secret stands, or has it in it."""
        return (secret.span.text for secret in self.secrets if secret.where in SPELLED)

    def routes_to(self, server: Server) -> tuple[Route, ...]:
        """The routes that lead to a server itself, and not to another proxy in front of it."""
        return tuple(
            route for route in self.routes if route.server and route.server.id == server.id and not route.inner_route
        )
