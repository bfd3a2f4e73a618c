r"""The session manager of a mounted MCP application is never started

A Streamable HTTP application starts its session manager in its lifespan.
Starlette and FastAPI run the lifespan of the application that is served, never
that of one that is mounted in it or whose routes were copied. The server
starts cleanly, its health route answers `200`, and every MCP request is a
`500`: `RuntimeError: Task group is not initialized. Make sure to use run().`

Pass the lifespan to the outer application:
`lifespan=lambda app: mcp.session_manager.run()` for `mcp`,
`lifespan=mcp_app.lifespan` for `fastmcp`. An application with a lifespan of
its own enters the other one inside it. `lifespan="off"` given to uvicorn does
the same harm.

Not reported for SSE applications, which need no lifespan, or if the outer
application's lifespan cannot be followed. daphne runs the lifespan of no
application: that is `wrong-server-interface`.

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
app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())])
```
```output
error[mount-without-lifespan]: server `notes` answers every MCP request with 500: its session manager is never started
 --> server.py:6:25
  |
6 | app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())])
  |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |                                        ------------------------- its session manager is never started
  |
  = fix: start it in the lifespan of the served application (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -3,4 +3,4 @@
 from starlette.routing import Mount

 mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
-app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())])
+app = Starlette(routes=[Mount("/", app=mcp.streamable_http_app())], lifespan=lambda app: mcp.session_manager.run())
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

from mcplint import ERROR, Finding, Fix, Server, rule


@rule("mount-without-lifespan", ERROR)
def check(server: Server):
    if server.lifespan.options == (False,) and server.runner != "daphne":
        span = server.mounts[0].span if server.mounts else server.lifespan.span or server.span
        notes = tuple(note for note in server.lifespan.trace if note.span != span)
        given = lifespan(server)
        fix = Fix("start it in the lifespan of the served application", server.lifespan.write(given)) if given else None
        message = f"{server.title} answers every MCP request with 500: its session manager is never started"
        yield Finding(message, span, notes, fix)


def lifespan(server):
    """The lifespan to hand to the served application, where a module's own names say what runs the session manager."""
    site, application = server.lifespan.site, server.lifespan.span
    if site is None or application is None or application.source != site.span.source:
        return None
    if server.sdk.package == "fastmcp":
        name = assigned_name(application)
        made = application.end < site.span.start
        return name and (f"{name}.lifespan" if made else f"lambda app: {name}.lifespan(app)")
    name = assigned_name(server.made) if server.made and server.made.source == site.span.source else None
    if server.kind == "Server" or not name:
        return None
    return f"lambda app: {name}.session_manager.run()"


def assigned_name(span):
    """The name that a module gives to what an expression makes, or None where it gives none."""
    text = span.source.text
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    before = re.fullmatch(r"(\w++)(?:[ \t]*+:[^=\n]*+)?[ \t]*+=[ \t]*+", line)
    after = text[span.end :].partition("\n")[0].strip()
    return before[1] if before and (not after or after[0] in "#;") else None
