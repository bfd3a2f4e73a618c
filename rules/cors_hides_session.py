r"""CORS keeps MCP clients in browsers from talking to the server

The SDKs send no CORS headers, so whoever has clients in browsers puts Starlette's `CORSMiddleware` around the server. Its
lists have to know the protocol. A browser shows its page only the response headers that `expose_headers` names: without
`Mcp-Session-Id` the second request comes without its session and is refused with `400`. It sends only the request
headers that `allow_headers` names: without `MCP-Protocol-Version` and `Mcp-Session-Id` the preflight of every request
after the first fails with `Disallowed CORS headers`. For clients of the revision 2026-07-28 `Mcp-Method` and `Mcp-Name`
are asked for too. `allow_methods` has to name `POST`, and names nothing but `GET` by default.

A list of request headers that is too short is an error where the middleware names its origins and the program serves
nothing else that they could call.

It says nothing where a list may be anything, and nothing of servers without CORS: most have no clients in browsers.

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
from starlette.middleware.cors import CORSMiddleware

mcp = FastMCP("notes", host="0.0.0.0")
app = CORSMiddleware(
    mcp.streamable_http_app(),
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["Content-Type", "Authorization"],
)
```
```output
warning[cors-hides-session]: hides Mcp-Session-Id from clients in browsers
 --> server.py:5:7
  |
5 | app = CORSMiddleware(
  |       ^^^^^^^^^^^^^^^
  |
  = fix: add what the protocol needs (--fix)

error[cors-hides-session]: refuses MCP-Protocol-Version, Mcp-Session-Id from clients in browsers
 --> server.py:9:19
  |
9 |     allow_headers=["Content-Type", "Authorization"],
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: add what the protocol needs (--fix)
```
```diff
--- a/server.py
+++ b/server.py
@@ -6,5 +6,6 @@
     mcp.streamable_http_app(),
     allow_origins=["https://app.example.com"],
     allow_methods=["GET", "POST", "DELETE"],
-    allow_headers=["Content-Type", "Authorization"],
+    allow_headers=["Content-Type", "Authorization", "MCP-Protocol-Version", "Mcp-Session-Id"],
+    expose_headers=["Mcp-Session-Id"],
 )
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.middleware.cors import CORSMiddleware

mcp = FastMCP("notes", host="0.0.0.0")
app = CORSMiddleware(
    mcp.streamable_http_app(),
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["Content-Type", "Authorization", "MCP-Protocol-Version", "Mcp-Session-Id"],
    expose_headers=["Mcp-Session-Id"],
)
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Server, rule

SESSION, VERSION = "Mcp-Session-Id", "MCP-Protocol-Version"


@rule("cors-hides-session", WARNING)
def check(server: Server):
    if server.transport.options != ("streamable-http",):
        return
    stateful = server.stateless.options == (False,)
    asked = [VERSION, *([SESSION] if stateful else []), *(["Mcp-Method", "Mcp-Name"] if server.sdk.sessionless else [])]
    for cors in server.cors:
        for values, needed, wrong in (
            (cors.exposed, [SESSION] if stateful else [], "hides {} from clients in browsers"),
            (cors.headers, asked, "refuses {} from clients in browsers"),
            (cors.methods, ["POST"], "refuses {} from clients in browsers"),
        ):
            lacking = [name for name in needed if values.must(lambda given, name=name: lacks(given, name))]
            if lacking:
                # A list of methods that is given replaces GET, which is allowed where none is.
                kept = ["GET"] if needed == ["POST"] and values.options == ((),) else []
                fix = Fix("add what the protocol needs", values.write('", "'.join(kept + lacking)), safe=True)
                error = values is not cors.exposed and values.must(bool) and for_browsers(server, cors)
                message = wrong.format(", ".join(lacking))
                span = (values.must(bool) and values.span) or cors.span.head
                yield Finding(message, span, (), fix if fix.edits else None, ERROR if error else WARNING)


def lacks(given, name):
    """Whether a list of a CORS middleware has neither a name nor the one that stands for all."""
    return "*" not in given and name.lower() not in (each.lower() for each in given)


def for_browsers(server, cors):
    """Whether the origins that are named can only be those of MCP clients."""
    named = cors.origins.must(lambda origins: origins and "*" not in origins)
    return named and server.endpoints_closed and not server.endpoints
