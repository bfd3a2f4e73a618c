r"""An environment variable is set that this release of the SDK does not read

`FASTMCP_HOST`, `FASTMCP_PORT` and the like look as if they configured the
server, and with some releases they do:

| package | `FASTMCP_*` | `FASTMCP_SERVER_*` |
| --- | --- | --- |
| `mcp` up to 1.12.2 | read | not read |
| `mcp` 1.12.3 and newer, 2.x | **not read** | not read |
| `fastmcp` 2.0 to 2.7.1 | **not read** | read |
| `fastmcp` 2.8 to 2.13.3 | read | read |
| `fastmcp` 2.14 and newer | read | **not read** |

Since `mcp` 1.12.3 the constructor passes its own defaults to the settings
object, and arguments win over the environment. The server starts, listens on
`127.0.0.1`, and cannot be reached from outside its container.

Not reported if the program itself reads the variable, if the value is what the
server uses anyway, or if the release cannot be told from the files.

Measured on every release. See https://gofastmcp.com/more/settings

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV FASTMCP_HOST=0.0.0.0
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

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[ignored-host-variable]: FASTMCP_HOST has no effect, since mcp 1.27.1 does not read it: host stays 127.0.0.1
 --> Dockerfile:5:18
  |
5 | ENV FASTMCP_HOST=0.0.0.0
  |     -------------------- ENV sets FASTMCP_HOST
  |                  ^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes")
  |       ---------------- mcp 1.27.1 defaults to host=127.0.0.1
...
6 |     mcp.run(transport="streamable-http")
  |     ------------------------------------ the server starts here, without reading it
  |
  = fix: pass host 0.0.0.0 to the server (--unsafe-fixes)
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
import os

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host=os.environ["FASTMCP_HOST"])

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Label, Server, rule
from mcplint.text.urls import is_loopback

SETTINGS = {
    "HOST": "host",
    "PORT": "port",
    "STATELESS_HTTP": "stateless",
    "JSON_RESPONSE": "json_response",
    "STREAMABLE_HTTP_PATH": "path",
    "SSE_PATH": "path",
    "LOG_LEVEL": "log_level",
}
PREFIXES = ("FASTMCP_SERVER_", "FASTMCP_")


@rule("ignored-host-variable", ERROR)
def check(server: Server):
    if not server.container or not server.speaks_http:
        return
    for prefix in PREFIXES:
        for setting, attribute in SETTINGS.items():
            name = prefix + setting
            variable = server.container.variable(name)
            actual = getattr(server, attribute)
            if server.sdk.prefixes is None or prefix in server.sdk.prefixes or name in server.reads:
                continue
            if not variable.only:
                continue
            told = variable.only.lower()
            if actual.may(lambda value, told=told: value is not None and str(value).lower() == told):
                continue
            breaks = setting == "HOST" and actual.must(is_loopback)
            yield Finding(
                f"{name} has no effect, since {server.sdk.title} does not read it: {attribute} stays {actual.only}",
                variable.span,
                (*variable.trace, *actual.trace, Label(server.span, "the server starts here, without reading it")),
                Fix(f"pass {attribute} {str(variable.only)[:60]} to the server", actual.write(str(variable.only))),
                ERROR if breaks else WARNING,
            )
