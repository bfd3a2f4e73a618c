r"""A client configuration names a transport that the server does not speak

Streamable HTTP and the older HTTP+SSE do not understand each other. A client
that is told `sse` opens a stream with a GET, which a Streamable HTTP server
refuses with `400` or `405`. A client that is told `http` posts to an SSE
server, which answers `405`. Users see `SSE error: Non-200 status code`, or a
server without tools.

What a `type` comes to is decided by the host that reads the file. VS Code
posts first, whatever the type, and falls back to SSE. Claude Code does so for
`http`, but with `sse` it reaches no Streamable HTTP server. Gemini CLI, Roo
Code and Cline try nothing else than what they are told; to Cline a URL without
a type means `sse`. To Gemini CLI it means `http`, and `sse` where the POST is
answered 404, as Express does; the Python SDKs answer 405. Codex and Zed ignore
`type`: to them every URL is one of Streamable HTTP. Only combinations that
cannot work are reported. In a file of no host that is known `sse` is a warning
where the server speaks Streamable HTTP, and `http` is taken to fall back.

A host that is told a command speaks stdio with what that starts. A program
such as `mcpo` or `mcp-proxy` is a client too: it starts the server and speaks
stdio with it. A server that speaks HTTP instead never answers it, and nothing
listens on the port that the program would serve.

Only entries whose URL leads to a server of the project are checked: through a
proxy of the project, or to a port of this machine. The URL that `mcp-remote`
is told is one too; it falls back to the other transport, except with
`--transport http-only` or `sse-only`. What a program of the project tells a
client that it makes itself, as one of `fastmcp`, is not checked.

See https://docs.claude.com/en/docs/claude-code/mcp

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

mcp = FastMCP("notes", host="0.0.0.0", streamable_http_path="/notes")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "type": "sse",
      "url": "http://localhost:8000/notes"
    }
  }
}
```
```output
error[client-transport-mismatch]: Claude Code is set to `sse`, but server `notes` speaks streamable-http
 --> .mcp.json:4:16
  |
4 |       "type": "sse",
  |                ^^^
5 |       "url": "http://localhost:8000/notes"
  |               --------------------------- this URL leads to the server
  |
 ::: server.py:6:23
  |
6 |     mcp.run(transport="streamable-http")
  |                       ----------------- set here
  |
  = fix: set the type to `http` (--fix)
```
```diff
--- a/.mcp.json
+++ b/.mcp.json
@@ -1,7 +1,7 @@
 {
   "mcpServers": {
     "notes": {
-      "type": "sse",
+      "type": "http",
       "url": "http://localhost:8000/notes"
     }
   }
```

## Good
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "type": "http",
      "url": "http://localhost:8000/notes"
    }
  }
}
```
"""

from mcplint import ERROR, WARNING, ClientConfig, Deployment, Finding, Fix, Label, Server, rule
from mcplint.text.urls import host, is_loopback

HTTP = {"streamable-http": "http", "sse": "sse"}


@rule("client-transport-mismatch", ERROR)
def check(deployment: Deployment):
    for client in deployment.clients:
        alone = client.command.trace and not client.url.trace
        if alone and client.server and client.server.speaks_http and not client.server.bridge:
            yield commanded(client, client.server)
        else:
            yield from configured(client)
    for server in deployment.servers:
        if server.bridged and server.container and server.speaks_http:
            yield stdio_finding(server)


def stdio_finding(server: Server) -> Finding:
    """What starts the server speaks stdio with it."""
    span = server.container.cmd if server.container else server.span
    message = f"{server.runner} speaks stdio with the server that it starts, but {server.title} speaks "
    notes = (*server.transport.trace, Label(span, f"{server.runner} starts it"))
    severity = None if server.certain and not server.assumed else WARNING
    message += " or ".join(server.transport.options or ())
    return Finding(message, server.transport.span or server.span, notes, None, severity)


def commanded(client: ClientConfig, server: Server) -> Finding:
    """A client whose command starts a server that does not answer on standard output."""
    speaks = " or ".join(server.transport.options or ())
    message = f"{client.host or 'the client'} speaks stdio with what it starts, but {server.title} speaks {speaks}"
    notes = (*server.transport.trace, Label(server.span, "the server starts here"))
    severity = None if client.host and server.certain and not client.assumed else WARNING
    return Finding(message, client.command.span or client.span, notes, None, severity)


def configured(client: ClientConfig):
    """A client whose configuration leads to a server."""
    server, type_value = client.server, client.type
    if not server or (client.assumed and not is_loopback(host(client.url.only or ""))):
        return
    spoken = server.transport
    if spoken.may_not_be(*HTTP) or type_value.may_not_be(*HTTP) or spoken.may_be(*client.reaches):
        return
    if spoken.may_be(client.missing) and not server.refuses_posts:
        return
    spelled = type_value.span is not None and type_value.span != client.url.span
    speaks = " or ".join(spoken.options or ())
    who = client.host or "the client"
    bare = "every URL" if client.node and client.node.get("type") else "a URL without `type`"
    does = f"is set to `{type_value.span.text}`" if spelled else f"treats {bare} as `{type_value.only}`"
    fix = None
    if spelled and spoken.only:
        kind = client.spelling(spoken.only)
        fix = Fix(f"set the type to `{kind}`", type_value.write(kind), safe=True)
    notes = (*spoken.trace, Label(client.url.span or client.span, "this URL leads to the server"))
    severity = None if client.host else WARNING
    yield Finding(
        f"{who} {does}, but {server.title} speaks {speaks}", type_value.span or client.span, notes, fix, severity
    )
