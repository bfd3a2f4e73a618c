r"""The proxy buffers the event stream of an MCP server

nginx collects what an upstream sends and passes it on when a buffer is full or
the response is complete. Progress then arrives together with the result,
messages that the server sends on its own never arrive, and a tool that asks
the client something waits forever. Clients of the older HTTP+SSE transport
never finish connecting.

Two things can save the stream although `proxy_buffering` is on: a response
with `X-Accel-Buffering: no`, which the Python SDKs send, and HTTP/1.1 to the
upstream, where servers answer in chunks that nginx passes on one by one.
Before 1.29.7 nginx speaks HTTP/1.0 to upstreams unless `proxy_http_version`
says otherwise.

It is an error if neither helps: the header is ignored
(`proxy_ignore_headers`), never sent or kept by another nginx in between, and
the upstream is spoken to in HTTP/1.0 or `text/event-stream` is compressed.
Otherwise it is a warning, because the next server, release or proxy may not be
so lucky. `add_header` and `proxy_set_header X-Accel-Buffering no` have no
effect here.

nginx obeys the header and does not pass it on. With two nginx in a row, the
outer one never sees it unless the inner one has
`add_header X-Accel-Buffering no` or `proxy_pass_header X-Accel-Buffering`.

lighttpd collects every answer whole before it sends a byte of it, and no
header of the server changes that: there it is always an error, unless
`server.stream-response-body` is `1` or `2`.

Not reported if responses are plain JSON (`json_response=True`), or for
locations that do not carry the MCP endpoint or are asked by health checks.

See https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
and
https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_stream-response-bodyDetails

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
        proxy_ignore_headers X-Accel-Buffering;
        proxy_read_timeout 300s;
    }
}
```
```output
error[buffered-stream]: nginx `location /mcp` buffers the event stream: clients get all events at once, with the result
 --> nginx.conf:5:5
  |
5 |     location /mcp {
  |     ^^^^^^^^^^^^^ proxy_buffering is not set, the default is on
  |                   proxy_http_version is not set, the default is 1.0
6 |         proxy_pass http://notes:8000;
7 |         proxy_ignore_headers X-Accel-Buffering;
  |         --------------------------------------- ignores the server's X-Accel-Buffering: no
  |
 ::: compose.yaml:5:12
  |
5 |     image: nginx:1.28
  |            ---------- the service sets image
  |
  = fix: turn response buffering off (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -4,6 +4,7 @@

     location /mcp {
         proxy_pass http://notes:8000;
+        proxy_buffering off;
         proxy_ignore_headers X-Accel-Buffering;
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
        proxy_ignore_headers X-Accel-Buffering;
        proxy_read_timeout 300s;
    }
}
```
"""

from collections.abc import Iterator

from mcplint import ERROR, WARNING, Finding, Fix, Label, Route, rule
from mcplint.text.layout import is_remarked


@rule("buffered-stream", WARNING)
def check(route: Route):
    server = route.mcp_server
    if not server or route.buffering.may_be(False) or server.json_response.must(bool):
        return
    name = route.title_at(route.buffering.span)
    ignoring, unchunked = tuple(_ignoring(route)), tuple(_not_chunked(route))
    if route.collected or (ignoring and unchunked):
        lost = (
            "no client can connect"
            if server.transport.must_be("sse")
            else "clients get all events at once, with the result"
        )
        severity, message = ERROR, f"{name} buffers the event stream: {lost}"
    else:
        reason = _kept_going_by(route, bool(ignoring), bool(unchunked))
        severity, message = (
            WARNING,
            f"{name} buffers responses; the event stream only gets through because of {reason}",
        )
    site = route.buffering.site
    fix = Fix(
        "turn response buffering off",
        route.buffering.write(route.unbuffered),
        bool(site) and not is_remarked(site.span),
    )
    notes = (*route.buffering.trace, *route.collected, *ignoring, *unchunked)
    yield Finding(message, route.buffering.span or route.span, notes, fix, severity)


def _ignoring(route: Route) -> Iterator[Label]:
    """Why the proxy does not hear the server ask for no buffering."""
    for setting in route.ignores("x-accel-buffering"):
        yield Label(setting.span, "ignores the server's X-Accel-Buffering: no")
    if route.opts_out.must_be(False):
        yield from route.opts_out.trace


def _not_chunked(route: Route) -> Iterator[Label]:
    """Why the answer does not come in chunks that are handed on one by one."""
    if route.http_version.must_be("1.0"):
        yield from route.http_version.trace
    yield from route.compressed


def _kept_going_by(route: Route, ignoring: bool, unchunked: bool) -> str:
    """What keeps the stream going, as far as the files tell."""
    sent = route.opts_out.must(bool)
    chunked = route.http_version.must_be("1.1")
    sender = "the inner proxy" if route.inner_route else "the server"
    header = f"{sender}'s X-Accel-Buffering header" if sent else f"an X-Accel-Buffering header, if {sender} sends one"
    since = f", the default from {route.since_http_1_1} on" if route.since_http_1_1 and not chunked else ""
    chunks = f"HTTP/1.1{since}"
    if unchunked:
        return header
    if ignoring or (chunked and not sent):
        return chunks
    return f"{chunks} and {header}" if chunked else header
