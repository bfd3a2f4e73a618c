r"""A variable is set for the server that nothing reads

`NOTES_LOG_LEVEL: debug` in compose does nothing if the program asks for
`NOTES_LOGLEVEL`: it keeps its default, and nobody is told. Often the setting
was renamed in the program, or the deployment was copied from another one.

Reported for a variable that compose, a Kubernetes manifest or a Dockerfile
sets for a server's container, whose program reads others of the same first
word (`NOTES_…`), where no file of the project has the name but those that set
it and those for people. A name that is like one which the program reads, and
which nothing sets, is named too.

Not reported for the variables of libraries and platforms (`PYTHON…`, `OTEL_…`,
`AWS_…`, `PG…`, `FASTMCP_…` and so on; the SDK's are those of
`ignored-host-variable`), nor in a project whose programs may read any
variable: one that puts names together, passes the whole environment on, or has
settings of pydantic, which make names of their fields.

See https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/

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
import os

from mcp.server.fastmcp import FastMCP

FOLDER = os.environ.get("NOTES_FOLDER", "/notes")
LANGUAGE = os.environ.get("NOTES_LANGUAGE", "en")
mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    mem_limit: 256m
    environment:
      NOTES_FOLDERS: /data
    ports: ["127.0.0.1:8000:8000"]
```
```output
note[unused-variable]: NOTES_FOLDERS is set for container `notes`, and nothing in the project reads it; its program reads NOTES_FOLDER, which is not set
 --> compose.yaml:6:22
  |
6 |       NOTES_FOLDERS: /data
  |                      ^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    mem_limit: 256m
    environment:
      NOTES_FOLDER: /data
    ports: ["127.0.0.1:8000:8000"]
    healthcheck:
      test: ["CMD", "python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000), 2)"]
```
"""

from mcplint import NOTE, Container, Finding, rule


@rule("unused-variable", NOTE)
def check(container: Container):
    for variable in container.unused:
        hint = f"; its program reads {variable.similar[:60]}, which is not set" if variable.similar else ""
        message = f"{variable.name[:60]} is set for {container.title}, and nothing in the project reads it{hint}"
        yield Finding(message, variable.span)
