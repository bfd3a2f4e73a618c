"""What proxies other than nginx do by themselves, and what their ways of balancing mean to sessions.

HAProxy: https://docs.haproxy.org/2.6/configuration.html,
Traefik: https://doc.traefik.io/traefik/routing/services/,
ingress-nginx: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/.
"""

from __future__ import annotations

from typing import NamedTuple

from mcplint.knowledge import nginx
from mcplint.knowledge.nginx import Affinity
from mcplint.text.glob import fits

NGINX, INGRESS_NGINX, HAPROXY, TRAEFIK = "nginx", "ingress-nginx", "HAProxy", "Traefik"

_ADDRESS = Affinity("works", "the client's address decides")
_SESSION = Affinity("session-header", "the first request carries no session id")
_COOKIE = Affinity("cookie", "only some clients keep cookies")
_TURNS = Affinity("none", "each request may go to another server")
_LEARNS = Affinity("works", "the proxy remembers which server handed out the session")

BALANCING: dict[str, dict[str, Affinity]] = {
    INGRESS_NGINX: {
        "affinity cookie": _COOKIE,
        **dict.fromkeys(("round_robin", "ewma"), _TURNS),
    },
    HAPROXY: {
        "one server": Affinity("works", "a name is resolved once, to one address"),
        "stick store-response res.hdr(mcp-session-id)": _LEARNS,
        **dict.fromkeys(("stick on src", "stick match src", "balance source"), _ADDRESS),
        **dict.fromkeys(("stick on req.hdr(mcp-session-id)", "balance hdr(mcp-session-id)"), _SESSION),
        **dict.fromkeys(("cookie * insert", "cookie * insert *"), _COOKIE),
        **dict.fromkeys(("balance roundrobin", "balance static-rr", "balance leastconn"), _TURNS),
        **dict.fromkeys(("balance random", "balance random(*)"), _TURNS),
    },
    TRAEFIK: {
        "sticky.cookie": _COOKIE,
        "round-robin": _TURNS,
    },
}
"""By proxy: balancing as a shell pattern over its configuration, in small letters. What became of the sessions of
twelve clients on three servers was measured under HAProxy 2.6 and 3.2; the rest is documented."""


class Default(NamedTuple):
    """What a proxy does where nothing is said: whether it holds answers back, and seconds of silence that it bears.

    `timeout`: None where it waits for ever.
    """

    buffers: bool
    timeout: float | None


DEFAULTS = {
    INGRESS_NGINX: Default(buffers=False, timeout=60.0),
    HAPROXY: Default(buffers=False, timeout=None),
}


def affinity(proxy: str, balancing: str) -> Affinity | None:
    """What a way of balancing means to sessions, or None where that is not known."""
    if proxy == NGINX:
        return nginx.affinity(balancing)
    if proxy == INGRESS_NGINX and balancing.startswith("upstream-hash-by "):
        return nginx.affinity(f"hash {balancing.partition(' ')[2]} consistent")
    rows = BALANCING.get(proxy, {})
    return next((row for pattern, row in rows.items() if fits(balancing.lower(), pattern)), None)
