"""Facts of all files joined into the parts of the model, inside out: containers, servers, routes, what is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mcplint.commands.room import open_room
from mcplint.facts.document import scalar
from mcplint.findings import Failure, Unreadable
from mcplint.knowledge.secrets import hide_secrets
from mcplint.link import completed_containers, listeners, services, starts, stated
from mcplint.link.relevance import publishes, speaks_of_mcp
from mcplint.model import (
    Call,
    ClientConfig,
    ClientFlaw,
    Deployment,
    EntryPoint,
    Hijack,
    LackKind,
    Manifest,
    Package,
    Remote,
    Route,
    Scrape,
    Server,
    Unscraped,
)
from mcplint.project.config import Config
from mcplint.project.kinds import kinds
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network
from mcplint.text.paths import is_test

if TYPE_CHECKING:
    from mcplint.proxies.proxy import Proxy
    from mcplint.services.kubernetes.ingress import IngressPath

P = TypeVar("P", Remote, ClientConfig)

# The kinds of files that deploy a server, and the readers of those that set how it runs or what is installed.
DEPLOYING = (
    "dockerfile",
    "compose",
    "nginx",
    "haproxy",
    "caddyfile",
    "lighttpd",
    "fly",
    "render",
    "railway",
    "procfile",
    "client",
)
SETTINGS = ("dotenv", "dotenv.raw", "requirements", "lock", "npm_lock", "package_json")


class Linked(NamedTuple):
    """The deployment of a project, and what of its files could not be read."""

    deployment: Deployment
    problems: tuple[Unreadable | Failure, ...]


def link(tree: Tree, config: Config) -> Linked:
    """The deployment that the files of a project make."""
    room = open_room()
    paths: Paths = kinds(path for path in tree.paths if not is_test(path))
    wanted = speaks_of_mcp(tree, paths) or publishes(tree, paths)
    hosted = services.platforms(tree, paths) if wanted else None
    contexts = services.contexts(tree, paths, hosted.services if hosted else ()) if wanted else ()
    contexts = tuple(stated.containers(contexts, config.deployment))
    started = starts.project_starts(tree, paths, contexts)
    if hosted and started.servers:
        from mcplint.link.deployed import deployed_containers

        with_deployed = deployed_containers(
            contexts, started.servers, hosted.services, tree, len(paths.get("dockerfile", ()))
        )
        if with_deployed is not contexts:
            contexts = tuple(stated.containers(with_deployed, config.deployment))
            started = starts.project_starts(tree, paths, contexts)
    paths = starts.with_clients(tree, paths, started.bridged)
    servers = tuple(stated.servers(started.servers, config.deployment))
    network = Network(contexts, servers, tree, started.used)
    deployment = Deployment(
        completed_containers.containers(contexts, started, tree),
        servers,
        remotes=tuple(stated.remotes(config.deployment)),
        unfollowed=started.unfollowed,
        loose=(
            *started.loose,
            *starts.unreadable_parts(tree),
            *starts.damaged_modules(tree, started.used),
            *(starts.unread(hosted) if servers else ()),
        ),
    )
    in_front = _in_front(tree, paths, network, hosted.entries if hosted else ())
    deployment = _with_published(tree, paths, network, deployment, in_front, started)
    deployment = _with_conflicts(tree, paths, contexts, deployment)
    if hosted:
        from mcplint.link.deployed import with_flaws

        deployment = with_flaws(deployment, hosted, contexts)
    if wanted:
        from mcplint.runtime.entry_points import entry_points, unawaited_calls

        published = {package.identifier.only or "" for package in deployment.packages}
        called = unawaited_calls(tree, paths.get("python", ()))
        scripts = (*entry_points(tree, deployment.containers, published), *called)
        if "package.json" in paths:
            from mcplint.runtime.npm_commands import npm_commands

            scripts = (*scripts, *npm_commands(tree, published))
        deployment = _without_scripts(deployment, scripts)._replace(entry_points=scripts)
    if servers or deployment.clients:
        from mcplint.runtime.secrets import all_secrets

        ids = {container.id for container in deployment.containers}
        secrets = tuple(all_secrets(tree, paths, contexts, ids, deployment.clients))
        deployment = deployment._replace(secrets=secrets)
        hide_secrets(deployment.spelled_secrets())
    _refuse_broken(tree, paths, servers)
    for problem in room.given_up([each.why for each in started.unfollowed]):
        tree.problems.setdefault(problem.span.source.path, problem)
    used = tree.paths_read_as(*SETTINGS) if servers else frozenset()
    if started.unfollowed:
        used |= {path for made in starts.MAKES for path in paths.get(made, ())}
    problems = tree.graded_problems(started.needed | _asked_for(paths, servers), started.used | used)
    return Linked(deployment, (*problems, *tree.failures))


def _without_scripts(deployment: Deployment, scripts: tuple[EntryPoint, ...]) -> Deployment:
    """The deployment where what its containers do not start is told of their console scripts, if it lies in these."""
    absent_targets = {each.target for each in scripts if each.called and each.called.is_absent}
    containers = (
        each._replace(missing=each.missing._replace(kind=LackKind.SCRIPT))
        if each.missing and each.missing.name in absent_targets
        else each
        for each in deployment.containers
    )
    run = {each.span.source.path for each in scripts if not each.console}
    unfollowed = tuple(each for each in deployment.unfollowed if each.span.source.path not in run)
    changed = deployment._replace(containers=tuple(containers), unfollowed=unfollowed)
    return changed if absent_targets or run else deployment


def _with_published(
    tree: Tree,
    paths: Paths,
    network: Network,
    deployment: Deployment,
    in_front: tuple[Proxy, ...],
    started: starts.ProjectStarts,
) -> Deployment:
    """The deployment with its routes, with how they spread requests, and with what clients are told."""
    routes = tuple(route for front in in_front for route in front.routes)
    installed = started.installed
    manifests, remotes, packages = _manifests(tree, paths, network, started)
    remotes = _with_routes((*deployment.remotes, *remotes), in_front, network)
    clients, flaws = _clients(tree, paths, started.bridged)
    linked = _linked_clients(_with_routes(clients, in_front, network), installed)
    servers = (*_spread(network, routes), *(each for each in installed if each not in network.servers))
    return deployment._replace(
        servers=tuple(
            _with_line_length(tree, each) for each in listeners.with_listeners(servers, network.running, tree)
        ),
        routes=tuple(route for route in routes if route.server),
        remotes=remotes,
        packages=packages,
        manifests=manifests,
        dead_ends=tuple(end for front in in_front for end in front.dead_ends),
        hijacks=_hijacks(in_front, (*remotes, *linked), network, tree),
        clients=linked,
        client_flaws=flaws,
        calls=_calls(network, paths, clients, started),
        scrapes=_scrapes(network, paths, tree),
        loose=(*deployment.loose, *starts.unlinked_routes(routes)),
    )


def _with_line_length(tree: Tree, server: Server) -> Server:
    """The server, where it prints, with the line length that its project's formatter keeps."""
    if not (server.printed or server.printed_maybe or server.prints):
        return server
    from mcplint.packaging.line_length import line_length

    return server._replace(columns=line_length(tree, server.span.source.path))


