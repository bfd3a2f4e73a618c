r"""A stdio server gets a terminal in place of a pipe

With `tty: true` a container reads from a terminal and writes to one. A
terminal is no pipe: it sends every message of the client back to it, and ends
lines with a carriage return. Clients of a stdio server take the echo for
answers.

Keep standard input open without a terminal: `stdin_open: true`, or
`docker run -i`.

Not reported for servers over HTTP. Whoever starts a second server with
`docker exec -i` is not concerned: that one has pipes of its own.

See https://docs.docker.com/reference/compose-file/services/#tty

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
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run()
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    stdin_open: true
    tty: true
```
```output
warning[tty-on-stdio]: server `notes` speaks stdio, but container `notes` gives it a terminal, which repeats what clients send
 --> compose.yaml:5:10
  |
5 |     tty: true
  |          ^^^^
  |
 ::: server.py:6:5
  |
6 |     mcp.run()
  |     --------- run() without a transport speaks stdio
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
  |
  = fix: give it no terminal (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -2,4 +2,3 @@
   notes:
     build: .
     stdin_open: true
-    tty: true
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    stdin_open: true
```
"""

from mcplint import WARNING, Finding, Fix, Label, Server, rule
from mcplint.text.layout import has_comment_with, is_remarked, without_line


@rule("tty-on-stdio", WARNING)
def check(server: Server):
    container = server.container
    if container and server.runner == "sdk" and server.transport.must_be("stdio") and container.tty.must(bool):
        message = (
            f"{server.title} speaks stdio, but {container.title} gives it a terminal, which repeats what clients send"
        )
        notes = (*server.transport.trace, Label(container.cmd, "this container runs the server"))
        line = container.tty.span and without_line(container.tty.span, "tty")
        explained = container.tty.span and (
            has_comment_with(container.tty.span, "tty") or is_remarked(container.tty.span)
        )
        edits = () if explained else container.tty.write("false")
        fix = Fix("give it no terminal", (line,) if line else edits)
        yield Finding(message, container.tty.span or container.span, notes, fix)
