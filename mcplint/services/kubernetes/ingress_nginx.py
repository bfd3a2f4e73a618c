"""What ingress-nginx makes of an Ingress: the settings of its annotations, else those that it has by itself.

https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mcplint.facts.document import MappingNode, at
from mcplint.knowledge.proxies import DEFAULTS, INGRESS_NGINX
from mcplint.model import CLIENT_HOST
from mcplint.services.kubernetes.ingress import COMMUNITY, IngressPath
from mcplint.services.settings import number
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

T = TypeVar("T")
DEFAULT = DEFAULTS[INGRESS_NGINX]
BYPASSED = "service-upstream"
"""With this annotation the Service picks the pod, not ingress-nginx."""
SNIPPETS = ("configuration-snippet", "server-snippet")
"""Annotations that may hold any directive of nginx."""


def annotation(entry: IngressPath, name: str) -> Value[str] | None:
    """What is said of a setting, quotes added where what is written there has none: annotations are texts."""
    found = entry.annotations.get(COMMUNITY + name)
    if found is None or found.site is None:
        return found
    start, text = found.site.span.start, found.site.span.source.text
    quoted = start > 0 and text[start - 1] in "'\""
    return found if quoted else found._replace(site=found.site._replace(before='"', after='"'))


def buffering(entry: IngressPath) -> Value[bool]:
    """Whether answers are held back."""
    return _setting(entry, "proxy-buffering", DEFAULT.buffers, "off", lambda said: _if_known(said, said.only == "on"))


def read_timeout(entry: IngressPath) -> Value[float]:
    """The seconds of silence that it bears."""
    default = DEFAULT.timeout or 0.0
    return _setting(entry, "proxy-read-timeout", default, f"{default:g} s", _seconds)


def http_version(entry: IngressPath) -> Value[str]:
    """The version of HTTP that it speaks to pods."""
    return _setting(entry, "proxy-http-version", "1.1", "1.1", lambda said: said)


def host(entry: IngressPath) -> Value[str]:
    """The `Host` that pods are sent: the client's own, unless an annotation says otherwise."""
    for name in SNIPPETS:
        if (snippet := annotation(entry, name)) is not None:
            return snippet._replace(options=None, site=None)
    if (chosen := annotation(entry, "upstream-vhost")) is not None:
        return chosen._replace(site=None)
    return Value((CLIENT_HOST,), (Label(entry.span, "ingress-nginx passes the client's Host on"),))


def balancing(entry: IngressPath) -> Value[str]:
    """What picks the pod."""
    if (bypassed := annotation(entry, BYPASSED)) is not None:
        return Value(None, bypassed.trace)
    if (chosen := annotation(entry, "affinity")) is not None:
        return chosen._replace(options=("affinity cookie",) if chosen.only == "cookie" else None, site=None)
    if (key := annotation(entry, "upstream-hash-by")) is not None:
        return key._replace(options=None if key.only is None else (f"upstream-hash-by {key.only}",), site=None)
    if (named := annotation(entry, "load-balance")) is not None:
        return named
    return Value(("round_robin",), (Label(entry.span, "ingress-nginx distributes requests by round-robin by default"),))


def _setting(entry: IngressPath, name: str, default: T, told: str, read: Callable[[Value[str]], Value[T]]) -> Value[T]:
    annotated = annotation(entry, name)
    if annotated is not None:
        return read(annotated)
    note = Label(entry.span, f"{name} is not set, the default is {told}")
    return Value((default,), (note,), _annotation_site(entry, name))


def _if_known(said: Value[str], option: T) -> Value[T]:
    return Value(None if said.only is None else (option,), said.trace, said.site)


def _seconds(said: Value[str]) -> Value[float]:
    count = number(said).only
    return UNKNOWN._replace(trace=said.trace) if count is None else Value((float(count),), said.trace, said.site)


def _annotation_site(entry: IngressPath, name: str) -> EditSite | None:
    """Where another annotation would stand: below the last one, if each has a line of its own."""
    node = at(entry.resource.node, "metadata", "annotations")
    if not isinstance(node, MappingNode) or not node.pairs:
        return None
    key, value = node.pairs[-1]
    text, end = key.span.source.text, value.span.end
    end += text[end : end + 1] in ("'", '"')
    start = max(text.rfind("\n", 0, key.span.start), text.rfind("\r", 0, key.span.start)) + 1
    indent = text[start : key.span.start].rstrip("'\"")
    if indent.strip(" ") or "\n" in value.span.text or text[end : end + 1] not in ("", "\r", "\n"):
        return None
    newline = "\r\n" if text[end : end + 2] == "\r\n" else text[end : end + 1] or "\n"
    return EditSite(Span(key.span.source, end, end), f'{newline}{indent}{COMMUNITY}{name}: "', '"')
