"""Services and Deployments of Kubernetes whose selectors meet no pod."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import SequenceNode, at, texts
from mcplint.facts.platform import Resource
from mcplint.model import UnmatchedSelector
from mcplint.services.kubernetes.cluster import PODS, Cluster, applied_together, template
from mcplint.values import Label

OWNERS = PODS - {"Rollout", "Pod"}


def unselected(cluster: Cluster) -> Iterator[UnmatchedSelector]:
    """The selectors that meet no pod of the files, though pods of the same folder have one of their labels."""
    beside: dict[tuple[str, str], list[Resource]] = {}
    known: set[tuple[str, str, str]] = set()
    for pods in cluster.of(*sorted(PODS)):
        beside.setdefault(applied_together(pods), []).append(pods)
        known.update((pods.namespace, *label) for label in _labels(pods).items())
        if pods.kind in OWNERS:
            yield from _own(pods)
    for service in cluster.of("Service"):
        wanted = texts(at(service.node, "spec", "selector"))
        near = beside.get(applied_together(service), [])
        if service.api or not wanted or cluster_selects(service, wanted, near, known):
            continue
        # A name alone tells what is meant: the same key with another value, or another label beside one that fits.
        meant = [pods for pods in near if pods.kind in PODS and wanted.keys() & _labels(pods).keys()]
        if len(meant) == 1:
            yield _unselected("Service", service, wanted, meant[0])


def cluster_selects(
    service: Resource, wanted: dict[str, str], near: list[Resource], known: set[tuple[str, str, str]]
) -> bool:
    """Whether a Service may meet pods: some beside it, or others of the files that have all of the labels."""
    if any(wanted.items() <= _labels(pods).items() for pods in near):
        return True
    return all((service.namespace, *label) in known for label in wanted.items())


def _own(pods: Resource) -> Iterator[UnmatchedSelector]:
    """A Deployment whose selector its own template does not fit: Kubernetes refuses it."""
    wanted = texts(at(pods.node, "spec", "selector", "matchLabels"))
    labels = at(template(pods), "metadata", "labels")
    if isinstance(labels, SequenceNode):
        return
    if wanted and template(pods) is not None and not wanted.items() <= _labels(pods).items():
        yield _unselected(pods.kind, pods, wanted, pods)


def _labels(pods: Resource) -> dict[str, str]:
    return texts(at(template(pods), "metadata", "labels"))


def _unselected(kind: str, resource: Resource, wanted: dict[str, str], meant: Resource) -> UnmatchedSelector:
    inside = ("spec", "selector", "matchLabels") if kind != "Service" else ("spec", "selector")
    selector, labels = at(resource.node, *inside), at(template(meant), "metadata", "labels")
    has = _labels(meant)
    missing = ", ".join(f"{key}: {value}" for key, value in wanted.items() if has.get(key) != value)
    notes = (Label(labels.span, "these are the labels of the pods"),) if labels else ()
    span = selector.span if selector else resource.span
    pods = meant.name.text
    return UnmatchedSelector(
        f"{resource.span.source.path}:{resource.name.text}", span, kind, resource.name.text, missing, pods, notes
    )
