"""Kubernetes manifests: YAML documents with an `apiVersion` and a `kind`, and what Kustomize puts together of them."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs
from mcplint.facts.platform import Kustomization, Manifests, Resource
from mcplint.findings import NOTE, Unreadable
from mcplint.text.source import Source, Span

LABELS = frozenset(("labels", "commonLabels", "commonAnnotations"))
PLAIN = LABELS | {"apiVersion", "kind", "metadata", "resources", "bases", "namespace", "sortOptions"}
HELM = (".Values", ".Release", ".Chart", "include ")


def read(source: Source) -> Manifests | None:
    """The objects of a file, None where it has none; a Helm template is `Unreadable` as a note."""
    if "apiVersion" not in source.text or "kind" not in source.text:
        return None
    marker = source.text.find("{{")
    if marker >= 0 and any(word in source.text for word in HELM):
        raise Unreadable(Span(source, marker, marker + 2), "a Helm template", NOTE)
    from mcplint.readers import yaml

    resources = tuple(resource for document in yaml.documents(source) for resource in _resources(document))
    return Manifests(source, resources) if resources else None


def _resources(document: Node) -> Iterator[Resource]:
    """The object of a document, or those of a List."""
    api, kind, name = at(document, "apiVersion"), at(document, "kind"), at(document, "metadata", "name")
    if not isinstance(document, MappingNode) or not isinstance(api, ScalarNode) or not isinstance(kind, ScalarNode):
        return
    if kind.text == "List":
        for item in items(document.get("items")):
            yield from _resources(item)
    elif isinstance(name, ScalarNode):
        space = at(document, "metadata", "namespace")
        group = api.text.partition("/")[0] if "/" in api.text else ""
        yield Resource(group, kind.text, name, space.text if isinstance(space, ScalarNode) else "", document)


def kustomization(source: Source) -> Kustomization | None:
    """What a `kustomization.yaml` puts together, None where it is no mapping."""
    from mcplint.readers import yaml

    root = next(iter(yaml.documents(source)), None)
    if not isinstance(root, MappingNode):
        return None
    taken = [item for key in ("resources", "bases", "components") for item in items(root.get(key))]
    patches = [item for key in ("patches", "patchesStrategicMerge") for item in items(root.get(key))]
    return Kustomization(
        source,
        tuple(item.text for item in taken if isinstance(item, ScalarNode)),
        tuple(_path(item) for item in patches),
        all(key.text in PLAIN or (key.text == "images" and _retagged(value)) for key, value in root.pairs),
    )


def _retagged(images: Node) -> bool:
    """Whether the images keep their names."""
    return all(key.text in ("name", "newTag", "digest") for image in items(images) for key, _ in pairs(image))


def _path(patch: Node) -> str:
    node = at(patch, "path") if isinstance(patch, MappingNode) else patch
    return node.text if isinstance(node, ScalarNode) else ""
