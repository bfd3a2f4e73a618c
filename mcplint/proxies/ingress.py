"""Ingresses as routes: those of ingress-nginx with all that their annotations set, of others names and paths.

https://kubernetes.io/docs/concepts/services-networking/ingress/, https://kubernetes.github.io/ingress-nginx/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from posixpath import dirname

from mcplint.knowledge.proxies import INGRESS_NGINX
from mcplint.model import CLIENT_HOST, EXACT, PREFIX, SEGMENTS, DeadEnd, Member, PathMatch, Route
from mcplint.proxies import health
from mcplint.proxies.assumed import assumed
from mcplint.proxies.nginx.directives import size
from mcplint.proxies.proxy import Proxy, with_only_server
from mcplint.proxies.routing import (
    ProxyRule,
    VirtualHost,
    location,
    request_router,
    unchanged,
    unknown_path,
    with_endpoints,
)
from mcplint.services.kubernetes import ingress_nginx
from mcplint.services.kubernetes.ingress import COMMUNITY, GATEWAY, OWN_CHECK, IngressPath
from mcplint.services.network import Network
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

PORTS = {80: False, 443: True}
HARMLESS = ("cert-manager.io/", "acme.cert-manager.io/", "external-dns.alpha.kubernetes.io/", "kubernetes.io/")
"""Annotations that say nothing of what becomes of a request."""
GOOGLE = ("gce", "gce-internal")
STARRED = (*GOOGLE, "alb")
"""The classes of Google and Amazon, to whom `/x/*` is all below `/x` without itself, and `/x` that alone.

https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#path_matching
"""
MOST = 1 << 20
CHECKS = re.compile(
    r"(?i)auth|whitelist|(?<!cors-)allow|deny|middleware|plugin|internal|private|rilb|snippet|jwt|oidc|waf|secur|inbound"
    r"|(?<!ssl-)polic|access(?!-log)|filter|tailscale|cloudflare|backend-config|(?:^|=)mesh|Service="
)
"""Annotations, names of controllers and what stands beside them, after which not everybody may come in."""
SCHEME = "alb.ingress.kubernetes.io/scheme"
"""Says that a load balancer of AWS faces the internet: by default it is internal."""
REWRITES = re.compile(
    r"rewrite|strip|replace|transform|actions\.|conditions\.|middleware|snippet|plugin|prefix|regex|app-root|path-"
    r"|(?:permanent|temporal|request)-redirect|filter|redirect-(?:to|url|regex)"
)
"""Annotations after which a Service may be asked for another path."""
HOSTS = re.compile(r"host|header|middleware|plugin|snippet|filter|transform|backend|upstream|rewrite")
"""Annotations after which another `Host` may be sent."""
PRIVATE = (".local", ".localhost", ".internal", ".lan", ".test", ".svc", ".home", ".intranet", ".corp")
"""Names that nobody has outside of a network."""
ELSEWHERE = ("configuration-snippet", "permanent-redirect", "temporal-redirect", "canary", "app-root")
"""Annotations of ingress-nginx after which a request may become anything."""
TARGET, EXPRESSIONS = f"{COMMUNITY}rewrite-target", f"{COMMUNITY}use-regex"
"""With one of these at any path of a name, ingress-nginx takes all paths of that name for expressions.

