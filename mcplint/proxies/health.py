"""The health checks of proxies: what they ask the servers that they pass requests on to.

https://docs.haproxy.org/2.6/configuration.html#4.2-option%20httpchk,
https://nginx.org/en/docs/http/ngx_http_upstream_hc_module.html,
https://tengine.taobao.org/document/http_upstream_check.html,
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/,
https://azure.github.io/application-gateway-kubernetes-ingress/annotations/,
https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#health_checks
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from mcplint.facts.haproxy import Line
from mcplint.facts.nginx import Word
from mcplint.model.health import POD, TARGET, HealthCheck, Request
from mcplint.proxies.nginx.includes import Level
from mcplint.text.source import Span
from mcplint.values import Value

HOST = re.compile(r"(?i)\bhost:[ \t]*([\w.-]+)(?![\w.%-])")
GOOD = {"http_2xx", "http_3xx"}
METHOD = re.compile(r"[A-Z]{3,8}")
GOOGLE = "Google Cloud"
ALB = "alb.ingress.kubernetes.io/"
APPGW = "appgw.ingress.kubernetes.io/"
SPECIAL = frozenset({"port", "addr", "check-ssl", "no-check-ssl", "agent-check"})
CONNECT = re.compile(r"(?:(?:default|ssl|linger|port \d{1,5}|sni \S{1,200})(?: |$)){1,9}")
"""What `http-check connect` may say of a connection; `default` takes over what a server's line says."""
CODES = re.compile(r"(?!\s*$)(?:\s*[23]\d\d(?:\s*-\s*[23]\d\d)?\s*(?:,|$))*")
OTHERWISE = {
    f"{ALB}success-codes": CODES,
    f"{ALB}healthcheck-port": re.compile(r"traffic-port"),
    f"{ALB}healthcheck-protocol": re.compile(r"HTTPS?"),
    f"{APPGW}health-probe-status-codes": CODES,
    f"{APPGW}health-probe-port": re.compile(r"(?!)"),
}
"""Annotations after which another port is asked or a refusal is good, and the values after which neither is so."""
ALTERED = (
    f"{ALB}healthcheck-path",
    f"{ALB}backend-protocol",
    f"{ALB}actions.",
    f"{ALB}target-group",
    APPGW,
)
"""What else may decide what an Ingress of AWS asks for."""


def haproxy(options: tuple[Line, ...], rules: tuple[Line, ...], servers: tuple[Line, ...]) -> tuple[HealthCheck, ...]:
    """`option httpchk` of a backend whose servers are checked; what `http-check` changes is not followed further.

    An answer of 400 and more takes a server out of service, unless `http-check expect` says otherwise.
    """
    checked = any("check" in line.args for line in servers)
    if not options or not checked or any(word.open for line in (*options, *rules) for word in line.words):
        return ()
    line = options[-1]
    sends = [rule.args[1:] for rule in rules if rule.args[:1] == ("send",)]
    expects = [rule.args[1:] for rule in rules if rule.args[:1] == ("expect",)]
    connects = [rule.args[1:] for rule in rules if rule.args[:1] == ("connect",)]
    reached = _reached(servers, connects)
    if len(sends) > 1 or reached is None or any(rule.args[:1] == ("send-state",) for rule in rules):
        return ()
    scheme, port = reached
    method, path = "OPTIONS", "/"
    option_words = list(line.args[1:])
    if option_words and METHOD.fullmatch(option_words[0]):
        method = option_words.pop(0)
    path = option_words[0] if option_words else path
    for words in sends:
        given = dict(zip(words[::2], words[1::2], strict=False))
        method, path = given.get("meth", method), given.get("uri", path)
    strict = all(words[:2] in (("status", "200"), ("rstatus", "2..")) for words in expects)
    asked = Request("HAProxy", method, scheme, "", port, _path(path), strict or None, False, True, bool(expects))
    header_words = [*option_words[1:], *(word for words in sends for word in _headers(words))]
    return (HealthCheck("HAProxy", "haproxy", line.span, (asked,), named=_host_header(" ".join(header_words))),)


def _reached(servers: tuple[Line, ...], connects: list[tuple[str, ...]]) -> tuple[str, int | None] | None:
    """The scheme and the port of their own by which servers are checked; None where these differ or are not told."""
    defaults = [line.args for line in servers if line.name == "default-server"]
    settings = [word for words in defaults for word in words]
    own = [line for line in servers if line.name != "default-server"]
    found = {_how([*settings, *line.args[2 if line.name == "server" else 3 :]]) for line in own}
    if any(word.open for line in servers for word in line.words[1:]):
        found = {None} if any(SPECIAL & {*line.args} for line in servers) else {("http", "")}
    how = found.pop() if len(found) == 1 else None
    if how is None or len(connects) > 1 or any(not CONNECT.fullmatch(" ".join(words)) for words in connects):
        return None
    scheme, port = how
    for words in connects:
        scheme = "https" if "ssl" in words else scheme if "default" in words else "http"
        port = words[words.index("port") + 1] if "port" in words else port
    return (scheme, int(port) if port else None) if not port or (port.isdecimal() and len(port) < 6) else None


def _how(words: list[str]) -> tuple[str, str] | None:
    """How one server is checked by the words of its line: over TLS or not, and the port that is asked in its stead."""
    if "addr" in words or "agent-check" in words or "no-check-ssl" in words:
        return None
    ports = [after for word, after in pairwise(words) if word == "port"]
    return "https" if "check-ssl" in words else "http", ports[-1] if ports else ""


