r"""A service is built from a Dockerfile that does not exist

`docker compose build` stops with `failed to read dockerfile: open
Dockerfile.server: no such file or directory`. The path of `dockerfile` starts
from the build's context, not from the compose file, and letter case counts.
A context that does not exist ends it as well: `path … not found`.

Reported for compose projects that run an MCP server, or whose service may be
one, as the only service that is built, where a server's Dockerfile lies beside
the compose file or below and nothing builds it. Not reported if git ignores
the file, or if the context is not part of the project, is a submodule, or is
cloned as some text or script of the project says.

See https://docs.docker.com/reference/compose-file/build/#dockerfile

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
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build:
      context: .
      dockerfile: Dockerfile.server
    ports: ["127.0.0.1:8000:8000"]
```
```output
error[missing-dockerfile]: service `notes` is built from Dockerfile.server, which the project does not have; its folder has Dockerfile
 --> compose.yaml:5:19
  |
5 |       dockerfile: Dockerfile.server
  |                   ^^^^^^^^^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build:
      context: .
      dockerfile: Dockerfile
    ports: ["127.0.0.1:8000:8000"]
```
"""

from posixpath import dirname

from mcplint import ERROR, Finding, MissingFile, rule


@rule("missing-dockerfile", ERROR)
def check(absent: MissingFile):
    if absent.kind not in ("dockerfile", "context") or absent.ignored:
        return
    what = absent.path if absent.kind == "dockerfile" else f"the folder {absent.path}"
    beside = {dirname(one) for one in absent.near} == {dirname(absent.path)}
    near = f"; {'its folder' if beside else 'the project'} has {', '.join(absent.near[:3])}" if absent.near else ""
    message = f"service `{absent.service}` is built from {what}, which the project does not have{near}"
    yield Finding(message, absent.span)
