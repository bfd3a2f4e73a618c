r"""Compression holds back the events of a stream

Starlette's `GZipMiddleware` compresses every response that the client accepts
compressed, and before Starlette 0.46.0 that includes event streams. It fills a
buffer first: as measured, a client gets the ten bytes of the gzip header at
once, and every event only when the response ends. Progress and log messages
come too late, elicitation and sampling hang, the stream of a `GET` stays
silent, and HTTP+SSE clients wait for their endpoint forever. Starlette 0.46.0
leaves `text/event-stream` alone.

`compression()` of Express does the same to the streams of
`@modelcontextprotocol/sdk` before 1.30.0, which do not say `no-transform` yet.

Upgrade Starlette, or the SDK; or remove the middleware and let the proxy
compress what is not a stream.

It is an error if a lock file or a pin decides on an older release, and a note
if nothing decides the release, since the next build installs a new one.

Not reported for plain JSON responses, for Brotli, whose middleware sends
every event on its own, and for a `compression()` with a filter of its own.

See https://github.com/Kludex/starlette/releases/tag/0.46.0

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
error[compressed-stream]: GZipMiddleware of starlette 0.45.3 holds events back until the stream ends
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
  = fix: remove GZipMiddleware (--unsafe-fixes)
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
from mcplint.model.releases import common_fact


@rule("compressed-stream", ERROR)
def check(server: Server):
    if server.speaks_mcp and server.json_response.options != (True,):
        yield from (by_sdk if server.sdk.is_npm else by_starlette)(server)


def by_sdk(server):
    """Streams of an SDK that do not forbid to be compressed."""
    sdk, old = server.sdk, ".sse" if server.transport.must_be("sse") else ""
    if server.transport.may_be("sse") and not old:
        return
    for note in server.compressed if common_fact(sdk, f"stream.no_transform{old}") is False else ():
        call = note.span.text.partition("compression(")[1] + ")"
        fix = Fix(f"remove {call}", (Edit(line(note.span), ""),)) if line(note.span) else None
        message = f"{call} holds events of {sdk.title} back until the stream ends"
        yield Finding(message, note.span, sdk.version.trace, fix)


def by_starlette(server):
    """Streams behind a Starlette that compresses them too."""
    starlette = server.sdk.starlette
    if starlette.options and not all(map(is_old, starlette.options)):
        return
    for note in server.compressed:
        fix = Fix("remove GZipMiddleware", (Edit(line(note.span), ""),)) if line(note.span) else None
        if starlette.options:
            message = (
                f"GZipMiddleware of starlette {' or '.join(starlette.options)} holds events back until the stream ends"
            )
            yield Finding(message, note.span, starlette.trace, fix)
        else:
            message = "GZipMiddleware holds events back in starlette before 0.46.0, and no file pins the release"
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
    after = len(rest) - len(rest.removeprefix(";").lstrip(" \t"))
    newline = next((each for each in ("\r\n", "\n", "\r") if rest[after:].startswith(each)), None)
    if text[start : span.start] or newline is None:
        return None
    return Span(span.source, start, span.end + after + len(newline))
