"""The Kubernetes objects of a project, and which of them speak of the same pods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import NamedTuple

from mcplint.facts.document import Node, at, items, texts
from mcplint.facts.platform import Kustomization, Manifests, Resource
from mcplint.values import Label

MOST_SERVICES = 50
"""How many Services may lead to the same pods."""
PODS = frozenset(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Pod"))


class Cluster(NamedTuple):
    """The objects of a project that are applied as they stand, by kind, and notes on those that are not.

    `named`: the same by kind and name. `selectors`: Services by namespace and the first label that they select.
    `checks`: the HealthCheckPolicies of Google by the name of what they are for. `crowded`: where more Services select
    the same pods than are looked at. `given`: the labels that kustomize gives to the pods of a file.
    `policies`: those of networks by namespace and the first label of the pods that they select, none where it is all.
    """

    kinds: Mapping[str, list[Resource]]
    named: Mapping[tuple[str, str], list[Resource]]
    selectors: Mapping[tuple[str, str, str], list[Resource]]
    notes: tuple[Label, ...] = ()
    checks: Mapping[str, list[Resource]] = {}
    crowded: tuple[Label, ...] = ()
    given: Mapping[str, Mapping[str, str]] = {}
    policies: Mapping[tuple[str, str, str], list[Resource]] = {}

    def labels(self, pods: Resource) -> dict[str, str]:
        """The labels of the pods of an object."""
        return {**texts(at(template(pods), "metadata", "labels")), **self.given.get(pods.span.source.path, {})}

    def policies_for(self, pods: Resource) -> list[Resource]:
        """The policies of networks that may be about the pods of an object, by the first label that they select."""
        found = (("", ""), *self.labels(pods).items())
        namespaces = dict.fromkeys(("", pods.namespace))
        return [
            one for namespace in namespaces for label in found for one in self.policies.get((namespace, *label), ())
        ]

    def of(self, *kinds: str) -> Iterator[Resource]:
        """The objects of these kinds."""
        return (resource for kind in kinds for resource in self.kinds.get(kind, ()))

    def get(self, kind: str, name: str, near: Resource) -> Resource | None:
        """The object of this kind and name in the namespace of another, its own folder first."""
        found = [one for one in self.named.get((kind, name), ()) if one.namespace in ("", near.namespace)]
        return min(found, key=lambda one: _folder(one) != _folder(near), default=None)

    def services_for(self, pods: Resource) -> tuple[Resource, ...]:
        """The Services that lead to the pods of an object: those of its folder, else those of any."""
        labels = self.labels(pods)
        found = [
            one
            for label in labels.items()
            for one in self.selectors.get((pods.namespace, *label), ())
            if texts(at(one.node, "spec", "selector")).items() <= labels.items()
        ]
        near = [one for one in found if _folder(one) == _folder(pods)]
        return tuple(near or found)


def cluster(manifests: Iterable[Manifests], kustomizations: Iterable[Kustomization]) -> Cluster:
    """The objects of all files, without those that kustomize changes before they are applied."""
    kustomizations = tuple(kustomizations)
    changed = _changed_by_kustomize(kustomizations)
    kinds: dict[str, list[Resource]] = {}
    named: dict[tuple[str, str], list[Resource]] = {}
    selectors: dict[tuple[str, str, str], list[Resource]] = {}
    checks: dict[str, list[Resource]] = {}
    policies: dict[tuple[str, str, str], list[Resource]] = {}
    notes: list[Label] = []
    for file in manifests:
        path = file.source.path
        if path in changed or dirname(path) in changed:
            notes.append(Label(file.resources[0].span, "kustomize changes this before it is applied: not followed"))
            continue
        for one in file.resources:
            if is_patch(one):
                notes.append(Label(one.span, "a patch of an object: what it is applied to is not followed"))
                continue
            kinds.setdefault(one.kind, []).append(one)
            named.setdefault((one.kind, one.name.text), []).append(one)
            selector = texts(at(one.node, "spec", "selector")) if (one.api, one.kind) == ("", "Service") else {}
            for label in list(selector.items())[:1]:
                selectors.setdefault((one.namespace, *label), []).append(one)
            if one.kind.endswith("NetworkPolicy"):
                labels = texts(at(one.node, "spec", "podSelector", "matchLabels")).items()
                policies.setdefault((one.namespace, *next(iter(labels), ("", ""))), []).append(one)
            if one.kind == "HealthCheckPolicy":
                checks.setdefault(texts(at(one.node, "spec", "targetRef")).get("name", ""), []).append(one)
    made = Counter(name for one in kustomizations for name in one.made)
    for store in (each for one in kustomizations for each in one.stores if made[each.name.text] == 1):
        named.setdefault((store.kind, store.name.text), []).append(store)
    text = f"more than {MOST_SERVICES} Services select by one label: from here on they are not looked at"
    crowded = tuple(Label(many[MOST_SERVICES].span, text) for many in selectors.values() if len(many) > MOST_SERVICES)
    few = {label: services[:MOST_SERVICES] for label, services in selectors.items()}
    return Cluster(kinds, named, few, tuple(notes), checks, crowded, _kustomized_labels(kustomizations), policies)


def _kustomized_labels(kustomizations: Iterable[Kustomization]) -> dict[str, dict[str, str]]:
    """The labels that pods get from kustomizations, by the files that these take."""
    found: dict[str, dict[str, str]] = {}
    for one in kustomizations:
        for path in one.resources if one.labels else ():
            found.setdefault(normpath(join(dirname(one.source.path), path)), {}).update(one.labels)
    return found


def _changed_by_kustomize(kustomizations: tuple[Kustomization, ...]) -> frozenset[str]:
    """The files that a kustomization patches, or patches with, and the folders that one of another folder takes."""
    found: set[str] = set()
    for one in kustomizations:
        folder = dirname(one.source.path)
        taken = {normpath(join(folder, path)) for path in (*one.resources, *one.patches) if path}
        found |= taken if not one.plain else {path for path in taken if not path.endswith((".yaml", ".yml"))}
    return frozenset(found)


def is_patch(resource: Resource) -> bool:
    """Whether an object only changes another: one of its containers has no image."""
    containers = items(at(template(resource), "spec", "containers")) if resource.kind in PODS else ()
    return any(at(container, "image") is None for container in containers)


def applied_together(resource: Resource) -> tuple[str, str]:
    """What is applied together: the folder of an object's file, and its namespace."""
    return _folder(resource), resource.namespace


def template(pods: Resource) -> Node | None:
    """The pod template of an object; a Pod is its own."""
    return pods.node if pods.kind == "Pod" else at(pods.node, "spec", "template")


def _folder(resource: Resource) -> str:
    return dirname(resource.span.source.path)
