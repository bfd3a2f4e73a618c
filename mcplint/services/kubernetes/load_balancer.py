"""Who reaches a Service from outside of its cluster.

https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar, texts
from mcplint.facts.platform import Resource
from mcplint.model import PlatformProbe
from mcplint.model.health import TARGET
from mcplint.services.kubernetes.cluster import Cluster
from mcplint.services.settings import number, string
from mcplint.values import Value

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
MOST_POLICIES = 50
"""How many policies about the same pods are followed."""
OWN = re.compile(
    r"(?:metallb\.(?:io|universe\.tf)|kube-vip\.io)/load[bB]alancerIPs|(?:lbipam\.cilium\.io|io\.cilium)/(?:lb-ipam-)?ips"
)
"""Annotations that give a load balancer its addresses.

https://metallb.universe.tf/usage/, https://kube-vip.io/docs/usage/kubernetes-services/,
https://docs.cilium.io/en/stable/network/lb-ipam/
"""
EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})
AWS = "service.beta.kubernetes.io/aws-load-balancer-"
AZURE = "service.beta.kubernetes.io/azure-load-balancer-health-probe-"
CHECKS = (
    ("AWS", f"{AWS}healthcheck-protocol", f"{AWS}healthcheck-path", (f"{AWS}healthcheck-", "port", "success-codes")),
    ("Azure", f"{AZURE}protocol", f"{AZURE}request-path", ("service.beta.kubernetes.io/", "port_")),
)
"""Whose load balancers check over HTTP: the annotations for the protocol and the path, and the beginnings of those
after which they ask for something else, or another port.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#health-check,
https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#custom-load-balancer-health-probe
"""
BACKEND_NAME = re.compile(r"\"([a-z0-9-]{1,63})\":\"([a-z0-9.-]{1,253})\"")
DEFAULT = "default"
BACKEND = ("cloud.google.com/backend-config", "beta.cloud.google.com/backend-config")
"""https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration#direct_health"""

CHECKS_NOBODY = frozenset({"healthCheck", "timeoutSec", "connectionDraining", "logging", "cdn", "sessionAffinity"})
"""What a BackendConfig sets that turns nobody away."""


def lets_in(key: str, value: str, service: Resource, cluster: Cluster) -> bool:
    """Whether an annotation of a Service names a BackendConfig that lies beside it and turns nobody away."""
    named = set(backend_configs(value).values()) if key in BACKEND else set()
    configs = [cluster.get("BackendConfig", name, service) for name in named]
    return bool(configs) and all(
        config and CHECKS_NOBODY.issuperset(key.text for key, _ in pairs(at(config.node, "spec"))) for config in configs
    )


def backend_configs(value: str) -> dict[str, str]:
    """The BackendConfigs that an annotation names by the number or the name of a port, or for all as `default`."""
    text = "".join(value.split())
    rest = BACKEND_NAME.sub("", text).replace(",", "")
    return dict(BACKEND_NAME.findall(text)) if rest in ("{}", '{"ports":{}}') else {}


def is_public(service: Resource) -> bool:
    """Whether a Service is reached from outside of the cluster without an Ingress."""
    return texts(at(service.node, "spec")).get("type") in ("LoadBalancer", "NodePort")


def address(service: Resource, pods: Resource, target: Value[int], cluster: Cluster) -> str | None:
    """Where a port is open: None on all interfaces, or PRIVATE where a load balancer or a policy lets only some in."""
    spec = at(service.node, "spec")
    if lets_some_in(pods, target, cluster):
        return PRIVATE
    if texts(spec).get("type") != "LoadBalancer":
        return None
    ranges = [item.text for item in items(at(spec, "loadBalancerSourceRanges")) if isinstance(item, ScalarNode)]
    annotation_texts = [(key.text, scalar.text) for key, scalar in _annotations(service)]
    closed = any(_restricts(key, value) for key, value in annotation_texts)
    named = re.search("internal|private|tailscale", texts(spec).get("loadBalancerClass", ""))
    hidden = (
        closed
        or named
        or _is_private(spec, annotation_texts)
        or _is_internal_by_default(texts(spec).get("loadBalancerClass", ""), dict(annotation_texts))
    )
    return PRIVATE if hidden or (ranges and EVERYBODY.isdisjoint(ranges)) else None


def _is_private(spec: Node | None, annotations: Iterable[tuple[str, str]]) -> bool:
    """Whether all addresses that a load balancer is given are of a private network."""
    chosen = [scalar(at(spec, "loadBalancerIP")), *(value for key, value in annotations if OWN.fullmatch(key))]
    given = [each.strip() for value in chosen if value for each in value.split(",")]
    outside = [scalar(item) for item in items(at(spec, "externalIPs"))]
    return bool(given) and all(map(_is_private_address, (*given, *outside)))


