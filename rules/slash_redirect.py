r"""A URL or location differs from the server's path by its trailing slash

A server answers MCP at its path in one form only. For the other form, with or
without the trailing slash, Starlette answers `307` and the right URL. Which
one is right depends on the release and on mounts: `mcp` answers `/mcp` since
1.12.0 and `/mcp/` before, `fastmcp` `/mcp` since 2.11.3, and an application
mounted at `/mcp` with the inner path `/` answers `/mcp/`.

Clients that follow the redirect send every request twice. Others lose the
body, refuse, or are sent from `https` to `http` by a server that does not
trust the proxy's `X-Forwarded-Proto`. Publish the form that is answered.

In nginx the slash can close a circle, which is an error: with `location /mcp/
{ proxy_pass http://notes:8000; }`, nginx redirects `/mcp` to `/mcp/` with
`301`, and the server redirects that to `/mcp` with `307`. Write `location
/mcp`, which matches both. An expression such as `~ ^/mcp/` takes the form
alone that is redirected.

A URL without the slash is an error too if only a `location /mcp/` takes it,
whatever the server is then asked for: nginx answers `301` by itself, after
which clients do not send their request again. Its redirect names nginx's own
port, which may not be the published one.

Not reported if the program changes paths itself, or if it is not known what
the proxy asks for.

See https://starlette.dev/routing/

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
    ports: ["127.0.0.1:80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;
    location /mcp/ {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[slash-redirect]: nginx `location /mcp/` asks server `notes` for /mcp/, which redirects to /mcp: no request gets through
 --> nginx.conf:4:5
  |
4 |     location /mcp/ {
  |     ^^^^^^^^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- the server answers at /mcp
  |
  = fix: match /mcp instead (--unsafe-fixes)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -1,7 +1,7 @@
 server {
     listen 80;
     server_name notes.example.com;
-    location /mcp/ {
+    location /mcp {
         proxy_pass http://notes:8000;
         proxy_buffering off;
         proxy_read_timeout 300s;
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

from mcplint import ERROR, WARNING, ClientConfig, Finding, Fix, Label, Remote, Route, rule
from mcplint.model.releases import answered_path


@rule("slash-redirect", WARNING)
def check(part: Route | Remote | ClientConfig):
    server = part.server
    right = answered_path(server) if server else None
    if not isinstance(part, Route) and part.redirect.only:
        # Where the form with the slash is the wrong one for the server, its location says so.
        if not right or right.endswith("/") or part.asked.only == right:
            yield redirected(part)
        return
    asked = asked_through(part) if isinstance(part, Route) else part.asked.only
    if not right or not asked or asked == right or asked.rstrip("/") != right.rstrip("/"):
        return
    note = Label(server.path.span or server.span, f"the server answers at {right}")
    if isinstance(part, Route):
        straight = part.prefix == part.location.only == part.path.only == asked
        fix = Fix(f"match {right} instead", part.location.write(right)) if straight and right in asked else None
        message = f"{part.title} asks {server.title} for {asked}, which redirects to {right}: no request gets through"
        if not part.adds_slash and part.prefix == asked == f"{right}/":
            message = f"{part.title} does not take {right}, where {server.title} answers, and it redirects {asked} there: no request gets through"
        yield Finding(message, part.span.head, (note,), fix, ERROR)
    else:
        url = part.url.only or ""
        fix = (
            Fix(f"change the path to {right}", part.url.write(url.removesuffix(asked) + right))
            if url.endswith(asked)
            else None
        )
        message = f"{url.partition('?')[0][:100] or 'this URL'} asks {server.title} for {asked}, which redirects every request to {right}"
        yield Finding(message, part.url.span or part.span, (*part.asked.trace, note), fix)


def redirected(part):
    """A URL that the proxy redirects by itself: with 301, after which no client sends its request again."""
    url, target = part.url.only or "", part.redirect.only
    fix = Fix("publish the URL with its trailing slash", part.url.write(f"{url}/"))
    port = "" if target == f"{url}/" else f" to {target}"
    message = f"{url.partition('?')[0][:100]} lacks the trailing slash: the proxy answers 301{port}, and clients do not repeat their request there"
    return Finding(message, part.url.span or part.span, part.redirect.trace, fix, ERROR)


def asked_through(route):
    """What the server is asked for when clients ask for the one form of its path that the location takes.

    `endpoint` has the other form only where no location leads on with the right one: a redirect there ends nowhere.
    """
    match, path, endpoint = route.match, route.path.only, route.endpoint.only
    if not match and path and path == endpoint:
        return endpoint
    if not match or not path or not endpoint or not match.text.startswith("/") or not endpoint.startswith(match.text):
        return None
    return path + endpoint.removeprefix(match.text)
