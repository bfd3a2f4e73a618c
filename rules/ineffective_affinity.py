r"""The load balancer picks a session's process by something that not every request has

A session lives in the process that opened it, so every later request has to
reach the same process. A hash of `Mcp-Session-Id` looks right and is not: the
first request has no id, so it goes anywhere, and the id it is given hashes to
another process. Over three servers about one session in three survives; the
others end with their second request.

A sticky cookie works for clients that keep cookies: those of the Python SDK
do, those of the TypeScript SDK, hence most desktop applications, do not. A
hash of `Authorization` moves a session whenever its token is renewed. Both are
warnings.

`ip_hash`, `hash $remote_addr` and, from nginx 1.29.6 on, `sticky learn` from
the response header keep sessions together. A stateless server needs none of
them.

Measured with nginx 1.22 and 1.30. See
https://nginx.org/en/docs/http/ngx_http_upstream_module.html#sticky

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

mcp = FastMCP("notes", host="0.0.0.0")


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
    hash $http_mcp_session_id consistent;
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
    }
}
```
```output
error[ineffective-affinity]: nginx picks the process of a session by `Mcp-Session-Id`, which the first request does not have
 --> nginx.conf:2:5
  |
2 |     hash $http_mcp_session_id consistent;
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
3 |     server notes-1:8000;
  |     ------------------- one of the upstream servers
4 |     server notes-2:8000;
  |     ------------------- one of the upstream servers
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
    }
}
```
"""

from mcplint import ERROR, WARNING, Finding, Server, rule

RELIES = {
    "session-header": (ERROR, "by `Mcp-Session-Id`, which the first request does not have"),
    "cookie": (WARNING, "by a cookie, which clients of the TypeScript SDK do not keep"),
    "token": (WARNING, "by `Authorization`, whose token is renewed during a session"),
}


@rule("ineffective-affinity", ERROR)
def check(server: Server):
    if not server.speaks_http or server.stateless.may_not_be(False):
        return
    for spread in server.spread:
        kind = spread.affinity.only
        if kind in RELIES and spread.several:
            severity, how = RELIES[kind]
            span = spread.affinity.span or server.span
            notes = tuple(note for note in spread.notes if note.span != span)
            yield Finding(
                f"{spread.balancer} picks the process of a session {how}",
                span,
                notes,
                None,
                WARNING if server.sdk.sessionless or spread.assumed else severity,
            )
            return
