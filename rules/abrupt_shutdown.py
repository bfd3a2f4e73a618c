r"""The server does not shut down while a client has a stream open

`mcp` 1 sends its event streams through sse-starlette, which closes them when
uvicorn shuts down. Releases 3.0.0 to 3.0.4 do not. Every MCP client keeps a
stream open, so after SIGTERM the server logs
`Waiting for connections to close` and waits until the platform kills it. Every
rollout takes the whole grace period, and calls that would have finished in a
second are cut off.

Install sse-starlette 3.1.0 or later, which closes streams within a second. If
you cannot, limit the wait with uvicorn's `timeout_graceful_shutdown` (or
`--timeout-graceful-shutdown`). `run()` of `mcp` does not set it, `run()` of
`fastmcp` does.

Reported only if a lock file or an exact requirement decides the release, and
the server sets no such limit.

Measured with mcp 1.12 to 1.30 and uvicorn 0.32 to 0.54. See
https://github.com/sysid/sse-starlette/releases

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
sse-starlette==3.0.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import uvicorn
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
```
```output
error[abrupt-shutdown]: server `notes` does not shut down while a client has a stream open: sse-starlette 3.0.2 never closes it
 --> requirements.txt:2:16
  |
2 | sse-starlette==3.0.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |                ^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
  |
 ::: server.py:7:5
  |
7 |     uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
  |     ----------------------------------------------------------------- uvicorn waits for open streams without a time limit
  |
  = fix: limit the wait for open streams to 5 seconds (--fix)
```
```diff
--- a/server.py
+++ b/server.py
@@ -4,4 +4,4 @@
 mcp = FastMCP("notes", host="0.0.0.0")

 if __name__ == "__main__":
-    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
+    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000, timeout_graceful_shutdown=5)
```

## Good
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
sse-starlette==3.1.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
"""

from mcplint import ERROR, Finding, Fix, Label, Server, rule

HANGING = ("3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.0.4")


@rule("abrupt-shutdown", ERROR)
def check(server: Server):
    release, patience = server.sdk.sse_starlette, server.asgi.patience
    if not server.speaks_http or patience.may_not_be(None):
        return
    through = server.sdk.package in ("mcp", "fastmcp") and not server.sdk.sessionless
    if through and release.must_be(*HANGING):
        yield Finding(
            f"{server.title} does not shut down while a client has a stream open: sse-starlette {release.only} never closes it",
            release.span or server.span,
            (
                *release.trace[:1],
                Label(patience.span or server.span, "uvicorn waits for open streams without a time limit"),
            ),
            Fix("limit the wait for open streams to 5 seconds", patience.write("5"), safe=True),
        )
