r"""nginx sends a call to a second server after the first may have run it

A request that fails or times out is tried on the next server of the upstream, except a POST, which may have had its
effect already. `non_idempotent` in `proxy_next_upstream` takes that exception away. Every call of MCP is a POST: a tool
that was merely slow runs once more, and whatever it sends, books or deletes happens twice.

Once the head of an answer is there nginx tries nothing else. Servers of `mcp` 1 that answer with a stream send the head
before the tool runs, so nothing is found there, nor where the upstream has one server only.
See https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream

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
    ports: ["80:80"]
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
warning[retried-calls]: tries a call that may have run on the next server
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
   = fix: try no call twice (--fix)
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
    server = route.carried
    members = {(member.host, member.port): member for member in route.members if member.active}
    if not server or len(members) < 2:
        return
    if server.sdk.known and not server.sdk.sessionless and server.json_response.must_be(False):
        return
    for setting in route.retries:
        notes = tuple(Label(member.span, "may run the call") for member in members.values())
        fix = Fix("try no call twice", setting.removal, safe=True) if setting.removal else None
        yield Finding("tries a call that may have run on the next server", setting.span, notes, fix)
