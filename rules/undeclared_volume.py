r"""A service mounts a volume that is declared nowhere

A name in front of the colon is a named volume, and compose wants each of them
under `volumes:` at the top of the file. Without it nothing starts, not even
the services that mount nothing: `service "notes" refers to undefined volume
notes-data: invalid compose project`.

Reported for compose projects that run an MCP server. Not reported if another
compose file of the folder, or of one around it, declares the volume, since
both may be run together.

See https://docs.docker.com/reference/compose-file/volumes/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --uid 10001 app && mkdir /data && chown app /data
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
    volumes: ["notes-data:/data"]
```
```output
error[undeclared-volume]: service `notes` mounts the volume `notes-data`, which is declared nowhere: compose refuses the whole project
 --> compose.yaml:5:16
  |
5 |     volumes: ["notes-data:/data"]
  |                ^^^^^^^^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
    volumes: ["notes-data:/data"]
volumes:
  notes-data:
```
"""

from mcplint import ERROR, Finding, MissingFile, rule


@rule("undeclared-volume", ERROR)
def check(absent: MissingFile):
    if absent.kind == "volume":
        message = f"service `{absent.service}` mounts the volume `{absent.path}`, which is declared nowhere: compose refuses the whole project"
        yield Finding(message, absent.span)
