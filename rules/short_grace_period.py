r"""The container is killed before the server has finished its open requests

To stop a container, the platform sends SIGTERM and, after a grace period,
SIGKILL: after 10 seconds with Docker and Cloud Run, 5 on Fly, 30 in
Kubernetes, unless configured otherwise. A server that gives its open requests
more time than that is killed in the middle of them: with every rollout, tool
calls end without a response.

The grace period must be longer than uvicorn's `timeout_graceful_shutdown` or
gunicorn's `--graceful-timeout`, with a few seconds for the shutdown itself.
The fix raises a grace period that is already written in a file.

Not reported if the server has no such timeout, or if the grace period may be
another one.

See https://docs.docker.com/reference/compose-file/services/#stop_grace_period

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--timeout-graceful-shutdown", "30"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")
app = mcp.streamable_http_app()
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    stop_grace_period: 15s
```
```output
warning[short-grace-period]: server `notes` gives open requests 30 s to finish, but is killed after 15 s
 --> Dockerfile:6:84
  |
6 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--timeout-graceful-shutdown", "30"]
  |                                                                                    ^^
  |
 ::: compose.yaml:4:24
  |
4 |     stop_grace_period: 15s
  |                        --- the service sets stop_grace_period
  |
  = fix: raise the grace period to 35 s (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -1,4 +1,4 @@
 services:
   notes:
     build: .
-    stop_grace_period: 15s
+    stop_grace_period: 35s
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    stop_grace_period: 40s
```
"""

import re

from mcplint import WARNING, Edit, Finding, Fix, Server, rule

MARGIN = 5


@rule("short-grace-period", WARNING)
def check(server: Server):
    patience, grace = server.asgi.patience.only, server.container.grace_period if server.container else None
    if patience is None or grace is None or grace.may(lambda seconds: seconds > patience):
        return
    limit = " or ".join(f"{seconds:g}" for seconds in grace.options or ())
    span, fix = grace.span, None
    if span and re.fullmatch(r"[\d.]+[a-z][\da-z]*", span.text):
        fix = Fix(f"raise the grace period to {patience + MARGIN:g} s", (Edit(span, f"{patience + MARGIN:g}s"),))
    message = f"{server.title} gives open requests {patience:g} s to finish, but is killed after {limit} s"
    yield Finding(message, server.asgi.patience.span or server.span, grace.trace, fix)
