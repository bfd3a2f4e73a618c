"""kustomization.yaml: which manifests are put together, and whether they are changed on the way."""

from __future__ import annotations

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs
from mcplint.facts.platform import Kustomization
from mcplint.readers import yaml
from mcplint.text.source import Source

LABELS = frozenset(("labels", "commonLabels", "commonAnnotations"))
PLAIN = LABELS | {"apiVersion", "kind", "metadata", "resources", "bases", "namespace", "sortOptions"}


def read(source: Source) -> Kustomization | None:
    """What it puts together, None where it is no mapping."""
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
