r"""The proxy sends WebSocket headers to an MCP server

`proxy_set_header Upgrade` and `Connection "upgrade"` are needed for WebSocket,
which no MCP transport uses. Clients never ask for an upgrade, so nginx drops
the empty header and nothing happens. The lines are copied from one guide to
the next and hide what a location is for: a note.

A literal `Upgrade websocket` is another matter. It asks the server for a
protocol that nobody will speak: uvicorn with `httptools` (`uvicorn[standard]`)
then hangs or answers 400, which makes it a warning.

See https://nginx.org/en/docs/http/websocket.html

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

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
  nginx:
    image: nginx:1.28
    ports: ["127.0.0.1:80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}
```
```output
note[websocket-headers]: nginx sets `Upgrade` for WebSocket, which MCP does not use
 --> nginx.conf:9:9
  |
9 |         proxy_set_header Upgrade $http_upgrade;
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove the WebSocket headers (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -6,7 +6,5 @@
         proxy_pass http://notes:8000;
         proxy_buffering off;
         proxy_read_timeout 300s;
-        proxy_set_header Upgrade $http_upgrade;
-        proxy_set_header Connection "upgrade";
     }
 }
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
"""

from mcplint import NOTE, WARNING, Finding, Fix, Route, rule
from mcplint.model import Setting


@rule("websocket-headers", NOTE)
def check(route: Route):
    if not route.carried:
        return
    related = [header for header in route.request_headers if header.name == "upgrade" or _upgrades(header)]
    for header in related:
        if header.name == "upgrade" and header.value:
            literal = "$" not in header.value
            edits = tuple(edit for found in related for edit in found.removal)
            yield Finding(
                f"{route.proxy} asks for a WebSocket upgrade with every request"
                if literal
                else f"{route.proxy} sets `Upgrade` for WebSocket, which MCP does not use",
                header.span,
                (),
                Fix("remove the WebSocket headers", edits, safe=True) if edits else None,
                WARNING if literal else NOTE,
            )


def _upgrades(header: Setting) -> bool:
    """Whether this is the `Connection` header that goes with `Upgrade`."""
    return header.name == "connection" and "upgrade" in header.value.lower()
