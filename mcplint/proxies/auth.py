"""Where a proxy in front of a server checks who calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.model import Route
from mcplint.values import Label

CHECKS = ("auth_basic", "auth_request", "auth_jwt", "ssl_verify_client")


def gates(routes: Iterable[Route]) -> Iterator[Label]:
    """The directives by which nginx refuses callers of a server that it does not know."""
    for route in filter(lambda route: route.carried, routes):
        for name in CHECKS:
            for setting in route.settings.get(name, ())[-1:]:
                if setting.args and setting.args[0] not in ("off", "optional", "optional_no_ca"):
                    yield Label(setting.span, "the proxy checks who calls")
