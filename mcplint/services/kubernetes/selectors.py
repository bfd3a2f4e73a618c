"""Services and Deployments of Kubernetes whose selectors meet no pod."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.document import SequenceNode, at, texts
from mcplint.facts.platform import Resource
from mcplint.model import UnmatchedSelector
from mcplint.services.kubernetes.cluster import PODS, Cluster, applied_together, template
from mcplint.values import Label

KINDS = frozenset(("app", "deploy", "deployment", "server", "service", "statefulset", "svc"))
"""Words in names that say what kind of thing it is."""
OWNERS = PODS - {"Rollout", "Pod"}


def unselected(cluster: Cluster) -> Iterator[UnmatchedSelector]:
    """The selectors that meet no pod of the files, though pods of the same folder have one of their labels."""
    known = _Pods(cluster, {}, {}, set(), {})
    for pods in cluster.of(*sorted(PODS)):
        known.called.setdefault((pods.span.source.path, pods.namespace, pods.name.text), []).append(pods)
        for key, value in cluster.labels(pods).items():
            known.labelled.setdefault((applied_together(pods), key, value), []).append(pods)
            known.keyed.setdefault((applied_together(pods), key), []).append(pods)
            known.anywhere.add((pods.namespace, key, value))
        if pods.kind in OWNERS:
            yield from _own_mismatch(cluster, pods)
    for service in cluster.of("Service"):
        wanted = texts(at(service.node, "spec", "selector"))
        if service.api or not wanted or known.has(service, wanted):
            continue
        likely = known.likely_pods(service, wanted)
        if likely is not None:
            yield _unmatched_selector(cluster, "Service", service, wanted, likely)


class _Pods(NamedTuple):
    """What has pods: by the labels and by their keys alone, of what is applied together, all labels that there are in a
    namespace, and by file, namespace and name."""

    cluster: Cluster
    labelled: dict[tuple[tuple[str, str], str, str], list[Resource]]
    keyed: dict[tuple[tuple[str, str], str], list[Resource]]
    anywhere: set[tuple[str, str, str]]
    called: dict[tuple[str, str, str], list[Resource]]

    def has(self, service: Resource, wanted: Mapping[str, str]) -> bool:
        """Whether a Service may meet pods: some beside it, or others of the files that have all of the labels."""
        together = applied_together(service)
        fewest = min((self.labelled.get((together, *label), []) for label in wanted.items()), key=len)
        if any(wanted.items() <= self.cluster.labels(pods).items() for pods in fewest):
            return True
        return all((service.namespace, *label) in self.anywhere for label in wanted.items())

    def likely_pods(self, service: Resource, wanted: Mapping[str, str]) -> Resource | None:
        """The only pods beside a Service with a key that it selects by, where its name or its labels are like theirs.

        Others may come from what no file tells: an operator, a chart, a template.
        """
        found: dict[int, Resource] = {}
        for key in wanted:
            for pods in self.keyed.get((applied_together(service), key), ())[:2]:
                found[id(pods.node)] = pods
        if not found:
            return self._called_so(service, wanted)
        only = next(iter(found.values())) if len(found) == 1 else None
        return only if only and self._are_likely(service, wanted, only) else None

    def _called_so(self, service: Resource, wanted: Mapping[str, str]) -> Resource | None:
        """The pods of the Service's own name and file that have all values that it selects, by other keys."""
        own = self.called.get((service.span.source.path, service.namespace, service.name.text), [])
        return own[0] if len(own) == 1 and set(wanted.values()) <= set(self.cluster.labels(own[0]).values()) else None

    def _are_likely(self, service: Resource, wanted: Mapping[str, str], pods: Resource) -> bool:
        """Whether names say so: that of the Service, or a label that differs by a letter or by the kind of thing."""
        labels = self.cluster.labels(pods)
        if _without_kinds(service.name.text) == _without_kinds(pods.name.text):
            return True
        return any(_are_alike(value, labels[key]) for key, value in wanted.items() if labels.get(key, value) != value)


def _without_kinds(name: str) -> str:
    """A name without the words for kinds of things."""
    words = re.split(r"[-_.]", name.lower())
    return "-".join(word for word in words if word not in KINDS) or name


def _are_alike(one: str, other: str) -> bool:
    """Whether two names are the same but for a letter that is missing, or for the words for kinds of things.

    Names that differ by a letter or digit of their own, as `db-0` and `db-1` do, are those of two things.
    """
    short, long = sorted((_without_kinds(one), _without_kinds(other)), key=len)
    if short == long:
        return True
    if len(long) != len(short) + 1 or len(short) < 4 or long[-1].isdigit():
        return False
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _own_mismatch(cluster: Cluster, pods: Resource) -> Iterator[UnmatchedSelector]:
    """A Deployment whose selector its own template does not fit: Kubernetes refuses it."""
    wanted = texts(at(pods.node, "spec", "selector", "matchLabels"))
    labels = at(template(pods), "metadata", "labels")
    if isinstance(labels, SequenceNode):
        return
    if wanted and template(pods) is not None and not wanted.items() <= cluster.labels(pods).items():
        yield _unmatched_selector(cluster, pods.kind, pods, wanted, pods)


def _unmatched_selector(
    cluster: Cluster, kind: str, resource: Resource, wanted: dict[str, str], meant: Resource
) -> UnmatchedSelector:
    inside = ("spec", "selector", "matchLabels") if kind != "Service" else ("spec", "selector")
    selector, labels = at(resource.node, *inside), at(template(meant), "metadata", "labels")
    has = cluster.labels(meant)
    missing = ", ".join(f"{key}: {value}" for key, value in wanted.items() if has.get(key) != value)
    notes = (Label(labels.span, "these are the labels of the pods"),) if labels else ()
    span = selector.span if selector else resource.span
    pods = meant.name.text
    return UnmatchedSelector(
        f"{resource.span.source.path}:{resource.name.text}", span, kind, resource.name.text, missing, pods, notes
    )
