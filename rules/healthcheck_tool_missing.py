r"""The health check runs a program that the image lacks

Slim images have no `curl` and no `wget`, `ps` or `pgrep` either, those of
Alpine no `curl` and no `bash`. The health check then fails for ever: the
container is `unhealthy` although the server works, services that wait for it
never start, and Swarm and Kubernetes end it.

Python and Node can ask by themselves. Not reported if the base image is not
known here, or if anything in the build may bring the program.

See https://docs.docker.com/reference/dockerfile/#healthcheck

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health || exit 1
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
error[healthcheck-tool-missing]: the health check of the image built from Dockerfile starts `curl`, which the image lacks
 --> Dockerfile:6:1
  |
6 | HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health || exit 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, rule


@rule("healthcheck-tool-missing", ERROR)
def check(container: Container):
    for each in container.checks:
        if each.missing:
            yield Finding(
                f"{each.title} of {container.title} starts `{each.missing}`, which the image lacks", each.span
            )
