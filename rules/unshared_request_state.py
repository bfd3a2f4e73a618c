r"""Multi-round calls are sealed with a key that other processes do not have

Clients of protocol revision 2026-07-28 keep no session. A tool that asks its
user something (`Resolve`, `Elicit`, `InputRequiredResult`) answers with what
it needs and a sealed `requestState`, and the client calls again with both. The
SDKs seal it with a key that every process makes when it starts. If the second
call reaches another process, it is refused with
`Invalid or expired requestState`, every time, and `stateless_http=True`
changes nothing.

A restart between the two calls does the same to a single process, and to a
load balancer that keeps a client with one process: a warning.

Give all processes `request_state_security=RequestStateSecurity(keys=[...])`
with the same secret from the environment, and give the server a name: the seal
contains it, and it must be the same everywhere.

Not reported if the arguments of the server, or what stands in front of it, are
not completely known.

Measured with mcp 2.3. See
https://modelcontextprotocol.io/specification/2026-07-28/basic

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
mcp==2.3.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from typing import Annotated

from mcp.server.mcpserver import Elicit, MCPServer, Resolve
from pydantic import BaseModel
from starlette.responses import PlainTextResponse

mcp = MCPServer("notes")


class Title(BaseModel):
    title: str


async def ask() -> Elicit[Title]:
    return Elicit("What is the note called?", Title)


@mcp.tool()
async def write(text: str, title: Annotated[Title, Resolve(ask)]) -> str:
    return f"kept {title.title}"


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http", host="0.0.0.0", stateless_http=True)
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    deploy:
      replicas: 3
```
```output
error[unshared-request-state]: server `notes` seals `requestState` with a different key in each of 3 processes
 --> server.py:7:7
  |
3 | from mcp.server.mcpserver import Elicit, MCPServer, Resolve
  |                                                     ------- tools that use this are called in several rounds
...
7 | mcp = MCPServer("notes")
  |       ^^^^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:5:17
  |
5 |       replicas: 3
  |                 - the service sets the number of replicas
```

## Good
`server.py`
```python
import os
from typing import Annotated

from mcp.server.mcpserver import Elicit, MCPServer, Resolve
from mcp.server.request_state import RequestStateSecurity
from pydantic import BaseModel
from starlette.responses import PlainTextResponse

mcp = MCPServer("notes", request_state_security=RequestStateSecurity(keys=[os.environ["NOTES_KEY"]]))


class Title(BaseModel):
    title: str


async def ask() -> Elicit[Title]:
    return Elicit("What is the note called?", Title)


@mcp.tool()
async def write(text: str, title: Annotated[Title, Resolve(ask)]) -> str:
    return f"kept {title.title}"


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="streamable-http", host="0.0.0.0", stateless_http=True)
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_KEY: ${NOTES_KEY:?}
    deploy:
      replicas: 3
```
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule

ROUNDS = ("Resolve", "InputRequiredResult")


@rule("unshared-request-state", ERROR)
def check(server: Server):
    asked = [each for each in server.imports if each.dotted.rpartition(".")[2] in ROUNDS]
    made = next((call for call in server.calls if call.role == "constructor"), None)
    if not server.sdk.sessionless or not asked or not made or not server.container:
        return
    is_secured = any(each.name == "request_state_security" for each in made.arguments)
    if is_secured or not made.closed or not server.speaks_http:
        return
    notes = tuple(Label(each.span, "tools that use this are called in several rounds") for each in asked)
    for spread in server.spread:
        if spread.several and spread.affinity.may_not_be("works"):
            if spread.affinity.options is not None:
                many = spread.processes.only or "several"
                message = f"{server.title} seals `requestState` with a different key in each of {many} processes"
                severity = WARNING if spread.assumed else None
                yield Finding(message, made.span, (*notes, *spread.notes), None, severity)
            return
    message = f"{server.title} seals `requestState` with a key that does not survive a restart"
    yield Finding(message, made.span, notes, None, WARNING)
