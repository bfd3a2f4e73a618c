"""nginx: from files to the configuration in effect, the routes through it, and what becomes of a request."""

from __future__ import annotations

from mcplint.proxies.nginx.config import Config, configure
from mcplint.proxies.nginx.phases import route_in_location, route_request
from mcplint.proxies.nginx.routes import Proxied, paths_to, proxied, reaches_upstream_path

__all__ = [
    "Config",
    "Proxied",
    "configure",
    "paths_to",
    "proxied",
    "reaches_upstream_path",
    "route_in_location",
    "route_request",
]
