"""What the labels of a container tell Traefik of its routers: their rules, services and middlewares.

https://doc.traefik.io/traefik/routing/providers/docker/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from mcplint.proxies.routing import unchanged, unknown_path, without_prefix
from mcplint.services.settings import number
from mcplint.values import UNKNOWN, Label, Value

ROUTER = re.compile(r"traefik\.http\.routers\.([^.]+)\.rule")
AUTH = ("basicauth", "digestauth", "forwardauth")
"""Middlewares that check who calls."""
ENTRIES = frozenset({"web", "websecure", "http", "https"})
LETTING_IN = frozenset(
    (
        "headers",
        "ratelimit",
        "inflightreq",
        "circuitbreaker",
        "retry",
        "stripprefix",
        "addprefix",
        "compress",
        "buffering",
    )
)
"""Middlewares that turn nobody away for who calls."""
NEUTRAL = {"headers", "ratelimit", "inflightreq", "ipallowlist", "ipwhitelist", "circuitbreaker", "retry", *AUTH}
"""Middlewares that leave the path and the stream as they are."""


class Labels(dict[str, Value[str]]):
    """The labels of a service; apart by name those about services, the name left out, and the kinds of middlewares."""

    def __init__(self, given: Mapping[str, Value[str]]) -> None:
        lowered = ((name.lower(), value) for name, value in given.items())
        super().__init__((name, value) for name, value in lowered if name.startswith("traefik."))
        self.services: dict[str, dict[str, Value[str]]] = {}
        middlewares: dict[str, dict[str, Value[str]]] = {}
        for label, value in self.items():
            for prefix, apart in (("services", self.services), ("middlewares", middlewares)):
                if label.startswith(f"traefik.http.{prefix}."):
                    name, _, setting = label.split(".", 3)[3].partition(".")
                    apart.setdefault(name, {})[setting] = value
        self.middlewares = {name: _kind(own) for name, own in middlewares.items()}


def routers(labels: Labels) -> Iterator[tuple[str, Value[str]]]:
    """The routers by name, each with its rule."""
    found = ((ROUTER.fullmatch(label), rule_value) for label, rule_value in labels.items())
    return ((router[1], rule_value) for router, rule_value in found if router)


def service_of(router: str, labels: Labels) -> tuple[str | None, Value[int]]:
    """The service that a router leads to, None where these labels do not tell, and its port."""
    names = labels.services
    chosen = labels.get(f"traefik.http.routers.{router}.service")
    if chosen is None:
        name = None if len(names) > 1 else next(iter(names), "")
    else:
        name = (chosen.only or "").lower().partition("@")[0]
        name = name if name in names else None
    return name, number(names.get(name or "", {}).get("loadbalancer.server.port", UNKNOWN))


def balancing(service: str | None, labels: Labels, note: Label) -> Value[str]:
    """What picks the container: a cookie, or each in its turn."""
    prefix = "loadbalancer."
    own = labels.services.get(service or "", {})
    said = {label.removeprefix(prefix): value for label, value in own.items() if label.startswith(prefix)}
    sticky = {name: value for name, value in said.items() if name.startswith("sticky.")}
    if service is None or "strategy" in said:
        return UNKNOWN
    if not sticky:
        return Value(("round-robin",), (note,))
    trace = tuple(
        Label(value.span, "keeps a client on one server by a cookie") for value in sticky.values() if value.span
    )
    switched = sticky.get("sticky.cookie")
    known = switched is None or switched.must(lambda said: said.lower() == "true")
    return Value(("sticky.cookie",) if known else None, trace or (note,))


def middleware_chain(router: str, labels: Labels) -> tuple[Callable[[str], str | None], tuple[Label, ...]]:
    """What the middlewares of a router make of a path, and those that check who calls."""
    chain_value = labels.get(f"traefik.http.routers.{router}.middlewares")
    if chain_value is None:
        return unchanged, ()
    if chain_value.only is None:
        return unknown_path, ()
    steps: list[Callable[[str], str | None]] = []
    auth: list[Label] = []
    for name in chain_value.only.lower().split(","):
        kind, value = middleware(name.strip().partition("@")[0], labels)
        if kind in AUTH and (span := value.span or chain_value.span):
            auth.append(Label(span, "the proxy authenticates callers"))
        prefixes = tuple(value.only.split(",")) if kind == "stripprefix" and value.only else ()
        steps.append(
            partial(_strip_first_prefix, prefixes) if prefixes else unchanged if kind in NEUTRAL else unknown_path
        )
    return partial(_apply_steps, tuple(steps)), tuple(auth)


def lets_in(router: str, labels: Labels) -> bool:
    """Whether a router of an entry point that is open by its name lets everybody in.

    Its options of TLS may ask callers for certificates: what they say is not followed.
    """
    points = labels.get(f"traefik.http.routers.{router}.entrypoints")
    chain_value = labels.get(f"traefik.http.routers.{router}.middlewares")
    if points is not None and not (points.only and ENTRIES.issuperset(points.only.lower().split(","))):
        return False
    if f"traefik.http.routers.{router}.tls.options" in labels:
        return False
    names = chain_value.only.lower().split(",") if chain_value is not None and chain_value.only else []
    kinds = {middleware(name.strip().partition("@")[0], labels)[0] for name in names}
    return (chain_value is None or bool(names)) and LETTING_IN.issuperset(kinds)


def middleware(name: str, labels: Labels) -> tuple[str, Value[str]]:
    """The kind of a middleware and what one of its labels says; no kind where it is not one of these labels."""
    return labels.middlewares.get(name, ("", UNKNOWN))


def _kind(own: Mapping[str, Value[str]]) -> tuple[str, Value[str]]:
    """The kind of the middleware that some labels are about, and what one of them says; no kind where they disagree."""
    found = [(label.partition(".")[0], value) for label, value in own.items()]
    kinds = {kind for kind, _ in found}
    return found[0] if len(kinds) == 1 and (len(found) == 1 or kinds <= NEUTRAL) else ("", UNKNOWN)


def _strip_first_prefix(prefixes: tuple[str, ...], path: str) -> str:
    """The path without the first of the prefixes that it has."""
    found = next((prefix.strip() for prefix in prefixes if path.startswith(prefix.strip())), None)
    return without_prefix(found, path) if found else path


def _apply_steps(steps: tuple[Callable[[str], str | None], ...], path: str) -> str | None:
    """The path after each step in turn."""
    found: str | None = path
    for step in steps:
        found = None if found is None else step(found)
    return found
