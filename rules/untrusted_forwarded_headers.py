r"""The server does not trust the proxy that ends TLS, or trusts everybody

A proxy that ends TLS tells the server with `X-Forwarded-Proto` that a client
used https. uvicorn only believes this from `127.0.0.1` by default, and between
containers the proxy has another address. The server then takes every request
for plain http: a redirect to the other form of its path goes to `http://`,
which current clients refuse, and URLs that the program builds from the request
(`request.base_url`, `request.url_for`) begin with `http://`, so OAuth metadata
do not match.

`FORWARDED_ALLOW_IPS`, which also works with the SDK's own `run()`, or
`--forwarded-allow-ips` names whom to trust. `*` trusts everybody: right if
only the proxy reaches the port, and a way to forge addresses and schemes if
the port is published too, which is a warning.

Reported if the proxy sets the header and something depends on it: a URL that
clients are told and that is redirected, or a URL that the program builds.

Not reported for redirects that nginx repairs itself with the default `Host`,
or may repair with `proxy_redirect`, or for a program that reads
`X-Forwarded-…` itself.

See https://uvicorn.dev/deployment/#proxies-and-forwarded-headers

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
from starlette.responses import JSONResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/about", methods=["GET"])
async def about(request):
    return JSONResponse({"endpoint": f"{request.base_url}mcp"})


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
  nginx:
    image: nginx:1.30
    ports: ["127.0.0.1:443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/nginx/certificate.pem;
    ssl_certificate_key /etc/nginx/key.pem;

    location / {
        proxy_pass http://notes:8000;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[untrusted-forwarded-headers]: server `notes` builds http:// URLs: it does not trust `X-Forwarded-Proto` from nginx
  --> server.py:9:41
   |
 9 |     return JSONResponse({"endpoint": f"{request.base_url}mcp"})
   |                                         ^^^^^^^^^^^^^^^^
...
13 |     mcp.run(transport="streamable-http")
   |     ------------------------------------ uvicorn trusts 127.0.0.1 alone by default
   |
  ::: nginx.conf:10:9
   |
10 |         proxy_set_header X-Forwarded-Proto $scheme;
   |         ------------------------------------------- tells the server that the client used https
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      FORWARDED_ALLOW_IPS: "*"
  nginx:
    image: nginx:1.30
    ports: ["127.0.0.1:443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
"""

from mcplint import ERROR, WARNING, ClientConfig, Finding, Label, Remote, Route, Server, rule
from mcplint.text.urls import is_loopback


@rule("untrusted-forwarded-headers", ERROR)
def check(part: Route | Remote | ClientConfig | Server):
    if isinstance(part, Server):
        yield from trusts_everybody(part)
        return
    route = part if isinstance(part, Route) else part.route
    server = route.mcp_server if route and not route.inner_route else None
    if not route or not server or not forwarded_proto_label(route) or not untrusting(server):
        return
    notes = (forwarded_proto_label(route), *server.asgi.trusted.trace)
    if isinstance(part, Route):
        for made in server.absolute[:1]:
            message = f"{server.title} builds http:// URLs: it does not trust `X-Forwarded-Proto` from {route.proxy}"
            yield Finding(message, made.span, notes)
    # A proxy that passes on a Host of its own choice does not know redirects to itself.
    elif redirects_path(part, server) and route.sets_header("host") and not route.rewrites_redirects:
        url = (part.url.only or "this URL").partition("?")[0][:100]
        message = (
            f"{url} is redirected to http://: {server.title} does not trust `X-Forwarded-Proto` from {route.proxy}"
        )
        yield Finding(message, part.url.span or part.span, notes)


def trusts_everybody(server: Server):
    """A server that believes everybody, on a port that everybody reaches."""
    trusted = server.asgi.trusted
    if not server.container or trusted.may(lambda text: text.strip() != "*"):
        return
    for port in server.container.ports:
        reached = server.port.must_be(port.target.only)
        if reached and port.published is not None and port.host_ip is None:
            message = f"{server.title} trusts `X-Forwarded-*` headers from anyone who reaches its published port"
            yield Finding(
                message, trusted.span or server.span, (Label(port.span, "open on all interfaces"),), None, WARNING
            )


def forwarded_proto_label(route: Route) -> Label | None:
    """Where the proxy, which ends TLS, says so to the server."""
    header = route.sets_header("x-forwarded-proto") if route.tls.must(bool) else None
    return Label(header.span, "tells the server that the client used https") if header else None


def untrusting(server: Server) -> bool:
    """Whether the server believes its own container alone."""
    own = server.asgi.trusted.must(lambda text: all(is_loopback(address.strip()) for address in text.split(",")))
    return bool(server.container and own and server.container.shared_network.must_be(False))


def redirects_path(part: Remote | ClientConfig, server: Server) -> bool:
    """Whether the server answers the path with a redirect to its other form."""
    asked, path = part.asked.only, server.path.only
    return bool(asked and path and asked != path and asked.rstrip("/") == path.rstrip("/"))
