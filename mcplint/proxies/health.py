"""The health checks of proxies: what they ask the servers that they pass requests on to.

https://docs.haproxy.org/2.6/configuration.html#4.2-option%20httpchk,
https://nginx.org/en/docs/http/ngx_http_upstream_hc_module.html,
https://tengine.taobao.org/document/http_upstream_check.html,
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/,
https://azure.github.io/application-gateway-kubernetes-ingress/annotations/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mcplint.facts.haproxy import Line
from mcplint.facts.nginx import Word
from mcplint.model.health import HealthCheck, Request
from mcplint.proxies.nginx.includes import Level
from mcplint.text.source import Span
from mcplint.values import Value

HOST = re.compile(r"(?i)\bhost:[ \t]*([\w.-]+)(?![\w.%-])")
GOOD = {"http_2xx", "http_3xx"}
METHOD = re.compile(r"[A-Z]{3,8}")
ALB = "alb.ingress.kubernetes.io/"
APPGW = "appgw.ingress.kubernetes.io/"
CODES = re.compile(r"(?!\s*$)(?:\s*[23]\d\d(?:\s*-\s*[23]\d\d)?\s*(?:,|$))*")
OTHERWISE = {
    f"{ALB}success-codes": CODES,
    f"{ALB}healthcheck-port": re.compile(r"traffic-port"),
    f"{ALB}healthcheck-protocol": re.compile(r"HTTP"),
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
    if len(sends) > 1 or any(rule.args[:1] in (("connect",), ("send-state",)) for rule in rules):
        return ()
    method, path = "OPTIONS", "/"
    option_words = list(line.args[1:])
    if option_words and METHOD.fullmatch(option_words[0]):
        method = option_words.pop(0)
    path = option_words[0] if option_words else path
    for words in sends:
        given = dict(zip(words[::2], words[1::2], strict=False))
        method, path = given.get("meth", method), given.get("uri", path)
    strict = all(words[:2] in (("status", "200"), ("rstatus", "2..")) for words in expects)
    asked = Request("HAProxy", method, "http", "", None, _path(path), strict or None, True, True, bool(expects))
    header_words = [*option_words[1:], *(word for words in sends for word in _headers(words))]
    return (HealthCheck("HAProxy", "haproxy", line.span, (asked,), named=_host_header(" ".join(header_words))),)


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
        return (HealthCheck("ALB", "alb", unsaid, (Request("ALB", "GET", "http", "", None, "/", True, True),)),)
    for key, platform, title in (
        (f"{ALB}healthcheck-path", "alb", "ALB"),
        (f"{APPGW}health-probe-path", "appgw", "Application Gateway"),
    ):
        path = annotations.get(key)
        if path is None or not path.only or path.span is None or "nginx" in controller:
            continue
        asked = Request(title, "GET", "http", "", None, _path(path.only), True, True)
        return (HealthCheck(title, platform, path.span, (asked,)),)
    return ()


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
