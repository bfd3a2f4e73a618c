r"""nginx turns the server's errors into something else

MCP clients act on statuses: `401` with its `WWW-Authenticate` header starts the sign-in, `404` tells that a session has
ended and a new one is due, `405` that there is no stream to open. With `proxy_intercept_errors on` and an `error_page`
that says `=200` the client gets a page of HTML and a success instead: it never signs in, never opens a new session.

A page without `=` replaces only the body, status and header survive: nothing is found. For `502` and `504`, which nginx
answers itself, an `=200` counts without `proxy_intercept_errors` too: a dead server looks alive, a warning. So is hiding
`WWW-Authenticate`, which matters once the server asks for a token.
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
    ports: ["80:80"]
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
error[swallowed-errors]: turns 401 and 404 into 200
  --> nginx.conf:11:9
   |
10 |         proxy_intercept_errors on;
   |         -------------------------- errors of the server are intercepted
11 |         error_page 401 404 =200 /sorry.html;
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: keep the status (--fix)
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

from mcplint import ERROR, WARNING, Finding, Fix, Label, Route, rule
from mcplint.model import ErrorPage

TELLING = {"400", "401", "403", "404", "405", "406", "421"}
OWN = {"502", "503", "504"}


@rule("swallowed-errors", ERROR)
def check(route: Route):
    if not route.carried:
        return
    for page in route.error_pages:
        yield from _page(page, route.intercepted)
    for header in route.hidden_headers:
        if header.name == "www-authenticate":
            fix = Fix("let it through", header.removal, safe=True) if header.removal else None
            yield Finding("hides from clients how to sign in", header.span, (), fix, WARNING)


def _page(page: ErrorPage, intercepted: tuple[Label, ...]) -> Iterator[Finding]:
    """An `error_page` that makes a success of a failure."""
    if page.status.startswith("2"):
        fix = Fix("keep the status", page.removal, safe=True) if page.removal else None
        if lost := sorted(TELLING & page.replaces if intercepted else ()):
            yield Finding(f"turns {' and '.join(lost)} into {page.status}", page.span, intercepted, fix)
        elif dead := sorted(OWN & page.replaces):
            yield Finding(f"turns {' and '.join(dead)} into {page.status}", page.span, (), fix, WARNING)
