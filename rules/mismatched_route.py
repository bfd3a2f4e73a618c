r"""A published URL or a proxy asks for a path that the server does not answer

A server answers MCP at one path: `/mcp` for Streamable HTTP, `/sse` and
`/messages/` for the older HTTP+SSE transport, or whatever the program sets.
URLs in `server.json`, entries in client configurations and locations of the
proxy all have to end up there. Otherwise every call is a `404`, which clients
report as `Session terminated` or `Connection closed`, and nothing in the
server's log says why.

The path is followed as nginx would: which location answers, what its
`proxy_pass` makes of the path, and whether the program serves the result. A
difference in the trailing slash alone is left to `slash-redirect`.

An Ingress of ingress-nginx with `rewrite-target: /` asks for `/` whatever
clients call, unless its path is `/` too; with `/$2` it passes on what the
path's expression captured. The filter `URLRewrite` of an HTTPRoute replaces
the whole path or the prefix that it matched.

A location that is named like the server's path and takes it off
(`location /mcp/ { proxy_pass http://notes:8000/; }`) is a warning: clients
would have to ask for `/mcp/mcp`, and neither `server.json` nor a client
configuration does.

Not reported if the program may serve paths that the files do not show, if a
gateway outside the project may sit in between, or for a location that passes
on `/.well-known`, where clients look for metadata. Nor is one path too many,
such as `/notes` beside `/notes/*`, `/favicon.ico` or `/`, where the proxy
leads the server to its endpoint by another path of the same name: the extra
one is a `404` that no client asks for, and a URL that does is reported.

See https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass,
https://kubernetes.github.io/ingress-nginx/examples/rewrite/ and
https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/

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
    image: nginx:1.30
    ports: ["127.0.0.1:80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /sse {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[mismatched-route]: nginx `location /sse` asks server `notes` for /sse, but it answers at /mcp
 --> nginx.conf:5:5
  |
5 |     location /sse {
  |     ^^^^^^^^^^^^^
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
@@ -2,7 +2,7 @@
     listen 80;
     server_name notes.example.com;

-    location /sse {
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

from collections.abc import Iterator

from mcplint import ERROR, WARNING, ClientConfig, Deployment, Finding, Fix, Label, Remote, Route, Value, rule
from mcplint.model.releases import common_fact


@rule("mismatched-route", ERROR)
def check(part: Route | Remote | ClientConfig | Deployment):
    if isinstance(part, Deployment):
        yield from doubled_paths(part)
        yield from lost_urls(part)
        return
    server = part.server
    if not server or not server.path.only or not server.speaks_http:
        return
    served = server.path.only
    at_mount = any(mount.doubled for mount in server.mounts)
    note = Label(server.path.span or server.span, f"the server answers at {served}")
    if isinstance(part, Route):
        if part.refused and not part.spare and not part.path.may(is_metadata):
            kept = part.exact or not part.fixed
            intended = not at_mount and kept and is_endpoint(part.location.only or "", served)
            fix = Fix(f"match {served} instead", part.location.write(served), opens=True) if intended else None
            message = f"{part.title} asks {server.title} for {_options_text(part.path)}, but it answers at {served}"
            replacing = () if kept else tuple(each for each in part.path.trace if each.span != part.span)
            yield Finding(message, part.span.head, (*replacing, note), fix)
    elif part.asked.must(lambda asked: asked is not None and server.refuses(asked)):
        url, asked = part.url.only or "", part.asked.only or ""
        fix = url_fix(part, url.removesuffix(asked) + served) if url.endswith(asked) and not at_mount else None
        message = f"{_url(part)} asks {server.title} for {_options_text(part.asked)}, but it answers at {served}"
        yield Finding(message, part.url.span or part.span, (*part.asked.trace, note), fix)


def url_fix(part: Remote | ClientConfig, url: str) -> Fix:
    """Another URL of the server, and in `server.json` its transport where the URL was that of another one."""
    served, spoken = part.server.path.only, part.server.transport.only
    edits, title = part.url.write(url), f"change the path to {served}"
    if spoken and isinstance(part, Remote) and edits and part.type.site and part.type.only != spoken:
        return Fix(f"{title} and the type to {spoken}", (*part.type.write(spoken), *edits), opens=True)
    return Fix(title, edits, opens=True)


def is_metadata(path: str) -> bool:
    """Whether a path is one of OAuth's metadata, which clients ask every server for, or may be above them."""
    return f"{path}/".startswith("/.well-known/")


def is_endpoint(location: str, served: str) -> bool:
    """Whether a location is meant for the MCP endpoint by its name, rather than for something of its own."""
    name, right = (path.rstrip("/").rpartition("/")[2].lower() for path in (location, served))
    return any(word in name for word in ("mcp", "sse", "message")) or sorted(name) == sorted(right)


def lost_urls(deployment: Deployment) -> Iterator[Finding]:
    """URLs that the proxy passes on to no server.

    Where a location takes what is below the path alone and asks the server for a form that it redirects, that is the
    one cause, and `slash-redirect` says so there. A URL that stands in several files is one as well.
    """
    by_url: dict[str, list[Remote | ClientConfig]] = {}
    for part in (*deployment.remotes, *deployment.clients):
        server = part.server
        if not server or not server.path.only or not server.speaks_http or not part.asked.must_be(None):
            continue
        served = server.path.only
        below = [route for route in deployment.routes_to(server) if route.path.must_be(f"{served}/")]
        if part.path == served and below and common_fact(server.sdk, f"slash.{server.transport.only}") == "exact":
            continue
        by_url.setdefault(part.url.only or "", []).append(part)
    for part, *others in by_url.values():
        served = part.server.path.only
        note = Label(part.server.path.span or part.server.span, f"the server answers at {served}")
        also = (Label(other.url.span or other.span, "so does this one") for other in others)
        message = f"{_url(part)} leads to no server: no location of the proxy passes it on to {served}"
        severity = WARNING if all(each.assumed for each in (part, *others)) else None
        yield Finding(message, part.url.span or part.span, (*part.asked.trace, *also, note), None, severity)


def doubled_paths(deployment: Deployment) -> Iterator[Finding]:
    """Locations that are called as the server's path and take it off, so that clients would have to ask for it twice."""
    client_paths = {part.path for part in (*deployment.remotes, *deployment.clients)}
    for route in deployment.routes:
        path, endpoint = route.server.path.only if route.server else None, route.endpoint.only
        prefix = route.prefix.rstrip("/")
        if not path or not endpoint or not route.mcp_server or not prefix or prefix != path.rstrip("/"):
            continue
        if endpoint == prefix + path and not any(url.rstrip("/") == endpoint.rstrip("/") for url in client_paths):
            site = route.target.site
            edits = route.target.write(site.span.text.rstrip("/")) if site and site.span.text.endswith("/") else ()
            edits = (*route.location.write(path), *edits) if edits and route.location.site else ()
            fix = Fix(f"match {path} and pass it on as it is", edits, opens=True) if edits else None
            message = (
                f"{route.title} takes {prefix} off the path, so {route.server.title} is reached at {endpoint} only"
            )
            yield Finding(message, route.target.span or route.span, (), fix, WARNING)


def _url(part: Remote | ClientConfig) -> str:
    """The URL without its query, which may hold a secret."""
    return (part.url.only or "this URL").partition("?")[0][:100]


def _options_text(path: Value[str]) -> str:
    return " or ".join(map(str, path.options or ()))