def _with_conflicts(
    tree: Tree, paths: Paths, contexts: tuple[ContainerContext, ...], deployment: Deployment
) -> Deployment:
    """The deployment with what keeps the services beside an MCP server, and that one itself, from starting."""
    starting = {container.id for container in deployment.containers} | {each.id for each in deployment.unfollowed}
    if "compose" not in paths or not starting:
        return deployment
    from mcplint.services.compose.conflicts import (
        misnamed_images,
        missing_files,
        port_conflicts,
        projects_with_servers,
        version_keys,
    )

    projects = projects_with_servers(contexts, starting, {server.span.source.path for server in deployment.servers})
    return deployment._replace(
        port_conflicts=tuple(one for services in projects for one in port_conflicts(services)),
        missing_files=tuple(one for services in projects for one in missing_files(services, tree)),
        misnamed_images=tuple(one for services in projects for one in misnamed_images(services, starting)),
        version_keys=tuple({one.id: one for services in projects for one in version_keys(services, tree)}.values()),
    )


def _in_front(tree: Tree, paths: Paths, network: Network, entries: tuple[IngressPath, ...]) -> tuple[Proxy, ...]:
    """The proxies of a project that has servers to stand in front of."""
    if not network.servers:
        return ()
    from mcplint.proxies.load import proxies

    return proxies(tree, paths, network, entries)


