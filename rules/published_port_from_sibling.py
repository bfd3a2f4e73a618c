r"""A container calls another by the port that is published on the host

`ports: ["3000:8000"]` opens port 3000 of the host and leads it to port 8000 of
the container. Containers of the same compose project do not take that way:
they reach each other by service name, on the port inside. `http://notes:3000`
is refused.

Reported for addresses in the environment of a container, if it or the one that
is asked runs an MCP server, and nothing is known to listen on that port
inside.

See https://docs.docker.com/compose/how-tos/networking/

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
    ports: ["127.0.0.1:3000:8000"]
  agent:
    image: example.com/agent:1.0.0
    environment:
      NOTES_URL: http://notes:3000/mcp
```
```output
error[published-port-from-sibling]: NOTES_URL calls service `notes` on port 3000, its port on the host: other containers reach it on 8000
 --> compose.yaml:8:25
  |
4 |     ports: ["127.0.0.1:3000:8000"]
  |              ------------------- publishes the port
...
8 |       NOTES_URL: http://notes:3000/mcp
  |       -------------------------------- the service sets NOTES_URL
  |                         ^^^^^^^^^^
  |
  = fix: ask for port 8000 (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -5,4 +5,4 @@
   agent:
     image: example.com/agent:1.0.0
     environment:
-      NOTES_URL: http://notes:3000/mcp
+      NOTES_URL: http://notes:8000/mcp
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:3000:8000"]
  agent:
    image: example.com/agent:1.0.0
    environment:
      NOTES_URL: http://notes:8000/mcp
```
"""

from mcplint import ERROR, Call, Finding, Fix, Label, rule


@rule("published-port-from-sibling", ERROR)
def check(call: Call):
    inner = call.published.get(call.port)
    if inner is None or call.port in call.inner or call.host not in call.container.names:
        return
    name = call.container.service
    message = (
        f"{call.variable} calls service `{name}` on port {call.port}, its port on the host: "
        f"other containers reach it on {inner}"
    )
    published = (port for port in call.container.ports if port.published is not None)
    ports = (port.span for port in published if port.published.only == call.port)
    notes = (*call.trace, *(Label(span, "publishes the port") for span in ports))
    yield Finding(message, call.span, notes, Fix(f"ask for port {inner}", call.moved(call.host, inner)))
