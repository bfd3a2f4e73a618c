r"""A client configuration names a transport that the server does not speak

Streamable HTTP and the older HTTP+SSE do not understand each other. A client
that is told `sse` opens a stream with a GET, which a Streamable HTTP server
refuses with `400` or `406`. A client that is told `http` posts to an SSE
server, which answers `405`. Users see `SSE error: Non-200 status code`, or a
server without tools.

VS Code reads servers from `servers` in `.vscode/mcp.json`, Claude Desktop from
`mcpServers` in `claude_desktop_config.json`. Entries under any other key are
silently ignored.

Only entries whose URL leads to a server of the project are checked: through a
proxy of the project, or to a port of this machine. `.mcp.json` is read by
several programs that expect different keys, so its key is not checked.

See https://code.visualstudio.com/docs/copilot/reference/mcp-configuration

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
`.vscode/mcp.json`
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
error[client-transport-mismatch]: VS Code ignores servers under `mcpServers`: it reads them from `servers`
 --> .vscode/mcp.json:2:4
  |
2 |   "mcpServers": {
  |    ^^^^^^^^^^
  |
  = fix: rename the key to `servers` (--fix)

error[client-transport-mismatch]: the client is told `sse`, but server `notes` speaks streamable-http
 --> .vscode/mcp.json:4:16
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
--- a/.vscode/mcp.json
+++ b/.vscode/mcp.json
@@ -1,7 +1,7 @@
 {
-  "mcpServers": {
+  "servers": {
     "notes": {
-      "type": "sse",
+      "type": "http",
       "url": "http://localhost:8000/notes"
     }
   }
```

## Good
`.vscode/mcp.json`
```json
{
  "servers": {
    "notes": {
      "type": "http",
      "url": "http://localhost:8000/notes"
    }
  }
}
```
"""

from mcplint import ERROR, ClientConfig, Finding, Fix, Label, rule

HTTP = {"streamable-http": "http", "sse": "sse"}
# The one key that the reader of a file knows, by the end of the file's path.
READERS = {
    ".vscode/mcp.json": ("VS Code", "servers"),
    "claude_desktop_config.json": ("Claude Desktop", "mcpServers"),
}
LOCAL = ("localhost", "127.0.0.1", "[::1]")


@rule("client-transport-mismatch", ERROR)
def check(client: ClientConfig):
    for end, (reader, key) in READERS.items():
        if f"/{client.span.source.path}".endswith(f"/{end}") and client.wrapper.must_not_be(key):
            message = (
                f"{reader} ignores servers under `{client.wrapper.only or 'this key'}`: it reads them from `{key}`"
            )
            fix = Fix(f"rename the key to `{key}`", client.wrapper.write(key), safe=True)
            yield Finding(message, client.wrapper.span or client.span, (), fix)
    server = client.server
    if not server or (client.assumed and not local(client.url.only or "")):
        return
    spoken = server.transport
    if spoken.may_not_be(*HTTP) or not client.type.options:
        return
    if client.type.must(lambda said: said in HTTP and spoken.must(lambda kind: kind != said)):
        notes = (*spoken.trace, Label(client.url.span or client.span, "this URL leads to the server"))
        told = " or ".join(HTTP[kind] for kind in spoken.options or ())
        fix = Fix(f"set the type to `{told}`", client.type.write(told), safe=True) if spoken.only else None
        said = HTTP[client.type.only or "sse"]
        message = f"the client is told `{said}`, but {server.title} speaks {' or '.join(spoken.options or ())}"
        yield Finding(message, client.type.span or client.span, notes, fix)


def local(url: str) -> bool:
    return url.partition("://")[2].startswith(LOCAL)
