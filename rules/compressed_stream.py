r"""Compression holds back the events of a stream

Starlette's `GZipMiddleware` compresses whatever a client accepts compressed, and before 0.46.0 event streams too. It
fills its buffer first: measured, a client gets the ten bytes of the header at once, and every event only when the answer
is complete. Progress and log messages come too late, elicitation and sampling hang, the stream of a `GET` never says
anything, and over HTTP+SSE the client waits for its endpoint for ever. `0.46.0` leaves `text/event-stream` alone.

Move to a newer Starlette, or take the middleware away and let the proxy compress what is not a stream.

It is an error where a lock or a pin says that the release is older, and a note where nothing says which it is: the next
build installs a new one. It says nothing of answers in plain JSON, and nothing of Brotli, whose middleware sends every
event by itself.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
starlette==0.45.3 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from starlette.middleware.gzip import GZipMiddleware

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
app.add_middleware(GZipMiddleware)
```
```output
error[compressed-stream]: compresses event streams: starlette 0.45.3 holds events back
 --> server.py:6:1
  |
6 | app.add_middleware(GZipMiddleware)
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
  |
 ::: requirements.txt:2:10
  |
2 | starlette==0.45.3 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |          -------- pins starlette 0.45.3
  |
  = fix: take the compression away (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -3,4 +3,3 @@

 mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
 app = mcp.streamable_http_app()
-app.add_middleware(GZipMiddleware)
```

## Good
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
starlette==0.46.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
"""

from mcplint import ERROR, NOTE, Edit, Finding, Fix, Server, Span, rule
from mcplint.knowledge.sdk import release


@rule("compressed-stream", ERROR)
def check(server: Server):
    starlette = server.sdk.starlette
    quiet = server.json_response.options == (True,) or not server.speaks_http
    if quiet or (starlette.options and not all(map(is_old, starlette.options))):
        return
    for note in server.compressed:
        fix = Fix("take the compression away", (Edit(line(note.span), ""),)) if line(note.span) else None
        if starlette.options:
            message = f"compresses event streams: starlette {' or '.join(starlette.options)} holds events back"
            yield Finding(message, note.span, starlette.trace, fix)
        else:
            message = "compresses answers: a starlette older than 0.46.0 would hold events back"
            yield Finding(message, note.span, severity=NOTE)


def is_old(version):
    """Whether a release of Starlette compresses event streams; what is no plain release is taken for a new one."""
    number = release(version)
    return number is not None and number < (0, 46)


def line(span):
    """The whole lines of a call that is a statement of its own, or None."""
    text = span.source.text
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    rest = text[span.end :]
    after = len(rest) - len(rest.lstrip(" \t"))
    newline = next((each for each in ("\r\n", "\n", "\r") if rest[after:].startswith(each)), None)
    if text[start : span.start] or newline is None:
        return None
    return Span(span.source, start, span.end + after + len(newline))
