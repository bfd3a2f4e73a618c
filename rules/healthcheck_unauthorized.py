r"""The health check is refused for lack of a token

A middleware that asks every request for a token asks the health check too. It
gets `401` for ever: the container is `unhealthy`, services that wait for it
never start, and Kubernetes restarts it again and again, while the server
works.

Let the middleware pass the path of the check, or mount it around the MCP
application alone. The SDKs' own authentication guards their endpoint only.

Reported for a middleware that looks at no path and turns a request away at
once if it lacks a header. Not reported if the check sends headers.

See https://starlette.dev/middleware/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--port", "8000"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import os

from mcp.server.fastmcp import FastMCP
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")
TOKEN = os.environ.get("NOTES_TOKEN", "")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


class Token(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "who are you?"}, status_code=401)
        return await call_next(request)


app = mcp.streamable_http_app()
app.add_middleware(Token)
```
```output
error[healthcheck-unauthorized]: the health check sends no token, without which server `notes` answers nobody
  --> Dockerfile:6:1
   |
 6 | HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: server.py:24:1
   |
24 | app.add_middleware(Token)
   | ------------------------- answers nobody without a token
```

## Good
`server.py`
```python
import os

from mcp.server.fastmcp import FastMCP
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0")
TOKEN = os.environ.get("NOTES_TOKEN", "")


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


class Token(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path == "/health":
            return await call_next(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "who are you?"}, status_code=401)
        return await call_next(request)


app = mcp.streamable_http_app()
app.add_middleware(Token)
```
"""

from mcplint import ERROR, Finding, Server, rule

SENDING = ("header", "authorization", "bearer", "token", "-h", "request(")
"""What stands in a check that may send a header, in small letters."""


@rule("healthcheck-unauthorized", ERROR)
def check(server: Server):
    lock = next(iter(server.locked), None)
    for each in server.container.checks if lock and server.container and server.speaks_http and server.certain else ():
        asked = each.deciding_request
        if not asked or (asked.port is not None and not server.port.must_be(asked.port)):
            continue
        if asked.path and server.is_unguarded(asked.path):
            continue
        if not any(word in each.span.text.lower() for word in SENDING):
            yield Finding(
                f"{each.title} sends no token, without which {server.title} answers nobody", each.span, (lock,)
            )
