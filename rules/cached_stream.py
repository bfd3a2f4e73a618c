r"""nginx answers MCP calls from its cache

`proxy_cache` stores responses by URL. All MCP calls are POST requests to one
URL and differ in their body alone, which the cache does not look at. With POST
in `proxy_cache_methods`, the first response that nginx may store is all that
clients get from then on: an empty 202, or the result of somebody else's
request. They wait forever, or report a response to an unknown request.

`proxy_cache_valid` decides what nginx may store. Streams say
`Cache-Control: no-cache` themselves, so only the short 202 responses (`any`)
are stored, unless `proxy_ignore_headers` lists that header. Plain JSON
responses are stored right away.

Not reported with `proxy_buffering off`, where nginx stores nothing, without
POST in the methods, or with a `proxy_cache_key` that contains `$request_body`.

See
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_methods

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
proxy_cache_path /var/cache/nginx keys_zone=notes:10m;

server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_read_timeout 300s;
        proxy_cache notes;
        proxy_cache_methods GET HEAD POST;
        proxy_cache_valid any 10m;
    }
}
```
```output
error[cached-stream]: nginx `location /mcp` caches POST responses: calls get the result of another call
  --> nginx.conf:11:38
   |
10 |         proxy_cache notes;
   |         ------------------ responses are cached here
11 |         proxy_cache_methods GET HEAD POST;
   |                                      ^^^^
   |
   = fix: stop caching POST responses (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -8,7 +8,7 @@
         proxy_pass http://notes:8000;
         proxy_read_timeout 300s;
         proxy_cache notes;
-        proxy_cache_methods GET HEAD POST;
+        proxy_cache_methods GET HEAD;
         proxy_cache_valid any 10m;
     }
 }
```

## Good
`nginx.conf`
```nginx
proxy_cache_path /var/cache/nginx keys_zone=notes:10m;

server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_cache notes;
        proxy_cache_methods GET HEAD;
        proxy_cache_valid any 10m;
    }
}
```
"""

from mcplint import ERROR, Finding, Fix, Route, rule
from mcplint.model import Cache


@rule("cached-stream", ERROR)
def check(route: Route):
    server, cache = route.mcp_server, route.cache
    if not server or not cache or cache.by_body or route.buffering.may_be(False) or not _may_be_cached(route, cache):
        return
    for setting in cache.posts:
        fix = Fix("stop caching POST responses", setting.removal, safe=True) if setting.removal else None
        message = f"{route.title_at(setting.span)} caches POST responses: calls get the result of another call"
        yield Finding(message, setting.span, cache.told, fix)


def _may_be_cached(route: Route, cache: Cache) -> bool:
    """Whether any of the server's answers to calls may be kept: it asks that no event stream is."""
    plain = route.server and route.server.json_response.must(bool)
    wanted = {"any", "202", "200"} if plain or route.ignores("cache-control") else {"any", "202"}
    return bool(wanted & cache.statuses)
