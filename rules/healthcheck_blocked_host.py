r"""The server refuses the health check for its `Host`

`TrustedHostMiddleware` answers every request whose `Host` is not in its list
with `400 Invalid host header`, health routes included. Nobody who makes the
list thinks of the check: Docker's asks `localhost`, Kubernetes the address of
the pod, which nobody knows before, Fly that of the machine, load balancers of
AWS and Google that of their target, Railway `healthcheck.railway.app`, and
Render a domain of the service or its `.onrender.com`. HAProxy's `option
httpchk GET /health` sends none at all. A command that is run in the container,
as by an exec probe, sends the host of its URL. The container is `unhealthy`,
restarted again and again or taken out of service although clients would be
answered.

`createMcpExpressApp()` of the TypeScript SDKs does the same with `403`, once
it is told `allowedHosts`, and so does its `hostHeaderValidation([…])` in front
of all routes. The guard of `fastmcp`, `host_origin_protection=True`, answers
`421` for custom routes as well; it takes loopback and the address that was
connected to, and so the probes of Docker and Kubernetes, but neither Railway's
name nor none at all.

List the name that the check sends, give the check a `Host` of the list, or put
the middleware around the MCP application alone.

Not reported if the list is not known, for a check that sets `Host` itself, and
on Render for a list with any public name: no file tells its domains.

See https://www.starlette.io/middleware/#trustedhostmiddleware

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health')"]
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


app = mcp.streamable_http_app()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["notes.example.com"])
```
```output
error[healthcheck-blocked-host]: the health check sends `127.0.0.1` as `Host`, which server `notes` refuses with 400
  --> Dockerfile:6:1
   |
 6 | HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health')"]
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: server.py:14:1
   |
14 | app.add_middleware(TrustedHostMiddleware, allowed_hosts=["notes.example.com"])
   | ------------------------------------------------------------------------------ answers no other `Host`
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


app = mcp.streamable_http_app()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["notes.example.com", "127.0.0.1"])
```
"""

import re
from fnmatch import fnmatchcase

from mcplint import ERROR, Finding, Label, Server, rule
from mcplint.model.health import MACHINE, POD, TARGET
from mcplint.model.releases import common_fact
from mcplint.text.urls import is_loopback

PUBLIC = "the service's public name"
OWN_ADDRESSES = ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", POD, MACHINE, TARGET)
PLATFORMS = {"kubernetes": POD, "railway": "healthcheck.railway.app", "render": PUBLIC}

# A `Host` among the headers that a check sets: `-H "Host: …"`, `headers={"Host": …}`.
OWN_HOST = r"(?i:httpHeaders|\bhost(?::(?!\d+(?:[^\w.]|$))|\\?[\"']\s*[:,]))"


@rule("healthcheck-blocked-host", ERROR)
def check(server: Server):
    for each in server.container.checks if server.container and server.speaks_http and server.certain else ():
        host = sent_host(each, server)
        for names, label, answer in lists(server, each.deciding_request.path) if host is not None else ():
            if not any(admits_host(name, host) for name in names):
                sent_name = f"{host} as `Host`" if "'" in host else f"`{host}` as `Host`" if host else "no `Host`"
                message = f"{each.title} sends {sent_name}, which {server.title} refuses with {answer}"
                yield Finding(message, each.span, (label,))


def sent_host(each, server: Server) -> str | None:
    """What a check sends as `Host`, empty where it sends none, None where that is not known."""
    asked = each.deciding_request
    if (
        not asked
        or re.search(OWN_HOST, each.span.text)
        or (asked.path and server.is_unguarded(asked.path))
        or (asked.port is not None and not server.port.must_be(asked.port))
    ):
        return None
    if each.by_proxy:
        return each.named
    return asked.host or each.named or PLATFORMS.get(each.platform or "")


def lists(server: Server, path: str):
    """The lists of hosts that a route of a program is behind: the names, their place, and the answer to others."""
    for guard in server.trusted_hosts:
        names = guard.names.only
        if names and "*" not in names and (not server.sdk.is_npm or is_guarded_route(server, path)):
            yield names, Label(guard.span, "answers no other `Host`"), guard.answer
    allowed = server.allowed_hosts.only
    label = Label(server.allowed_hosts.span or server.span, "answers no other `Host`")
    checked = server.host_check.must(bool)
    if server.sdk.is_npm and checked and allowed and any(not is_loopback(name) for name in allowed):
        yield allowed, label, common_fact(server.sdk, "status.bad_host") or 403
    if server.sdk.package == "fastmcp" and checked and allowed is not None and is_guarded_route(server, path):
        names = (name.removeprefix("[").partition("]")[0].partition(":")[0] for name in allowed)
        yield (*names, *OWN_ADDRESSES), label, 421


def is_guarded_route(server: Server, path: str) -> bool:
    """Whether a path is that of a route of the server's own, which its guard is around, too."""
    return any(each.guarded is None and server.matching.answers(each.path, path) for each in server.endpoints)


def admits_host(name: str, host: str) -> bool:
    """Whether an entry of a list takes a host, of which the port does not count, or may be a public name."""
    if host == PUBLIC:
        return not is_loopback(name)
    return name == host or fnmatchcase(host, name)