A target that is the very path does nothing, see `buildProxyPass` and `needsRewrite`:
https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/template/template.go
"""
CAPTURED = re.compile(r"(/[\w./-]*)(\(/\|\$\)\(\.\*\)|/\(\.\*\)|\(/\.\*\))\$?")
"""A path of which the rest is captured: `/x(/|$)(.*)`, `/x/(.*)`, `/x(/.*)`."""


def proxies(entries: tuple[IngressPath, ...], network: Network) -> Iterator[Proxy]:
    """The Ingress controllers of a project: those of one name whose Ingresses lie in one folder are one."""
    groups: dict[tuple[str, str], list[IngressPath]] = {}
    for entry in entries:
        groups.setdefault((_controller(entry), dirname(entry.span.source.path)), []).append(entry)
    for (name, _), group in groups.items():
        vhosts = with_endpoints(tuple(_vhosts(group, network)), network.tree, partial(assumed, None, network))
        routes = tuple(rule.route for vhost in vhosts for rule in vhost.rules)
        ends = tuple(end for entry in group for end in _dead_ends(entry, network))
        yield Proxy(name, routes, PORTS, {}, request_router(vhosts), ends)


def _dead_ends(entry: IngressPath, network: Network) -> Iterator[DeadEnd]:
    """A port that the Service in front of an MCP server does not have."""
    name = f"{entry.service}.{entry.resource.namespace or 'default'}"
    servers = [one for one in network.servers if one.container and name in one.container.names]
    if entry.missing and len(servers) == 1 and servers[0].speaks_http:
        id = f"{entry.span.source.path} {entry.backend.start}"
        note = Label(entry.missing.span, "this is what the Service has")
        yield DeadEnd(
            id,
            entry.backend,
            "service",
            entry.service,
            entry.missing.text,
            servers[0],
            (note,),
            proxy=_controller(entry),
        )


def _controller(entry: IngressPath) -> str:
    return INGRESS_NGINX if entry.is_nginx else entry.controller or "an Ingress controller"


def _vhosts(entries: list[IngressPath], network: Network) -> Iterator[VirtualHost]:
    """A virtual host for each name, its longest paths first, and exact ones before the others of their length."""
    hosts: dict[str | None, list[IngressPath]] = {}
    for entry in entries:
        hosts.setdefault(entry.host.only if entry.host.options else "", []).append(entry)
    for host, group in hosts.items():
        plain = not any(map(_is_expression, group))
        rules = [_rule(entry, plain, network) for entry in group]
        rules.sort(key=lambda rule: (-len(rule.match.text), rule.match.kind != EXACT) if rule.match else (-MOST, False))
        yield VirtualHost((host.lower(),) if host else (), frozenset(), tuple(rules))


def _rule(entry: IngressPath, plain: bool, network: Network) -> ProxyRule:
    match, rewrite = _paths(entry, plain)
    host = entry.host.only
    hosts = None if entry.host.options is None else (host.lower(),) if host else ()
    path = rewrite(match.text) if match else None
    trace = (*entry.path.trace, *_replacement_labels(entry))
    route = _route(entry, match)._replace(path=Value(None if path is None else (path,), trace))
    return ProxyRule(_with_selected_server(route, entry, network), hosts, match, rewrite)


def _is_expression(entry: IngressPath) -> bool:
    """Whether ingress-nginx takes a path for an expression."""
    return EXPRESSIONS in entry.annotations or _target(entry) is not None


def _target(entry: IngressPath) -> Value[str] | None:
    """What an annotation of ingress-nginx puts in place of a path; the very same text rewrites nothing."""
    target = entry.annotations.get(TARGET)
    return None if target is None or target.must_be(entry.path.only) else target


def _replacement_labels(entry: IngressPath) -> tuple[Label, ...]:
    """Where a path is told to be replaced by another one."""
    replacement = _target(entry) if entry.is_nginx else entry.replaced
    return (Label(replacement.span, "replaces the path"),) if replacement is not None and replacement.span else ()


def _paths(entry: IngressPath, plain: bool) -> tuple[PathMatch | None, Callable[[str], str | None]]:
    """Which paths an Ingress takes, and what it makes of them."""
    text = entry.path.only
    if text is None:
        return None, unknown_path
    if not entry.is_nginx:
        strange = entry.said.any(_rewrites)
        if entry.controller in STARRED and entry.match == "ImplementationSpecific":
            starred = PathMatch(PREFIX, text[:-1]) if text.endswith("/*") else PathMatch(EXACT, text)
            return starred, unknown_path if strange else unchanged
        whole = PREFIX if text == "/" and entry.controller else None
        kind = {"Exact": EXACT, "Prefix": SEGMENTS}.get(entry.match, whole)
        return PathMatch(kind, text) if kind else None, unknown_path if strange else _replacing(entry, text)
    if f"{COMMUNITY}server-snippet" in entry.annotations:
        return None, unknown_path
    if not plain:
        return _expression(text, _target(entry))
    away = any(f"{COMMUNITY}{name}" in entry.annotations for name in ELSEWHERE)
    return PathMatch(
        {"Exact": EXACT, "Prefix": SEGMENTS}.get(entry.match, PREFIX), text
    ), unknown_path if away else unchanged


def _replacing(entry: IngressPath, prefix: str) -> Callable[[str], str | None]:
    """What the filter of a Gateway's route makes of a path."""
    if entry.replaced is None:
        return unchanged
    target = entry.replaced.only
    if target is None or not re.fullmatch(r"[\w./~-]*", target):
        return unknown_path
    if entry.whole:
        return (lambda path: target) if target.startswith("/") else unknown_path
    return partial(_swap_prefix, prefix.rstrip("/"), target.rstrip("/")) if entry.match == "Prefix" else unknown_path


