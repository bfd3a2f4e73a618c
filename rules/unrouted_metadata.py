r"""Clients do not find OAuth metadata where they look for them

A server that requires a token answers 401 and names its metadata:
`/.well-known/oauth-protected-resource`, followed by the path of the endpoint.
Clients that are not told look there too. A proxy that passes on nothing but
`/mcp` answers 404, or the page of a web application, and clients cannot find
out where to sign in: they report that discovery failed, or
`Unrecognized token '<'`.

Pass `/.well-known/` to the server as well. A `location ~ /\.` that denies
hidden files refuses it with 403, and a location for
`/.well-known/acme-challenge/` does not help. If the prefix of the endpoint is
removed, the metadata still have to answer at the root of the host.

The same happens without a proxy where a program mounts the whole application
below a prefix: the metadata go below it too, while clients ask for them at the
root. fastmcp has `auth.get_well_known_routes()` for the routes of the outer
application.

Reported if the program gives the SDK a provider that publishes metadata.

Not reported if any of the paths may lead to something that has them, such as
an identity provider, or if configuration that is not in the project may do so.

See https://datatracker.ietf.org/doc/html/rfc9728#section-3.1

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
from mcp.server.auth.provider import AccessToken, TokenVerifier
from mcp.server.auth.settings import AuthSettings
from mcp.server.fastmcp import FastMCP


class Verifier(TokenVerifier):
    async def verify_token(self, token: str) -> AccessToken | None:
        return None


mcp = FastMCP(
    "notes",
    host="0.0.0.0",
    token_verifier=Verifier(),
    auth=AuthSettings(issuer_url="https://auth.example.com", resource_server_url="https://notes.example.com/mcp"),
)

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
    ports: ["443:443"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/nginx/certificate.pem;
    ssl_certificate_key /etc/nginx/key.pem;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
error[unrouted-metadata]: nginx `location /mcp` passes /mcp to the server, but no location passes /.well-known/oauth-protected-resource
  --> nginx.conf:7:5
   |
 7 |     location /mcp {
   |     ^^^^^^^^^^^^^
   |
  ::: server.py:15:10
   |
15 |     auth=AuthSettings(issuer_url="https://auth.example.com", resource_server_url="https://notes.example.com/mcp"),
   |          -------------------------------------------------------------------------------------------------------- clients need its metadata to sign in
```

## Good
`nginx.conf`
```nginx
server {
    listen 443 ssl;
    server_name notes.example.com;
    ssl_certificate /etc/nginx/certificate.pem;
    ssl_certificate_key /etc/nginx/key.pem;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }

    location /.well-known/ {
        proxy_pass http://notes:8000;
    }
}
```
"""

from mcplint import ERROR, WARNING, Deployment, Finding, Guard, Label, Route, Server, rule


@rule("unrouted-metadata", ERROR)
def check(part: Route | Deployment):
    if isinstance(part, Route):
        yield from unrouted(part)
    else:
        alone = (server for server in part.servers if server.speaks_http and not part.routes_to(server))
        yield from (finding for server in alone for finding in buried(server))


def unrouted(route: Route):
    """A proxy that sends the paths of the metadata elsewhere."""
    server = route.mcp_server
    guard = server.auth.only if server else None
    if guard and publishes(guard) and route.metadata.must_be(False):
        yield Finding(
            f"{route.title} passes {route.endpoint.only} to the server, but no location passes /.well-known/oauth-protected-resource",
            route.span.head,
            (Label(guard.span, "clients need its metadata to sign in"), *route.metadata.trace),
        )


def buried(server: Server):
    """A program that mounts the whole application, metadata and all, below a prefix."""
    guard = server.auth.only
    outer = server.mounts[0] if server.mounts else None
    prefix = (outer.prefix.only or "").rstrip("/") if outer else ""
    if not guard or not publishes(guard) or not prefix or not server.endpoints_closed:
        return
    if not any(endpoint.path.startswith("/.well-known") for endpoint in server.endpoints):
        message = (
            f"{server.title} answers the metadata of its authentication below `{prefix}`, but clients ask for "
            f"/.well-known/oauth-protected-resource{server.path.only or prefix}"
        )
        notes = (Label(guard.span, "clients need its metadata to sign in"),)
        yield Finding(message, outer.span, notes, None, WARNING if server.assumed else None)


def publishes(guard: Guard) -> bool:
    """Whether a provider has metadata to tell; those that only verify tokens have none."""
    name = guard.provider.rpartition(".")[2]
    if name == "AuthSettings":
        argument = guard.argument("resource_server_url")
        return argument is not None and argument.value.must_not_be(None)
    return name.endswith(("Provider", "Proxy")) and guard.provider.startswith("fastmcp.")
