r"""The proxy drops or replaces headers that MCP needs

Streamable HTTP depends on a few headers. If a response loses `Mcp-Session-Id`,
the client cannot name its session; if requests lose it, the server refuses
every call after the first with 400. With an `Accept` other than the client's
the server answers 406, with another `Content-Type` 400. Without a body, or
turned into a GET, there is no call at all.

Without `Mcp-Name`, servers of the newest protocol refuse the call. Without
`MCP-Protocol-Version` or `Mcp-Method` they fall back to sessions, which is a
warning.

nginx passes all request headers on by default, also if a location has
`proxy_set_header` for others.

Not reported for the session header of a stateless server.

See https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header

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
        proxy_hide_header Mcp-Session-Id;
        proxy_set_header Accept application/json;
    }
}
```
```output
error[dropped-headers]: nginx `location /mcp` hides `Mcp-Session-Id` from clients, so their second request is refused
 --> nginx.conf:9:9
  |
9 |         proxy_hide_header Mcp-Session-Id;
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove this setting (--fix)

error[dropped-headers]: nginx `location /mcp` replaces the client's `Accept` with `application/json`: the server answers 406
  --> nginx.conf:10:9
   |
10 |         proxy_set_header Accept application/json;
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: remove this setting (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -6,7 +6,5 @@
         proxy_pass http://notes:8000;
         proxy_buffering off;
         proxy_read_timeout 300s;
-        proxy_hide_header Mcp-Session-Id;
-        proxy_set_header Accept application/json;
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

from collections.abc import Iterator

from mcplint import ERROR, WARNING, Finding, Fix, Route, Server, rule
from mcplint.model import ProxySetting

WITHHELD = {
    "headers": "passes no request headers on to the server",
    "body": "passes no request bodies on, so no call reaches the server",
    "method": "turns every call into a GET",
}


@rule("dropped-headers", ERROR)
def check(route: Route):
    server = route.mcp_server
    if not server:
        return
    for setting, message, severity in _header_faults(route, server):
        fix = Fix("remove this setting", setting.removal, safe=True) if setting.removal else None
        yield Finding(f"{route.title_at(setting.span)} {message}", setting.span, (), fix, severity)


def _header_faults(route: Route, server: Server) -> Iterator[tuple[ProxySetting, str, str]]:
    for setting in route.withheld:
        yield setting, WITHHELD[setting.name], ERROR
    if server.transport.may_not_be("streamable-http"):
        return
    for header in route.hidden_headers:
        if header.name == "mcp-session-id" and server.stateless.must_be(False):
            yield header, "hides `Mcp-Session-Id` from clients, so their second request is refused", ERROR
    for header in route.request_headers:
        if found := _spoiled_header(header.name, header.value, server):
            yield header, *found


def _spoiled_header(name: str, value: str, server: Server) -> tuple[str, str] | None:
    """What setting a header spoils, and how bad it is."""
    newest = server.sdk.sessionless
    match name:
        case "accept" if "$" not in value and not ("json" in value and "event-stream" in value):
            return (
                (f"replaces the client's `Accept` with `{value[:60]}`: the server answers 406", ERROR)
                if server.json_response.must_be(False)
                else None
            )
        case "content-type" if "$" not in value and not value.startswith("application/json"):
            return f"replaces the client's `Content-Type` with `{value[:60]}`: the server answers 400", ERROR
        case "mcp-session-id" if not value and server.stateless.must_be(False):
            return "removes `Mcp-Session-Id` from requests: the server answers 400", ERROR
        case "mcp-name" if not value and newest:
            return "removes `Mcp-Name` from requests: the server refuses calls of protocol revision 2026-07-28", ERROR
        case "mcp-protocol-version" | "mcp-method" if not value and newest:
            return (
                f"removes `{name.title()}` from requests: clients of protocol revision 2026-07-28 fall back to sessions",
                WARNING,
            )
    return None