def _is_private_address(text: str) -> bool:
    """Whether a text is an address that the internet does not lead to."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not address.is_global and not address.is_unspecified


def lets_some_in(pods: Resource, target: Value[int], cluster: Cluster) -> bool:
    """Whether NetworkPolicies let only some reach a port of pods: each that selects them, and no rule lets all in.

    What those of Cilium, Calico and others say is not followed.
    https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """
    near = cluster.policies_for(pods)
    if len(near) > MOST_POLICIES or any(one.kind != "NetworkPolicy" or one.api != "networking.k8s.io" for one in near):
        return True
    mine = [one for one in near if _selects(one, cluster.labels(pods)) and _is_of_ingress(one)]
    rules = (rule for one in mine for rule in items(at(one.node, "spec", "ingress")))
    return bool(mine) and not any(_lets_all_in(rule, target) for rule in rules)


def _selects(policy: Resource, labels: dict[str, str]) -> bool:
    """Whether a policy may be about pods with these labels."""
    selector = at(policy.node, "spec", "podSelector")
    return texts(at(selector, "matchLabels")).items() <= labels.items()


def _is_of_ingress(policy: Resource) -> bool:
    kinds = [scalar(item) for item in items(at(policy.node, "spec", "policyTypes"))]
    return not kinds or "Ingress" in kinds


def _lets_all_in(rule: Node, target: Value[int]) -> bool:
    """Whether a rule lets everybody reach a port; of one that has a name it is not known which it is."""
    ports = [texts(port) for port in items(at(rule, "ports"))]
    led = not ports or any("port" not in port or "endPort" in port or _is_port(target, port["port"]) for port in ports)
    sources = list(items(at(rule, "from")))
    return led and (not sources or any(scalar(at(one, "ipBlock", "cidr")) in EVERYBODY for one in sources))


def _is_port(target: Value[int], port: str) -> bool:
    return port.isdecimal() and target.may_be(int(port[:6]))


def of_nodes(service: Resource) -> Iterator[Value[int] | None]:
    """For each port of a Service that of every node in front of it, where that is how it is reached from outside."""
    is_node = texts(at(service.node, "spec")).get("type") == "NodePort"
    for port in items(at(service.node, "spec", "ports")):
        note = f"the Service {service.name.text} sets the port of nodes"
        yield number(string(at(port, "nodePort"), note)) if is_node else None


def _restricts(key: str, value: str) -> bool:
    """Whether an annotation keeps some out: before it took `true`, the one for internal balancers took `0.0.0.0/0`."""
    off = value.lower() in ("false", "") or (value in EVERYBODY and not key.endswith("-internal"))
    return not off and CLOSED.search(f"{key}={value}") is not None


def _annotations(service: Resource) -> list[tuple[ScalarNode, ScalarNode]]:
    every = pairs(at(service.node, "metadata", "annotations"))
    return [(key, value) for key, value in every if isinstance(value, ScalarNode)]


def _is_internal_by_default(kind: str, annotations: dict[str, str]) -> bool:
    """Whether the controller of AWS makes the load balancer, which is internal unless its scheme says otherwise."""
    chosen = annotations.get(f"{AWS}type") in ("external", "nlb-ip") or kind == "service.k8s.aws/nlb"
    return chosen and annotations.get(f"{AWS}scheme") != "internet-facing"


def checked(service: Resource, cluster: Cluster) -> Iterator[PlatformProbe]:
    """The checks of what balances requests over the pods of a Service: over HTTP, and of a path that is told."""
    spec = texts(at(service.node, "spec"))
    annotation_values = {key.text: value for key, value in _annotations(service)}
    local = spec.get("externalTrafficPolicy") == "Local" or spec.get("type") != "LoadBalancer"
    for title, protocol, path, (stem, *others) in () if local else CHECKS:
        stems = tuple(stem + other for other in others)
        changed = any(
            key.startswith(stems) and value.text != "traffic-port" for key, value in annotation_values.items()
        )
        if (
            path in annotation_values
            and protocol in annotation_values
            and annotation_values[protocol].text.lower() == "http"
            and not changed
        ):
            yield PlatformProbe(title, annotation_values[path].span, _checked_text(annotation_values[path]))
    for key in BACKEND:
        named = backend_configs(annotation_values[key].text) if key in annotation_values else {}
        ports = [texts(port) for port in items(at(service.node, "spec", "ports"))]
        chosen = {
            named.get(port.get("name", ""), named.get(port.get("port", ""), named.get(DEFAULT))) for port in ports
        }
        name = chosen.pop() if len(chosen) == 1 else None
        config = cluster.get("BackendConfig", name, service) if name else None
        check = at(config.node, "spec", "healthCheck") if config else None
        if check is not None:
            yield from _of_google(check, scalar(at(check, "type")) or "HTTP", TARGET)
    for policy in cluster.checks.get(service.name.text, ()):
        target_kind = scalar(at(policy.node, "spec", "targetRef", "kind"))
        config_ = at(policy.node, "spec", "default", "config")
        same = target_kind == "Service" and cluster.get("Service", service.name.text, policy) is service
        kind = scalar(at(config_, "type")) or ""
        if same and kind in ("HTTP", "HTTPS"):
            check = at(config_, f"{kind.lower()}HealthCheck")
            host = at(check, "host")
            yield from _of_google(check, kind, _checked_text(host).only if host else TARGET)


def _of_google(check: Node | None, kind: str, named: str | None) -> Iterator[PlatformProbe]:
    """What an Ingress or a Gateway of Google asks for, as an object beside it says.

    https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration#direct_health,
    https://cloud.google.com/load-balancing/docs/health-check-concepts#hc-packet-dest
    """
    path, port = at(check, "requestPath"), at(check, "port")
    if isinstance(path, ScalarNode) and kind in ("HTTP", "HTTPS"):
        wanted = number(_checked_text(port)) if port else None
        yield PlatformProbe("Google Cloud", path.span, _checked_text(path), wanted, scheme=kind.lower(), named=named)


def _checked_text(node: Node | None) -> Value[str]:
    return string(node, "the load balancer checks this")