def _spread(network: Network, routes: tuple[Route, ...]) -> tuple[Server, ...]:
    if not network.servers:
        return ()
    from mcplint.proxies.load import servers_with_spread

    return servers_with_spread(network, routes)


def _manifests(
    tree: Tree, paths: Paths, network: Network, started: starts.ProjectStarts
) -> tuple[tuple[Manifest, ...], tuple[Remote, ...], tuple[Package, ...]]:
    found = tree.all_facts("manifest", paths.get("server.json", ())).values()
    documents = [each for each in found if "{{" not in scalar(each.root.get("name"))]  # templates of generators
    if not documents:
        return (), (), ()
    from mcplint.link.server_json import published_parts

    return published_parts(documents, tree, network, started.installed, started.published)


def _clients(
    tree: Tree, paths: Paths, bridged: Mapping[str, frozenset[str]]
) -> tuple[tuple[ClientConfig, ...], tuple[ClientFlaw, ...]]:
    named = (*paths.get("client", ()), *starts.bundles(tree, paths))
    if not named:
        return (), ()
    from mcplint.link.clients import clients

    return clients(tree, named, frozenset[str]().union(*bridged.values()))


def _linked_clients(parts: tuple[ClientConfig, ...], installed: tuple[Server, ...]) -> tuple[ClientConfig, ...]:
    if not parts:
        return ()
    from mcplint.link.clients import linked_clients

    return tuple(linked_clients(parts, installed))


def _calls(
    network: Network, paths: Paths, clients: tuple[ClientConfig, ...], started: starts.ProjectStarts
) -> tuple[Call, ...]:
    if "compose" not in paths or not network.servers:
        return ()
    from mcplint.services.calls import calls

    return tuple(calls(network, clients, started.bridged))


def _scrapes(network: Network, paths: Paths, tree: Tree) -> tuple[Scrape | Unscraped, ...]:
    if "compose" not in paths or not any(server.container for server in network.servers):
        return ()
    from mcplint.link.scrapes import scrapes
    from mcplint.link.unscraped import unscraped

    found = tuple(scrapes(network, tree))
    return (*found, *unscraped(network, tree, found))


def _with_routes(parts: tuple[P, ...], in_front: tuple[Proxy, ...], network: Network) -> tuple[P, ...]:
    if not parts or not network.servers:
        return parts
    from mcplint.link.published import with_route

    return tuple(with_route(part, in_front, network) for part in parts)


def _hijacks(
    in_front: tuple[Proxy, ...], told: Iterable[Remote | ClientConfig], network: Network, tree: Tree
) -> tuple[Hijack, ...]:
    if not in_front:
        return ()
    from mcplint.proxies.hijacks import hijacks
    from mcplint.proxies.served_paths import Serving

    return hijacks(in_front, told, Serving(network.running, tree))


def _refuse_broken(tree: Tree, paths: Paths, servers: tuple[Server, ...]) -> None:
    """Keeps what is wrong with Dockerfiles and package.json that can be read, where there is a server to deploy."""
    for reader, kind in (("dockerfile", "dockerfile"), ("package_json", "package.json")):
        for file in tree.all_facts(reader, paths.get(kind, ()) if servers else ()).values():
            tree.refuse(file.problems)


def _asked_for(paths: Paths, servers: tuple[Server, ...]) -> frozenset[str]:
    """The files that tell how a server is deployed, where there is one to deploy."""
    kinds_needed = ("server.json", *(DEPLOYING if servers else ()))
    return frozenset(path for kind in kinds_needed for path in paths.get(kind, ()))
