r"""The health check asks for a path that the server does not have

No release of the SDKs has a health route: `/`, `/health` and `/healthz` are
`404` until the program adds them. A check that asks for one fails for ever:
the container is `unhealthy`, services that wait for it never start, and
Kubernetes restarts it again and again. HAProxy's `option httpchk`, nginx's
`health_check` (and `check_http_send` of nginx_upstream_check_module) and the
check of a load balancer take the server out of service: the annotations of an
Ingress of AWS, which asks for `/` where it is told no path, or of Azure's
Application Gateway, those of a Service of type LoadBalancer on AWS and Azure,
a BackendConfig or a HealthCheckPolicy of Google, whose Ingress asks for `/`
where neither that nor a readiness probe tells it. Where no replica passes, AWS
sends requests to all of them, hanging or not.

The `fastmcp` of TypeScript has `/health`, and `/ready`, which is `503` until
some client holds a session: a check that asks for it lets none in.

So does the check of the container of a proxy that passes the request on.

A check that speaks TLS to a server that does not never gets that far.

Add the route, `@mcp.custom_route("/health", methods=["GET"])`: it needs
neither authentication nor an allowed `Host`. A tool of that name is none.

Not reported if the program may answer paths that the files do not show, if the
check takes other answers for good ones or asks another port, or for load
balancers that ask the nodes of a cluster instead of its pods, as those of
DigitalOcean do unless their controller is told otherwise.

See https://gofastmcp.com/deployment/http

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[healthcheck-route-missing]: the health check asks for /health, which server `notes` does not have
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- has no such route
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

import re

from mcplint import ERROR, Finding, Label, Server, rule
from mcplint.knowledge.executables import SHELLS
from mcplint.text.source import Source, Span

TLS = (
    r"(?<![A-Za-z])(?:ssl|tls|https(?!://)|cert(?!ain))|(?:SSL|TLS|HTTPS|CERT)(?![a-z])|(?:Ssl|Tls|Https|Cert(?!ain))"
    r"|Secure(?:Server|Context)|spdy|\.(?:pem|pfx|p12|crt)\b"
)
"""The words of names that speak of TLS, as whole ones: the S of `StreamableHTTPServerTransport` is none."""
CONFIGURED = ("-c", "--config")
"""The flags with which servers are told a file that may name a certificate."""


@rule("healthcheck-route-missing", ERROR)
def check(server: Server):
    for each in server.container.checks if server.container and server.speaks_http and server.certain else ():
        asked = each.deciding_request
        if not asked or (asked.port is not None and not server.port.must_be(asked.port)):
            continue
        span = server.made or server.span
        if asked.scheme == "https" and speaks_plainly(server, each.span):
            message = f"{each.title} speaks TLS, but {server.title} serves plain HTTP"
            yield Finding(message, each.span, (Label(server.span, "has no certificate"),))
        elif server.refuses(asked.path):
            message = f"{each.title} asks for {asked.path[:60]}, which {server.title} does not have"
            yield Finding(message, each.span, (*each.passed, Label(span, "has no such route")))
        elif server.waiting and asked.path == server.waiting:
            message = (
                f"{each.title} asks for {asked.path}, which {server.title} answers with 503 until a client is there"
            )
            yield Finding(message, each.span, (Label(span, "is ready with its first session alone"),))


def speaks_plainly(server: Server, check: Span) -> bool:
    """Whether nothing of what starts a server says anything of TLS; what the health check says of it does not count."""
    container = server.container
    words = container.command.only if container else None
    if (
        not container
        or not words
        or (words[0].rpartition("/")[2] not in SHELLS and not set(CONFIGURED).isdisjoint(words))
    ):
        return False
    spans = (server.span, server.made) if server.made else (server.span,)
    given = [value.only for value in container.env.values() if value.only]
    texts = [*words, *container.words, *container.env, *given, *(text_without(check, span.source) for span in spans)]
    return not any(re.search(TLS, text) for text in texts)


def text_without(check: Span, source: Source) -> str:
    """The text of a file, that of a health check left out."""
    text = source.text
    return text[: check.start] + text[check.end :] if check.source is source else text
