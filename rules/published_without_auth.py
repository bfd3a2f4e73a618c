r"""A server that does not authenticate its callers is published on all interfaces

`ports: ["8000:8000"]` opens the port on every interface of the host. In an
office, a café or a data centre, everyone who reaches the machine can call the
tools, and Docker's firewall rules come before those of `ufw`. The SDKs
authenticate nobody by default, so a stranger may do whatever the tools may do.

If a proxy asks for a password or a token (`auth_basic`, `auth_request`, client
certificates) and the server's own port is published next to it, the port
bypasses the check: an error. Containers reach each other without published
ports.

HAProxy's own statistics (`stats enable`) show everybody which servers there
are, and let them be switched off with `stats admin`, unless there is a `stats
auth`.

Metrics that the program serves on a port of its own tell which tools are used
and how often; a note where that port is published as well.

A bridge (`mcpo`, `mcp-proxy`, `supergateway`) serves a stdio server, of the
project or of others, to everybody unless it is given a key, `mcpo --api-key`;
so does its official image.

The same holds if a proxy that lets everybody in is published instead, if the
service uses the network of its host or is a unit of systemd, for a Kubernetes
Service of type LoadBalancer or NodePort, for an Ingress of whatever class, a
route of a Gateway or a Route without authentication, for a web service of
Render or Fly, and for one of Cloud Run
that Cloud Build, a script or a workflow deploys with
`--allow-unauthenticated`. A proxy that no
container is known to run is a note: its machine may be closed to others.

Publish on `127.0.0.1`, put a proxy that authenticates callers in front, or add
authentication to the server. The fix binds the port to the loopback interface.
It is unsafe because other machines may be meant to connect, except if a proxy
is there for them.

Middleware counts only if it may turn callers away with what the files set: a
check that is skipped while a token is empty or `AUTH_ENABLED` is false, as it
is by its default, checks nobody. Neither does a check that only other routes
of the application depend on, one that nothing in the program names, or one
that is added to another application than the one which is served, as
`mcp.run()` makes one of its own.

An OAuth provider of the project's own checks nobody either if its `authorize`
answers at once with a code and everybody may register a client, whether it
stands behind `mcpAuthRouter` or Python's `auth_server_provider`. Nor do routes
`/authorize` and `/token` of its own that give everyone what its middleware
asks for.

What decides who may call is seldom in a file: where a platform has secrets of
its own (Fly, Render, Railway, Heroku, Cloud Run), or variables come from a
Secret or a file that the project does not have, a token may be set there, and
nothing is reported.

Not reported for a load balancer of an internal network, or one that only some
addresses reach, nor for pods that a NetworkPolicy opens to some alone, nor if
HAProxy takes only callers with a certificate (`verify required`).

Not reported if the program gives the SDK a token verifier or an OAuth
provider, in the constructor or later, adds middleware that may check callers,
as any may that comes from a package which mcplint does not know, hands its
application to such a package, looks at their headers itself, has TLS ask them
for certificates, or if the project states `authenticated-elsewhere`.

See https://docs.docker.com/engine/network/packet-filtering-firewalls/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["8000:8000"]
```
```output
warning[published-without-auth]: port 8000 is open on all interfaces, and server `notes` does not authenticate callers
 --> compose.yaml:4:14
  |
4 |     ports: ["8000:8000"]
  |              ^^^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- no authentication is configured
...
6 |     mcp.run(transport="streamable-http")
  |     ------------------------------------ accepts every caller
  |
  = fix: publish on 127.0.0.1 only (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -1,4 +1,4 @@
 services:
   notes:
     build: .
-    ports: ["8000:8000"]
+    ports: ["127.0.0.1:8000:8000"]
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
"""

import re

from mcplint import ERROR, NOTE, WARNING, Bridge, Container, Edit, Finding, Fix, Label, Port, Server, Span, rule
from mcplint.text.urls import is_loopback

OPEN = ("render", "fly", "cloud-run")
KEYS = {"MCPO_API_KEY", "MCP_PROXY_API_KEY", "API_KEY"}


@rule("published-without-auth", WARNING)
def check(server: Server):
    for page in server.proxy_pages:
        yield Finding(f"{page.text}: the port is open on all interfaces", page.span)
    yield from open_metrics(server)
    if server.bridge and server.container and server.authenticated.may_not_be(True):
        yield from bridged(server, server.bridge, server.container)
    if server.auth.may_not_be(None) or server.authenticated.must(bool) or server.transport.must_be("stdio"):
        return
    unchecked = f"and {server.title} does not authenticate callers"
    so = f"which bypasses the authentication in front of {server.title}" if server.proxy_auth else unchecked
    severity = ERROR if server.proxy_auth else None
    notes = (*server.proxy_auth, *server.auth.trace, Label(server.span, "accepts every caller"))
    shown = False
    for message, span, edits in reachable(server):
        fix = Fix("publish on 127.0.0.1 only", edits, bool(server.proxy_auth)) if edits else None
        yield Finding(f"{message}, {so}", span, notes, fix, severity)
        shown = True
    opened = server.proxy_ports or server.proxy_binds
    if opened and server.speaks_http and not shown:
        first, *others = opened
        mild = None if server.proxy_ports else NOTE
        yield Finding(f"{first.text}, {unchecked}", first.span, (*others, *notes), None, mild)


