"""The health checks of proxies: what they ask the servers that they pass requests on to.

https://docs.haproxy.org/2.6/configuration.html#4.2-option%20httpchk,
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mcplint.facts.haproxy import Line
from mcplint.model.health import HealthCheck, Request
from mcplint.values import Value

METHOD = re.compile(r"[A-Z]{3,8}")
ALB = "alb.ingress.kubernetes.io/"


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
    said = list(line.args[1:])
    if said and METHOD.fullmatch(said[0]):
        method = said.pop(0)
    path = said[0] if said else path
    for words in sends:
        given = dict(zip(words[::2], words[1::2], strict=False))
        method, path = given.get("meth", method), given.get("uri", path)
    strict = all(words[:2] in (("status", "200"), ("rstatus", "2..")) for words in expects)
    asked = Request(
        "HAProxy", method, "http", "", None, path.partition("?")[0], strict or None, True, True, bool(expects)
    )
    return (HealthCheck("HAProxy", "haproxy", line.span, (asked,)),)


def alb(annotations: Mapping[str, Value[str]]) -> tuple[HealthCheck, ...]:
    """The check of an Application Load Balancer, where its Ingress says the path."""
    path, codes = annotations.get(f"{ALB}healthcheck-path"), annotations.get(f"{ALB}success-codes")
    if path is None or not path.only or path.span is None or codes is not None:
        return ()
    asked = Request("ALB", "GET", "http", "", None, path.only.partition("?")[0], True, True)
    return (HealthCheck("ALB", "alb", path.span, (asked,)),)
