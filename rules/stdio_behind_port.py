r"""The server speaks stdio, but is deployed as a service with a port

`run()` without a transport speaks stdio in every SDK, and so do `fastmcp run`
and `mcp run`. Started as a service, such a server has no standard input: it
reads end-of-file, exits with code 0 within a second and is restarted over and
over, without an error in its log. Nothing ever listens on the port that is
published or probed.

Pass `transport="streamable-http"`, and for `mcp` 1.x `host="0.0.0.0"` to the
constructor. A server that is meant to be started by its client
(`docker run -i`) needs no ports and no service.

A port is expected if one is published, exposed to other services, probed over
HTTP or led to: by a proxy, a label for Traefik, a Kubernetes Service, Fly's
`internal_port`, a web service of Render or the `web` process of a Procfile.

Not reported if its program, or another one that its container starts, may
listen on that port for something else, as for a health check or a REST API,
if a program such as `mcpo` or `mcp-proxy` serves the stdio server over HTTP,
if standard input is kept open (`stdin_open: true`) and no port is published,
for images that no service runs, for `EXPOSE` in an image, or where another
transport can come from a variable of an `env_file`, a ConfigMap or a Secret
that the project does not have.

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

from mcplint import ERROR, WARNING, Deployment, Finding, Label, rule


@rule("stdio-behind-port", ERROR)
def check(deployment: Deployment):
    for server in deployment.servers:
        container = server.container
        if not container or not container.service or not server.certain or server.runner != "sdk":
            continue
        stdio = server.transport.must_be("stdio") and server.transport_settled
        expected = listening(server, deployment.routes_to(server)) if stdio else ()
        if expected:
            starts = Label(container.cmd, "this container runs the server")
            message = (
                f"{server.title} speaks stdio, but is deployed as a service with a port, where nothing will listen"
            )
            notes = (*expected, *server.transport.trace, starts)
            severity = WARNING if server.assumed else None
            yield Finding(message, server.transport.span or server.span, notes, None, severity)


def listening(server, routes):
    """Where the deployment counts on a port of the container; one that clients attach to may expose what it likes.

    What else listens there may be what is meant, on any port where that is not known, and so may what listens in
    another container that uses its network.
    """
    container, heard = server.container, server.listeners
    if container.guests:
        return ()
    ports = [port for port in container.ports if port.published is not None and surely_unheard(port.target, heard)]
    published = [Label(port.span, "publishes a port") for port in ports]
    if container.stdin_open.must(bool):
        return tuple(published[:1])
    led = (
        ()
        if any(port.published is not None for port in container.ports) or container.shared_network.may(bool)
        else container.forwards
    )
    services = [
        Label(port.span, "the Service sends requests to this port")
        for port in led
        if surely_unheard(port.target, heard)
    ]
    exposed = [
        Label(port.span, "exposes a port to other services")
        for port in container.expose
        if is_exposed_by_service(container, port) and surely_unheard(port.target, heard)
    ]
    found = [*published[:1], *services[:1], *exposed[:1]]
    if heard:
        return tuple(found)
    found += [Label(probe.span, "the probe asks over HTTP") for probe in container.probes if probe.path is not None]
    found += container.proxied
    found += [Label(route.target.span or route.span, f"{route.proxy} sends requests to it") for route in routes]
    words = " ".join(container.probe.command.only or ()) if container.probe else ""
    found += [Label(container.probe.span, "the health check asks over HTTP")] if "http://" in words else []
    return (*found, *container.web)


def surely_unheard(port, heard):
    """Whether certainly nothing of what listens does so on a port."""
    return all(each.must_not_be(port.only) for each in heard) if port.only else not heard


def is_exposed_by_service(container, port):
    """Whether the service itself exposes a port; an image may expose one for other commands, and pods say any."""
    return container.platform != "kubernetes" and port.span.source.path != container.dockerfile
