r"""The server speaks HTTP+SSE, which the protocol has replaced

HTTP+SSE keeps one response open for as long as the client is connected, and
takes messages at a second path. Protocol revision 2025-03-26 replaced it with
Streamable HTTP. Everything since then (resumable streams, requests without a
session, revision 2026-07-28) is not available over it, and clients are free to
drop it. It cannot be spread over several processes, since every message has to
reach the process that holds the stream.

Serve Streamable HTTP (`transport="streamable-http"`, at `/mcp`), next to the
old endpoint for as long as clients need that. The SDKs do not warn.

Outside a container this is a note, and so it is of a bridge such as
`supergateway` that serves a stdio server.

See https://modelcontextprotocol.io/specification/2025-03-26/basic/transports

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

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="sse")
```
```output
warning[deprecated-sse]: server `notes` speaks HTTP+SSE, which Streamable HTTP replaced in protocol revision 2025-03-26
 --> server.py:6:24
  |
6 |     mcp.run(transport="sse")
  |                        ^^^
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import NOTE, WARNING, Finding, Server, rule


@rule("deprecated-sse", WARNING)
def check(server: Server):
    if server.transport.must_be("sse"):
        yield Finding(
            f"{server.title} speaks HTTP+SSE, which Streamable HTTP replaced in protocol revision 2025-03-26",
            server.transport.span or server.span,
            server.transport.trace[:-1],
            severity=WARNING if server.container and server.kind != "bridge" else NOTE,
        )
