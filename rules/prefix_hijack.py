r"""A location takes the path of another server too, as it begins with the same letters

`location /notes { … }` in nginx is no folder: it takes `/notes`, `/notes/x`
and also `/notes-admin` and `/notesx`. So do `handle /notes*` in Caddy,
`path_beg /notes` in HAProxy and ``PathPrefix(`/notes`)`` in Traefik 3. Where
something else is meant to answer there, its calls come to the wrong server:
that one answers `404`, or asks for a login, and the right one never gets
them.

Reported only where the files show who is meant and that nothing better takes
the path: a URL that clients are told and that another server of the project
answers, a rule for the longer path that comes too late (HAProxy, and `route`
in Caddy, try rules in their order; an expression of nginx comes before
locations without one), or `location /` that leads to a server whose MCP
endpoint begins so, or to a program of the project that names such a route in
the file that it starts (FastAPI, Flask, Quart, Sanic, Express, Fastify) while
the MCP server has nothing there. That a location has no slash at its end is
nothing to report by itself, nor is an Ingress with `pathType: Prefix`, which
goes by whole segments.

It is an error where calls of an MCP server certainly come to another one, else
a warning.

See https://nginx.org/en/docs/http/ngx_http_core_module.html#location and
https://docs.haproxy.org/3.2/configuration.html#7.3.6-path_beg

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
import os

from mcp.server.fastmcp import FastMCP

name = os.environ["NAME"]
mcp = FastMCP(name, host="0.0.0.0", streamable_http_path=f"/{name}")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment: {NAME: notes}
  archive:
    build: .
    environment: {NAME: notes-archive}
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
    proxy_buffering off;
    proxy_read_timeout 300s;

    location /notes {
        proxy_pass http://notes:8000;
    }
    location / {
        proxy_pass http://archive:8000;
    }
}
```
`.mcp.json`
```json
{
  "mcpServers": {
    "archive": {"type": "http", "url": "http://notes.example.com/notes-archive"}
  }
}
```
```output
error[prefix-hijack]: nginx `location /notes` takes /notes-archive too, which is meant for server `notes-archive`
 --> nginx.conf:7:5
  |
7 |     location /notes {
  |     ^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:7:19
  |
7 |     environment: {NAME: notes-archive}
  |                   ------------------- the server answers here
  |
 ::: .mcp.json:3:41
  |
3 |     "archive": {"type": "http", "url": "http://notes.example.com/notes-archive"}
  |                                         -------------------------------------- clients are told to ask for it
```
## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;
    proxy_buffering off;
    proxy_read_timeout 300s;

    location = /notes {
        proxy_pass http://notes:8000;
    }
    location / {
        proxy_pass http://archive:8000;
    }
}
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Hijack, rule


@rule("prefix-hijack", ERROR)
def check(hijack: Hijack):
    message = f"{hijack.taker.title} takes {hijack.path[:60]} too, which is meant for {hijack.whose}"
    severity = ERROR if hijack.sure else WARNING
    yield Finding(message, hijack.span, hijack.notes, fix_for(hijack), severity)


def fix_for(hijack: Hijack) -> Fix | None:
    """The one path that a location is there for, if that is its own."""
    taker, text = hijack.taker, hijack.taker.prefix
    if not taker.exact_spelling or not hijack.routed or taker.endpoint.only != text:
        return None
    return Fix(f"match {text} alone", taker.location.write(taker.exact_spelling), opens=True)
