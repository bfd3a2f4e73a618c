r"""A service reads variables from a file that does not exist

Compose refuses to start anything while a file of `env_file` is missing:
`env file /srv/notes/notes.env not found`.

Commit a pattern of the file, say in the README how to make it, or let it be
absent:

    env_file:
      - path: notes.env
        required: false

Reported for compose projects that run an MCP server, if nothing in the project
speaks of the file: no pattern such as `.env.example`, no README and no script.
A note if git ignores the file, so that everybody has to make their own.

See https://docs.docker.com/reference/compose-file/services/#env_file

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
    env_file: notes.env
    ports: ["127.0.0.1:8000:8000"]
```
```output
warning[missing-env-file]: service `notes` reads variables from notes.env, which the project does not have
 --> compose.yaml:4:15
  |
4 |     env_file: notes.env
  |               ^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    env_file:
      - path: notes.env
        required: false
    ports: ["127.0.0.1:8000:8000"]
```
"""

from mcplint import NOTE, WARNING, Finding, MissingFile, rule


@rule("missing-env-file", WARNING)
def check(absent: MissingFile):
    if absent.kind == "env_file" and not absent.told:
        message = f"service `{absent.service}` reads variables from {absent.path}, which the project does not have"
        notes = (absent.ignored,) if absent.ignored else ()
        yield Finding(message, absent.span, notes, None, NOTE if absent.ignored else None)
