r"""The proxy sends a call to a second server after the first may have run it

nginx tries a request that fails or times out on the next server of the
upstream, except a POST, which may have had its effect already.
`non_idempotent` in `proxy_next_upstream` removes that exception. Every MCP
call is a POST, so a tool that was merely slow runs again, and whatever it
sends, books or deletes happens twice.

Not reported if the upstream has a single server, or for servers of `mcp` 1
that answer with a stream: they send the response headers before the tool runs,
after which nginx tries nothing else.

See
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream

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
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", json_response=True, stateless_http=True)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes-1: &notes
    build: .
  notes-2: *notes
  nginx:
    image: nginx:1.28
    ports: ["127.0.0.1:80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
upstream notes {
    ip_hash;
    server notes-1:8000;
    server notes-2:8000;
}

server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_next_upstream error timeout non_idempotent;
    }
}
```
```output
warning[retried-calls]: nginx `location /mcp` retries POST requests on the next server, so a call may run twice
  --> nginx.conf:15:43
   |
 3 |     server notes-1:8000;
   |     ------------------- may run the call
 4 |     server notes-2:8000;
   |     ------------------- may run the call
...
15 |         proxy_next_upstream error timeout non_idempotent;
   |                                           ^^^^^^^^^^^^^^
   |
   = fix: stop retrying POST requests (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -12,6 +12,6 @@
         proxy_pass http://notes;
         proxy_buffering off;
         proxy_read_timeout 300s;
-        proxy_next_upstream error timeout non_idempotent;
+        proxy_next_upstream error timeout;
     }
 }
```

## Good
`nginx.conf`
```nginx
upstream notes {
    ip_hash;
    server notes-1:8000;
    server notes-2:8000;
}

server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_next_upstream error timeout;
    }
}
```
"""

from mcplint import WARNING, Finding, Fix, Label, Route, rule


@rule("retried-calls", WARNING)
def check(route: Route):
    server = route.mcp_server
    members = {(member.host, member.port): member for member in route.members if member.active}
    if not server or len(members) < 2:
        return
    if server.sdk.known and not server.sdk.sessionless and server.json_response.must_be(False):
        return
    for setting in route.retries:
        notes = tuple(Label(member.span, "may run the call") for member in members.values())
        fix = Fix("stop retrying POST requests", setting.removal, safe=True) if setting.removal else None
        message = f"{route.title_at(setting.span)} retries POST requests on the next server, so a call may run twice"
        yield Finding(message, setting.span, notes, fix)
