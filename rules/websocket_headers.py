r"""The proxy sends WebSocket headers to an MCP server

`proxy_set_header Upgrade` and `Connection "upgrade"` are needed for WebSocket,
which no MCP transport uses. Clients never ask for an upgrade, so nginx drops
the empty header and nothing happens. The lines are copied from one guide to
the next and hide what a location is for: a note.

A literal `Upgrade websocket` is another matter. It asks the server for a
protocol that nobody will speak: uvicorn with `httptools` (`uvicorn[standard]`)
then hangs or answers 400, which makes it a warning.

See https://nginx.org/en/docs/http/websocket.html

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
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    }
}
```
```output
note[websocket-headers]: nginx `location /mcp` sets `Upgrade` for WebSocket, which MCP does not use
 --> nginx.conf:9:9
  |
9 |         proxy_set_header Upgrade $http_upgrade;
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove the WebSocket headers (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -6,7 +6,5 @@
         proxy_pass http://notes:8000;
         proxy_buffering off;
         proxy_read_timeout 300s;
-        proxy_set_header Upgrade $http_upgrade;
-        proxy_set_header Connection "upgrade";
     }
 }
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
"""

import re
from collections.abc import Iterator

from mcplint import NOTE, WARNING, Edit, Finding, Fix, Route, Span, rule
from mcplint.model import ProxySetting
from mcplint.text.layout import taken_out

ALSO = r"\b(?:sse|events?|stream\w*|mcp|http)\b"


@rule("websocket-headers", NOTE)
def check(route: Route):
    if not route.mcp_server:
        return
    related = [header for header in route.request_headers if header.name == "upgrade" or _is_upgrade_header(header)]
    for header in related:
        if header.name == "upgrade" and header.value:
            literal, name = "$" not in header.value, route.title_at(header.span)
            edits = tuple(taken_out(edit.span for found in related for edit in found.removal))
            edits = with_blank_line(edits + tuple(without_comments_above(edits[0].span))) if edits else ()
            yield Finding(
                f"{name} asks for a WebSocket upgrade with every request"
                if literal
                else f"{name} sets `Upgrade` for WebSocket, which MCP does not use",
                header.span,
                (),
                Fix("remove the WebSocket headers", edits, safe=True) if edits else None,
                WARNING if literal else NOTE,
            )


def _is_upgrade_header(header: ProxySetting) -> bool:
    """Whether this is the `Connection` header that goes with `Upgrade`."""
    return header.name == "connection" and "upgrade" in header.value.lower()


def without_comments_above(removed: Span) -> Iterator[Edit]:
    """The edits that take comments about WebSocket alone out of the lines above what is removed, up to a blank one."""
    text, end = removed.source.text, removed.start
    paragraph = end
    for line in reversed(text[:end].splitlines(keepends=True)):
        if not line.strip() or line.rstrip().endswith(("{", "}")):
            break
        paragraph -= len(line)
    for comment in re.finditer(r"(?:^[ \t]*#[^\n]*\n)+", text[paragraph:end], re.M):
        plain_text = re.sub(r"\([^()\n]*\)", "", comment[0])
        if re.search(r"web ?sockets?\b", plain_text, re.IGNORECASE) and not re.search(ALSO, plain_text, re.IGNORECASE):
            yield Edit(Span(removed.source, paragraph + comment.start(), paragraph + comment.end()), "")


def with_blank_line(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits that remove lines, with a blank line above them where they leave nothing between that and the next."""
    source = edits[0].span.source
    start, end = min(edit.span.start for edit in edits), max(edit.span.end for edit in edits)
    left = end - start - sum(edit.span.end - edit.span.start for edit in edits)
    above = [line for line in source.text[:start].splitlines(keepends=True)[-1:] if not line.strip()]
    below = source.text[end:].lstrip(" \t")[:1] in ("\r", "\n", "}")
    return (*edits, Edit(Span(source, start - len(above[0]), start), "")) if above and below and not left else edits
