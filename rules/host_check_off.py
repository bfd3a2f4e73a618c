r"""The server does not check Host and Origin

If the SDK is told to listen on all interfaces, it silently turns its check of
`Host` and `Origin` off (`mcp` since 1.23.0). Any web page that a user visits
can then reach the server by DNS rebinding, as far as the network lets the
browser. That is fine for a server behind a proxy that knows its names, or one
that requires a token, so this is a note.

List the names that are right, and the check stays on:
`TransportSecuritySettings(allowed_hosts=["mcp.example.com",
"mcp.example.com:*"], allowed_origins=[…])`. The transports of the low-level
server check what `security_settings` tells them to, and nothing by default.

Not reported for releases that never check, or if the program turns the check
off explicitly.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning

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
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
note[host-check-off]: server `notes` is told to listen on 0.0.0.0, which turns its `Host` and `Origin` checks off
 --> server.py:3:30
  |
3 | mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
  |                              ^^^^^^^
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from mcp.server.transport_security import TransportSecuritySettings

mcp = FastMCP(
    "notes",
    host="0.0.0.0",
    stateless_http=True,
    transport_security=TransportSecuritySettings(
        allowed_hosts=["mcp.example.com", "mcp.example.com:*"], allowed_origins=["https://mcp.example.com"]
    ),
)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import NOTE, Finding, Server, rule
from mcplint.model.releases import common_fact

SETTINGS = {"transport_security", "security_settings"}


@rule("host-check-off", NOTE)
def check(server: Server):
    given = {each.name for call in server.calls for each in call.arguments}
    off = server.host_check.must_be(False) and common_fact(server.sdk, "host_check") in ("constructor", "app")
    listens = server.container and server.speaks_http and server.host.options
    if off and listens and not SETTINGS & given:
        if server.declared_host.options == ():
            span = server.host_check.span or server.span
            yield Finding(f"{server.title} has no security settings, so nothing checks `Host` and `Origin`", span)
        elif server.declared_host.must(is_wildcard):
            span = server.declared_host.span or server.made or server.span
            address = server.declared_host.only or "all interfaces"
            message = f"{server.title} is told to listen on {address}, which turns its `Host` and `Origin` checks off"
            yield Finding(message, span)


def is_wildcard(host):
    return host in ("0.0.0.0", "::", "")
