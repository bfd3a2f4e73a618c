r"""Requests are spread over processes, and nothing can tell whether one of them works

No release of the SDKs brings a health route: `/`, `/health` and `/healthz` are `404`. The MCP endpoint is none either: a
plain `GET` of it is refused with `400` or `406`, and in many releases leaves a session behind. So a platform that starts
several processes cannot be told to leave out the one that hangs, and a balancer learns of it from the requests that fail.

Add a route that answers a plain `GET`, `@mcp.custom_route("/health", methods=["GET"])`, which needs no authentication and
no allowed `Host`, and let the health check of the service ask it.

It says nothing where one process serves, where the deployment has a health check, whatever that asks, and where the
program may answer paths that the files do not tell.

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
`compose.yaml`
```yaml
services:
  notes:
    build: .
    deploy:
      replicas: 3
```
```output
warning[health-route-missing]: has no route for a health check, while 3 replicas share its requests
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:5:17
  |
5 |       replicas: 3
  |                 - the service sets the number of its containers
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
"""

from mcplint import WARNING, Finding, Server, rule


@rule("health-route-missing", WARNING)
def check(server: Server):
    container = server.container
    if not container or not server.certain or not server.speaks_http:
        return
    if container.probe or container.probes:
        return
    if not server.endpoints_closed or any("GET" in endpoint.methods for endpoint in server.endpoints):
        return
    for spread in server.spread:
        if spread.kind != "workers" and spread.several and not spread.assumed:
            many = spread.processes.only or "several"
            message = f"has no route for a health check, while {many} {TITLES[spread.kind]} share its requests"
            yield Finding(message, server.made or server.span, spread.notes)
            return


TITLES = {"replicas": "replicas", "members": "members of an upstream"}
