r"""nginx keeps from the server or the client what MCP needs

Streamable HTTP rests on a few headers. Without `Mcp-Session-Id` in the answer a client can never name its session, and
without it in requests the server refuses every call after the first with a 400. With another `Accept` than the client's
the server answers 406, with another `Content-Type` 400. Without the body, or as a GET, there is no call at all.
`MCP-Protocol-Version` and `Mcp-Method` missing make servers of the newest protocol fall back to sessions: a warning;
`Mcp-Name` missing makes them refuse the call.

nginx passes all request headers by itself, whether or not a location has `proxy_set_header` for others. The session
header does not matter to a stateless server.
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
    ports: ["80:80"]
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
error[dropped-headers]: hides the session's id from clients
 --> nginx.conf:9:9
  |
9 |         proxy_hide_header Mcp-Session-Id;
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: leave it to nginx's default (--fix)

error[dropped-headers]: replaces the client's Accept: the server answers 406
  --> nginx.conf:10:9
   |
10 |         proxy_set_header Accept application/json;
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: leave it to nginx's default (--fix)
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
from mcplint.model import Setting

WITHHELD = {
    "headers": "keeps all headers from the server",
    "body": "keeps the calls themselves from the server",
    "method": "makes a GET of every call",
}


@rule("dropped-headers", ERROR)
def check(route: Route):
    server = route.carried
    if not server:
        return
    for setting, message, severity in _dropped(route, server):
        fix = Fix("leave it to nginx's default", setting.removal, safe=True) if setting.removal else None
        yield Finding(message, setting.span, (), fix, severity)


def _dropped(route: Route, server: Server) -> Iterator[tuple[Setting, str, str]]:
    for setting in route.withheld:
        yield setting, WITHHELD[setting.name], ERROR
    if server.transport.may_not_be("streamable-http"):
        return
    for header in route.hidden_headers:
        if header.name == "mcp-session-id" and server.stateless.must_be(False):
            yield header, "hides the session's id from clients", ERROR
    for header in route.request_headers:
        if found := _spoiled(header.name, header.value, server):
            yield header, *found


def _spoiled(name: str, value: str, server: Server) -> tuple[str, str] | None:
    """What setting a header spoils, and how bad it is."""
    newest = server.sdk.sessionless
    match name:
        case "accept" if "$" not in value and not ("json" in value and "event-stream" in value):
            return (
                ("replaces the client's Accept: the server answers 406", ERROR)
                if server.json_response.must_be(False)
                else None
            )
        case "content-type" if "$" not in value and not value.startswith("application/json"):
            return "replaces the client's Content-Type: the server answers 400", ERROR
        case "mcp-session-id" if not value and server.stateless.must_be(False):
            return "drops the session's id: the server answers 400", ERROR
        case "mcp-name" if not value and newest:
            return "drops Mcp-Name: the server refuses calls of the newest protocol", ERROR
        case "mcp-protocol-version" | "mcp-method" if not value and newest:
            return "drops a header of the newest protocol: clients fall back to sessions", WARNING
    return None
