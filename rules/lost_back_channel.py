r"""A tool asks the client something over a connection that cannot carry the question

Elicitation, sampling and roots are requests from the server to its client.
They need a way back: an open event stream in a session that the server
remembers. With `stateless_http=True` there is no session, with
`json_response=True` there is no stream. `mcp` 1.x and `fastmcp` up to 3 send
the question anyway and wait for an answer that never comes: the call hangs
until the client gives up. Later releases fail at once with
`this transport context has no back-channel`. With the SDKs for TypeScript a
transport without `sessionIdGenerator` has no session: the request times out,
or says that the client does not support it, since nobody has told.

Serve with sessions and event streams, and put several processes behind a load
balancer that keeps a session with its process. Or take what is needed as
arguments of the tool.

With `mcp` 2 and `fastmcp` 4 it is a warning: clients of protocol revision
2026-07-28 are asked in another way (`Resolve`), which needs no way back.

Not reported for tools that check the client's capabilities first, or for
functions that no tool calls.

See https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation

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
from mcp.server.fastmcp import Context, FastMCP
from pydantic import BaseModel


class Sure(BaseModel):
    sure: bool


mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.tool()
async def clear(ctx: Context) -> str:
    answer = await ctx.elicit("Delete all notes?", schema=Sure)
    return answer.action


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[lost-back-channel]: `ctx.elicit()` hangs until the client gives up: server `notes` runs without sessions, so no answer can come back
  --> server.py:14:20
   |
 9 | mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
   |                                                       ---- runs without sessions
...
14 |     answer = await ctx.elicit("Delete all notes?", schema=Sure)
   |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.tool()
async def clear(sure: bool) -> str:
    return "cleared" if sure else "kept"


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule
from mcplint.model.releases import common_fact


@rule("lost-back-channel", ERROR)
def check(server: Server):
    lacking = [
        (value, what)
        for value, what in (
            (server.stateless, "runs without sessions"),
            (server.json_response, "answers with plain JSON"),
        )
        if value.options == (True,)
    ]
    asking = server.back_channel if not answers_itself(server) else [n for n in server.back_channel if not samples(n)]
    if not asking or not lacking or server.transport.options != ("streamable-http",):
        return
    first, *others = asking
    # `Context.sample` of fastmcp looks at the client's capabilities, which it is never told without a session.
    known = "fails" if samples(first) else common_fact(server.sdk, "sessions.back_channel")
    fate = {"fails": "fails", "unanswered": "is never answered"}.get(known, "hangs until the client gives up")
    decided = [Label(value.span or server.span, what) for value, what in lacking]
    call = first.span.head.text.partition("(")[0]
    message = (
        f"`{call}()` {fate}: {server.title} {' and '.join(what for _, what in lacking)}, so no answer can come back"
    )
    notes = (*decided, *(Label(each.span.head, "and here") for each in others[:8]))
    yield Finding(message, first.span, notes, severity=WARNING if server.sdk.sessionless else ERROR)


def samples(note):
    """Whether a request to the client is fastmcp's `sample()`."""
    return ".sample" in note.span.text.partition("(")[0]


def answers_itself(server):
    """Whether the server has a model of its own for clients that have none."""
    return any(each.name == "sampling_handler" for call in server.calls for each in call.arguments)
