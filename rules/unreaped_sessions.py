r"""Sessions of clients that went away are kept forever

A stateful server keeps every session in memory until the client ends it, and
most clients just go away. `mcp` drops idle sessions after half an hour since
1.30.0 and 2.2.0; before that, it never does. `fastmcp` does what the `mcp`
below it does. Memory grows with every client that ever connected.

Worse, those releases keep a session even for a request that they refuse, such
as the `GET /mcp` of a health check: one every 30 seconds makes some 3,000
sessions a day, each with its tasks. That is a warning, everything else a note.

Not reported for servers that are stateless, that set a `session_idle_timeout`,
or whose SDK release is not known.

See https://github.com/modelcontextprotocol/python-sdk/releases

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/mcp')"]
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
```output
warning[unreaped-sessions]: server `notes` keeps idle sessions forever: mcp 1.27.1 never drops any, and every health check leaves one more behind
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:1
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
5 | USER 10001
6 | HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/mcp')"]
  | ------------------------------------------------------------------------------------------------------ the health check asks the MCP endpoint, without a session
  |
 ::: requirements.txt:1:4
  |
1 | mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |    -------- pins mcp 1.27.1
```

## Good
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000), 3)"]
CMD ["python", "server.py"]
```
"""

import re

from mcplint import NOTE, WARNING, Finding, Label, Server, rule
from mcplint.model.releases import common_fact


@rule("unreaped-sessions", NOTE)
def check(server: Server):
    stateful = server.transport.must_be("streamable-http") and server.stateless.must_be(False)
    if not stateful or common_fact(server.sdk, "sessions.idle_timeout") != 0:
        return
    calls = [call for call in server.calls if call.role in ("constructor", "run", "app")]
    if any(each.name == "session_idle_timeout" for call in calls for each in call.arguments):
        return
    probe = asked_by_probe(server) if common_fact(server.sdk, "sessions.leak") is True else None
    more = "" if not probe else ", and every health check leaves one more behind"
    yield Finding(
        f"{server.title} keeps idle sessions forever: {server.sdk.title} never drops any{more}",
        server.made or server.span,
        (
            *((Label(probe, "the health check asks the MCP endpoint, without a session"),) if probe else ()),
            *server.sdk.version.trace,
        ),
        severity=WARNING if probe else NOTE,
    )


def asked_by_probe(server):
    """The health check, where it asks the MCP endpoint itself."""
    probe = server.container.probe if server.container else None
    words = " ".join(probe.command.only or ()) if probe else ""
    paths = re.findall(r"https?://[^/\s'\"]+(/[^\s'\"?]*)", words)
    if probe and any(server.path.must(lambda own, path=path: own.rstrip("/") == path.rstrip("/")) for path in paths):
        return probe.span
    return None
