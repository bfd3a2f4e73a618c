r"""A server that does not authenticate its callers is published on all interfaces

`ports: ["8000:8000"]` opens the port on every interface of the host. In an
office, a café or a data centre, everyone who reaches the machine can call the
tools, and Docker's firewall rules come before those of `ufw`. The SDKs
authenticate nobody by default, so a stranger may do whatever the tools may do.

If a proxy asks for a password or a token (`auth_basic`, `auth_request`, client
certificates) and the server's own port is published next to it, the port
bypasses the check: an error. Containers reach each other without published
ports.

The same holds if a proxy that lets everybody in is published instead, if the
service uses the network of its host, for a Kubernetes Service of type
LoadBalancer or NodePort, and for a web service of Render or Fly.

Publish on `127.0.0.1`, put a proxy that authenticates callers in front, or add
authentication to the server. The fix binds the port to the loopback interface.
It is unsafe because other machines may be meant to connect, except if a proxy
is there for them.

Not reported if the program gives the SDK a token verifier or an OAuth
provider, adds middleware that may check callers, looks at their headers
itself, or if the project states `authenticated-elsewhere`.

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

from mcplint import ERROR, WARNING, Edit, Finding, Fix, Label, Port, Server, rule

OPEN = ("render", "fly")


@rule("published-without-auth", WARNING)
def check(server: Server):
    container = server.container
    if not container or server.auth.may_not_be(None) or server.authenticated.must(bool):
        return
    if not server.speaks_http or server.host.may(is_loopback):
        return
    unchecked = f"and {server.title} does not authenticate callers"
    so = f"which bypasses the authentication in front of {server.title}" if server.proxy_auth else unchecked
    severity = ERROR if server.proxy_auth else None
    notes = (*server.proxy_auth, *server.auth.trace, Label(server.span, "accepts every caller"))
    direct = [port for port in container.ports if is_open(port) and server.port.must_be(port.target.only)]
    for port in () if container.shared_network.may(bool) else direct:
        edits = bound(port) if container.platform == "compose" else ()
        fix = Fix("publish on 127.0.0.1 only", edits, bool(server.proxy_auth)) if edits else None
        number = port.published.only or port.target.only
        yield Finding(f"port {number} is open on all interfaces, {so}", port.span, notes, fix, severity)
    if not direct and server.proxy_ports:
        first, *others = server.proxy_ports
        message = f"the proxy is open on all interfaces and lets everybody in, {unchecked}"
        yield Finding(message, first.span, (*others, *notes))
    mode = container.network_mode
    if mode.must_be("host") and mode.span:
        yield Finding(f"the service is open on all interfaces of its host, {so}", mode.span, notes, None, severity)
    for label in container.web[:1] if container.platform in OPEN else ():
        if not container.expose or any(server.port.may_be(port.target.only) for port in container.expose):
            yield Finding(f"the service is open to the internet, {so}", label.span, notes, None, severity)


def is_open(port: Port) -> bool:
    return port.published is not None and port.host_ip is None


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def bound(port: Port) -> tuple[Edit, ...]:
    """The address in front of `8000:8000`, `0.0.0.0:8000:8000` or `8000`, whatever variables stand in it."""
    plain = re.sub(r"\$\{[^}]*\}", lambda found: "0" * len(found[0]), port.span.text)
    short = re.fullmatch(r"((?:0\.0\.0\.0|\[::\]):(?=[^:]*:))?(?:[\d-]*:)?[\d-]+(?:/\w+)?", plain)
    if not short:
        return ()
    start = port.span.start
    text = "127.0.0.1:" if ":" in plain else "127.0.0.1::"
    return (Edit(port.span._replace(end=start + short.end(1) if short[1] else start), text),)
