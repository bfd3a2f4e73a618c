r"""A server that does not authenticate its callers is published on all interfaces

`ports: ["8000:8000"]` opens the port on every interface of the host. In an
office, a café or a data centre, everyone who reaches the machine can call the
tools, and Docker's firewall rules come before those of `ufw`. The SDKs
authenticate nobody by default, so a stranger may do whatever the tools may do.

If a proxy asks for a password or a token (`auth_basic`, `auth_request`, client
certificates) and the server's own port is published next to it, the port
bypasses the check: an error. Containers reach each other without published
ports.

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


@rule("published-without-auth", WARNING)
def check(server: Server):
    container = server.container
    if not container or container.platform != "compose" or container.shared_network.may(bool):
        return
    if server.auth.may_not_be(None) or server.authenticated.must(bool):
        return
    if not server.speaks_http or server.host.may(is_loopback):
        return
    for port in container.ports:
        reached = server.port.must_be(port.target.only)
        if reached and port.published is not None and port.host_ip is None:
            unchecked = f"and {server.title} does not authenticate callers"
            bypass = f"which bypasses the authentication in front of {server.title}"
            message = f"port {port.published.only or port.target.only} is open on all interfaces, "
            message += bypass if server.proxy_auth else unchecked
            fix = Fix("publish on 127.0.0.1 only", bound(port), bool(server.proxy_auth))
            notes = (*server.proxy_auth, *server.auth.trace, Label(server.span, "accepts every caller"))
            yield Finding(message, port.span, notes, fix, ERROR if server.proxy_auth else None)


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def bound(port: Port) -> tuple[Edit, ...]:
    """The address in front of `8000:8000` or of `0.0.0.0:8000:8000`, whatever variables stand in it."""
    plain = re.sub(r"\$\{[^}]*\}", lambda found: "0" * len(found[0]), port.span.text)
    address = re.match(r"(?:0\.0\.0\.0|\[::\]):(?=[^:]*:)", plain)
    if not address and plain.count(":") != 1:
        return ()
    start = port.span.start
    return (Edit(port.span._replace(end=start + (address.end() if address else 0)), "127.0.0.1:"),)