def _swap_prefix(prefix: str, other: str, path: str) -> str:
    """The path with another prefix."""
    return other + path.removeprefix(prefix) or "/"


def _expression(text: str, target: Value[str] | None) -> tuple[PathMatch | None, Callable[[str], str | None]]:
    """A path that is an expression, as all paths of a name are where one of them is rewritten."""
    captured = CAPTURED.fullmatch(text)
    stem, rest = (captured[1], captured[2]) if captured else (text, "")
    if not re.fullmatch(r"/[\w./-]*", stem):
        return None, unknown_path
    match = PathMatch(SEGMENTS if captured else PREFIX, stem)
    if target is None:
        return match, unchanged
    return match, unknown_path if target.only is None else partial(_rewrite_target, stem, rest, target.only)


def _rewrite_target(stem: str, rest: str, target: str, path: str) -> str | None:
    """The path that takes the place of one that begins with the stem."""
    tail = path[len(stem) :]
    groups = {"$1": tail[:1], "$2": tail[1:]} if rest.startswith("(/|$)") else {"$1": tail.removeprefix("/")}
    groups = {"$1": tail} if rest == "(/.*)" else groups
    found = re.sub(r"\$\d", lambda number: groups.get(number[0], "") if rest else "", target)
    return found if found.startswith("/") and "$" not in found else None


def _route(entry: IngressPath, match: PathMatch | None) -> Route:
    gateway = entry.controller == GATEWAY
    ours, name, host = entry.is_nginx, entry.service, entry.host.only
    note = Label(entry.backend, f"sends requests to the Service {name}")
    port = entry.port.only
    secure = entry.annotations.get(f"{COMMUNITY}backend-protocol", Value(("HTTP",))).only
    scheme = {"HTTP": "http", "HTTPS": "https"}.get(secure or "") if ours else "http"
    target = f"{scheme}://{name}:{port}" if scheme and port and name else None
    plain = _tls_redirect_off(entry)
    listen = (Label(entry.tls, "has a certificate"),) if entry.tls else ()
    return Route(
        checks=health.ingress(entry.annotations, _alb_without_health_check(entry), entry.controller),
        id=f"{entry.span.source.path} {host or ''}{entry.path.only or ''}",
        span=entry.span,
        proxy=_controller(entry),
        version=UNKNOWN,
        listen=UNKNOWN if gateway else Value((("80", "443 ssl") if entry.tls else ("80",),), plain or listen),
        server_names=Value(None if entry.host.options is None else ((host,) if host else (),), entry.host.trace),
        location=location(match, entry.path),
        match=match,
        target=Value((target,) if target else None, (note, *entry.port.trace)),
        balancing=ingress_nginx.balancing(entry) if ours else UNKNOWN,
        members=(Member(name, port or 0, True, entry.backend),),
        buffering=ingress_nginx.buffering(entry) if ours else UNKNOWN,
        read_timeout=ingress_nginx.read_timeout(entry) if ours else UNKNOWN,
        http_version=ingress_nginx.http_version(entry) if ours else UNKNOWN,
        auth=_labels(entry, "the proxy authenticates callers", "auth-type", "auth-url"),
        rate_limits=_labels(entry, "limits requests", "limit-rps", "limit-connections"),
        body_limit=_body_limit(entry) if ours else UNKNOWN,
        path=UNKNOWN,
        closed=False,
        tls=UNKNOWN if gateway else Value((entry.tls is not None,)),
        host=ingress_nginx.host(entry) if ours else _passed_host(entry),
        secured=entry.tls if plain else None,
        published=tuple(_open(entry)),
    )


