r"""The server does not shut down when it is told to

`mcp` 1 sends its event streams through sse-starlette, which closes them when
uvicorn shuts down. Releases 3.0.0 to 3.0.4 do not. Every MCP client keeps a
stream open, so after SIGTERM the server logs
`Waiting for connections to close` and waits until the platform kills it. Every
rollout takes the whole grace period, and calls that would have finished in a
second are cut off.

Install sse-starlette 3.1.0 or later, which closes streams within a second. If
you cannot, limit the wait with uvicorn's `timeout_graceful_shutdown` (or
`--timeout-graceful-shutdown`). `run()` of `mcp` does not set it, `run()` of
`fastmcp` does.

Node is another case: as process 1 of a container it ignores SIGTERM unless the
program handles it, with or without streams, so that every stop takes the whole
grace period. Handle it, and end with `process.exit()`: `server.close()` alone
waits for streams, and its callback too. Call `server.closeAllConnections()`
behind it, or set a timer that ends the process. Where nothing handles the
signal, have an init in front: `init: true` in compose, `tini`. npm (but for
npm 9), pnpm, yarn and tsx forward the signal. It is a warning for servers with
sessions, which are cut off, and a note for others: a session of HTTP+SSE ends
with its stream, however the server ends.

The shell of a command in shell form, `CMD cd /app && python server.py`, does
the same: that of Debian waits for the server and forwards no signal. Write
`exec` in front of the last command, or the exec form. Any shell does the same
with a script that starts the server and does not `exec` it.

Reported for sse-starlette only if a lock file or an exact requirement decides
the release, and the server sets no such limit; for Node only if no file of the
program speaks of the signal, or all that its handlers do is to close the port
that it listens on and to log.

Measured with mcp 1.12 to 1.30 and uvicorn 0.32 to 0.54. See
https://github.com/sysid/sse-starlette/releases

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
sse-starlette==3.0.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import uvicorn
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
```
```output
error[abrupt-shutdown]: server `notes` does not shut down while a client has a stream open: sse-starlette 3.0.2 never closes it
 --> requirements.txt:2:16
  |
2 | sse-starlette==3.0.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |                ^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
  |
 ::: server.py:7:5
  |
7 |     uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
  |     ----------------------------------------------------------------- uvicorn waits for open streams without a time limit
  |
  = fix: limit the wait for open streams to 5 seconds (--fix)
```
```diff
--- a/server.py
+++ b/server.py
@@ -4,4 +4,4 @@
 mcp = FastMCP("notes", host="0.0.0.0")

 if __name__ == "__main__":
-    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000)
+    uvicorn.run(mcp.streamable_http_app(), host="0.0.0.0", port=8000, timeout_graceful_shutdown=5)
```

## Good
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
sse-starlette==3.1.2 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
"""

import re

from mcplint import ERROR, NOTE, WARNING, Finding, Fix, Label, Server, rule
from mcplint.knowledge.base_images import base
from mcplint.knowledge.executables import SHELLS

HANDING = r"\b(?:exec|trap|tini|dumb-init|supervisord|kill)\b"
HANGING = ("3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.0.4")


@rule("abrupt-shutdown", ERROR)
def check(server: Server):
    yield from shell_as_init(server)
    yield from script_as_init(server)
    yield from as_first(server) if server.deaf else through_streams(server)
    yield from in_handler(server)


def shell_as_init(server):
    """The shell of Debian as process 1 of a container, which stays there and hands no signal on."""
    container = server.container
    words = container.command.only if container else None
    shell = words and words[:2] in (("/bin/sh", "-c"), ("sh", "-c")) and not re.search(r"\b(?:exec|trap)\b", words[2])
    known = base(container.image.only or "") if shell else None
    if known and known.tools and "apt-get" in known.tools and server.speaks_http and not shielded(container):
        message = f"the shell that starts the server of {container.title} is its process 1 and does not forward SIGTERM"
        yield Finding(message, container.cmd, severity=gravity(server))


def script_as_init(server):
    """A script as process 1 of a container, whose shell stays there and hands no signal on."""
    container = server.container
    words = [word.rpartition("/")[2] for word in (container.command.only or ())[:2]] if container else []
    notes = [note for link in server.links if container and link.to == container.id for note in link.notes[-1:]]
    if not words or not notes or not server.speaks_http or shielded(container):
        return
    script = notes[0].span.source
    given = words[0] in SHELLS and words[1:] == [script.path.rpartition("/")[2]]
    direct = words[0] == script.path.rpartition("/")[2] and re.match(rf"#!.*\b(?:{'|'.join(SHELLS)})\b", script.text)
    if (given or direct) and not re.search(HANDING, script.text):
        message = f"{script.path} is process 1 of {container.title}: its shell waits for the server and does not forward SIGTERM"
        yield Finding(message, notes[0].span, (Label(container.cmd, "starts it"),), severity=gravity(server))


def shielded(container):
    """Whether an init or another signal may be in front, or the platform has its own way to stop a container."""
    image = container.image.span
    init = container.init.must(bool) or (container.init.trace and container.init.options is None)
    elsewhere = container.platform not in (None, "compose", "kubernetes")
    return init or elsewhere or (image and "STOPSIGNAL" in image.source.text)


def gravity(server):
    """A warning where sessions are cut off."""
    return WARNING if server.stateless.must_be(False) and not server.transport.may_be("sse") else NOTE


def as_first(server):
    """Node as process 1 of a container, with no handler for SIGTERM."""
    container = server.container
    words = container.command.only if container else None
    if not words or not server.speaks_http or not re.search(r"(?:^|/)(?:node|nodejs|bun)$", words[0]):
        return
    if shielded(container):
        return
    message = f"{server.title} ignores SIGTERM: {words[0].rpartition('/')[2]} is process 1 of its container, and nothing handles the signal"
    yield Finding(message, container.cmd, severity=gravity(server))


def in_handler(server):
    """A handler of SIGTERM in Node that closes the port and waits for streams, which clients keep open."""
    container = server.container
    words, image = (container.command.only, container.image.span) if container else (None, None)
    if not server.lingering or not words or not re.search(r"(?:^|/)node(?:js)?$", words[0]):
        return
    if not (image and "STOPSIGNAL" in image.source.text):
        message = f"{server.title} does not shut down while a client has a stream open: its SIGTERM handler waits for all streams to close"
        yield Finding(message, server.lingering[0].span, server.lingering[1:], severity=gravity(server))


def through_streams(server):
    """A release of sse-starlette that leaves streams open."""
    release, patience = server.sdk.sse_starlette, server.asgi.patience
    if not server.speaks_http or patience.may_not_be(None):
        return
    through = server.sdk.package in ("mcp", "fastmcp") and not server.sdk.sessionless
    if through and release.must_be(*HANGING):
        yield Finding(
            f"{server.title} does not shut down while a client has a stream open: sse-starlette {release.only} never closes it",
            release.span or server.span,
            (
                *release.trace[:1],
                Label(patience.span or server.span, "uvicorn waits for open streams without a time limit"),
            ),
            Fix("limit the wait for open streams to 5 seconds", patience.write("5"), safe=True),
        )
