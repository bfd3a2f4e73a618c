r"""MCP is served without TLS as well as with it

Clients send their token with every request. If nginx has a certificate for a
name and proxies the MCP endpoint on a port without TLS as well, a client that
is configured with `http://` works, so nobody notices, and its token travels
readable for everyone on the way.

Redirect instead, with 308: after a `301` or `302`, clients repeat the call as
a GET or refuse to.

Not reported if nginx serves no TLS at all, since something in front of it may.

See https://modelcontextprotocol.io/specification/draft/basic/authorization

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
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/ssl/notes.pem;
    ssl_certificate_key /etc/ssl/notes.key;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
warning[plain-http]: nginx `location /mcp` serves MCP without TLS as well: tokens travel unencrypted
 --> nginx.conf:8:5
  |
2 |     listen 80;
  |     --------- listens without TLS
3 |     listen 443 ssl;
  |     -------------- the same name is served with TLS
...
8 |     location /mcp {
  |     ^^^^^^^^^^^^^
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;
    return 308 https://$host$request_uri;
}

server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/ssl/notes.pem;
    ssl_certificate_key /etc/ssl/notes.key;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
"""

from mcplint import WARNING, Finding, Label, Route, rule


@rule("plain-http", WARNING)
def check(route: Route):
    if route.carried and route.secured:
        plain = (note.span for note in route.listen.trace if "ssl" not in note.span.text.split())
        heard = tuple(Label(span, "listens without TLS") for span in plain)
        notes = (Label(route.secured, "the same name is served with TLS"), *heard)
        yield Finding(f"{route.title} serves MCP without TLS as well: tokens travel unencrypted", route.span, notes)
