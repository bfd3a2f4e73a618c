r"""The server rejects the host name that its clients use

To protect servers on a user's machine from DNS rebinding, the SDK rejects
requests whose `Host` is not local with `421 Invalid Host header`. The check is
on whenever the SDK is told to listen on loopback and no security settings are
given: in `mcp` since 1.23.0 by the host of the constructor, in 2.x by the host
of `run()` or of the application factory, where loopback is the default.
`fastmcp` did this in 3.4.3 only. `createMcpExpressApp()` of the TypeScript
SDKs does it for every route of its application, health routes included, with
status 403, unless it is told another `host` or `allowedHosts`.

What counts is the host that the SDK is *told*, not the one that is listened
on. `uvicorn server:app --host 0.0.0.0` and `mcp.settings.host = "0.0.0.0"`
listen on all interfaces and reject every client. So does a server on loopback
behind a proxy, unless the proxy sends a `Host` that is allowed:
`localhost:8000`, with the port, while nginx's `$host` never has one. Health
routes of a Python server are not checked and stay green.

Pass `host="0.0.0.0"` to the SDK, which turns the check off, or list the names
in `TransportSecuritySettings(allowed_hosts=…)`, each both bare and with `:*`.
A lone `*` matches nothing.

Not reported if a proxy sends an allowed name, for locations that lead only to
routes of the program's own (the check covers MCP alone), if the server is
published on the loopback interface of its host only, if the check may be off,
or if the program lists the hosts itself and nothing tells which one is sent.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
EXPOSE 8000
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", stateless_http=True)
app = mcp.streamable_http_app()
```
```output
error[blocked-host-header]: server `notes` listens on 0.0.0.0, but rejects every `Host` except localhost with 421
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes", stateless_http=True)
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mcp 1.30.0 defaults to host=127.0.0.1
  |
 ::: Dockerfile:7:42
  |
7 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
  |                                          ------- other machines can connect here
  |
  = fix: tell the SDK that the server listens on 0.0.0.0, which turns the checks of `Host` and `Origin` off (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -1,4 +1,4 @@
 from mcp.server.fastmcp import FastMCP

-mcp = FastMCP("notes", stateless_http=True)
+mcp = FastMCP("notes", stateless_http=True, host="0.0.0.0")
 app = mcp.streamable_http_app()
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
"""

import re

from mcplint import ERROR, WARNING, Deployment, Finding, Fix, Label, rule
from mcplint.model import CLIENT_HOST, CLIENT_NAME, TARGET_HOST
from mcplint.model.releases import common_fact
from mcplint.text.urls import is_loopback

# What a program tells the SDK of the check itself.
OWN = ("transport_security", "allowed_hosts")
OPEN = "tell the SDK that the server listens on 0.0.0.0, which turns the checks of `Host` and `Origin` off"


@rule("blocked-host-header", ERROR)
def check(deployment: Deployment):
    for server in deployment.servers:
        allowed = server.allowed_hosts.only
        if allowed is None or not server.speaks_http or server.host_check.options != (True,):
            continue
        notes = (*server.host_check.trace, *server.allowed_hosts.trace)
        answer = common_fact(server.sdk, "status.bad_host") or 421
        given = any(each.name in OWN for call in server.calls for each in call.arguments)
        fixable = server.container and not given and server.declared_host.must(is_loopback)
        edits = server.container.write(server.declared_host, "0.0.0.0") if fixable else ()
        fix = Fix(OPEN, edits, leaves=("host-check-off",)) if edits else None
        routes = deployment.routes_to(server)
        for route in routes:
            hosts = () if unguarded(route, server) else sent_hosts(route)
            if hosts and not any(admits_host(server, allowed, host) for host in hosts):
                header = "the client's `Host`" if hosts[0] == CLIENT_NAME else f"`Host: {hosts[0]}`"
                message = (
                    f"{route.title_at(route.host.span)} sends {header}, which {server.title} rejects with {answer}"
                )
                assumed = route.assumed or server.assumed
                yield Finding(message, route.host.span or route.span, notes, fix, WARNING if assumed else None)
        if not routes and reachable(server) and not (given and allowed) and not any(is_name(host) for host in allowed):
            where = server.host.only or "all interfaces"
            message = f"{server.title} listens on {where}, but rejects every `Host` except localhost with {answer}"
            ports = () if server.container is None else server.container.ports
            shown = (Label(port.span, "through this port") for port in ports if port.published is not None)
            here = (Label(server.host.span or server.span, "other machines can connect here"), *shown, *notes)
            yield Finding(message, server.made or server.span, here, fix, WARNING if server.assumed else None)


def unguarded(route, server):
    """Whether a location leads only to routes of the program's own, which the guard of `mcp` does not cover."""
    posts = server.message_path
    asked = route.path.must(lambda path: posts.may(lambda post: post is not None and path.startswith(post.rstrip("/"))))
    return server.sdk.package == "mcp" and route.endpoint.must_be(None) and not asked and not route.inner_route


def is_name(pattern):
    """Whether a pattern of the allow-list admits more than the machine itself."""
    return not is_loopback(re.sub(r":(?:\*|\d+)\Z", "", pattern))


def reachable(server):
    """Whether it listens for other machines, and is not published on the host's loopback only."""
    container = server.container
    if not container or server.host.may(is_loopback) or container.shared_network.may(bool):
        return False
    return not container.ports or any(port.host_ip is None or not is_loopback(port.host_ip) for port in container.ports)


def admits_host(server, allowed, host):
    """Whether the allow-list admits a host: literally, or `name:*` for the name with a port."""
    name, colon, _ = host.rpartition(":")
    if server.sdk.package != "mcp":
        return is_loopback(name or host) or (name or host) in allowed or "*" in allowed
    return host in allowed or bool(colon and f"{name}:*" in allowed)


def sent_hosts(route):
    """What the server may get as `Host`; nothing where that cannot be told."""
    host = route.host.only
    names = tuple(name for name in route.server_names.only or () if is_plain_name(name))
    if host == CLIENT_NAME:
        return names or (CLIENT_NAME,)
    if host == CLIENT_HOST:
        return tuple(form for name in names for form in (name, f"{name}:443"))
    if host == TARGET_HOST:
        return (route.authority,) if route.authority and "$" not in route.authority else ()
    return (host,) if host else ()


def is_plain_name(name):
    return name not in ("_", "") and not set(name) & set("*~$^")
