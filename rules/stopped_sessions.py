r"""The platform stops a server that keeps sessions in memory

Fly stops a machine to which no request is open, and starts it again with the
next one. A server that keeps sessions in memory has then forgotten them:
clients that are still there get `404 Session not found`, and most do not begin
anew by themselves.

Let the server do without sessions (`stateless_http=True`), suspend machines
instead of stopping them (`auto_stop_machines = "suspend"`), or keep them
running (`min_machines_running = 1`; machines beyond that number still stop).

Reported if every client depends on sessions, a note for SDKs that serve
clients of the newest protocol without.

See https://fly.io/docs/launch/autostop-autostart/

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
fastmcp==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import JWTVerifier

AUTH = JWTVerifier(jwks_uri="https://auth.example.com/jwks", audience="notes")
mcp = FastMCP("notes", auth=AUTH)

if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", port=8000)
```
`fly.toml`
```toml
app = "notes"

[http_service]
internal_port = 8000
force_https = true
auto_stop_machines = "stop"
auto_start_machines = true
min_machines_running = 0
```
```output
warning[stopped-sessions]: server `notes` keeps sessions in memory, and its machine is stopped when idle: they are lost
 --> fly.toml:6:23
  |
6 | auto_stop_machines = "stop"
  |                       ^^^^
  |
 ::: server.py:5:7
  |
5 | mcp = FastMCP("notes", auth=AUTH)
  |       --------------------------- fastmcp 3.4.11 defaults to stateless_http=False
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
  |
  = fix: suspend it instead (--unsafe-fixes)
```
```diff
--- a/fly.toml
+++ b/fly.toml
@@ -3,6 +3,6 @@
 [http_service]
 internal_port = 8000
 force_https = true
-auto_stop_machines = "stop"
+auto_stop_machines = "suspend"
 auto_start_machines = true
 min_machines_running = 0
```

## Good
`fly.toml`
```toml
app = "notes"

[http_service]
internal_port = 8000
force_https = true
auto_stop_machines = "off"
min_machines_running = 1
```
"""

from mcplint import NOTE, WARNING, Edit, Finding, Fix, Label, Server, rule


@rule("stopped-sessions", WARNING)
def check(server: Server):
    container = server.container
    stops = container.stopped if container else ()
    if stops and server.speaks_http and server.stateless.must_be(False):
        message = f"{server.title} keeps sessions in memory, and its machine is stopped when idle: they are lost"
        span = stops[0].span
        quoted = span.text != "true"
        fix = Fix("suspend it instead", (Edit(span, "suspend" if quoted else '"suspend"'),))
        notes = (*server.stateless.trace, Label(container.cmd, "this container runs the server"))
        yield Finding(message, span, notes, fix, NOTE if server.sdk.sessionless else None)
