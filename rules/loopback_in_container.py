r"""The server listens on loopback inside its container

A container has a network of its own, and so a loopback interface of its own. A
server that listens on `127.0.0.1` in there cannot be reached from outside: not
through a published port, not by nginx in the next container, not by a health
check of the platform. The connection is refused or reset, while the log says
`Uvicorn running on http://127.0.0.1:8000`.

The SDKs listen on loopback by default: `mcp` since 1.9.1, `fastmcp` since
2.2.0. Inside a container, listen on `0.0.0.0` and let the published port
decide who may connect.

Where the program takes its address from a variable or an option, the fix sets
that one for this container and leaves the default to everybody else. Where the
SDK turns its checks of `Host` and `Origin` off for that address, the fix says
so, and `host-check-off` says what to do about it. There is
none where a comment beside the address says that it is meant to be local.

Not reported if the container uses the network of its host or of another
container, if the transport is stdio, or if the address may be another one at
run time. Where another service uses the network of the container (a tunnel or
a proxy with `network_mode: "service:notes"`), that one reaches the server, and
only a port that is published as the server's own is reported. The same
holds where the container starts another program with it, such as nginx.

See https://docs.docker.com/engine/network/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
EXPOSE 8000
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[loopback-in-container]: server `notes` listens on 127.0.0.1, which cannot be reached from outside its container
 --> server.py:3:7
  |
3 | mcp = FastMCP("notes")
  |       ^^^^^^^^^^^^^^^^ mcp 1.27.1 defaults to host=127.0.0.1
  |
 ::: Dockerfile:7:1
  |
7 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
  |
  = fix: listen on 0.0.0.0, which turns the checks of `Host` and `Origin` off (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -1,6 +1,6 @@
 from mcp.server.fastmcp import FastMCP

-mcp = FastMCP("notes")
+mcp = FastMCP("notes", host="0.0.0.0")

 if __name__ == "__main__":
     mcp.run(transport="streamable-http")
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

import re
from collections.abc import Iterator

from mcplint import ERROR, Edit, Finding, Fix, Label, Server, Source, Span, rule
from mcplint.knowledge.executables import NODE_SUFFIXES
from mcplint.model.releases import common_fact
from mcplint.text.urls import is_loopback

ANY = "0.0.0.0"
SENDING = ("fly", "cloud-run")
LOCAL = r"(?:#|(?<!:)//).*(?:127\.0\.0\.1|loopback|\blocal(?:host|ly)?\b)"
LONGEST = 400
SHOWN = r"(?i)\b(?:listen|serv|run|start)(?:ing|s|ed|ning)?\b[^\n]*(?:\b(?:on|at)|:|i\.e\.,?) *https?://{}(?![\w.])"
PROGRAM = (".py", *NODE_SUFFIXES)
SAYS = r"(?i)\b(?:listen|serv|run|start|bind|bound)\w*\s+(?:\w+\s+){0,2}(?:on|at|to)\s+$"
MEANT = r"(?i)\b(?:only|local|loopback|secur|safe)"
LISTENS = r"\b(?:listen|bind|bound|host|address)\w*\b[^.\n]*(?<![/\w])(?:127\.0\.0\.1|localhost|loopback)"


@rule("loopback-in-container", ERROR)
def check(server: Server):
    container = server.container
    if (
        not container
        or container.shared_network.may(bool)
        or ((container.guests or server.companion) and not is_reached_from_outside(server))
    ):
        return
    if server.speaks_http and server.host.must(is_loopback):
        address = server.host.only or "a loopback address"
        edits = container.write(server.host, ANY)
        own = edits if edits == server.host.write(ANY) else ()
        mentions = [span for edit in own for span in listening_mentions(edit, address)]
        explained = (
            any(tells_loopback(edit, address) for edit in own)
            or not all(map(only_tells_address, mentions))
            or ignores_option(server)
        )
        reworded = (Edit(span, ANY) for span in mentions)
        yield Finding(
            f"{server.title} listens on {address}, which cannot be reached from outside its container",
            server.host.span or server.span,
            (*server.host.trace, Label(container.cmd, "this container runs the server")),
            None if explained else fix_for(server, edits)._replace(edits=(*edits, *reworded)),
        )


def is_reached_from_outside(server: Server) -> bool:
    """Whether what comes from outside its container is led to the very port of the server."""
    container = server.container
    if not container:
        return False
    probed = (probe.port for probe in container.probes if probe.is_own and probe.port is not None)
    exposed = container.expose if container.platform in SENDING else ()
    sent = (port for port in exposed if port.span.source.path != container.dockerfile)
    led = (*(port.target for port in (*container.ports, *container.forwards, *sent)), *probed)
    return server.port.only is not None and any(port.only == server.port.only for port in led)


def fix_for(server: Server, edits: tuple[Edit, ...]) -> Fix:
    """The fix, whose title says what else its edits do.

    An SDK that is told to listen on all interfaces checks no `Host` any more, and a platform that serves the internet
    leads everybody to a server that asks nobody who they are.
    """
    container = server.container
    declares = container is not None and container.write(server.declared_host, ANY) == edits
    checks = server.host_check.must(bool) and common_fact(server.sdk, "host_check") in ("constructor", "app")
    left = {
        "turns the checks of `Host` and `Origin` off": "host-check-off" if declares and checks else "",
        "opens it to the internet": "published-without-auth" if container is not None and container.web else "",
    }
    consequences = " and ".join(words for words, rule in left.items() if rule)
    title = f"listen on 0.0.0.0, which {consequences}" if consequences else "listen on 0.0.0.0"
    return Fix(title, edits, leaves=tuple(filter(None, left.values())))


def ignores_option(server: Server) -> bool:
    """Whether the command gives a host that the program does not take: then that is what is wrong with it."""
    commands = server.container.commands if server.container else ()
    given = any(
        re.search(r"(?<!\S)--host\b", word.only or word.partly) for each in commands for word in each.words or ()
    )
    return given and not (server.host.site and server.host.site.option)


def listening_mentions(edit: Edit, address: str) -> Iterator[Span]:
    """Where else texts of a program tell people that the address is listened on; no comments, no URLs."""
    source = edit.span.source
    text = source.text if source.path.endswith(PROGRAM) else ""
    for found in re.finditer(rf"(?<![/\w.]){re.escape(address)}(?![\w.])", text):
        span = Span(source, *found.span())
        text_in_front = text_before(span)
        listens = re.search(SAYS, text_in_front) or re.search(
            LISTENS, text_in_front[-LONGEST:] + address, re.IGNORECASE
        )
        if listens and not (edit.span.start <= span.start < edit.span.end):
            yield span


def text_before(span: Span) -> str:
    """What stands before a place in its line and string; nothing in a comment."""
    text = span.source.text
    line = text[max(text.rfind("\n", 0, span.start) + 1, span.start - LONGEST) : span.start]
    return "" if line.lstrip().startswith(("#", "//")) else re.split(r"[\"'`]", line)[-1]


def only_tells_address(span: Span) -> bool:
    """Whether a text only says where the server listens, and nothing of why: another address can stand there."""
    line = span.source.text[span.end :].partition("\n")[0][:LONGEST]
    return bool(re.search(SAYS, text_before(span))) and not re.search(MEANT, text_before(span) + line)


def tells_loopback(edit: Edit, address: str) -> bool:
    """Whether a comment on the line that is edited or the one above it says that the address is a local one."""
    text = edit.span.source.text
    above, _, before = text[: edit.span.start].rpartition("\n")
    lines = above.rpartition("\n")[2].strip(), before + text[edit.span.start :].partition("\n")[0]
    tells_local = any(re.search(LOCAL, each[:LONGEST], re.IGNORECASE) for each in lines)
    return tells_local or is_documented(edit.span.source, address)


def is_documented(source: Source, address: str) -> bool:
    """Whether a docstring or comment of a program says that an address is listened on, or a text shows its URL there."""
    text = source.text if source.path.endswith(PROGRAM) else ""
    blocks = (
        *text.split('"""')[1::2],
        *text.split("'''")[1::2],
        *(part.partition("*/")[0] for part in text.split("/*")[1:]),
    )
    comments = (line for line in text.split("\n") if line.lstrip().startswith(("#", "//")))
    lines = (*(line for block in blocks for line in block.split("\n")), *comments)
    shown = SHOWN.format(re.escape(address))
    return any(re.search(LISTENS, each[:LONGEST], re.IGNORECASE) for each in lines) or any(
        re.search(shown, line[:LONGEST]) for line in text.split("\n")
    )
