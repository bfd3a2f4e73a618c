"""The metrics that nothing asks for, where all that could is a Prometheus beside the server which asks others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import ScalarNode
from mcplint.knowledge.image_ports import PORTS
from mcplint.link.scrapes import FLAG, TARGET, prometheuses, scrape_config
from mcplint.model import Container, Scrape, Server, Unscraped
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.services.image_names import repository
from mcplint.services.network import Network
from mcplint.text.urls import is_loopback, is_this_machine

_ELSEWHERE = re.compile(
    r"(?i)(?:^|/)(?:[\w.-]*charts?|helm|k8s|kubernetes|kustomize|terraform|ansible|deployments)/"
    r"|(?:monitor|alloy|agent|otel|collector|datadog|telegraf|vector|netdata|vmagent|victoria|prometheus)[^/]{0,200}"
    r"\.(?:ya?ml|json|tf|toml|alloy|river|conf|tmpl|tpl|j2)$"
)
"""Paths of a project that tell of somebody else who may ask for metrics, or of another configuration."""
_SHOWS = frozenset({"prometheus", "alertmanager", "grafana", "grafana-oss", "cadvisor", *PORTS}) - {"influxdb"}
_EXPORTS = re.compile(r"[-_]exporter\Z")
_HANDS_ON = re.compile(r"(?:blackbox|statsd|graphite|collectd|influxdb|json|script|snmp|merger)[-_]exporter\Z")
_OPTION = re.compile(r"--(?:config\.file|storage\.tsdb\.[\w.-]+|web\.[\w.-]+|log\.[\w.-]+)(?:=\S*)?")
_RECEIVES = re.compile(r"--web\.enable-(?:remote-write|otlp)-receiver\b")


def unscraped(network: Network, tree: Tree, scrapes: tuple[Scrape, ...]) -> Iterator[Unscraped]:
    """Every server with metrics that the only Prometheus of a project, beside it, passes over, and nobody else asks."""
    scraped = {scrape.container.id for scrape in scrapes}
    measured = [(each, each.container) for each in network.servers if each.metrics and each.container]
    asking = prometheuses(network) if measured else []
    if len(asking) != 1 or (targets := _targets(asking[0], network, tree)) is None:
        return
    caller, serving = asking[0].container, {each.container.id for each in network.servers if each.container}
    services = [each for each in network.running if each.project]
    beside = {each.container.id for each in services if each.project is asking[0].project}
    known = all(_only_shows(each) or each.container.id in serving for each in services)
    outside = any(each.container.platform not in (None, "compose") for each in network.running)
    read = targets[0].span.source.path
    if not known or outside or any(path != read and _ELSEWHERE.search(path) for path in tree.paths):
        return
    for server, container in measured:
        passed = container.id in beside and container.id not in scraped and _may_be_asked(container, caller)
        if passed and _reached_inside_only(server, container):
            spans = tuple(target.span for target in targets)
            yield Unscraped(f"{caller.id} {server.id}", server.metrics[0].span, server, caller, spans)


def _targets(context: ContainerContext, network: Network, tree: Tree) -> tuple[ScalarNode, ...] | None:
    """All that a Prometheus asks, where each is itself or another image that shows metrics of its own; else None."""
    words = _words(context.container)
    if words is None or not _only_shows(context):
        return None
    config = scrape_config(context, dict(FLAG.findall(" ".join(words))).get("config.file"), tree)
    targets = tuple(target for job in config.jobs for target in job.targets)
    found = [match[1] for target in targets if (match := TARGET.fullmatch(target.text))]
    beside = (each for each in network.running if each.project is context.project and _only_shows(each))
    others = {name for each in beside for name in each.container.names}
    if not (config.closed and found) or len(found) < len(targets):
        return None
    return targets if all(is_this_machine(host) or host in others for host in found) else None


def _words(container: Container) -> tuple[str, ...] | None:
    """The options that a Prometheus is given; None where they are not known, or others may send it metrics."""
    given = container.arguments.words if container.arguments else ()
    words = [word.only for word in given or ()]
    if container.entrypoint or given is None or not all(word and _OPTION.fullmatch(word) for word in words):
        return None
    known_words = tuple(word for word in words if word)
    return None if any(map(_RECEIVES.match, known_words)) else known_words


def _only_shows(context: ContainerContext) -> bool:
    """Whether a container runs an image that is known to ask no server for metrics, Prometheus aside, and to hand on
    none."""
    name = repository(context.container.image.only or "").rpartition("/")[2]
    exports = _EXPORTS.search(name) and not _HANDS_ON.search(name)
    return context.image is None and not context.open and (name in _SHOWS or bool(exports))


def _reached_inside_only(server: Server, container: Container) -> bool:
    """Whether the containers of its project reach the metrics of a server, and nobody else does."""
    ports = [metrics.port for metrics in server.metrics]
    shown = any(
        published.published is not None
        and published.target.may(lambda inner: any(port.may_be(inner) for port in ports))
        for published in container.ports
    )
    loopback = any(metrics.host.may(is_loopback) for metrics in server.metrics)
    return not (shown or loopback or container.outside or container.unread)


def _may_be_asked(container: Container, caller: Container) -> bool:
    shared = container.shared_network.may(bool) or caller.shared_network.may(bool)
    return not shared and bool(container.networks & caller.networks)
