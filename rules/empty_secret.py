r"""A secret that compose is not told is empty, and the server then lets everybody in

`NOTES_TOKEN: ${NOTES_TOKEN}` takes the value from the shell that starts
compose, or from a `.env` beside it. Where neither has it, compose prints a
warning, puts an empty text in its place and starts everything. A program that
takes an empty token for "no authentication" then serves everybody: after a
move to another machine, in a job that lacks the secret, after a typing error
in `.env`.

`${NOTES_TOKEN:?}` ends compose instead, with the name of the variable.

Reported only where following the program with the empty text shows that it
checks nobody, and with a text it may. What the operator's shell or `.env` has
is not in the project, so that it is a warning, and a note where no port is
published to other machines. A variable that the files themselves leave empty,
as `${NOTES_TOKEN:-}` does, is left to `published-without-auth`.

Not reported for a program that ends without its secret, which tells by itself,
or listens on loopback then, where nobody else reaches it, for secrets of other
services (an API's key that is empty makes its calls fail, and says so), and
for middleware that compares what callers send with an empty text, since it is
not known what they send.

See https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/

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
import os

import uvicorn
from mcp.server.fastmcp import FastMCP
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse

TOKEN = os.environ.get("NOTES_TOKEN", "")
mcp = FastMCP("notes", host="0.0.0.0")


class BearerToken(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return PlainTextResponse("who are you?", 401)
        return await call_next(request)


app = mcp.streamable_http_app()
if TOKEN:
    app.add_middleware(BearerToken)

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_TOKEN: ${NOTES_TOKEN}
    ports: ["8000:8000"]
```
```output
warning[empty-secret]: NOTES_TOKEN is empty unless it is set when compose runs, and server `notes` then lets everybody in
  --> compose.yaml:5:20
   |
 5 |       NOTES_TOKEN: ${NOTES_TOKEN}
   |                    ^^^^^^^^^^^^^^
   |
  ::: server.py:24:5
   |
24 |     uvicorn.run(app, host="0.0.0.0", port=8000)
   |     ------------------------------------------- starts all the same
   |
   = fix: insist on NOTES_TOKEN (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -2,5 +2,5 @@
   notes:
     build: .
     environment:
-      NOTES_TOKEN: ${NOTES_TOKEN}
+      NOTES_TOKEN: ${NOTES_TOKEN:?}
     ports: ["8000:8000"]
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_TOKEN: ${NOTES_TOKEN:?}
    ports: ["8000:8000"]
```
"""

from mcplint import NOTE, WARNING, Edit, Finding, Fix, Label, Port, Server, rule


@rule("empty-secret", WARNING)
def check(server: Server):
    container = server.container
    if not container or server.authenticated.must(bool) or server.proxy_auth:
        return
    shown = server.proxy_ports or any(map(is_open, container.ports)) or container.network_mode.must_be("host")
    for opener in server.openers:
        name = opener.text[:60]
        message = f"{name} is empty unless it is set when compose runs, and {server.title} then lets everybody in"
        fix = Fix(f"insist on {name}", (Edit(opener.span, f"${{{opener.text}:?}}"),))
        yield Finding(message, opener.span, (Label(server.span, "starts all the same"),), fix, None if shown else NOTE)


def is_open(port: Port) -> bool:
    """Whether other machines reach a port."""
    return port.published is not None and port.host_ip is None
