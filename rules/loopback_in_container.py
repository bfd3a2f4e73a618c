r"""The server listens on loopback inside its container

A container has a network of its own, and so a loopback interface of its own. A
server that listens on `127.0.0.1` in there cannot be reached from outside: not
through a published port, not by nginx in the next container, not by a health
check of the platform. The connection is refused or reset, while the log says
`Uvicorn running on http://127.0.0.1:8000`.

The SDKs listen on loopback by default: `mcp` since 1.9.1, `fastmcp` since
2.2.0. Inside a container, listen on `0.0.0.0` and let the published port
decide who may connect.

Not reported if the container shares the network of its host or of another
container, if the transport is stdio, or if the address may be another one at
run time.

See https://docs.docker.com/engine/network/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
EXPOSE 8000
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[loopback-in-container]: server `notes` listens on 127.0.0.1, which cannot be reached from outside its container
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes")
  |       ^^^^^^^^^^^^^^^^ mcp 1.27.1 defaults to host=127.0.0.1
  |
 ::: Dockerfile:7:1
  |
7 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
  |
  = fix: listen on 0.0.0.0 (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -1,6 +1,6 @@
 from mcp.server.fastmcp import FastMCP

-mcp = FastMCP("notes")
+mcp = FastMCP("notes", host="0.0.0.0")

 if __name__ == "__main__":
     mcp.run(transport="streamable-http")
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, Container, Edit, Finding, Fix, Label, Server, Value, rule


@rule("loopback-in-container", ERROR)
def check(server: Server):
    container = server.container
    if not container or container.shared_network.may(bool):
        return
    if server.speaks_http and server.host.must(is_loopback):
        address = server.host.only or "a loopback address"
        yield Finding(
            f"{server.title} listens on {address}, which cannot be reached from outside its container",
            server.host.span or server.span,
            (*server.host.trace, Label(container.cmd, "this container runs the server")),
            Fix("listen on 0.0.0.0", told(container, server.host)),
        )


def told(container: Container, host: Value[str]) -> tuple[Edit, ...]:
    """Where the program has a default that whoever starts it may replace, this container alone replaces it."""
    site = host.slot
    if not site or not (site.option or site.variable):
        return host.write("0.0.0.0")
    words = container.argv.words if container.argv else None
    last = words[-1].slot.span if words and words[-1].slot else None
    if site.option and last and last.text:
        text = last.source.text
        after = text[last.end : last.end + 1]
        if text[text.rfind("\n", 0, last.start) + 1 : last.start].strip().startswith("-"):
            return ()  # An entry of a list of its own line each: what stands behind it belongs to it.
        added = (
            f'", "{site.option}", "0.0.0.0' if after == '"' else f" {site.option} 0.0.0.0" if after in "\r\n" else ""
        )
        return (Edit(last._replace(start=last.end), added),) if added else ()
    if site.variable and container.cmd.source.path == container.dockerfile:
        start = container.cmd.source.text.rfind("\n", 0, container.cmd.start) + 1
        return (Edit(container.cmd._replace(start=start, end=start), f"ENV {site.variable}=0.0.0.0\n"),)
    return ()


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
