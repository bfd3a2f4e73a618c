r"""CORS settings keep browser clients from using the server

The SDKs send no CORS headers, so servers with browser clients use Starlette's
`CORSMiddleware`, or `cors()` of Express or Hono. Its lists have to know the
protocol:

- A page sees only the response headers in `expose_headers` (`exposedHeaders`).
  Without `Mcp-Session-Id` the second request arrives without its session and
  is refused with `400`.
- A page may send only the request headers in `allow_headers`. Without
  `MCP-Protocol-Version` and `Mcp-Session-Id` the preflight of every request
  after the first fails with `Disallowed CORS headers`. Clients of protocol
  revision 2026-07-28 send `Mcp-Method` and `Mcp-Name` as well, and those that
  resume a stream `Last-Event-ID`; the fix adds these too.
- `allow_methods` must contain `POST`. Starlette's default is `GET` only.

`cors()` allows all methods and request headers that it is told nothing about,
and exposes no response header.

A list of request headers that is too short is an error if the middleware names
its origins and the program serves nothing else that they could call.

nginx is checked where it adds the headers itself (`add_header`). It must not
add what the program sends as well: browsers refuse two
`Access-Control-Allow-Origin`.

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
  = fix: add MCP-Protocol-Version, Mcp-Session-Id, Last-Event-ID (--fix)
```
```diff
--- a/server.py
+++ b/server.py
@@ -6,5 +6,6 @@
     mcp.streamable_http_app(),
     allow_origins=["https://app.example.com"],
     allow_methods=["GET", "POST", "DELETE"],
-    allow_headers=["Content-Type", "Authorization"],
+    allow_headers=["Content-Type", "Authorization", "MCP-Protocol-Version", "Mcp-Session-Id", "Last-Event-ID"],
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
    allow_headers=["Content-Type", "Authorization", "MCP-Protocol-Version", "Mcp-Session-Id", "Last-Event-ID"],
    expose_headers=["Mcp-Session-Id"],
)
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Label, Route, Server, rule

SESSION, VERSION, RESUMED = "Mcp-Session-Id", "MCP-Protocol-Version", "Last-Event-ID"

METHODS = ("GET", "POST", "DELETE")


@rule("cors-hides-session", WARNING)
def check(part: Server | Route):
    yield from in_program(part) if isinstance(part, Server) else in_proxy(part)


def in_proxy(route: Route):
    """What a proxy allows browsers in place of the program, and what both do."""
    server, added = route.mcp_server, {header.name: header for header in route.added_headers}
    origin = added.get("access-control-allow-origin")
    if not server or not origin or server.transport.options != ("streamable-http",):
        return
    hidden = any(header.name == "access-control-allow-origin" for header in route.hidden_headers)
    if server.cors and not hidden:
        notes = (Label(server.cors[0].span, "sends the header as well"),)
        message = f"{route.title} and {server.title} both send Access-Control-Allow-Origin, and browsers refuse two"
        yield Finding(message, origin.span, notes)
        return
    stateful = server.stateless.options == (False,)
    asked = [VERSION, *([SESSION] if stateful else [])]
    for header, needed, does in (
        ("access-control-expose-headers", [SESSION] if stateful else [], "hides"),
        ("access-control-allow-headers", asked, "refuses"),
    ):
        given = [each.value for each in route.added_headers if each.name == header]
        # Without a list of request headers the program may answer the preflight.
        known = route.closed and not any("$" in value for value in given) and (given or does == "hides")
        lacking = [
            name for name in needed if lacks_name([part.strip() for value in given for part in value.split(",")], name)
        ]
        if known and lacking and not server.cors:
            title = "-".join(word.capitalize() for word in header.split("-"))
            message = f"{route.title} {does} {', '.join(lacking)} from browser clients: not in {title}"
            yield Finding(message, added[header].span if header in added else origin.span)


def in_program(server: Server):
    if server.transport.options != ("streamable-http",):
        return
    stateful = server.stateless.options == (False,)
    asked = [VERSION, *([SESSION] if stateful else []), *(["Mcp-Method", "Mcp-Name"] if server.sdk.sessionless else [])]
    for cors in server.cors:
        methods, headers, exposed = cors.keys
        for values, needed, does, key in (
            (cors.exposed, [SESSION] if stateful else [], "hides", exposed),
            (cors.headers, asked, "refuses", headers),
            (cors.methods, ["POST"], "refuses", methods),
        ):
            lacking = [name for name in needed if values.must(lambda given, name=name: lacks_name(given, name))]
            if lacking:
                wanted = METHODS if needed == ["POST"] else (*needed, RESUMED) if values is cors.headers else needed
                added = completed(values, wanted, stateful)
                joint = values.site.joint if values.site else ""
                fix = Fix(f"add {', '.join(added)}", values.write(joint.join(added)), safe=True)
                error = values is not cors.exposed and values.must(bool) and for_browsers(server, cors)
                message = f"{cors.name} {does} {', '.join(lacking)} from browser clients: not in `{key}`"
                span = (values.must(bool) and values.span) or cors.span.head
                yield Finding(message, span, (), fix if fix.edits else None, ERROR if error else WARNING)


def completed(values, wanted, stateful):
    """What a list has to be given to be whole, in lower case where all of it is: a fix is not made twice.

    A session has a stream that is opened by GET, may be resumed, and is ended by DELETE.
    """
    names = wanted if stateful else [name for name in wanted if name not in (RESUMED, "DELETE")]
    missing = [name for name in names if values.must(lambda given, name=name: lacks_name(given, name))]
    lower = wanted is not METHODS and values.must(lambda given: given and all(name.islower() for name in given))
    return [name.lower() for name in missing] if lower else missing


def lacks_name(given, name):
    """Whether a list of a CORS middleware has neither a name nor the one that stands for all."""
    return "*" not in given and name.lower() not in (each.lower() for each in given)


def for_browsers(server, cors):
    """Whether the origins that are named can only be those of MCP clients."""
    named = cors.origins.must(lambda origins: origins and "*" not in origins)
    return named and server.endpoints_closed and all(endpoint.documents for endpoint in server.endpoints)
