r"""Tokens travel without TLS

Clients send their token with every request. If a proxy has a certificate for a
name and takes the MCP endpoint on a port without TLS as well, a client that
is configured with `http://` works, so nobody notices, and its token travels
readable for everyone on the way. So does that of a client that is told to send
one to an `http://` URL of another machine, in a header, by `mcp-remote
--header` or in the query of the URL.

Redirect instead, with 308: after a `301` or `302`, clients repeat the call as
a GET or refuse to.

A note if a proxy that is open to other machines serves no TLS at all to a
server that checks tokens, by the SDK or by middleware that answers nobody
without one, since something in front of it may. So it is if nginx checks them
itself. Not reported for URLs of this machine, of private networks (by address,
or by a name such as `notes.internal` or `notes.example.ts.net`), and with
placeholders in the names of their machines.

See https://modelcontextprotocol.io/specification/draft/basic/authorization

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
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/ssl/notes.pem;
    ssl_certificate_key /etc/ssl/notes.key;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
warning[plain-http]: nginx `location /mcp` serves MCP without TLS as well: tokens travel unencrypted
 --> nginx.conf:8:5
  |
2 |     listen 80;
  |     --------- listens without TLS
3 |     listen 443 ssl;
  |     -------------- the same name is served with TLS
...
8 |     location /mcp {
  |     ^^^^^^^^^^^^^
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;
    return 308 https://$host$request_uri;
}

server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/ssl/notes.pem;
    ssl_certificate_key /etc/ssl/notes.key;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
"""

import re
from itertools import pairwise

from mcplint import NOTE, WARNING, ClientConfig, Finding, Label, Route, Server, rule
from mcplint.knowledge import secrets
from mcplint.text import urls


@rule("plain-http", WARNING)
def check(part: Route | ClientConfig):
    if isinstance(part, ClientConfig):
        yield from plain_http_finding(part)
        return
    plain = tuple(note.span for note in part.listen.trace if not encrypted(note.span.text))
    heard = tuple(Label(span, "listens without TLS") for span in plain)
    if part.mcp_server and part.secured:
        notes = (Label(part.secured, "the same name is served with TLS"), *heard)
        yield Finding(f"{part.title} serves MCP without TLS as well: tokens travel unencrypted", part.span, notes)
    elif (
        part.mcp_server
        and heard
        and part.tls.may_not_be(True)
        and (shown := (*part.published, *part.binds, *part.guarded))
    ):
        checks = next(checking(part, part.mcp_server), None)
        if checks:
            message = f"{part.title} takes the tokens of clients without TLS, and no file here puts TLS in front of it"
            yield Finding(message, part.span, (*heard, *shown, checks), None, NOTE)


def encrypted(address: str) -> bool:
    """Whether what a proxy listens on, as it is spelled, asks for TLS."""
    return "ssl" in address.split() or address.startswith("https://")


def checking(route: Route, server: Server):
    """What surely checks the tokens of clients: the proxy, the server, or middleware around it."""
    if route.guarded:
        yield from route.auth[:1]
    if server.auth.must_not_be(None):
        yield Label(server.auth.only.span if server.auth.only else server.span, "checks tokens")
    yield from server.locked


def plain_http_finding(client: ClientConfig):
    """An entry that sends a secret to a machine elsewhere."""
    node = (
        next((url_node for key in ("url", "serverUrl", "httpUrl") if (url_node := client.node.get(key))), None)
        if client.node
        else None
    )
    url = client.url.only or getattr(node, "text", "")
    if not url.startswith("http://") or not urls.is_public(url):
        return
    names = [found[0] for found in secret_headers(client)] + list(secret_parameters(url))
    if names:
        message = f"the client sends {names[0][:60]} to {urls.authority(url).rpartition('@')[2][:100]} without TLS: everybody on the way reads it"
        notes = tuple(Label(span, "is sent as well") for _, span in secret_headers(client))
        yield Finding(message, client.url.span or (node.span if node else client.span), notes)


def secret_headers(client: ClientConfig):
    """The headers of an entry, also those that `mcp-remote` is told, whose names are ones of secrets."""
    headers = client.node.get("headers") if client.node else None
    for name, _ in getattr(headers, "pairs", ()):
        if secrets.is_private(name.text):
            yield name.text, name.span
    if client.host == "mcp-remote":
        for flag, value in pairwise(client.words):
            name = value.text.partition(":")[0].strip()
            if flag.text == "--header" and secrets.is_private(name):
                yield name, value.span


def secret_parameters(url: str):
    """The parameters of a URL's query that hold a secret, or a variable in place of one."""
    for name, value in re.findall(r"[?&]([\w.-]{1,60})=([^&#\s]+)", url):
        if secrets.is_private(name) and (value.startswith(("$", "%")) or secrets.secret(name, value)):
            yield name
    if secrets.in_url(url)[0] == "password":
        yield "password"
