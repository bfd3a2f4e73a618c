"""One nginx of a project."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.proxies.nginx.routes import Proxied
from mcplint.proxies.proxy import Proxy
from mcplint.services.containers import ContainerContext


class ProxyInstance(NamedTuple):
    """An nginx, the container it runs in (None: the machine itself), and what its routes are made of."""

    proxy: Proxy
    origin: ContainerContext | None
    proxied: tuple[Proxied, ...]