def _alb_without_health_check(entry: IngressPath) -> Span | None:
    """The Ingress of AWS beside which nothing speaks of load balancers: its Service may say what is checked."""
    may_have_checks = entry.controller != "alb" or entry.beside.any(_of_load_balancers)
    return None if may_have_checks else entry.resource.name.span


def _of_google(said: str) -> bool:
    """Whether an annotation may say what Google's load balancer checks, or over which protocol."""
    return said == OWN_CHECK or "backend-config" in said or "protocols" in said


def _of_load_balancers(said: str) -> bool:
    return "alb.ingress" in said or "Class" in said


def _checks(said: str) -> bool:
    return bool(CHECKS.search(said.partition("=")[0]))


def _rewrites(said: str) -> bool:
    return not said.startswith((*HARMLESS, COMMUNITY)) and bool(REWRITES.search(said.partition("=")[0]))


def _sets_host(said: str) -> bool:
    return not said.startswith(HARMLESS) and bool(HOSTS.search(said.partition("=")[0]))


def _open(entry: IngressPath) -> Iterator[Label]:
    """The Ingress, or the route, where it lets everybody in as far as the files tell."""
    host, scheme = entry.host.only or "", entry.annotations.get(SCHEME, Value(("internal",)))
    if entry.host.options is None or host.endswith(PRIVATE) or host == "localhost":
        return
    if (entry.controller == "alb" or SCHEME in entry.annotations) and not scheme.must_be("internet-facing"):
        return
    if not (entry.said.any(_checks) or entry.beside.any(CHECKS.search) or CHECKS.search(entry.controller)):
        yield Label(entry.span, f"the {entry.resource.kind} lets everybody in")


def _passed_host(entry: IngressPath) -> Value[str]:
    """What other controllers send as `Host`: the client's own, unless an annotation or a filter may say otherwise."""
    note = Label(entry.span, f"the {entry.resource.kind} passes the client's Host on")
    changed = entry.said.any(_sets_host)
    return Value(None if changed else (CLIENT_HOST,), (note,))


def _labels(entry: IngressPath, text: str, *names: str) -> tuple[Label, ...]:
    """Where annotations of ingress-nginx set something."""
    annotation_values = (entry.annotations.get(COMMUNITY + name) for name in names if entry.is_nginx)
    return tuple(
        Label(value.site.span, text) for value in annotation_values if value is not None and value.only and value.site
    )


def _body_limit(entry: IngressPath) -> Value[int]:
    """The bytes of a request that are taken, where an annotation says so."""
    size_value = entry.annotations.get(f"{COMMUNITY}proxy-body-size")
    if size_value is None:
        return UNKNOWN
    try:
        return Value((size(size_value.only or ""),), size_value.trace, size_value.site)
    except ValueError:
        return Value(None, size_value.trace)


def _tls_redirect_off(entry: IngressPath) -> tuple[Label, ...]:
    """What switches off that requests without TLS are redirected, as they are where a name has a certificate."""
    chosen = entry.annotations.get(f"{COMMUNITY}ssl-redirect")
    if not entry.is_nginx or f"{COMMUNITY}force-ssl-redirect" in entry.annotations or chosen is None:
        return ()
    return chosen.trace if chosen.must_be("false") else ()


def _with_selected_server(route: Route, entry: IngressPath, network: Network) -> Route:
    """The route with the server in the pods that its Service selects."""
    name = f"{entry.service}.{entry.resource.namespace or 'default'}"
    folder = dirname(entry.span.source.path)
    pods = [one for one in network.running if name in one.container.names]
    near = [one for one in pods if dirname(one.container.span.source.path) == folder]
    note = Label(entry.backend, "requests are sent here")
    reached = network.of_containers(near or pods, entry.port.only, "selected by the Service", note, route.path.only)
    found = with_only_server(route, [reached])
    container = found.server.container if found.server else None
    if (
        container is None
        or entry.controller not in GOOGLE
        or entry.beside.any(_of_google)
        or entry.said.any(_of_google)
    ):
        return found
    told = any(probe.kind in ("readiness", health.GOOGLE) for probe in container.probes)
    return found if told else found._replace(checks=health.google(entry.resource.name.span))
