r"""Lines that the server prints reach the log late, or never

Python holds back what `print` writes until 8 KiB have come together, where
standard output is no terminal, and in a container it is none. The log of a
server that prints a line for each call stays empty for hours, and what was
held back is lost when the container is killed, which is when it is wanted.

`PYTHONUNBUFFERED=1` in the image, `python -u`, or `print(…, flush=True)` write
each line at once. What `logging` says needs none of them: its handlers flush
after each line, and standard error is written line by line.

Not reported for standard streams, where nothing may be printed at all, for a
container with a terminal, and where the variable may be set elsewhere.

See https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUNBUFFERED

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
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.tool()
def search(words: str) -> str:
    print("searching for", words)
    return words


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
note[buffered-logs]: Python holds back what server `notes` prints, as PYTHONUNBUFFERED is not set: its lines reach the log late
 --> server.py:8:5
  |
8 |     print("searching for", words)
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- starts it
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
"""

import re

from mcplint import NOTE, Finding, Label, Server, rule

VARIABLE = "PYTHONUNBUFFERED"
UNBUFFERED = r"-[a-tv-zA-Z]*u[a-zA-Z]*"


@rule("buffered-logs", NOTE)
def check(server: Server):
    container = server.container
    if not container or not container.dockerfile or not server.speaks_http or server.sdk.is_npm:
        return
    words = container.words if container.command.only else ()
    texts = [each.span.source.text for each in container.commands if each.span.source != container.cmd.source]
    elsewhere = VARIABLE in container.env or not words or any(is_unbuffered(each) for each in container.commands)
    if elsewhere or container.tty.must(bool) or any(VARIABLE in word for word in (*words, *texts)):
        return
    if any("line_buffering" in span.source.text for span in (server.span, *(each.span for each in server.printed))):
        return
    held = [label for label in (*server.printed, *server.prints) if is_buffered(label.span.text)]
    if held:
        message = (
            f"Python holds back what {server.title} prints, as {VARIABLE} is not set: its lines reach the log late"
        )
        notes = (*(Label(label.span.head, "and here") for label in held[1:4]), Label(container.cmd, "starts it"))
        yield Finding(message, held[0].span, notes)


def is_unbuffered(command) -> bool:
    """Whether a command tells Python to hold nothing back."""
    return any(re.fullmatch(UNBUFFERED, word.only or "") for word in (command.words or ())[1:4])


def is_buffered(call: str) -> bool:
    """Whether a call prints to standard output and writes nothing out by itself."""
    return call.startswith("print") and "flush" not in call and "file=" not in call
