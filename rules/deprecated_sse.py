r"""Server speaks the HTTP+SSE transport, which the protocol has replaced

HTTP+SSE holds one response open for as long as the client is there and takes messages at a second path. The protocol
replaced it by streamable HTTP in its revision of 2025-03-26, and what came later (resumption, sessionless requests, the
revision 2026-07-28) is not to be had over it. It cannot be spread over several processes at all, since every message has
to reach the process that holds the stream, and clients are free to drop it.

Serve streamable HTTP (`transport="streamable-http"`, at `/mcp`), beside the old endpoint for as long as clients need
that. The SDKs themselves warn of nothing. Outside a container this is a note.

See [Transports](https://modelcontextprotocol.io/specification/2025-03-26/basic/transports) in the specification.

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
warning[deprecated-sse]: serves HTTP+SSE, which streamable HTTP replaced in the protocol's revision 2025-03-26
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
            "serves HTTP+SSE, which streamable HTTP replaced in the protocol's revision 2025-03-26",
            server.transport.span or server.span,
            server.transport.trace[:-1],
            severity=WARNING if server.container else NOTE,
        )
