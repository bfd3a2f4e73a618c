r"""A mount repeats the path that the mounted application already has

`streamable_http_app()` and `http_app()` serve MCP at their own path `/mcp`.
Mounted at `/mcp` they answer at `/mcp/mcp`, while `/mcp` redirects to `/mcp/`,
which is `404`. The same goes for `/sse`. Starlette and FastAPI behave alike,
and the server's log shows nothing but the `404`.

Mount the application at `/`, after all other routes, and it answers `/mcp`. Or
give it the inner path `/` (`streamable_http_path="/"` for `mcp`, `path="/"`
for `fastmcp`), and it answers `/mcp/`; then `slash-redirect` reports URLs
without the slash.

Not reported if a URL that the project publishes uses the doubled path, or for
mounts under another name: `/notes/mcp` is as good a path as any.

See https://gofastmcp.com/deployment/http

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.applications import Starlette
from starlette.routing import Mount

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = Starlette(
    routes=[Mount("/mcp", app=mcp.streamable_http_app())],
    lifespan=lambda app: mcp.session_manager.run(),
)
```
```output
error[doubled-mount]: server `notes` answers at /mcp/mcp: mounted at /mcp, it keeps its own path /mcp
 --> server.py:7:13
  |
5 | mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
  |       ----------------------------------------------------- mcp 1.30.0 defaults to streamable_http_path=/mcp
6 | app = Starlette(
7 |     routes=[Mount("/mcp", app=mcp.streamable_http_app())],
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: serve MCP at /mcp (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -4,6 +4,6 @@

 mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
 app = Starlette(
-    routes=[Mount("/mcp", app=mcp.streamable_http_app())],
+    routes=[Mount("/", app=mcp.streamable_http_app())],
     lifespan=lambda app: mcp.session_manager.run(),
 )
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.applications import Starlette
from starlette.routing import Mount

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = Starlette(
    routes=[Mount("/", app=mcp.streamable_http_app())],
    lifespan=lambda app: mcp.session_manager.run(),
)
```
"""

import re

from mcplint import ERROR, Deployment, Finding, Fix, rule

ROUTED = r"\bMount\(|\bRoute\(|\.(?:mount|include_router|add_\w+)\(|@[\w.]+\.(?:route|api_route|get|post|put|patch|delete|websocket)\("


@rule("doubled-mount", ERROR)
def check(deployment: Deployment):
    for server in deployment.servers:
        asked = asked_for(deployment, server)
        if not server.path.only or without_slash(server.path.only) in map(without_slash, asked):
            continue
        for mount in server.mounts:
            prefix, inner = mount.prefix.only, mount.inner.only
            if prefix and mount.doubled:
                edits = single_path_edits(mount, asked)
                fix = (
                    Fix(f"serve MCP at {prefix}", edits, without_slash(prefix) in map(without_slash, asked))
                    if edits
                    else None
                )
                message = (
                    f"{server.title} answers at {server.path.only}: mounted at {prefix}, it keeps its own path {inner}"
                )
                yield Finding(message, mount.span, mount.inner.trace, fix)


def single_path_edits(mount, asked):
    """The edits that take the path away once: from the mount, or, where other routes follow it, from the inside.

    From the inside it answers with a slash at its end, which is none to those who ask without.
    """
    prefix, inner, here = mount.prefix.only, without_slash(mount.inner.only), mount.span
    edits = mount.prefix.write(without_slash(prefix).removesuffix(inner) or "/")
    own = all(edit.span.source == here.source and here.start <= edit.span.start < here.end for edit in edits)
    followed = re.search(ROUTED, here.source.text[here.end :])
    if edits and own and not followed and f"{without_slash(prefix)}/" not in asked:
        return edits
    return () if without_slash(prefix) in asked else mount.inner.write("/")


def without_slash(path):
    """A path without the slash at its end, which redirects take care of."""
    return path.rstrip("/")


def asked_for(deployment, server):
    """The paths that clients and proxies ask a server for."""
    parts = [part for part in (*deployment.remotes, *deployment.clients) if part.server and part.server.id == server.id]
    values = [part.asked for part in parts] + [route.path for route in deployment.routes_to(server)]
    return {path for value in values for path in value.options or () if path}
