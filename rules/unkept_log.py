r"""A log file is lost with its container

What a container writes to a file of its own goes with it: an update, a restart
by `docker compose up` or a pod that moves begins with an empty log, at the
very time when somebody wants to know what happened. `docker logs` and `kubectl
logs` show none of it, and nothing limits how large the file grows.

Log to standard error, which Docker and Kubernetes collect, or mount a volume
for the folder. A server that speaks stdio may log to standard error as well.

Reported for files that are named `.log` and opened before the server serves:
those of `logging` and loguru, and in Node of pino, winston and streams.
Not reported for `/tmp`, where something is mounted over the file, where the
image links it to `/dev/stdout`, and with Docker for a folder that VOLUME
names.

See https://12factor.net/logs

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt && mkdir logs && chown 10001 logs
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import logging

from mcp.server.fastmcp import FastMCP

logging.basicConfig(handlers=[logging.FileHandler("logs/notes.log")])
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
```
```output
note[unkept-log]: server `notes` logs to /app/logs/notes.log, which is lost with its container: nothing is mounted there
 --> server.py:5:31
  |
5 | logging.basicConfig(handlers=[logging.FileHandler("logs/notes.log")])
  |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:2:3
  |
2 |   notes:
  |   ----- mounts nothing there
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
    volumes: ["logs:/app/logs"]
volumes:
  logs:
```
"""

import posixpath

from mcplint import NOTE, Container, Deployment, Finding, Label, Server, rule
from mcplint.text.source import Span

PASSING = ("/tmp/", "/var/tmp/", "/dev/", "/run/")
"""Folders that nobody expects to be kept."""


@rule("unkept-log", NOTE)
def check(deployment: Deployment):
    lost: dict[Span, list[tuple[Server, str]]] = {}
    for server in deployment.servers:
        container = server.container
        if container and container.service is not None and not container.unread:
            for write in server.writes:
                path = path_in_container(write.path, container)
                if path and path.endswith(".log") and not may_be_kept(path, container):
                    lost.setdefault(write.note.span, []).append((server, path))
    for span, where in lost.items():
        server, path = where[0]
        notes = tuple(Label(each.container.span, "mounts nothing there") for each, _ in where if each.container)
        message = f"{server.title} logs to {path[:80]}, which is lost with its container: nothing is mounted there"
        yield Finding(message, span, notes)


def path_in_container(path: str, container: Container) -> str | None:
    """A path as one of the container, None where that is not known."""
    workdir = container.workdir.only
    if path.startswith("~") or (workdir is None and not path.startswith("/")):
        return None
    return posixpath.normpath(posixpath.join(workdir or "/", path))


def may_be_kept(path: str, container: Container) -> bool:
    """Whether something may be mounted over a file, or nobody expects it to stay."""
    folders = (*(mount.target.only for mount in container.mounts), *container.outlets)
    return path.startswith(PASSING) or any(
        folder is None or f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in folders
    )
