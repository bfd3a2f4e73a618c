r"""The health check reads an event stream, which never ends

A `GET` of the path of an SSE server opens a stream for a client. A check that
reads the answer to its end waits until it runs out of time, which counts as a
failure: the container is `unhealthy` for ever, and each try takes a place of a
client on the server.

Ask for a route that answers at once: `@mcp.custom_route("/health",
methods=["GET"])`.

Not reported for a check that ends after the first line of the answer, such as
`curl -I` or Python's `urlopen` does.

See https://gofastmcp.com/deployment/http

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import httpx; httpx.get('http://127.0.0.1:8000/sse').raise_for_status()"]
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
    mcp.run(transport="sse")
```
```output
error[healthcheck-on-stream]: the health check reads the event stream of server `notes`, which never ends
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD ["python", "-c", "import httpx; httpx.get('http://127.0.0.1:8000/sse').raise_for_status()"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: server.py:4:7
  |
4 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- opens a stream
```

## Good
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
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import httpx; httpx.get('http://127.0.0.1:8000/health').raise_for_status()"]
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Finding, Label, Server, rule


@rule("healthcheck-on-stream", ERROR)
def check(server: Server):
    for each in server.container.checks if server.container and server.transport.must_be("sse") else ():
        for asked in each.requests:
            looks = asked.strict is not None or asked.program == "node"
            reads = asked.whole and asked.method == "GET" and asked.certain and asked.is_own and looks
            here = asked.port is None or server.port.must_be(asked.port)
            if reads and here and server.path.must_be(asked.path):
                message = f"{each.title} reads the event stream of {server.title}, which never ends"
                stream = Label(server.path.span or server.span, "opens a stream")
                yield Finding(message, each.span, (stream,), covers=("healthcheck-never-fails",))
