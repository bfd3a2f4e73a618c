r"""Host and Origin are not checked

Told to listen on every interface, the SDK turns its check of `Host` and `Origin` off without a word (`mcp` since 1.23.0):
any web page that a user visits can then reach the server by DNS rebinding, as far as the network lets the browser. For a
server behind a proxy that knows its names, or one that asks for a token, that is fine; it is a note.

Say which names are right, and the check stays on:
`TransportSecuritySettings(allowed_hosts=["mcp.example.com", "mcp.example.com:*"], allowed_origins=[…])`.

The transports of the low-level server check what `security_settings` tells them to, and nothing without.

It says nothing of releases that never check, nor where the program turns the check off by name.

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
note[host-check-off]: is told to listen everywhere, which turns the check of Host and Origin off
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
from mcplint.knowledge.sdk import agreed

SETTINGS = {"transport_security", "security_settings"}


@rule("host-check-off", NOTE)
def check(server: Server):
    given = {each.name for call in server.calls for each in call.arguments}
    off = server.host_check.must_be(False) and agreed(server.sdk, "host_check") in ("constructor", "app")
    if off and server.container and not SETTINGS & given and server.host.must(is_wildcard):
        if server.declared_host.options == ():
            place = server.host_check.span or server.span
            yield Finding("is given no security settings, so nothing checks Host and Origin", place)
        elif server.declared_host.must(is_wildcard):
            place = server.declared_host.span or server.made or server.span
            yield Finding("is told to listen everywhere, which turns the check of Host and Origin off", place)


def is_wildcard(host):
    return host in ("0.0.0.0", "::", "")
