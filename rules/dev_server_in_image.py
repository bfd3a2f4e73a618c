r"""The image starts a server that is made for development

`uvicorn --reload`, `uvicorn.run("server:app", reload=True)`, `fastapi dev` and
`fastmcp run --reload` watch the sources and start the server anew at each
change: every session ends then, and a second process stands between the
container's signals and the server. It is the same where a script that the
image starts says so. Given the application itself and no import string,
uvicorn ends at once. `fastmcp dev` and `mcp dev` start the MCP Inspector with
npx, which the image has to fetch and to have Node for, and put the server
behind it on standard input: nobody reaches it by HTTP.

Not reported where only a compose file that is named for development
(`compose.override.yaml`, `docker-compose.dev.yml`) or a profile of compose
starts it so, or where a mount brings the sources of the project, which is done
to develop. `debug=True` of Starlette, FastAPI or FastMCP starts no such server
and is not reported: answers to errors show tracebacks then, and no more.

Evidence: <https://www.uvicorn.org/deployment/>.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--reload"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
```output
warning[dev-server-in-image]: `--reload` is for development: the image built from Dockerfile starts its server anew whenever a file changes
 --> Dockerfile:6:53
  |
6 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--reload"]
  | -------------------------------------------------------------- starts it
  |                                                     ^^^^^^^^
  |
  = fix: leave it out (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,4 +3,4 @@
 COPY requirements.txt server.py ./
 RUN pip install --require-hashes -r requirements.txt
 USER 10001
-CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--reload"]
+CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
"""

import re

from mcplint import WARNING, Container, Edit, Finding, Fix, Label, Span, rule
from mcplint.model import Argv
from mcplint.text.layout import has_comment_with

DEVELOPMENT = r"(?i)(?:^|[-._/])(?:dev|devel|development|local|override|test|debug)(?:[-._/]|$)"

SAYS = (
    (
        r"\b(?:uvicorn|fastmcp run|granian|hypercorn)\b[^;&|]*?\s(--reload)(?=\s|$)",
        "starts its server anew whenever a file changes",
    ),
    (
        r"(?:^|[\s/])((?:fast)?mcp dev)\s",
        "starts the MCP Inspector, which fetches itself with npx, in place of the server alone",
    ),
    (r"(?:^|[\s/])(fastapi dev)(?=\s|$)", "starts its server anew whenever a file changes"),
)
"""What a command says that starts a server for development, and what comes of that."""


@rule("dev-server-in-image", WARNING)
def check(container: Container):
    files = (container.span.source.path, container.cmd.source.path, container.dockerfile or "")
    names = (*files, container.service or "", *container.profiles)
    if (
        any(re.search(DEVELOPMENT, name) for name in names)
        or container.profiles
        or any(mount.path for mount in container.mounts)
    ):
        return
    for flag, does in SAYS:
        command = next((each for each in container.commands if re.search(flag, text_of(each))), None)
        if command:
            yield finding_about(container, command, re.search(flag, text_of(command))[1], does)
            return
    if container.reload and (span := container.reload[0].span):
        fix = Fix("leave it off", container.reload[0].write("False"), safe=True)
        message = f"`reload=True` is for development: {container.title} {container.reload[1]}"
        yield Finding(message, span, (Label(container.cmd, "starts it"),), fix)


def text_of(command: Argv) -> str:
    """The words of a command as one text."""
    return " ".join(str(word.only or "") for word in command.words or ())


def finding_about(container: Container, command: Argv, said: str, does: str) -> Finding:
    """The finding about a word of a command that the container starts, itself or by a script."""
    span = next((word.site.span for word in command.words or () if word.only == said and word.site), None)
    at = span or (container.cmd if command == container.argv else command.span)
    notes = () if at == container.cmd else (Label(container.cmd, "starts it"),)
    alone = span and said == "--reload" and not has_comment_with(span, "reload")
    fix = Fix("leave it out", edits_without(span), safe=True) if alone else None
    return Finding(f"`{said}` is for development: {container.title} {does}", at, notes, fix)


def edits_without(word: Span) -> tuple[Edit, ...]:
    """The edit that takes a word out of a command, with what parts it from the word before."""
    front, back = word.source.text[: word.start], word.source.text[word.end :]
    apart = re.search(r""",\s*["']$|(?<![ \t])[ \t]+$""", front)
    closing = re.match(r"""["']""", back) if apart and apart[0][-1] in "\"'" else None
    if not apart or (closing is None and not re.match(r"\s|$|\\", back)):
        return ()
    return (Edit(word._replace(start=apart.start(), end=word.end + (1 if closing else 0)), ""),)
