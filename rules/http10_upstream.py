r"""The proxy speaks HTTP/1.0 to the MCP server

Before 1.29.7 nginx speaks HTTP/1.0 to upstreams by default. The server then
cannot send its response in chunks: it closes the connection after every
response, every call pays for a new connection, and only the server's own
`X-Accel-Buffering` header still protects a stream from `proxy_buffering`. With
`proxy_buffering off` everything works, so this is a note.

Not reported if the version is not set and the release of nginx is not known.

See
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version

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
    }
}
```
```output
note[http10-upstream]: nginx `location /mcp` speaks HTTP/1.0 to the MCP server
 --> nginx.conf:5:5
  |
5 |     location /mcp {
  |     ^^^^^^^^^^^^^ proxy_http_version is not set, the default is 1.0
  |
 ::: compose.yaml:5:12
  |
5 |     image: nginx:1.28
  |            ---------- the service sets image
  |
  = fix: use HTTP/1.1 (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -4,6 +4,7 @@

     location /mcp {
         proxy_pass http://notes:8000;
+        proxy_http_version 1.1;
         proxy_buffering off;
         proxy_read_timeout 300s;
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
        proxy_http_version 1.1;
    }
}
```
"""

from mcplint import NOTE, Finding, Fix, Route, rule


@rule("http10-upstream", NOTE)
def check(route: Route):
    if route.mcp_server and route.http_version.must_be("1.0"):
        fix = Fix("use HTTP/1.1", route.http_version.write("1.1"), safe=True)
        yield Finding(
            f"{route.title_at(route.http_version.span)} speaks HTTP/1.0 to the MCP server",
            route.http_version.span or route.span,
            route.http_version.trace,
            fix,
        )
