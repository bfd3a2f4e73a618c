"""What nginx does by itself, by version, and what its directives do.

Directives: https://nginx.org/en/docs/dirindex.html, changes: https://nginx.org/en/CHANGES.
"""

from __future__ import annotations

import re

NEWEST = "1.30.6"
"""The newest release when this was written: what `nginx:latest` is taken for."""

DEFAULTS: tuple[tuple[str, str, str], ...] = (
    ("proxy_buffering", "0", "on"),
    ("proxy_read_timeout", "0", "60s"),
    ("proxy_http_version", "0", "1.0"),
    ("proxy_http_version", "1.29.7", "1.1"),
    ("client_max_body_size", "0", "1m"),
    ("gzip", "0", "off"),
    ("gzip_types", "0", "text/html"),
    ("listen", "0", "80"),
)
"""Directive, the version since which it holds, and the default; later rows win."""

PASSES = {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"}
"""Directives that pass a request on. In `location /x/` each makes nginx redirect `/x` to `/x/`."""

CONTENT = {*PASSES, "stub_status", "empty_gif", "content_by_lua_block"}
"""Directives that answer a request by other means than a file."""

NOT_INHERITED = {
    *("alias", "break", "if", "include", "limit_except", "listen", "location"),
    *("return", "rewrite", "server", "server_name", "set", "try_files", "upstream"),
    *CONTENT,
}
"""Directives of a block that mean nothing to the blocks inside it."""

INHERITED = ("proxy_", "ssl_", "gzip")
"""Modules most of whose directives hold in the blocks inside as well."""

REWRITES = {"set", "if", "rewrite", "return", "break"}
"""The rewrite module: what runs in the order in which it is written."""

ACCESS = {"allow", "deny"}
"""The first of these that speaks of a client decides."""

TOGETHER = (ACCESS,)
"""Directives that nginx keeps in one list: one of them in a block drops all of the outer block."""

AUTH = ("auth_basic", "auth_request", "auth_jwt", "ssl_verify_client")
"""Directives that check who calls; `off` and `optional` let anybody in."""

TOKENS = re.compile(r"\$http_(?:authorization|(?:x_)?(?:\w+_)?(?:api_?key|token|secret))")
"""The variables of headers in which clients send what nobody else knows."""

REFUSES = {
    "allow",
    "deny",
    "if",
    "return",
    "satisfy",
    "ssl_verify_client",
    "limit_except",
    "valid_referers",
    "secure_link",
}
"""Directives after which not everybody may get in; so may those of `auth_…` modules and of scripts."""

WITHHOLDS = {
    "proxy_pass_request_headers": ("headers", "off"),
    "proxy_pass_request_body": ("body", "off"),
    "proxy_method": ("method", "GET"),
}
"""Directives that keep something of a request from the upstream: what, and the argument that does it."""

COMPRESSES = ("gzip", "brotli")
"""Modules that compress answers, each with the types of a directive of its own."""

STOCK_INCLUDES = {
    *("mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params"),
    *("options-ssl-nginx.conf", "ssl-dhparams.pem"),
}
"""Files that nginx or certbot bring along and that say nothing about proxying."""

SERVER_FOLDERS = ("conf.d", "http.d", "sites-enabled", "sites-available", "templates", "vhosts.d")
"""Folders whose files nginx includes in its `http` block."""

INCLUDED = ("/etc/nginx/conf.d/*.conf", "/etc/nginx/http.d/*.conf", "/etc/nginx/sites-enabled/*")
"""What the `nginx.conf` that images and packages bring includes in its `http` block."""


def at_least(version: str, floor: str) -> bool:
    """Whether a release is as new as another; a version without its last number is the newest of its line."""
    return _numbers(version, 9999) >= _numbers(floor, 0)


def _numbers(version: str, missing: int) -> tuple[int, ...]:
    numbers = [int(digits) if (digits := part[:9]).isdecimal() else 0 for part in version.split(".")[:3]]
    return tuple(numbers + [missing] * (3 - len(numbers)))


def defaults(directive: str, version: str | None = None) -> tuple[str, ...]:
    """What a directive is where nobody sets it: one text, or several where the version is unknown."""
    rows = [(since, value) for name, since, value in DEFAULTS if name == directive]
    if version is None:
        return tuple(value for _, value in rows)
    return tuple(value for since, value in rows if at_least(version, since))[-1:]


def image_version(image: str) -> str | None:
    """The nginx version that an image reference names: `nginx:1.27-alpine`, `nginxinc/nginx-unprivileged:stable`, …"""
    name, _, tag = image.partition("@")[0].rpartition(":")
    if not name or "/" in tag:
        name, tag = image.partition("@")[0], "latest"
    if name.rpartition("/")[2] not in ("nginx", "nginx-unprivileged", "openresty"):
        return None
    number = tag.removeprefix("v").partition("-")[0]
    if number.startswith("1."):
        return number
    return (
        NEWEST if number in ("latest", "stable", "mainline", "alpine", "trixie", "bookworm", "perl", "otel") else None
    )
