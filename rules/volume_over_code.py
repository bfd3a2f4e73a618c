r"""A volume hides the server's code or what was installed for it

Docker fills a new named volume once with what the image has in its place. From
then on the volume is what the container sees: later images bring new code, and
the server still runs the old one, until somebody deletes the volume.

A folder of the project that is mounted over the image's folder hides what the
build has installed there: the virtual environment in `.venv`, or
`node_modules`. The server does not start (`No such file or directory`). What
the build has compiled, such as `dist`, is hidden as well where git ignores it:
a clone lacks it, and what somebody has compiled earlier is old.
Kubernetes never fills a volume, so code below one is gone.

The same holds for a volume in the very place of what is installed
(`/opt/venv`), which keeps the packages of the first image, and for a folder of
the host there (`./.venv:/app/.venv`): a clone has none, and one that was made
on the host is for the host's Python and platform. Not reported for the volume
where the code is mounted from the project as well, as for development.

Give volumes a folder of their own, such as `/app/data`. For development keep
what is installed with a volume over it: `/app/.venv`.

See https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY src ./src
USER 10001
CMD ["python", "src/server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`src/server.py`
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
    volumes: ["app:/app"]
volumes:
  app:
```
```output
warning[volume-over-code]: the volume at /app keeps src/server.py of the first image: later images bring no new code
 --> compose.yaml:5:16
  |
5 |     volumes: ["app:/app"]
  |                ^^^^^^^^
  |
 ::: Dockerfile:7:1
  |
7 | CMD ["python", "src/server.py"]
  | ------------------------------- this container runs the server
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
    volumes: ["./notes:/app/notes:ro"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Label, rule


@rule("volume-over-code", ERROR)
def check(container: Container):
    for found in container.covered:
        target = found.mount.target.only
        notes = (Label(container.cmd, "this container runs the server"),)
        if found.kind == "kept":
            message = f"the volume at {target} keeps {found.path} of the first image: later images bring no new code"
            yield Finding(message, found.mount.span, notes, None, WARNING)
        elif found.kind == "packages":
            message = f"the volume at {target} keeps the packages of the first image: later images bring no new ones"
            yield Finding(message, found.mount.span, notes, None, WARNING)
        elif found.kind == "own":
            message = f"the folder of the host that is mounted at {target} hides the packages of the image"
            yield Finding(message, found.mount.span, notes, None, WARNING)
        elif found.kind == "code":
            yield Finding(
                f"what is mounted at {target} hides {found.path}, which the server needs", found.mount.span, notes
            )
        else:
            message = f"the folder that is mounted at {target} hides {found.path}, which the build has filled"
            yield Finding(message, found.mount.span, notes, None, WARNING if found.kind == "build" else ERROR)
