r"""The proxy passes requests to something that does not exist

nginx resolves the names in its configuration when it starts. If one of them is
no service of the project, it does not start at all:
`host not found in upstream`, and everything else it serves is gone as well. A
name in a variable is resolved with every request, which is then answered 502.
The same goes for a container that shares no network with the proxy: Docker's
DNS only knows the names of common networks.

A port that nothing listens on gives
`connect() failed (111: Connection refused)`, a 502 for every call. Between
containers, the port inside the other container counts, not the one that is
published on the host.

Reported if nginx runs in the same compose project as a server, on networks of
that project, and clients cannot reach the server because of it: the location
is the one that would serve the MCP endpoint, or nginx, which serves it
elsewhere, cannot start.

A port that Traefik is told, by a label or in a file, and that the server does
not listen on, is the same mistake, and so is a port in an Ingress or an
HTTPRoute that its Service does not have.

In a container `localhost` is that container. A proxy that passes requests on
to `127.0.0.1` and the port of a server in another container answers 502,
unless both share the network of the host or of one of them.

Not reported for names with dots, other addresses, `extra_hosts` and external
networks, which may lead anywhere.

See https://docs.docker.com/compose/how-tos/networking/

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
    ports: ["127.0.0.1:9000:8000"]
  nginx:
    image: nginx:1.30
    ports: ["127.0.0.1:80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes-server:9000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[unknown-upstream]: nginx `location /mcp` passes requests to `notes-server`, but no service of the project has that name
 --> nginx.conf:6:27
  |
6 |         proxy_pass http://notes-server:9000;
  |                           ^^^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:2:3
  |
2 |   notes:
  |   ----- this service runs the MCP server
  |
  = fix: pass requests to notes:8000 (--unsafe-fixes)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -3,7 +3,7 @@
     server_name notes.example.com;

     location /mcp {
-        proxy_pass http://notes-server:9000;
+        proxy_pass http://notes:8000;
         proxy_buffering off;
         proxy_read_timeout 300s;
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

from itertools import takewhile

from mcplint import ERROR, DeadEnd, Edit, Finding, Fix, Label, Server, Span, rule

NEAR = 5_000
"""Characters on either side of a place that other members are looked for in."""


@rule("unknown-upstream", ERROR)
def check(end: DeadEnd):
    server, notes = end.server, list(end.notes)
    if end.kind == "name":
        message = f"{end.proxy} passes requests to `{end.host}`, but no service of the project has that name"
    elif end.kind == "network":
        message = f"{end.proxy} passes requests to `{end.host}`, which shares no network with it"
    elif end.kind == "itself":
        message = f"{end.proxy} passes requests to `{end.host}:{end.port}`, which is its own container"
    elif end.kind == "service":
        message = f"{end.proxy} passes requests to port {end.port} of Service `{end.host}`, which has no such port"
    else:
        listens = " or ".join(map(str, server.port.options or ())) if server else "other ports"
        message = f"{end.proxy} passes requests to port {end.port} of `{end.host}`, but the server listens on {listens}"
    if server and server.container and end.kind in ("name", "itself"):
        notes.append(Label(server.container.span, "this service runs the MCP server"))
    yield Finding(
        message,
        end.span,
        tuple(notes),
        fix_for(end, server) if server and end.kind in ("name", "port", "itself") else None,
    )


def fix_for(end: DeadEnd, server: Server) -> Fix | None:
    """The host and port that the only server in question has."""
    name = end.host if end.kind == "port" else server.container and server.container.service
    if not name or not end.site or not server.port.only:
        return None
    alone = end.site.span.text == str(end.port)
    address = str(server.port.only) if alone else f"{name}:{server.port.only}"
    if address in words_nearby(end.site.span):
        return None
    return Fix(
        f"pass requests to {f'port {address}' if alone else address}", (Edit(end.site.span, address),), opens=True
    )


def words_nearby(span: Span) -> set[str]:
    """The words in the line of a place besides it, and in those around that begin with the same word: other members."""
    text = span.source.text
    before, after = text[max(span.start - NEAR, 0) : span.start], text[span.end : span.end + NEAR]
    above, below = before.splitlines() or [""], after.splitlines() or [""]
    own = above.pop() + " " + below.pop(0)
    alike = [takewhile(lambda line: line.split()[:1] == own.split()[:1], lines) for lines in (reversed(above), below)]
    return {word.strip(";{}") for line in (own, *alike[0], *alike[1]) for word in line.split()}
