r"""nginx listens for TLS without a certificate

nginx does not start: `no "ssl_certificate" is defined for the "listen ... ssl"
directive`. Whatever else it serves is gone as well.

What counts is the server that answers first on an address and a port, the
`default_server` or the first one that the files name: others need a
certificate of their own only where that one rejects handshakes
(`ssl_reject_handshake on`), which itself needs none.

Reported if the files show all of the configuration; the files of one `conf.d`
are read as one.

See https://nginx.org/en/docs/http/configuring_https_servers.html

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
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
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
    image: nginx:1.30
    ports: ["127.0.0.1:443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 443 ssl;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[missing-certificate]: nginx listens for TLS without a certificate and its key, so it does not start
 --> nginx.conf:2:5
  |
2 |     listen 443 ssl;
  |     ^^^^^^^^^^^^^^
```

## Good
`nginx.conf`
```nginx
server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/nginx/certificate.pem;
    ssl_certificate_key /etc/nginx/key.pem;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
"""

from mcplint import ERROR, Finding, Route, rule


@rule("missing-certificate", ERROR)
def check(route: Route):
    if route.mcp_server and route.uncertified:
        yield Finding(
            f"{route.proxy} listens for TLS without a certificate and its key, so it does not start", route.uncertified
        )
