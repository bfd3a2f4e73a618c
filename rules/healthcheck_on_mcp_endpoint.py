r"""The health check asks the MCP endpoint

A plain `GET` of the MCP endpoint is no request of the protocol. The SDKs
refuse it: `406` for want of `Accept: text/event-stream`, `400` for want of a
session, `405` where there are no sessions. The check fails for ever although
the server works, and in many releases each try leaves a session behind. In
Kubernetes that is an error, as the pod never gets ready or is restarted again
and again, and so it is for a check of HAProxy or a load balancer of AWS, which
take the server out of service. It stays a warning, as below, where no file
says that the image is built from this project: what runs may be another
release of it.

Not reported for a check that does not follow the redirect which older
releases answer the bare path with: `healthcheck-never-fails` speaks of it.

Add a route that answers a plain `GET`, `@mcp.custom_route("/health",
methods=["GET"])`, and ask for that.

See https://modelcontextprotocol.io/specification/2025-11-25/basic/transports

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
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
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
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
          livenessProbe:
            httpGet: {path: /mcp, port: 8000}
```
```output
warning[healthcheck-on-mcp-endpoint]: the liveness probe asks the MCP endpoint of server `notes` for a plain GET, which it refuses
  --> k8s.yaml:13:13
   |
13 |             httpGet: {path: /mcp, port: 8000}
   |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: server.py:4:7
   |
 4 | mcp = FastMCP("notes", host="0.0.0.0")
   |       -------------------------------- is no health route
```

## Good
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
          livenessProbe:
            httpGet: {path: /health, port: 8000}
```
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule
from mcplint.model.releases import gets, may_redirect

DECIDING = ("kubernetes", "alb", "appgw", "aws", "azure", "google cloud", "haproxy", "nginx")


@rule("healthcheck-on-mcp-endpoint", WARNING)
def check(server: Server):
    streams = server.transport.must_be("streamable-http") and server.container is not None
    for each in server.container.checks if streams and server.container else ():
        asked = each.deciding_request
        if not asked or asked.method == "POST" or (asked.port is not None and not server.port.must_be(asked.port)):
            continue
        if any(gets(each, asked.path, server) for each in server.endpoints):
            continue
        same = server.path.must(lambda path, asked=asked: path.rstrip("/") == asked.path.rstrip("/"))
        stays = server.path.must_be(asked.path) and not may_redirect(server, asked.path)
        if same and (asked.follows or stays):
            severity = ERROR if each.platform in DECIDING and server.sdk.known else None
            message = (
                f"{each.title} asks the MCP endpoint of {server.title} for a plain {asked.method}, which it refuses"
            )
            yield Finding(
                message, each.span, (Label(server.path.span or server.span, "is no health route"),), None, severity
            )
