r"""A host port is published twice

A port of the host can be given to one container only. `docker compose up`
starts the first service and stops with `Bind for 0.0.0.0:8000 failed: port is
already allocated` at the second. Nor can one service publish it twice, on all
addresses and on one of them, or for two ports of its own.

Inside the project nothing needs a port of the host: services reach each other
by name. Publish one of them on another number, or not at all.

Reported for compose projects that run an MCP server. Not reported for ports on
different addresses, and for services that are never started together because
they belong to different profiles.

See https://docs.docker.com/reference/compose-file/services/#ports

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
  inspector:
    image: example.com/inspector:1.0.0
    ports: ["127.0.0.1:8000:6274"]
```
```output
error[duplicate-host-port]: service `inspector` publishes port 8000 of the host, which service `notes` publishes already
 --> compose.yaml:7:14
  |
4 |     ports: ["127.0.0.1:8000:8000"]
  |              ------------------- has it
...
7 |     ports: ["127.0.0.1:8000:6274"]
  |              ^^^^^^^^^^^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
  inspector:
    image: example.com/inspector:1.0.0
    ports: ["127.0.0.1:6274:6274"]
```
"""

from mcplint import ERROR, Finding, Label, PortConflict, rule


@rule("duplicate-host-port", ERROR)
def check(clash: PortConflict):
    again = " twice" if clash.service == clash.other else f", which service `{clash.other}` publishes already"
    message = f"service `{clash.service}` publishes port {clash.port} of the host{again}"
    yield Finding(message, clash.span, (Label(clash.first, "has it"),))
