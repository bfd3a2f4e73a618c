r"""Clients of an SSE server are told to post to a path that does not lead to it

An HTTP+SSE server names a path in its first event, `/messages/?session_id=…`,
and the client posts every message there. The path is the server's own: the
server knows nothing of a prefix that the proxy removes, or of which paths the
proxy passes on. The stream opens, the first post is answered 404, and a Python
client waits forever.

`X-Forwarded-Prefix`, `X-Script-Name` and the like change nothing.
`uvicorn --root-path /notes` puts the prefix into the event, a second location
for the messages works too, and Streamable HTTP, which has a single path, needs
neither.

Not reported if the proxy rewrites the event (`sub_filter`), if the server has
a root path, or if it is not known where another location leads.

Measured with nginx 1.22 and 1.30. See
https://modelcontextprotocol.io/specification/2024-11-05/basic/transports

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
    mcp.run(transport="sse")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
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

    location /notes/ {
        proxy_pass http://notes:8000/;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[stripped-prefix]: nginx `location /notes/` passes /notes/sse to an SSE server, but not /messages/, where its clients must post
 --> nginx.conf:5:5
  |
5 |     location /notes/ {
  |     ^^^^^^^^^^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- clients are told to post to /messages/
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, Finding, Label, Route, rule


@rule("stripped-prefix", ERROR)
def check(route: Route):
    server = route.mcp_server
    if server and not route.rewrites_bodies and route.messages.must_be(False):
        post_path = server.message_path.only
        yield Finding(
            f"{route.title} passes {route.endpoint.only} to an SSE server, but not {post_path}, where its clients must post",
            route.span.head,
            (
                Label(server.message_path.span or server.span, f"clients are told to post to {post_path}"),
                *route.messages.trace,
            ),
        )
