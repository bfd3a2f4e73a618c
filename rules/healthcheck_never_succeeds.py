r"""The health check fails whatever the server does

A check that cannot succeed marks a container that works as `unhealthy`:
services that wait for it never start, Swarm and Kubernetes end it again and
again. Reported are:

- `pgrep` and `pidof` of a name that no process has. `python server.py` is
  called `python`, and names end after 15 characters, so that `pgrep` of a
  longer one finds nothing. With `-f`, `python server.py` is not part of
  `python -u server.py`.
- A program in Python whose exit code is inverted: `sys.exit(r.ok)` ends with 1
  for a good answer, and with 0 for `500`. `sys.exit(r.status_code)` is a
  failure for every answer.
- `httpx` and `http.client` follow no redirect, which they take for a failure
  with `raise_for_status()` or `== 200`: Starlette answers `/health/` with
  `307` where the route is `/health`.
- A command that only fails: `false`, `exit 1`.
- Kubernetes' probe of `grpc`: servers of MCP speak HTTP, and no SDK has the
  health service of gRPC.

Ask the health route of the server for its status. Not reported for a name that
something else in the container may have: that of another file, of `gunicorn`,
`tsx` and their like, of the project, or one with `mcp` or `server` in it only
where none of its programs starts others.

See https://man7.org/linux/man-pages/man1/pgrep.1.html and
https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["pgrep", "server.py"]
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
error[healthcheck-never-succeeds]: the health check cannot succeed: it looks for `server.py`, but the process is called `python`
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD ["pgrep", "server.py"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1:8000/health"]
CMD ["python", "server.py"]
```
"""

import re

from mcplint import ERROR, Finding, Label, Server, rule
from mcplint.model.health import Request

RENAMES = r"setproctitle|process\.title|prctl"
"""What gives a process another name."""
FINDS = r"\bpgrep\b|\bpidof\b"


@rule("healthcheck-never-succeeds", ERROR)
def check(server: Server):
    for each in server.container.checks if server.container and server.speaks_http and server.certain else ():
        renamed = re.search(FINDS, each.span.text) and re.search(RENAMES, server.span.source.text)
        if each.doomed and not renamed:
            yield Finding(f"{each.title} cannot succeed: {each.doomed.text}", each.span)
        elif each.dialed is not None and server.port.must(each.dialed.must_be):
            message = f"{each.title} calls {server.title} by gRPC, which speaks HTTP only"
            yield Finding(message, each.span, (Label(server.made or server.span, "has no health service of gRPC"),))
        elif each.deciding_request and (route := redirected(server, each.deciding_request)):
            how = f"{each.deciding_request.path[:60]} is redirected to {route.path}, and {each.deciding_request.program} does not follow"
            yield Finding(
                f"{each.title} cannot succeed: {how}", each.span, (Label(route.span, "answers this path only"),)
            )


def redirected(server: Server, asked: Request):
    """The route that a check misses by a slash at the end, where the server redirects it and the check stops there."""
    here = asked.stops and (asked.port is None or server.port.must_be(asked.port))
    if not here or server.sdk.is_npm or server.paths is None or asked.path in server.paths:
        return None
    if "redirect_slashes" in server.span.source.text:
        return None
    alike = (route for route in server.endpoints if "{" not in route.path and not route.documents)
    return next((route for route in alike if route.path.rstrip("/") == asked.path.rstrip("/")), None)
