r"""Several processes keep what tools write in files that are not made for it

A JSON file that is read, changed and written whole keeps what the last writer had read: two workers or replicas that
write at once lose one of the changes, without an error. A SQLite database stands that, as long as all of them have the
same one. Replicas without a volume each have a file of their own, so what one call has stored the next does not find.

Keep what tools store in a database that all processes reach, run one process, or give replicas a volume and the file a
lock.

It speaks of a file that the tools name in the same way whenever they read it and write it, and of a server that surely
has several processes. It says nothing where the module knows of locks, and nothing of a database while a volume is
mounted, which may hold it.
See https://sqlite.org/whentouse.html

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
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import json
from pathlib import Path

from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
NOTES = Path("/data/notes.json")


@mcp.tool()
def write(title: str, text: str) -> str:
    notes = json.loads(NOTES.read_text())
    notes[title] = text
    NOTES.write_text(json.dumps(notes))
    return f"kept {title}"


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    volumes: ["notes:/data"]
    deploy:
      replicas: 3

volumes:
  notes:
```
```output
warning[shared-file-store]: is read and written whole by each of 3 processes, so that changes get lost
  --> server.py:15:5
   |
15 |     NOTES.write_text(json.dumps(notes))
   |     ^^^^^
   |
  ::: compose.yaml:6:17
   |
 6 |       replicas: 3
   |                 - the service sets the number of its containers
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    volumes: ["notes:/data"]

volumes:
  notes:
```
"""

from mcplint import WARNING, Finding, Server, Spread, rule


@rule("shared-file-store", WARNING)
def check(server: Server):
    if not server.speaks_http:
        return
    spread = next((each for each in server.spread if each.several), None)
    for store in server.stores if spread else ():
        many = spread.processes.only or "several"
        if apart(spread) and server.container and not server.container.volumes:
            yield Finding(f"is another file in each of {many} containers", store.note.span, spread.notes)
        elif store.kind == "json":
            message = f"is read and written whole by each of {many} processes, so that changes get lost"
            yield Finding(message, store.note.span, spread.notes)


def apart(spread: Spread) -> bool:
    """Whether the processes have no files in common by themselves."""
    return spread.kind != "workers"
