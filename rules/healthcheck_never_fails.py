r"""The health check succeeds whatever the server does

`python -c "import server"`, `server --help`, `test -f dist/index.js` or
`exit 0` say that a program can be started, not that this one answers: a server
that hangs stays `healthy`, no balancer takes it out of service, and services
that wait for it start too early. The same holds for a script of the project
that the check starts, and for `pgrep -f server.py || exit 1`: the shell that
runs it has `server.py` in its own command line, which `pgrep` finds. Write
`pgrep -f '[s]erver.py'`, better ask the server.

A check that ignores what it is answered is a warning: `curl` without `-f`,
`requests.get` without `raise_for_status()` and Node's `fetch` or `http.get`
without a look at `ok` or `statusCode` take `500` for a success, and `|| true`,
`; exit 0` or `except: pass` a refused connection too. So does a check that
follows no redirect, `curl` without `-L` or that of HAProxy, and asks for the
endpoint with another trailing slash: the server's router answers `307` before
it asks anything of the server.

Not reported for a server over stdio, which answers nobody but its client.

See https://docs.docker.com/reference/dockerfile/#healthcheck

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import server"]
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
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
```output
error[healthcheck-never-fails]: the health check cannot fail: it only imports modules and ends
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD ["python", "-c", "import server"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
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
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule
from mcplint.model.health import Request
from mcplint.model.releases import answered_path


@rule("healthcheck-never-fails", ERROR)
def check(server: Server):
    for each in server.container.checks if server.container and server.speaks_http else ():
        if each.idle:
            yield Finding(f"{each.title} cannot fail: {each.idle.text}", each.span)
        elif each.requests and all(one.is_own and one.certain and one.strict is False for one in each.requests):
            how = f"{each.requests[0].program} takes any answer for a good one"
            yield Finding(
                f"{each.title} does not fail if {server.title} answers with an error: {how}",
                each.span,
                (),
                None,
                WARNING,
            )
        elif each.deciding_request and (right := redirected(server, each.deciding_request)):
            path = each.deciding_request.path
            how = f"{path} is redirected to {right}, and {each.deciding_request.program} takes a redirect for a good answer"
            span = server.path.span or server.span
            message = f"{each.title} does not ask {server.title}: {how}"
            yield Finding(message, each.span, (Label(span, f"answers at {right}"),), None, WARNING)


def redirected(server: Server, asked: Request) -> str | None:
    """Where the server sends a check that stays where it is: to its path with the other trailing slash."""
    right = answered_path(server) if asked.port is None or server.port.must_be(asked.port) else None
    differs = right and asked.path != right and asked.path.rstrip("/") == right.rstrip("/")
    return right if differs and not asked.follows else None
