r"""The server speaks stdio, but is deployed as a service with a port

`run()` without a transport speaks stdio in every SDK, and so do `fastmcp run`
and `mcp run`. Started as a service, such a server has no standard input: it
reads end-of-file, exits with code 0 within a second and is restarted over and
over, without an error in its log. Nothing ever listens on the port that is
published or probed.

Pass `transport="streamable-http"`, and for `mcp` 1.x `host="0.0.0.0"` to the
constructor. A server that is meant to be started by its client
(`docker run -i`) needs no ports and no service.

<<<<<<< HEAD
Not reported if a program such as `mcpo` or `mcp-proxy` serves the stdio server
over HTTP, if standard input is kept open (`stdin_open: true`), for images that
no service runs, or for `EXPOSE`, which opens nothing.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
=======
A port is expected where one is published, exposed to other services, probed over HTTP or led to: by a proxy, Traefik's
label, a Kubernetes Service, Fly's `internal_port`, a web service of Render or the `web` process of a Procfile.

It says nothing where a program such as `mcpo` or `mcp-proxy` serves the stdio server over HTTP, where standard input is
kept open (`stdin_open: true`) and no port is published, of images that no service runs, and of `EXPOSE` in an image.
>>>>>>> 57d546c (A server that speaks stdio is found behind every port that a deployment counts on)

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
        expected = listening(container, deployment.routes_to(server)) if server.transport.must_be("stdio") else ()
        if expected:
            starts = Label(container.cmd, "this container runs the server")
<<<<<<< HEAD
            message = (
                f"{server.title} speaks stdio, but is deployed as a service with a port, where nothing will listen"
            )
            yield Finding(message, server.transport.span or server.span, (*expected, *server.transport.trace, starts))
=======
            message = "speaks stdio, but runs as a service that is expected to listen: nothing does"
            notes = (*expected, *server.transport.trace, starts)
            severity = WARNING if server.assumed else None
            yield Finding(message, server.transport.span or server.span, notes, None, severity)
>>>>>>> 57d546c (A server that speaks stdio is found behind every port that a deployment counts on)


def listening(container, routes):
    """Where the deployment counts on a port of the container; one that clients attach to may expose what it likes."""
    found = [Label(port.span, "publishes a port") for port in container.ports if port.published is not None][:1]
    if container.stdin_open.must(bool):
        return tuple(found)
    shared = container.shared_network.may(bool)
    found += [Label(port.span, "a Service leads to it") for port in container.forwards if not found and not shared][:1]
    found += [Label(port.span, "is exposed to other services") for port in container.expose if opened(container, port)][
        :1
    ]
    found += [Label(probe.span, "asks it over HTTP") for probe in container.probes if probe.path is not None]
    found += [Label(value.span, "Traefik leads to it") for name, value in container.labels.items() if is_port(name)]
    found += [Label(route.target.span or route.span, f"{route.proxy} leads to it") for route in routes]
    words = " ".join(container.probe.command.only or ()) if container.probe else ""
<<<<<<< HEAD
    probes = [Label(container.probe.span, "the health check asks over HTTP")] if "http://" in words else []
    return (*ports[:1], *probes)
=======
    found += [Label(container.probe.span, "asks it over HTTP")] if "http://" in words else []
    return (*found, *container.web)


def opened(container, port):
    """Whether the service itself exposes a port; an image may expose one for other commands, and pods say any."""
    return container.platform != "kubernetes" and port.span.source.path != container.dockerfile


def is_port(label):
    return label.lower().startswith("traefik.http.services.") and label.lower().endswith("loadbalancer.server.port")
>>>>>>> 57d546c (A server that speaks stdio is found behind every port that a deployment counts on)
