r"""The health check asks `localhost` by IPv6, where the server does not listen

In images of Alpine, `wget` asks the first address of `localhost` and no other:
that is `::1` wherever the container has IPv6. A server that listens on
`0.0.0.0` is not there, the check gets `connection refused`, and the container
is `unhealthy` although clients reach it.

Ask `127.0.0.1`. Not reported for `curl` and Python, which try every address.

See https://docs.docker.com/reference/dockerfile/#healthcheck

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-alpine
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
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
warning[healthcheck-ipv6-localhost]: the health check asks localhost, which resolves to ::1 first, but server `notes` listens on 0.0.0.0 only
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD wget -q -O /dev/null http://localhost:8000/health || exit 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: server.py:4:29
  |
4 | mcp = FastMCP("notes", host="0.0.0.0")
  |                             --------- set here
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-alpine
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD wget -q -O /dev/null http://127.0.0.1:8000/health || exit 1
CMD ["python", "server.py"]
```
"""

from mcplint import WARNING, Finding, Server, rule


@rule("healthcheck-ipv6-localhost", WARNING)
def check(server: Server):
    for each in server.container.checks if server.container and server.host.must(is_ipv4) else ():
        if any(
            asked.program == "busybox wget" and asked.host == "localhost" and asked.certain for asked in each.requests
        ):
            message = f"{each.title} asks localhost, which resolves to ::1 first, but {server.title} listens on {server.host.only} only"
            yield Finding(message, each.span, server.host.trace[-1:])


def is_ipv4(host: str) -> bool:
    return host.replace(".", "").isdigit()
