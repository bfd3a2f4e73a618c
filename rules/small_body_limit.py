r"""The proxy rejects request bodies that the server would accept

`client_max_body_size` is one megabyte by default. A tool that takes a file, an
image or a long text as an argument gets more than that, nginx answers 413, and
a client of `mcp` 1 drops the whole session. The proxy's configuration does not
show whether tools take that much, so this is a note.

More than four megabytes do not help: the SDKs reject larger bodies themselves
(`mcp` from 1.29 on), and so does Express.

See
https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size

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
note[small-body-limit]: nginx `location /mcp` rejects calls larger than 1m with 413
 --> nginx.conf:5:5
  |
5 |     location /mcp {
  |     ^^^^^^^^^^^^^ client_max_body_size is not set, the default is 1m
  |
  = fix: raise the limit to 4 MB (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -4,6 +4,7 @@

     location /mcp {
         proxy_pass http://notes:8000;
+        client_max_body_size 4m;
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
        client_max_body_size 4m;
    }
}
```
"""

from mcplint import NOTE, Finding, Fix, Route, rule

ENOUGH = 4 << 20
UNITS = (("m", 20), ("k", 10))


@rule("small-body-limit", NOTE)
def check(route: Route):
    if not route.mcp_server:
        return
    limit = route.body_limit
    if limit.must(lambda size: 0 < size < ENOUGH):
        edits = limit.write("4m")
        fix = Fix("raise the limit to 4 MB", edits, safe=True) if edits else None
        limits = " or ".join(map(nginx_size, limit.options))
        message = f"{route.title_at(limit.span)} rejects calls larger than {limits} with 413"
        yield Finding(message, limit.span or route.span, limit.trace, fix)


def nginx_size(size: int) -> str:
    """A number of bytes as nginx writes it."""
    unit, shift = next((pair for pair in UNITS if size % (1 << pair[1]) == 0), ("", 0))
    return f"{size >> shift}{unit}"
