"""Who reaches a Service from outside of its cluster.

https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer
"""

from __future__ import annotations

import re

from mcplint.facts.document import ScalarNode, at, items, pairs, texts
from mcplint.facts.platform import Resource

PRIVATE = "private"
"""What stands in place of the address of a port that only some networks reach."""
CLOSED = re.compile(
    r"(?i)internal|intranet|private|disable-public|source-ranges|inbound-cidrs|allowed-(?:ip|service)|allow-rules|tailscale"
    r"|security-groups|whitelist"
)
"""Annotations, with their values, after which a load balancer is not open to everybody.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/,
https://cloud.google.com/kubernetes-engine/docs/how-to/internal-load-balancing,
https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/
"""
EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})
AWS = "service.beta.kubernetes.io/aws-load-balancer-"


def is_public(service: Resource) -> bool:
    """Whether a Service is reached from outside of the cluster without an Ingress."""
    return texts(at(service.node, "spec")).get("type") in ("LoadBalancer", "NodePort")


def address(service: Resource) -> str | None:
    """Where its ports are open: None on all interfaces, or PRIVATE where a load balancer lets only some in."""
    spec = at(service.node, "spec")
    if texts(spec).get("type") != "LoadBalancer":
        return None
    ranges = [item.text for item in items(at(spec, "loadBalancerSourceRanges")) if isinstance(item, ScalarNode)]
    said = [(key.text, scalar.text) for key, scalar in _annotations(service)]
    closed = any(
        CLOSED.search(f"{key}={value}") for key, value in said if value.lower() not in ("false", "", *EVERYBODY)
    )
    named = re.search("internal|private|tailscale", texts(spec).get("loadBalancerClass", ""))
    hidden = closed or named or _is_internal_by_default(texts(spec).get("loadBalancerClass", ""), dict(said))
    return PRIVATE if hidden or (ranges and EVERYBODY.isdisjoint(ranges)) else None


def _annotations(service: Resource) -> list[tuple[ScalarNode, ScalarNode]]:
    every = pairs(at(service.node, "metadata", "annotations"))
    return [(key, value) for key, value in every if isinstance(value, ScalarNode)]


def _opens(key: str, value: str) -> bool:
    """Whether an annotation says after all that everybody may come in; an old one has `0.0.0.0/0` for internal."""
    return value in ("false", "") or (value in EVERYBODY and "internal" not in key)


def _is_internal_by_default(kind: str, annotations: dict[str, str]) -> bool:
    """Whether the controller of AWS makes the load balancer, which is internal unless its scheme says otherwise."""
    chosen = annotations.get(f"{AWS}type") in ("external", "nlb-ip") or kind == "service.k8s.aws/nlb"
    return chosen and annotations.get(f"{AWS}scheme") != "internet-facing"
