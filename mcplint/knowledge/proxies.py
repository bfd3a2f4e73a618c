"""What proxies do by themselves, and what their ways of balancing mean to sessions.

HAProxy: https://docs.haproxy.org/2.6/configuration.html,
Caddy: https://caddyserver.com/docs/caddyfile/directives/reverse_proxy,
lighttpd: https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_proxy,
Traefik: https://doc.traefik.io/traefik/routing/services/,
ingress-nginx: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/.
"""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.glob import fits

NGINX, INGRESS_NGINX, HAPROXY, TRAEFIK, CADDY = "nginx", "ingress-nginx", "HAProxy", "Traefik", "Caddy"
LIGHTTPD = "lighttpd"

WORKS, NONE, COOKIE, TOKEN, SESSION = "works", "none", "cookie", "token", "session-header"
"""What a way of picking the server means to sessions kept in memory: all of a client's requests reach one process, none
do, those of clients that keep cookies, those until the token is renewed, those after the first, which has no session id
and is placed at random, so that the id that it gets leads elsewhere."""


def _hash_directives(*variables: str) -> tuple[str, ...]:
    return tuple(f"hash ${name}{how}" for name in variables for how in ("", " consistent"))


BALANCING: dict[str, dict[str, str]] = {
    NGINX: {
        **dict.fromkeys(("ip_hash", *_hash_directives("remote_addr", "binary_remote_addr")), WORKS),
        # nginx remembers which member handed out the session.
        "sticky learn *create=$upstream_http_mcp_session_id*lookup=$http_mcp_session_id*": WORKS,
        "sticky learn *lookup=$http_mcp_session_id*create=$upstream_http_mcp_session_id*": WORKS,
        **dict.fromkeys(("hash *$http_mcp_session_id*", "sticky route *$http_mcp_session_id*"), SESSION),
        **dict.fromkeys(("sticky cookie *", "sticky learn *cookie*", "hash *$cookie_*"), COOKIE),
        "hash *$http_authorization*": TOKEN,
        # A key that differs every time, and one that never does.
        **dict.fromkeys(("hash *$request_id*", "hash *$remote_port*", "hash *$connection*", "hash *$msec*"), NONE),
        **dict.fromkeys(_hash_directives("request_uri", "uri", "host", "http_host", "server_name", "scheme"), WORKS),
        **dict.fromkeys(("least_conn", "random*", "least_time*", "round-robin"), NONE),
    },
    INGRESS_NGINX: {
        "affinity cookie": COOKIE,
        **dict.fromkeys(("round_robin", "ewma"), NONE),
    },
    HAPROXY: {
        # A name is resolved once, to one address.
        "one server": WORKS,
        # HAProxy remembers which server handed out the session.
        "stick store-response res.hdr(mcp-session-id)": WORKS,
        **dict.fromkeys(("stick on src", "stick match src", "balance source"), WORKS),
        **dict.fromkeys(("stick on req.hdr(mcp-session-id)", "balance hdr(mcp-session-id)"), SESSION),
        **dict.fromkeys(("cookie * insert", "cookie * insert *"), COOKIE),
        **dict.fromkeys(("balance roundrobin", "balance static-rr", "balance leastconn"), NONE),
        **dict.fromkeys(("balance random", "balance random(*)"), NONE),
    },
    CADDY: {
        **dict.fromkeys(("lb_policy ip_hash", "lb_policy client_ip_hash", "lb_policy first"), WORKS),
        **dict.fromkeys(("lb_policy uri_hash",), WORKS),
        "lb_policy header mcp-session-id*": SESSION,
        "lb_policy header authorization*": TOKEN,
        "lb_policy cookie*": COOKIE,
        **dict.fromkeys(("lb_policy random", "lb_policy random_choose*", "lb_policy round_robin"), NONE),
        **dict.fromkeys(("lb_policy weighted_round_robin*", "lb_policy least_conn"), NONE),
    },
    LIGHTTPD: {
        **dict.fromkeys(("proxy.balance hash", "proxy.balance sticky"), WORKS),
        **dict.fromkeys(("proxy.balance fair", "proxy.balance round-robin"), NONE),
    },
    TRAEFIK: {
        "sticky.cookie": COOKIE,
        "round-robin": NONE,
    },
}
"""By proxy: balancing as a shell pattern over its configuration, nginx's without the braces of variables, the others'
in small letters; the first that fits holds. What became of the sessions of twelve clients on three servers was measured
under nginx 1.22 and 1.30, HAProxy 2.6 and 3.2, Caddy 2.6 and 2.11 and lighttpd 1.4.69; the rest is documented."""


UNBUFFERED = {NGINX: "off", LIGHTTPD: "1"}
"""What the setting that has a proxy hold answers back is set to so that it passes them on as they come."""

HTTP_1_1 = {NGINX: "nginx 1.29.7"}
"""The release from which on a proxy asks its servers by HTTP/1.1 where nothing is said."""
RATE_LIMITS = {NGINX: ("limit_req", "limit_conn")}
"""What sets how fast a client may call."""
SLASHING = frozenset({NGINX})
"""The proxies that send requests for a path without its trailing slash to the location with it."""


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


def affinity(proxy: str, balancing: str) -> str | None:
    """What a way of balancing means to sessions, or None where that is not known."""
    if proxy == INGRESS_NGINX and balancing.startswith("upstream-hash-by "):
        return affinity(NGINX, f"hash {balancing.partition(' ')[2]} consistent")
    plain = balancing.replace("${", "$").replace("}", "") if proxy == NGINX else balancing.lower()
    return next((kind for pattern, kind in BALANCING.get(proxy, {}).items() if fits(plain, pattern)), None)


def is_port_label(name: str) -> bool:
    """Whether a label of a container tells Traefik the port of a service."""
    name = name.lower()
    return name.startswith("traefik.http.services.") and name.endswith("loadbalancer.server.port")
