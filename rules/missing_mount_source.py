r"""A service mounts a file or code that does not exist

Docker makes a folder in place of a file that it cannot find. The program in
the container meets a folder where its configuration should be, or the
container does not even start: `not a directory: Are you trying to mount a
directory onto a file`.

A folder that is not there is made as well, empty. Mounted over the code of the
image, it hides the file that the service starts (an error), as any folder does
that lacks this file.

Reported for compose projects that run an MCP server and for configuration and
scripts. Not reported for what looks like a secret, for what git ignores, and
for files that a README, a script or a pattern beside tells how to make.

See https://docs.docker.com/engine/storage/bind-mounts/

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
    build: .
    ports: ["127.0.0.1:8000:8000"]
    volumes: ["./settings.toml:/app/settings.toml:ro"]
```
```output
warning[missing-mount-source]: service `notes` mounts settings.toml, which the project does not have: Docker creates a folder in its place
 --> compose.yaml:5:16
  |
5 |     volumes: ["./settings.toml:/app/settings.toml:ro"]
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`settings.toml`
```toml
region = "eu"
```
"""

from mcplint import ERROR, WARNING, Finding, MissingFile, rule


@rule("missing-mount-source", WARNING)
def check(absent: MissingFile):
    if absent.kind != "mount" or absent.ignored or absent.told:
        return
    if absent.near:
        message = f"service `{absent.service}` mounts a folder over {absent.near[0]}, which it starts, and the project has no {absent.path}"
        yield Finding(message, absent.span, severity=ERROR)
    else:
        message = f"service `{absent.service}` mounts {absent.path}, which the project does not have: Docker creates a folder in its place"
        yield Finding(message, absent.span)
