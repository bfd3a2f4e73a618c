r"""The server's user cannot write to a volume

A named volume takes the owner of the folder that the image has in its place.
If the image has none, Docker makes it, and it belongs to root. A server that
runs as another user gets `Permission denied` with the first file that it
keeps.

Make the folder in the Dockerfile and give it to the user:

    RUN mkdir -p /var/lib/notes && chown 10001 /var/lib/notes

Reported for named volumes of compose, if nothing in the Dockerfile makes or
gives away the folder or one above it; what is copied to one above makes it
only if it has such a folder. A bare `mkdir` makes it root's. It is a note
where no setting of the container and no program of the project names the
folder: then it may be one that nothing is written to, as with a volume in
`/root`, the home of another user, which keeps nothing of what the server keeps
in its own. Not reported for folders of the host, volumes that are `external`
or have `driver_opts`, whose owner no file tells, for what the build installs
(`node_modules`, `.venv`), and where another service gives the volume away
(`chown -R 10001 /data`).

See https://docs.docker.com/engine/storage/volumes/

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


@mcp.tool()
def keep(text: str) -> None:
    with open("/var/lib/notes/kept.txt", "a") as file:
        file.write(text)


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
    volumes: ["notes:/var/lib/notes"]
volumes:
  notes:
```
```output
warning[unwritable-mount]: user 10001 cannot write to the volume at /var/lib/notes: nothing in the image creates the folder, so it belongs to root
 --> compose.yaml:5:16
  |
5 |     volumes: ["notes:/var/lib/notes"]
  |                ^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:6
  |
6 | USER 10001
  |      ----- runs as 10001
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY src ./src
RUN mkdir -p /var/lib/notes && chown 10001 /var/lib/notes
USER 10001
CMD ["python", "src/server.py"]
```
"""

from mcplint import NOTE, WARNING, Container, Finding, Label, rule


@rule("unwritable-mount", WARNING)
def check(container: Container):
    for mount, used, private, made in container.unwritable:
        user, span = container.user.only, container.user.span
        why = "the build creates the folder as root" if made else "nothing in the image creates the folder"
        message = f"user {user} cannot write to the volume at {mount.target.only}: {why}, so it belongs to root"
        if private:
            message = f"the volume at {mount.target.only} lies in the home of root, which user {user} can neither read nor enter"
        notes = (Label(span, f"runs as {user}"),) if span else ()
        yield Finding(message, mount.span, notes, severity=None if used else NOTE)
