r"""Several processes keep tool data in files that are not made for it

A JSON file that is read, changed and written as a whole keeps what the last
writer had read. Two workers or replicas that write at once lose one of the
changes, without an error. A SQLite database can handle that, as long as all of
them have the same one. Replicas without a volume each have a file of their
own, so what one call has stored the next does not find.

Keep what tools store in a database that all processes reach, run a single
process, or give replicas a volume and the file a lock.

Reported for files that the tools name in the same way whenever they read and
write them, in a server that certainly has several processes.

Not reported if the module uses locks, or for a database if a volume is mounted
that may hold it.

See https://sqlite.org/whentouse.html

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN mkdir /data && chown 10001 /data
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
warning[shared-file-store]: server `notes` runs in 3 processes, and each rewrites all of the file that `NOTES` names: changes get lost
  --> server.py:15:5
   |
15 |     NOTES.write_text(json.dumps(notes))
   |     ^^^^^
   |
  ::: compose.yaml:6:17
   |
 6 |       replicas: 3
   |                 - the service sets the number of replicas
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
from mcplint.model import Store

QUOTES = "\"'"


@rule("shared-file-store", WARNING)
def check(server: Server):
    if not server.speaks_http:
        return
    spread = next((each for each in server.spread if each.several), None)
    for store in server.file_stores if spread else ():
        many = spread.processes.only or "several"
        if shares_no_files(spread) and server.container and not server.container.volumes:
            message = (
                f"{server.title} runs in {many} containers, and each writes to its own copy of {store_name(store)}"
            )
            yield Finding(message, store.note.span, spread.notes)
        elif store.kind == "json":
            message = f"{server.title} runs in {many} processes, and each rewrites all of {store_name(store)}: changes get lost"
            yield Finding(message, store.note.span, spread.notes)


def store_name(store: Store) -> str:
    """The file by its path, or by the expression of the program that names it."""
    text = store.note.span.head.text
    path = f"`{text.strip(QUOTES)[:60]}`"
    return path if text[:1] in QUOTES else f"the file that {path} names"


def shares_no_files(spread: Spread) -> bool:
    """Whether the processes have no files in common by themselves."""
    return spread.kind != "workers"
