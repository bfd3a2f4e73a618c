"""Cloud Run, as its service YAML says it (a Knative Service)."""

from __future__ import annotations

from mcplint.facts.document import Node, at, items
from mcplint.facts.platform import Resource
from mcplint.model import Container
from mcplint.services.kubernetes.cluster import Cluster, template
from mcplint.services.kubernetes.pods import container
from mcplint.services.settings import number, string
from mcplint.values import Label, Value, join

API = "serving.knative.dev"
LEAST = ("autoscaling.knative.dev/minScale", "autoscaling.knative.dev/min-scale")
MOST = ("autoscaling.knative.dev/maxScale", "autoscaling.knative.dev/max-scale")


def service(resource: Resource, cluster: Cluster) -> Container | None:
    """The container that answers requests, None where the object has none."""
    spec = at(template(resource), "spec")
    containers = items(at(spec, "containers"))
    serving = next((node for node in containers if at(node, "ports")), containers[0] if containers else None)
    if serving is None:
        return None
    found = container(serving, spec, resource, cluster)
    port = (
        found.expose[0].target if found.expose else Value((8080,), (Label(resource.span, "Cloud Run sends to 8080"),))
    )
    label = Label(resource.span, "Cloud Run sets PORT")
    chosen = None if port.only is None else (str(port.only),)
    env: dict[str, Value[str | None]] = {"PORT": Value(chosen, (label, *port.trace)), **found.env}
    return found._replace(
        service=resource.name.text,
        span=resource.span,
        platform="cloud-run",
        env=env,
        replicas=_instances(resource),
        affinity=_affinity(resource),
        grace_period=Value((10.0,), (Label(resource.span, "Cloud Run waits 10 s before it kills the container"),)),
    )


def _annotation(resource: Resource, *names: str) -> Node | None:
    """An annotation of the revision or of the service."""
    for part in (template(resource), resource.node):
        for name in names:
            found = at(part, "metadata", "annotations", name)
            if found:
                return found
    return None


def _instances(resource: Resource) -> Value[int]:
    """The least and the most instances; one is the least that answers, for an idle service has none."""
    low = _annotation(resource, *LEAST)
    high = _annotation(resource, *MOST)
    least = number(string(low, "Cloud Run runs at least this many instances")) if low else Value((1,))
    most = Value((100,), (Label(resource.span, "Cloud Run runs as many instances as it needs"),))
    if high:
        most = number(string(high, "Cloud Run runs at most this many instances"))
    fewest = Value(None if least.only is None else (max(1, least.only),), least.trace)
    return join((fewest, most))


def _affinity(resource: Resource) -> Value[str]:
    """Cloud Run's session affinity is a cookie."""
    chosen = _annotation(resource, "run.googleapis.com/sessionAffinity")
    if chosen is None:
        return Value(("none",))
    affinity = string(chosen, "Cloud Run keeps a client on one instance by a cookie")
    return Value(None if affinity.only is None else ("cookie" if affinity.only == "true" else "none",), affinity.trace)