def open_metrics(server: Server):
    """The open port on which a program shows its metrics."""
    for metrics in server.metrics:
        for port in server.container.ports if server.container and metrics.host.must(is_all_interfaces) else ():
            if is_open(port) and metrics.port.must_be(port.target.only):
                message = f"{port.title} is open on all interfaces, and shows everybody the metrics of {server.title}"
                yield Finding(message, port.span, (Label(metrics.span, "serves them"),), None, NOTE)


def bridged(server: Server, bridge: Bridge, container: Container):
    """The open port of a program that serves a stdio server over HTTP, and is given no key."""
    listens = bridge.host.must(is_all_interfaces) and not (bridge.keyed or KEYS & container.env.keys())
    for port in container.ports if listens else ():
        if is_open(port) and bridge.port.must_be(port.target.only):
            edits = loopback_edits(port) if container.platform == "compose" else ()
            fix = Fix("publish on 127.0.0.1 only", edits) if edits else None
            whose = f"callers of {server.title}" if server.name.only else "its callers"
            message = f"{port.title} is open on all interfaces, and {bridge.name} does not authenticate {whose}"
            yield Finding(message, port.span, (Label(container.cmd, "is given no key"),), fix)


def reachable(server: Server):
    """Where other machines reach the server itself: what to say of it, its place, the edits that close it."""
    container, unit = server.container, server.unit
    if server.host.may(is_loopback) and (server.host.options is not None or unit):
        return
    if unit and server.speaks_http and server.host.must(is_all_interfaces):
        number = server.port.only or "of the server"
        yield f"port {number} is open on all interfaces of its machine", server.host.span or server.span, ()
    if not container:
        return
    alone = container.ports_published_once if container.platform == "compose" else frozenset()
    for port in () if container.shared_network.may(bool) else listening(server, container):
        edits = loopback_edits(port) if port in alone else ()
        yield f"{port.title} is open on all interfaces", port.span, edits
    mode = container.network_mode
    if mode.must_be("host") and mode.span and server.speaks_http:
        yield "the service is open on all interfaces of its host", mode.span, ()
    for label in container.web[:1] if container.platform in OPEN and server.speaks_http else ():
        led = [port for port in container.expose if port.span.source is label.span.source]
        if not led or any(server.port.may_be(port.target.only) for port in led):
            yield "the service is open to the internet", label.span, ()


def listening(server: Server, container: Container):
    """The open ports that lead to the server; where its own is not known, the only one that there is."""
    found = [port for port in container.ports if is_open(port)]
    if server.port.options is None:
        return found if len(container.ports) == 1 else []
    return [port for port in found if server.port.must_be(port.target.only)]


def is_open(port: Port) -> bool:
    return port.published is not None and port.host_ip is None and port.protocol != "udp"


def is_all_interfaces(host: str) -> bool:
    return host in ("0.0.0.0", "::")


def loopback_edits(port: Port) -> tuple[Edit, ...]:
    """The address in front of `8000:8000`, `0.0.0.0:8000:8000` or `8000`, whatever variables stand in it."""
    plain = re.sub(r"\$\{[^}]{0,1000}\}", lambda found: "0" * len(found[0]), port.span.text)
    short = re.fullmatch(r"((?:0\.0\.0\.0|\[::\]):(?=[^:]*:))?(?:[\d-]*:)?[\d-]+(?:/\w+)?", plain)
    if not short:
        return host_ip_edits(port.span)
    start = port.span.start
    text = "127.0.0.1:" if ":" in plain else "127.0.0.1::"
    return (Edit(port.span._replace(end=start + short.end(1) if short[1] else start), text),)


def host_ip_edits(span: Span) -> tuple[Edit, ...]:
    """The address of a port that is a mapping: in place of its own, else above the number that is published."""
    quote = r"[\"']?"
    if given := re.search(rf"\bhost_ip{quote}\s*:\s*{quote}(0\.0\.0\.0|::)(?=[\"'\s,}}]|$)", span.text):
        return (Edit(span._replace(start=span.start + given.start(1), end=span.start + given.end(1)), "127.0.0.1"),)
    key = re.search(rf"(?:^|(?<=[\s{{,]))({quote})published\1\s*:", span.text)
    if not key or "host_ip" in span.text:
        return ()
    start, flow = span.start + key.start(), span.text.startswith("{")
    column = start - (span.source.text.rfind("\n", 0, start) + 1)
    apart = " " if flow else f"\n{' ' * column}"
    address = f"{key[1]}127.0.0.1{key[1]}"
    return (Edit(span._replace(start=start, end=start), f"{key[1]}host_ip{key[1]}: {address}{',' * flow}{apart}"),)
