"""nginx: from files to the configuration in effect, the routes through it, and what becomes of a request."""

from __future__ import annotations

from mcplint.proxies.nginx.config import Config, configure
from mcplint.proxies.nginx.phases import route_request, through
from mcplint.proxies.nginx.routes import Proxied, leads_to, paths_to, proxied

__all__ = [
    "Config",
    "Proxied",
    "configure",
    "leads_to",
    "paths_to",
    "proxied",
    "route_request",
    "through",
]
