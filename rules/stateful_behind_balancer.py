r"""Sessions live in the memory of one process, but requests go to several

Clients that speak a protocol revision up to 2025-11-25 open a session with
`initialize` and send its id with every later request. The SDKs keep the
session in the memory of the process that opened it. With several workers,
replicas or upstream servers, the next request reaches another process and is
answered `404 Session not found` (400 up to `mcp` 1.25). This does not fail now
and then: with two processes in turn, every session fails with its second
request.

`stateless_http=True` makes every request independent. Tools that ask the
client something (elicitation, sampling, roots) need the session: they want a
single process, or a load balancer that always sends a client to the same one,
by address (`ip_hash`, `hash $remote_addr`) or by what the server answered
(`sticky learn`). A hash of the session header does not help, since the first
request has none. Workers of one container share a port, so no load balancer
can tell them apart.

The workers of uvicorn and gunicorn count, the processes that pm2 starts in its
cluster mode, and those that a program of Node forks of itself with
`node:cluster`. Nothing is said of as many as there are processors (`pm2 -i
max`, `os.cpus()`), which may be one, nor of those that are forked with an
environment or a program of their own, or by a program that speaks of sticky
sessions.

If the upstream servers are machines that no file of the project names, it is
assumed that they run its only server: a warning.

With `mcp` 2 and `fastmcp` 4, clients of revision 2026-07-28 need no session,
but older ones still do: a warning.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management

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
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    deploy:
      replicas: 3
```
```output
error[stateful-behind-balancer]: server `notes` keeps sessions in memory, but 3 replicas share its requests
 --> server.py:4:7
  |
4 | mcp = FastMCP("notes", host="0.0.0.0")
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mcp 1.27.1 defaults to stateless_http=False
  |
 ::: compose.yaml:5:17
  |
5 |       replicas: 3
  |                 - the service sets the number of replicas
  |
  = fix: make the server stateless (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -1,7 +1,7 @@
 from mcp.server.fastmcp import FastMCP
 from starlette.responses import PlainTextResponse

-mcp = FastMCP("notes", host="0.0.0.0")
+mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


 @mcp.custom_route("/health", methods=["GET"])
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Server, Spread, rule
from mcplint.model.workers import refuses_workers

PROCESSES = {"workers": "worker processes", "replicas": "replicas", "members": "upstream servers"}


@rule("stateful-behind-balancer", ERROR)
def check(server: Server):
    if server.speaks_http and server.stateless.must_be(False):
        for spread in server.spread:
            if spread.kind == "workers" and refuses_workers(server):
                continue
            if spread.several and spread.affinity.must_be("none"):
                fix = Fix("make the server stateless", server.stateless.write("True"))
                yield Finding(
                    f"{server.title} keeps sessions in memory, but {_count(spread)} share its requests",
                    server.stateless.span or server.span,
                    (*server.stateless.trace, *spread.notes, *server.back_channel),
                    None if server.back_channel else fix,
                    WARNING if server.sdk.sessionless or spread.assumed else ERROR,
                )
                return


def _count(spread: Spread) -> str:
    return f"{spread.processes.only or 'several'} {PROCESSES[spread.kind]}"
