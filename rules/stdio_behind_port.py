r"""The server speaks stdio, but is deployed as a service with a port

`run()` without a transport speaks stdio in every SDK, and so do `fastmcp run`
and `mcp run`. Started as a service, such a server has no standard input: it
reads end-of-file, exits with code 0 within a second and is restarted over and
over, without an error in its log. Nothing ever listens on the port that is
published or probed.

Pass `transport="streamable-http"`, and for `mcp` 1.x `host="0.0.0.0"` to the
constructor. A server that is meant to be started by its client
(`docker run -i`) needs no ports and no service.

Not reported if a program such as `mcpo` or `mcp-proxy` serves the stdio server
over HTTP, if standard input is kept open (`stdin_open: true`), for images that
no service runs, or for `EXPOSE`, which opens nothing.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio

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
    mcp.run()
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
```output
error[stdio-behind-port]: server `notes` speaks stdio, but is deployed as a service with a port, where nothing will listen
 --> server.py:6:5
  |
6 |     mcp.run()
  |     ^^^^^^^^^ run() without a transport speaks stdio
  |
 ::: compose.yaml:4:14
  |
4 |     ports: ["127.0.0.1:8000:8000"]
  |              ------------------- publishes a port
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
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

from mcplint import ERROR, Finding, Label, Server, rule


@rule("stdio-behind-port", ERROR)
def check(server: Server):
    container = server.container
    if not container or not container.service or not server.certain or server.runner != "sdk":
        return
    if server.transport.must_be("stdio") and container.stdin_open.must_be(False):
        expected = listening(container)
        if expected:
            starts = Label(container.cmd, "this container runs the server")
            message = (
                f"{server.title} speaks stdio, but is deployed as a service with a port, where nothing will listen"
            )
            yield Finding(message, server.transport.span or server.span, (*expected, *server.transport.trace, starts))


def listening(container):
    """Where the deployment counts on a port of the container."""
    ports = [Label(port.span, "publishes a port") for port in container.ports if port.published is not None]
    words = " ".join(container.probe.command.only or ()) if container.probe else ""
    probes = [Label(container.probe.span, "the health check asks over HTTP")] if "http://" in words else []
    return (*ports[:1], *probes)
