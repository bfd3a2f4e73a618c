r"""The proxy cuts a stream before the server sends anything

`proxy_read_timeout` limits the time between two reads from the server. While a
tool works in silence, nothing arrives but the keep-alive ping, which the
Python SDKs send every 15 seconds. A shorter timeout cuts every stream that is
quiet for so long: clients of `mcp` 1 and of the TypeScript SDK do not notice
and wait forever, others report that the stream ended without a response. `0`
ends every request at once with a 504.

Between 15 and 19 seconds, one late ping is enough: a warning. If nothing
pings, because responses are plain JSON (`json_response=True`), any tool that
takes longer than the timeout ends in a 504: a warning up to the default of 60
seconds. With pings, 60 seconds are enough, which is a note.

`proxy_send_timeout`, `proxy_connect_timeout`, `send_timeout` and
`keepalive_timeout` do not matter here. Caddy's `response_header_timeout`
matters for plain JSON alone: the headers of a stream come at once.

See
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout

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
        proxy_read_timeout 10s;
    }
}
```
```output
error[short-read-timeout]: nginx `location /mcp` cuts streams after 10 s of silence, but the server pings only every 15 s
 --> nginx.conf:8:28
  |
8 |         proxy_read_timeout 10s;
  |                            ^^^ sets proxy_read_timeout
  |
 ::: server.py:6:5
  |
6 |     mcp.run(transport="streamable-http")
  |     ------------------------------------ mcp 1.27.1 sends a ping every 15 s
  |
  = fix: raise the read timeout to 300 s (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -5,6 +5,6 @@
     location /mcp {
         proxy_pass http://notes:8000;
         proxy_buffering off;
-        proxy_read_timeout 10s;
+        proxy_read_timeout 300s;
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

from mcplint import ERROR, NOTE, WARNING, Finding, Fix, Route, rule
from mcplint.text.layout import is_explained, is_remarked

MARGIN = 5
DEFAULT = 60


@rule("short-read-timeout", ERROR)
def check(route: Route):
    if not route.server or not route.mcp_server:
        return
    timeout, ping, call = patience(route), route.ping, route.server.longest_call
    limit = " or ".join(f"{seconds:g}" for seconds in timeout.options or ())
    pings = " or ".join(f"{pause:g}" for pause in ping.options or () if pause is not None)
    if timeout.must_be(0):
        severity, message = ERROR, "ends every request at once: its read timeout is 0"
    elif ping.must(lambda pause: pause is not None and timeout.must(lambda seconds: seconds < pause)):
        severity, message = ERROR, f"cuts streams after {limit} s of silence, but the server pings only every {pings} s"
    elif ping.must(lambda pause: pause is not None and timeout.must(lambda seconds: seconds < pause + MARGIN)):
        severity, message = (
            WARNING,
            f"cuts streams after {limit} s of silence: one late ping (every {pings} s) ends them",
        )
    elif ping.must_be(None) and call.must(lambda long: timeout.must(lambda seconds: seconds < long)):
        severity, message = (
            ERROR,
            f"cuts calls after {limit} s, but they take up to {call.only:g} s and the server sends no pings",
        )
    elif ping.must_be(None) and timeout.must(lambda seconds: seconds <= DEFAULT):
        plain = route.server.json_response.must(bool)
        does = (
            "answers 504 to calls that take longer than" if plain else "cuts the streams of calls that are silent for"
        )
        severity, message = WARNING, f"{does} {limit} s: the server sends no pings"
    elif timeout.must(lambda seconds: seconds <= DEFAULT):
        severity, message = NOTE, f"cuts streams after {limit} s of silence: only the server's pings keep them open"
    else:
        return
    explained = timeout.span is not None and is_explained(timeout.span)
    sure = timeout.site is not None and not is_remarked(timeout.site.span)
    fix = None if explained else Fix("raise the read timeout to 300 s", timeout.write(route.duration(300)), sure)
    yield Finding(
        f"{route.title_at(timeout.span)} {message}",
        timeout.span or route.span,
        (*timeout.trace, *ping.trace, *call.trace),
        fix,
        severity,
    )


def patience(route):
    """What ends a silent call first: also the wait for headers, where these come with the result."""
    silence, headers = route.read_timeout, route.header_timeout
    if headers.options and route.server.json_response.must(bool):
        sooner = silence.options == () or silence.must(lambda seconds: headers.must(lambda wait: wait < seconds))
        return headers if sooner else silence
    return silence
