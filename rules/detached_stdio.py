r"""A stdio server runs as a service that nobody is connected to

A server that speaks stdio lives as long as its standard input. A service has
none: the server reads end-of-file, exits with code 0 within a second, and the
restart policy starts it again, for ever. No client can reach it, and nothing
in its log is an error.

A shell that starts the server in the background takes its standard input away
as well: with `python server.py & wait` it is `/dev/null`, even if a client is
connected, and so it is before `sleep infinity`, `tail -f` or a proxy such as
nginx. Let `exec python server.py` take the place of the shell. That is not
reported for an image with a port, which may be told to speak HTTP, nor before
another program that stays in the foreground: what is started beside that is
not followed.

Clients start such a server themselves (`docker run -i --rm IMAGE`), so it
needs no service. To run it for several clients let it speak Streamable HTTP.

Reported for services that are always restarted (`restart: always` and
`unless-stopped`, `condition: any` under `deploy`, pods of Kubernetes) and keep
no standard input open: neither by `stdin_open` nor by `tty`, a terminal at
which nobody types.

Not reported for services with a port (`stdio-behind-port` tells of those), if
a program such as `mcp-proxy` serves it over HTTP, or if it is not restarted:
it may be there for `docker compose run`.

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

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run()
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    restart: unless-stopped
```
```output
error[detached-stdio]: server `notes` speaks stdio, but nobody is connected: it ends at once, and container `notes` restarts it endlessly
 --> compose.yaml:2:3
  |
2 |   notes:
  |   ^^^^^
3 |     build: .
4 |     restart: unless-stopped
  |              -------------- restarts it
  |
 ::: server.py:6:5
  |
6 |     mcp.run()
  |     --------- run() without a transport speaks stdio
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

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    restart: unless-stopped
    ports: ["127.0.0.1:8000:8000"]
```
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule

ALWAYS = ("always", "unless-stopped", "any")


@rule("detached-stdio", ERROR)
def check(server: Server):
    container = server.container
    if not container or server.runner != "sdk" or not server.transport.must_be("stdio"):
        return
    if server.background and server.certain and server.transport_settled and not container.expose:
        message = f"{server.title} speaks stdio, but its shell starts it in the background with no standard input: it ends at once"
        yield Finding(message, server.background.span, (server.background, *server.transport.trace))
    if not container.service or server.background:
        return
    restarts = restarted(container)
    ends = container.stdin_open.must_be(False) and container.tty.must_be(False)
    if restarts and ends and not expects_port(container):
        message = f"{server.title} speaks stdio, but nobody is connected: it ends at once, and {container.title} restarts it endlessly"
        notes = (restarts, *server.transport.trace, Label(container.cmd, "this container runs the server"))
        yield Finding(message, container.span, notes, None, WARNING if server.assumed else None)


def restarted(container):
    """Where it says that a container is started again whenever it ends."""
    if container.platform == "kubernetes":
        return Label(container.span, "Kubernetes restarts it")
    policy = container.restart
    return Label(policy.span, "restarts it") if policy.must_be(*ALWAYS) and policy.span else None


def expects_port(container):
    """Whether the service counts on a port, of which another rule speaks."""
    asked = any(probe.path is not None for probe in container.probes)
    return asked or container.ports or container.forwards or container.web
