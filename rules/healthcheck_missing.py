r"""Requests are spread over processes, and no health check can tell which of them work

No release of the SDKs has a health route: `/`, `/health` and `/healthz` are
`404`. The MCP endpoint cannot serve as one: a plain `GET` is refused with
`400`, `405` or `406`, and in many releases leaves a session behind. So a
platform that starts several processes cannot take a hanging one out of
service, and a load balancer only notices when requests fail.

Add a route that answers a plain `GET`,
`@mcp.custom_route("/health", methods=["GET"])`, and let the health check of
the service use it. Custom routes need neither authentication nor an allowed
`Host`.

Not reported if a single process serves: nothing takes its requests over while
it hangs, Docker only marks a container `unhealthy` and restarts none, and
Kubernetes restarts a process that ends without any probe. Nor if the
deployment has any health check, or if the program may answer paths that the
files do not show.

See https://gofastmcp.com/deployment/http

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
warning[healthcheck-missing]: server `notes` has no health route, although its requests are spread over 3 replicas
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:5:17
  |
5 |       replicas: 3
  |                 - the service sets the number of replicas
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
from mcplint.model import Endpoint
from mcplint.model.releases import gets


@rule("healthcheck-missing", WARNING)
def check(server: Server):
    container = server.container
    if not container or not server.certain or not server.speaks_http:
        return
    if container.probe or container.probes:
        return
    if not server.endpoints_closed or any(is_health_route(endpoint, server) for endpoint in server.endpoints):
        return
    for spread in server.spread:
        if spread.kind != "workers" and spread.several and not spread.assumed:
            many = spread.processes.only or "several"
            message = f"{server.title} has no health route, although its requests are spread over {many} {TITLES[spread.kind]}"
            yield Finding(message, server.made or server.span, spread.notes)
            return


def is_health_route(endpoint: Endpoint, server: Server) -> bool:
    """Whether a check may ask for a route: one that answers a GET and is no refusal at the path of the server."""
    at_path = server.path.must(lambda path: server.matching.answers(endpoint.path, path))
    answers = gets(endpoint, server.path.only or "", server) if at_path else "GET" in endpoint.methods
    return answers and not endpoint.documents


TITLES = {"replicas": "replicas", "members": "upstream servers"}
