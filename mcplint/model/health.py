"""What checks the health of a container, and what it asks for."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.source import Span
from mcplint.text.urls import is_this_machine
from mcplint.values import Label, Value

PROBES = frozenset({"liveness", "readiness", "startup"})
"""What Kubernetes calls those that it makes itself."""
POD = "the pod's address"
MACHINE = "the machine's address"
TARGET = "the target's address"
"""What stands for a `Host` that is an address which nobody knows before."""


class Request(NamedTuple):
    """What a health check asks for, by which program.

    `host`: empty where it is the container's own address. `strict`: whether an answer of 400 and more makes the check
    fail, None where that cannot be told. `whole`: whether it reads an answer to its end.
    `certain`: it is made however conditions turn out. `follows`: False where it takes a redirect for a good answer,
    `stops`: True where it takes one for a failure.
    """

    program: str
    method: str
    scheme: str
    host: str
    port: int | None
    path: str
    strict: bool | None
    whole: bool
    certain: bool = True
    follows: bool = True
    stops: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it asks the container itself."""
        return not self.host or is_this_machine(self.host)

    @property
    def title(self) -> str:
        """What a message calls it: `GET /health`."""
        return f"{self.method} {self.path[:60]}"


class HealthCheck(NamedTuple):
    """One check of a container's health.

    `kind`: `HEALTHCHECK` (also compose's), or what a platform calls it: `liveness`, `readiness`, `startup`, `check`, or
    the name of the proxy or load balancer that makes it.
    `requests`: those that are known. `idle`: why it succeeds whatever the server does, `lenient`: why it does whatever
    the server answers, `doomed`: why it fails whatever it does. `dialed`: the port that it calls by gRPC. `missing`:
    the program that it needs and the image lacks. `container`: what a message calls the one that is checked where that
    is a proxy's, and `passed`: where that one passes its request on. `named`: what a proxy or a load balancer sends as
    `Host`, empty where it sends none, None where that is not told.
    """

    kind: str
    platform: str | None
    span: Span
    requests: tuple[Request, ...] = ()
    idle: Label | None = None
    lenient: Label | None = None
    doomed: Label | None = None
    dialed: Value[int] | None = None
    missing: str | None = None
    container: str = ""
    passed: tuple[Label, ...] = ()
    named: str | None = None

    @property
    def by_proxy(self) -> bool:
        """Whether a proxy makes it, which is told its `Host`."""
        return self.platform in ("haproxy", "nginx")

    @property
    def title(self) -> str:
        """What a message calls it: the health check, the liveness probe."""
        of = f" of {self.container}" if self.container else ""
        if self.kind in PROBES:
            return f"the {self.kind} probe{of}"
        own = self.kind in ("HEALTHCHECK", "check")
        return f"the health check{of}" if own or of else f"the health check of {self.kind}"

    @property
    def deciding_request(self) -> Request | None:
        """The one request that it certainly makes, to the container itself, and that decides over it."""
        own = [each for each in self.requests if each.is_own]
        return own[0] if len(self.requests) == 1 and own and own[0].certain and own[0].strict else None
