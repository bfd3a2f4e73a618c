"""From the configuration of a Prometheus beside an MCP server to the targets by which it means that server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.facts.prometheus import ScrapeConfig, ScrapeJob
from mcplint.link.servers import in_project
from mcplint.model import Container, Scrape, Server
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import repository
from mcplint.services.network import Network
from mcplint.text.urls import is_this_machine

TARGET = re.compile(r"([A-Za-z0-9][\w.-]{0,100}):(\d{1,5})")
FLAG = re.compile(r"--?(config\.file|web\.listen-address)=(\S+)")
CONFIGS = ("/etc/prometheus/prometheus.yml", "/opt/bitnami/prometheus/conf/prometheus.yml")
"""Where the images have it: https://hub.docker.com/r/prom/prometheus, https://hub.docker.com/r/bitnami/prometheus."""
OWN_PORT = "9090"


class Index(NamedTuple):
    """The servers of each compose project by a name of their container, and by a port that they listen on."""

    named: dict[tuple[int, str], list[Server]]
    heard: dict[tuple[int, int], list[Server]]


def scrapes(network: Network, tree: Tree) -> Iterator[Scrape]:
    """Every target of a Prometheus that runs beside MCP servers and that is meant for one of them."""
    asking = prometheuses(network)
    known = _index(network) if asking else Index({}, {})
    for context in asking:
        flags = dict(FLAG.findall(" ".join(_words(context.container))))
        own = int((re.findall(r":(\d{1,5})\Z", flags.get("web.listen-address", "")) or [OWN_PORT])[0])
        for job in scrape_config(context, flags.get("config.file"), tree).jobs:
            yield from _of_job(job, context, own, known)


def prometheuses(network: Network) -> list[ContainerContext]:
    """Those of compose projects."""
    return [context for context in network.running if context.project and _is_prometheus(context.container)]


def _is_prometheus(container: Container) -> bool:
    return repository(container.image.only or "").rpartition("/")[2] == "prometheus"


def _words(container: Container) -> Iterator[str]:
    for argv in (container.entrypoint, container.arguments):
        yield from (word.only for word in (argv.words if argv else None) or () if isinstance(word.only, str))


def scrape_config(context: ContainerContext, said: str | None, tree: Tree) -> ScrapeConfig:
    """What the configuration says that a Prometheus reads, nothing where it is none of the project's files."""
    find = in_project(context, tree)
    workdir = context.container.workdir.only or "/"
    for path in (said,) if said else CONFIGS:
        found = find(posixpath.normpath(posixpath.join(workdir, path)))
        if found in tree.paths:
            config: ScrapeConfig = tree.facts("prometheus", found) or ScrapeConfig()
            return config
    return ScrapeConfig()


def _index(network: Network) -> Index:
    projects = {context.container.id: id(context.project) for context in network.running}
    known = Index({}, {})
    for server in network.servers:
        if server.container and (project := projects.get(server.container.id)):
            for name in server.container.names:
                known.named.setdefault((project, name), []).append(server)
            ports = {port for each in server.metrics for port in each.port.options or ()}
            for port in ports.union((server.port.options or ()) if server.speaks_http else ()):
                known.heard.setdefault((project, port), []).append(server)
    return known


def _of_job(job: ScrapeJob, context: ContainerContext, own: int, known: Index) -> Iterator[Scrape]:
    caller, project = context.container, id(context.project)
    for target in job.targets:
        found = TARGET.fullmatch(target.text)
        if not found:
            continue
        host, port = found[1], int(found[2])
        here = is_this_machine(host)
        reachable = _reachable_servers(
            known.heard.get((project, port), ()) if here else known.named.get((project, host), ()), caller
        )
        # Prometheus asks itself there, as is usual, unless the job has the name of the server's service.
        if len(reachable) == 1 and not (here and port == own and job.name not in reachable[0][0].names):
            container, server = reachable[0]
            yield Scrape(
                f"{caller.id} {target.text}", target.span, job.name, caller, container, server, host, port, job.path
            )


def _reachable_servers(servers: Iterable[Server], caller: Container) -> list[tuple[Container, Server]]:
    found = [(server.container, server) for server in servers if server.container]
    shared = caller.shared_network.may(bool)
    return [each for each in found if not shared and each[0].networks & caller.networks and each[0].id != caller.id]
