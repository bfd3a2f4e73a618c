"""Kubernetes manifests: YAML documents with an `apiVersion` and a `kind`, and what Kustomize puts together of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs, scalar, texts
from mcplint.facts.platform import Kustomization, Manifests, Resource
from mcplint.findings import NOTE, Unreadable
from mcplint.text.source import Source, Span

LABELS = frozenset(("labels", "commonLabels", "commonAnnotations"))
PLAIN = LABELS | {"apiVersion", "kind", "metadata", "resources", "bases", "namespace", "sortOptions"}
PLAIN |= {"configMapGenerator", "secretGenerator", "generatorOptions"}
HELM = (".Values", ".Release", ".Chart", "include ")


def read(source: Source) -> Manifests | None:
    """The objects of a file, None where it has none; a Helm template is `Unreadable` as a note."""
    if "apiVersion" not in source.text or "kind" not in source.text:
        return None
    marker = source.text.find("{{")
    if marker >= 0 and any(word in source.text for word in HELM):
        raise Unreadable(Span(source, marker, marker + 2), "a Helm template, not YAML yet", NOTE)
    from mcplint.readers import yaml

    resources = tuple(resource for document in yaml.documents(source) for resource in _resources(document))
    return Manifests(source, resources) if resources else None


def rendered(source: Source, span_in_template: Callable[[Span], Span], mark: str) -> Manifests | None:
    """The objects of a text that a template makes, None where it has none or is no YAML.

    `span_in_template`: from a span in the text to that in the template. `mark`: stands where something is not known.
    """
    from mcplint.readers import yaml

    try:
        documents = yaml.documents(source)
    except Unreadable:
        return None
    placed = (_relocated(document, span_in_template, mark) for document in documents)
    resources = tuple(resource for document in placed for resource in _resources(document))
    return Manifests(resources[0].span.source, resources) if resources else None


def _relocated(node: Node, span_in_template: Callable[[Span], Span], mark: str) -> Node:
    """A node with all spans those of the template, and what is not known as it is left for tools to fill in."""
    span = span_in_template(node.span)
    match node:
        case ScalarNode():
            unknown = mark in node.text
            text = node.text.replace(mark, "{{")
            return node._replace(span=span, text=text, value=text if unknown else node.value)
        case SequenceNode():
            return node._replace(
                span=span, items=tuple(_relocated(item, span_in_template, mark) for item in node.items)
            )
        case MappingNode():
            keys = (key._replace(span=span_in_template(key.span)) for key, _ in node.pairs)
            values = (_relocated(value, span_in_template, mark) for _, value in node.pairs)
            return node._replace(span=span, pairs=tuple(zip(keys, values, strict=True)))


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
        all(key.text in PLAIN or (key.text == "images" and _keep_names(value)) for key, value in root.pairs),
        _pod_labels(root),
        tuple(filter(None, map(_generated_config_map, items(root.get("configMapGenerator"))))),
        tuple(scalar(at(each, "name")) for each in items(root.get("configMapGenerator"))),
    )


def _generated_config_map(node: Node) -> Resource | None:
    """The ConfigMap that kustomize makes of pairs, None where it takes files too or goes on from another.

    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/
    """
    name, literals = at(node, "name"), at(node, "literals")
    if not isinstance(node, MappingNode) or not isinstance(name, ScalarNode) or not isinstance(literals, SequenceNode):
        return None
    if any(key.text not in ("name", "namespace", "literals", "options") for key, _ in node.pairs):
        return None
    data = list[tuple[ScalarNode, Node]]()
    for each in literals.items:
        key, equals, value = scalar(each).partition("=")
        value = value[1:-1] if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else value
        if equals:
            data.append((ScalarNode(each.span, key, key), ScalarNode(each.span, value, value)))
    whole = MappingNode(node.span, ((ScalarNode(node.span, "data", "data"), MappingNode(node.span, tuple(data))),))
    return Resource("", "ConfigMap", name, scalar(at(node, "namespace")), whole)


def _pod_labels(root: MappingNode) -> dict[str, str]:
    """The labels that a kustomization gives to pods, and not to objects alone.

    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/labels/
    """
    found = texts(root.get("commonLabels"))
    for each in items(root.get("labels")):
        if any(scalar(at(each, key)) == "true" for key in ("includeTemplates", "includeSelectors")):
            found |= texts(at(each, "pairs"))
    return found


def _keep_names(images: Node) -> bool:
    """Whether the images keep their names."""
    return all(key.text in ("name", "newTag", "digest") for image in items(images) for key, _ in pairs(image))


def _path(patch: Node) -> str:
    node = at(patch, "path") if isinstance(patch, MappingNode) else patch
    return node.text if isinstance(node, ScalarNode) else ""
