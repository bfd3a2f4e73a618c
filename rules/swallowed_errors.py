r"""The proxy turns the server's errors into something else

MCP clients act on status codes: `401` with its `WWW-Authenticate` header
starts the sign-in, `404` says that a session has ended and a new one is due,
`405` that there is no stream to open. With `proxy_intercept_errors on` and an
`error_page` with `=200`, the client gets an HTML page and a success instead:
it never signs in and never opens a new session.

For `502` and `504`, which nginx answers itself, `=200` counts without
`proxy_intercept_errors` too: a dead server looks alive, a warning. Hiding
`WWW-Authenticate` is also a warning; it matters once the server requires a
token.

Not reported for an `error_page` without `=`, which replaces the body and keeps
status and headers.

See https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page

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
    root /usr/share/nginx/html;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_intercept_errors on;
        error_page 401 404 =200 /sorry.html;
    }
}
```
```output
error[swallowed-errors]: nginx `location /mcp` turns the server's 401 and 404 into 200
  --> nginx.conf:11:9
   |
10 |         proxy_intercept_errors on;
   |         -------------------------- intercepts the server's errors
11 |         error_page 401 404 =200 /sorry.html;
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: keep the status code (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -8,6 +8,6 @@
         proxy_buffering off;
         proxy_read_timeout 300s;
         proxy_intercept_errors on;
-        error_page 401 404 =200 /sorry.html;
+        error_page 401 404 /sorry.html;
     }
 }
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;
    root /usr/share/nginx/html;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_intercept_errors on;
        error_page 401 404 /sorry.html;
    }
}
```
"""

from collections.abc import Iterator

from mcplint import ERROR, WARNING, Finding, Fix, Route, rule
from mcplint.model import ErrorPage

TELLING = {"400", "401", "403", "404", "405", "406", "421"}
OWN = {"502", "503", "504"}


@rule("swallowed-errors", ERROR)
def check(route: Route):
    if not route.mcp_server:
        return
    for page in route.error_pages:
        yield from _page(route, page)
    for header in route.hidden_headers:
        if header.name == "www-authenticate":
            fix = Fix("pass `WWW-Authenticate` on", header.removal, safe=True) if header.removal else None
            message = f"{route.title_at(header.span)} hides `WWW-Authenticate`, so clients cannot start to sign in"
            yield Finding(message, header.span, (), fix, WARNING)


def _page(route: Route, page: ErrorPage) -> Iterator[Finding]:
    """An `error_page` that makes a success of a failure."""
    if page.status.startswith("2"):
        name = route.title_at(page.span)
        fix = Fix("keep the status code", page.removal, safe=True) if page.removal else None
        if lost := sorted(TELLING & page.replaces if route.intercepted else ()):
            message = f"{name} turns the server's {' and '.join(lost)} into {page.status}"
            yield Finding(message, page.span, route.intercepted, fix)
        elif dead := sorted(OWN & page.replaces):
            message = f"{name} turns {' and '.join(dead)} into {page.status}, so a dead server looks alive"
            yield Finding(message, page.span, (), fix, WARNING)
