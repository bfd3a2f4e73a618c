r"""CORS settings keep browser clients from using the server

The SDKs send no CORS headers, so servers with browser clients use Starlette's
`CORSMiddleware`. Its lists have to know the protocol:

- A page sees only the response headers in `expose_headers`. Without
  `Mcp-Session-Id` the second request arrives without its session and is
  refused with `400`.
- A page may send only the request headers in `allow_headers`. Without
  `MCP-Protocol-Version` and `Mcp-Session-Id` the preflight of every request
  after the first fails with `Disallowed CORS headers`. Clients of protocol
  revision 2026-07-28 send `Mcp-Method` and `Mcp-Name` as well.
- `allow_methods` must contain `POST`. The default is `GET` only.

A list of request headers that is too short is an error if the middleware names
its origins and the program serves nothing else that they could call.

Not reported if a list is not known, or for servers without CORS, most of which
have no browser clients.

See https://starlette.dev/middleware/#corsmiddleware

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
warning[cors-hides-session]: CORSMiddleware hides Mcp-Session-Id from browser clients: not in `expose_headers`
 --> server.py:5:7
  |
5 | app = CORSMiddleware(
  |       ^^^^^^^^^^^^^^^
  |
  = fix: add Mcp-Session-Id (--fix)

error[cors-hides-session]: CORSMiddleware refuses MCP-Protocol-Version, Mcp-Session-Id from browser clients: not in `allow_headers`
 --> server.py:9:19
  |
9 |     allow_headers=["Content-Type", "Authorization"],
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: add MCP-Protocol-Version, Mcp-Session-Id (--fix)
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

METHODS = ("GET", "POST", "DELETE")


@rule("cors-hides-session", WARNING)
def check(server: Server):
    if server.transport.options != ("streamable-http",):
        return
    stateful = server.stateless.options == (False,)
    asked = [VERSION, *([SESSION] if stateful else []), *(["Mcp-Method", "Mcp-Name"] if server.sdk.sessionless else [])]
    for cors in server.cors:
        for values, needed, wrong in (
            (cors.exposed, [SESSION] if stateful else [], "hides {} from browser clients: not in `expose_headers`"),
            (cors.headers, asked, "refuses {} from browser clients: not in `allow_headers`"),
            (cors.methods, ["POST"], "refuses {} from browser clients: not in `allow_methods`"),
        ):
            lacking = [name for name in needed if values.must(lambda given, name=name: lacks(given, name))]
            if lacking:
                added = (
                    sorted({*lacking, *also(values, stateful)}, key=METHODS.index) if needed == ["POST"] else lacking
                )
                fix = Fix(f"add {', '.join(added)}", values.write('", "'.join(added)), safe=True)
                error = values is not cors.exposed and values.must(bool) and for_browsers(server, cors)
                message = f"CORSMiddleware {wrong.format(', '.join(lacking))}"
                span = (values.must(bool) and values.span) or cors.span.head
                yield Finding(message, span, (), fix if fix.edits else None, ERROR if error else WARNING)


def also(methods, stateful):
    """What a list of methods must have beside POST: GET for the stream and DELETE for the end of a session.

    A list that is given replaces GET, which is allowed where none is.
    """
    return [
        name
        for name in (METHODS if stateful else METHODS[:1])
        if methods.must(lambda given, name=name: lacks(given, name))
    ]


def lacks(given, name):
    """Whether a list of a CORS middleware has neither a name nor the one that stands for all."""
    return "*" not in given and name.lower() not in (each.lower() for each in given)


def for_browsers(server, cors):
    """Whether the origins that are named can only be those of MCP clients."""
    named = cors.origins.must(lambda origins: origins and "*" not in origins)
    return named and server.endpoints_closed and not server.endpoints
