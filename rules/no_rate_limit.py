r"""The proxy does not limit how fast one client may call

Every tool call may cost a query, a model or money, and agents repeat what
fails. A limit per address in the proxy keeps one client from taking the server
away from all others. If limits are enforced elsewhere, by a gateway or in the
server, there is nothing to do, so this is a note.

Leave room for a burst: a client opens a session with three requests at once
and keeps one stream open. `limit_req` without `burst` breaks sessions while
they open, and `limit_conn` of 1 counts the stream.

See https://nginx.org/en/docs/http/ngx_http_limit_req_module.html

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
note[no-rate-limit]: nginx `location /mcp` sets no rate limit: neither `limit_req` nor `limit_conn`
 --> nginx.conf:5:5
  |
5 |     location /mcp {
  |     ^^^^^^^^^^^^^
```

## Good
`nginx.conf`
```nginx
limit_req_zone $binary_remote_addr zone=clients:10m rate=10r/s;

server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        limit_req zone=clients burst=20 nodelay;
    }
}
```
"""

from mcplint import NOTE, Finding, Route, rule


@rule("no-rate-limit", NOTE)
def check(route: Route):
    if route.mcp_server and route.closed and route.limiters and not route.rate_limits:
        wanting = " nor ".join(f"`{name}`" for name in route.limiters)
        yield Finding(f"{route.title} sets no rate limit: neither {wanting}", route.span)
