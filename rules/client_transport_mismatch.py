r"""A client is told to speak another transport than the server does

Streamable HTTP and the older HTTP+SSE do not answer each other: a client that is told `sse` opens a stream with a GET,
which a Streamable HTTP server refuses with `400` or `406`, one that is told `http` posts to an SSE server, which
answers `405`. What one sees is `SSE error: Non-200 status code`, or a server without tools.

VS Code reads its servers from `servers` in `.vscode/mcp.json`, Claude Desktop from `mcpServers` in
`claude_desktop_config.json`. Under another key they are not there at all, without a word.

An entry counts whose URL leads to a server of the project: through a proxy of the project, or to a port of this
machine. What other entries lead to is not known here. `.mcp.json` is read by programs that differ in the key.
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
error[client-transport-mismatch]: is a key that VS Code does not look under: it wants servers
 --> .vscode/mcp.json:2:4
  |
2 |   "mcpServers": {
  |    ^^^^^^^^^^
  |
  = fix: name it servers (--fix)

error[client-transport-mismatch]: says sse, but the server speaks streamable-http
 --> .vscode/mcp.json:4:16
  |
4 |       "type": "sse",
  |                ^^^
5 |       "url": "http://localhost:8000/notes"
  |               --------------------------- leads to this server
  |
 ::: server.py:6:23
  |
6 |     mcp.run(transport="streamable-http")
  |                       ----------------- is written here
  |
  = fix: say http (--fix)
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
            message = f"is a key that {reader} does not look under: it wants {key}"
            fix = Fix(f"name it {key}", client.wrapper.write(key), safe=True)
            yield Finding(message, client.wrapper.span or client.span, (), fix)
    server = client.server
    if not server or (client.assumed and not local(client.url.only or "")):
        return
    spoken = server.transport
    if spoken.may_not_be(*HTTP) or not client.type.options:
        return
    if client.type.must(lambda said: said in HTTP and spoken.must(lambda kind: kind != said)):
        notes = (*spoken.trace, Label(client.url.span or client.span, "leads to this server"))
        told = " or ".join(HTTP[kind] for kind in spoken.options or ())
        fix = Fix(f"say {told}", client.type.write(told), safe=True) if spoken.only else None
        message = f"says {HTTP[client.type.only or 'sse']}, but the server speaks {' or '.join(spoken.options or ())}"
        yield Finding(message, client.type.span or client.span, notes, fix)


def local(url: str) -> bool:
    return url.partition("://")[2].startswith(LOCAL)
