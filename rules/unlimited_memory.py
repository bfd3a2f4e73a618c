r"""A server may take all memory of its host

Sessions, streams and large answers stay in memory. Without a limit a server
that grows takes the memory of everything else on the machine, and the kernel
ends whatever it chooses. With a limit the server alone is ended and restarted.

Compose has `mem_limit` (or `deploy.resources.limits.memory`), Kubernetes
`resources.limits.memory`.

See https://docs.docker.com/engine/containers/resource_constraints/

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
    ports: ["127.0.0.1:8000:8000"]
```
```output
note[unlimited-memory]: container `notes` has no memory limit: server `notes` can use up the memory of its host
 --> compose.yaml:2:3
  |
2 |   notes:
  |   ^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
    mem_limit: 512m
```
"""

from mcplint import NOTE, Finding, Server, rule

LIMITED = ("compose", "kubernetes")


@rule("unlimited-memory", NOTE)
def check(server: Server):
    container = server.container
    if container and container.platform in LIMITED and server.speaks_http and container.memory.must_be(None):
        yield Finding(
            f"{container.title} has no memory limit: {server.title} can use up the memory of its host", container.span
        )