def _headers(words: tuple[str, ...]) -> Iterator[str]:
    """The version and the headers that `http-check send` adds, as they stand in a request."""
    for at, word in enumerate(words[:-1]):
        if word == "ver":
            yield words[at + 1]
        elif word == "hdr":
            yield f"{words[at + 1]}: {' '.join(words[at + 2 : at + 3])}"


def _host_header(request: str) -> str | None:
    """What a request sends as `Host` by its version and headers: nothing by itself as HTTP/1.0."""
    if found := HOST.search(request):
        return found[1]
    return None if re.search(r"(?i)\bhost\b|HTTP/1\.1", request) else ""


def ingress(
    annotations: Mapping[str, Value[str]], unsaid: Span | None = None, controller: str = ""
) -> tuple[HealthCheck, ...]:
    """The check of a load balancer that an Ingress is made into, where that says nothing but the path of it.

    `unsaid`: the span of an Ingress of AWS whose check is told by it alone: without a path it asks for `/`.
    `controller`: its class; one of nginx reads no annotation of AWS or Azure.
    """
    if _is_altered(annotations):
        return ()
    if unsaid and not any(key.startswith(ALTERED) for key in annotations):
        asked = Request("ALB", "GET", _scheme(annotations), "", None, "/", True, True)
        return (HealthCheck("ALB", "alb", unsaid, (asked,), named=_target(annotations)),)
    for key, platform, title in (
        (f"{ALB}healthcheck-path", "alb", "ALB"),
        (f"{APPGW}health-probe-path", "appgw", "Application Gateway"),
    ):
        path = annotations.get(key)
        if path is None or not path.only or path.span is None or "nginx" in controller:
            continue
        amazon = platform == "alb"
        scheme = _scheme(annotations) if amazon else "http"
        asked = Request(title, "GET", scheme, "", None, _path(path.only), True, True)
        return (HealthCheck(title, platform, path.span, (asked,), named=_target(annotations) if amazon else None),)
    return ()


def _scheme(annotations: Mapping[str, Value[str]]) -> str:
    """Whether a load balancer of AWS speaks TLS to what it checks."""
    chosen = annotations.get(f"{ALB}healthcheck-protocol")
    return "https" if chosen is not None and chosen.only == "HTTPS" else "http"


def _target(annotations: Mapping[str, Value[str]]) -> str | None:
    """What a load balancer of AWS sends as `Host`: the address of the pod where it asks that itself."""
    kind = annotations.get(f"{ALB}target-type")
    return POD if kind is not None and kind.only == "ip" else None


def google(span: Span) -> tuple[HealthCheck, ...]:
    """The check of an Ingress of Google where no readiness probe and no BackendConfig says what it asks for."""
    asked = Request(GOOGLE, "GET", "http", "", None, "/", True, True)
    return (HealthCheck(GOOGLE, GOOGLE.lower(), span, (asked,), named=TARGET),)


def _is_altered(annotations: Mapping[str, Value[str]]) -> bool:
    """Whether another port may be asked, or an answer of 400 and more be good."""
    given = [(annotations[key], plain) for key, plain in OTHERWISE.items() if key in annotations]
    return any(value.only is None or not plain.fullmatch(str(value.only)) for value, plain in given)


def nginx(location: Level, upstream: Level | None) -> tuple[HealthCheck, ...]:
    """`health_check` of a location, or the `check` of its upstream that nginx_upstream_check_module makes.

    An answer of 400 and more takes a server out of service, unless `match` or `check_http_expect_alive` is set.
    """
    for directive in location.own.get("health_check", ())[-1:]:
        parameters = dict(word.partition("=")[::2] for word in directive.words)
        port = parameters.get("port", "")
        if any(map(_is_open, directive.args)) or not {"type", "match", "mandatory"}.isdisjoint(parameters):
            return ()
        number = int(port) if port.isdecimal() and len(port) < 6 else None
        return (
            () if port and number is None else (_of_nginx(directive.head, "GET", parameters.get("uri", "/"), number),)
        )
    own = upstream.own if upstream else {}
    checked, sends = own.get("check", ()), own.get("check_http_send", ())
    alive = {word for directive in own.get("check_http_expect_alive", ()) for word in directive.words} or GOOD
    if not checked or "type=http" not in checked[-1].words or not {"http_2xx"} <= alive <= GOOD:
        return ()
    if any(word.startswith("port=") for word in checked[-1].words) or any(
        map(_is_open, sends[-1].args if sends else ())
    ):
        return ()
    whole = " ".join(sends[-1].words if sends else ("GET / HTTP/1.0",))
    request = whole.split()[:2]
    if len(request) < 2 or not METHOD.fullmatch(request[0]) or not request[1].startswith("/"):
        return ()
    made = _of_nginx((sends or checked)[-1].head, request[0], request[1], None)
    return (made._replace(named=_host_header(whole)),)


def _of_nginx(span: Span, method: str, uri: str, port: int | None) -> HealthCheck:
    return HealthCheck("nginx", "nginx", span, (Request("nginx", method, "http", "", port, _path(uri), True, True),))


def _is_open(word: Word) -> bool:
    return word.hole or "$" in word.text


def _path(uri: str) -> str:
    return uri.partition("?")[0]
