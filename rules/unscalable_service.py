r"""A service with several replicas has something that only one of them can have

Two containers cannot have the same name, and two processes cannot listen on
the same port of the host. With `container_name` and more than one replica,
`docker compose up` stops with `Docker requires each container to have a unique
name`. With a fixed host port, the first replica takes it and the others fail
with `port is already allocated`. What comes up is one container, or none.

Leave the name to compose, which numbers its containers, and publish no fixed
port: a proxy in the same project reaches all replicas by the name of the
service, and a range such as `"8000-8002:8000"` has a port for each. The fix
lets Docker choose the port, so whoever used the fixed one has to be told.

Not reported for services with settings that only Docker Swarm uses, which
ignores `container_name` and balances a published port itself, or on platforms
other than compose.

See https://docs.docker.com/reference/compose-file/services/#container_name

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
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    container_name: notes
    ports: ["127.0.0.1:8000:8000"]
    deploy:
      replicas: 3
```
```output
error[unscalable-service]: `container_name` cannot be used with 3 replicas
 --> compose.yaml:4:21
  |
4 |     container_name: notes
  |                     ^^^^^
...
7 |       replicas: 3
  |                 - the service sets the number of replicas

error[unscalable-service]: host port 8000 cannot be used by 3 replicas, only one can have it
 --> compose.yaml:5:14
  |
5 |     ports: ["127.0.0.1:8000:8000"]
  |              ^^^^^^^^^^^^^^^^^^^
6 |     deploy:
7 |       replicas: 3
  |                 - the service sets the number of replicas
  |
  = fix: let Docker pick a free port for each replica (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -2,6 +2,6 @@
   notes:
     build: .
     container_name: notes
-    ports: ["127.0.0.1:8000:8000"]
+    ports: ["127.0.0.1::8000"]
     deploy:
       replicas: 3
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000-8002:8000"]
    deploy:
      replicas: 3
```
"""

from mcplint import ERROR, Container, Edit, Finding, Fix, Port, rule


@rule("unscalable-service", ERROR)
def check(container: Container):
    replicas = container.replicas
    if container.platform != "compose" or container.swarm or not replicas.options or min(replicas.options) < 2:
        return
    count = " or ".join(map(str, replicas.options))
    if container.container_name.must_not_be(None):
        message = f"`container_name` cannot be used with {count} replicas"
        yield Finding(message, container.container_name.span or container.span, replicas.trace)
    for port in container.ports:
        if port.published is not None and port.published.only:
            message = f"host port {port.published.only} cannot be used by {count} replicas, only one can have it"
            yield Finding(message, port.span, replicas.trace, without_host_port(port))


def without_host_port(port: Port) -> Fix | None:
    """Leaves the number out of `8000:8000` and `127.0.0.1:8000:8000`."""
    *before, target = port.span.text.split(":")
    if target.partition("/")[0] != str(port.target.only) or before[-1:] != [str(port.published.only)]:
        return None
    address = before[:-1]
    text = ":".join((*address, "", target)) if address else target
    return Fix("let Docker pick a free port for each replica", (Edit(port.span, text),))
