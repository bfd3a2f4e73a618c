r"""The program refuses an argument of its start command

argparse ends a program that is given a word which none of its options or
positional arguments takes: `error: unrecognized arguments: serve`, exit 2.
The container never starts, and a restart policy turns that into a loop. It
happens where the `command` of a service repeats what the `ENTRYPOINT` of its
image already starts, since Docker puts one after the other, and where a chart
still passes the sub-command of an older release.

Reported only where the whole parser is known: all that is added to it, no
parents, no sub-commands, no library that may add more.

See https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
ENTRYPOINT ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import argparse

from mcp.server.fastmcp import FastMCP

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=8000)

if __name__ == "__main__":
    given = parser.parse_args()
    mcp = FastMCP("notes", host="0.0.0.0", port=given.port, stateless_http=True)
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    command: ["python", "server.py", "--port", "8000"]
    mem_limit: 512m
```
```output
error[refused-argument]: container `notes` does not start: `server.py` does not know the argument `python`
 --> compose.yaml:4:16
  |
4 |     command: ["python", "server.py", "--port", "8000"]
  |              ----------------------------------------- this is what is started
  |                ^^^^^^
  |
 ::: server.py:9:13
  |
9 |     given = parser.parse_args()
  |             ------------------- the arguments are read here
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    command: ["--port", "8000"]
    mem_limit: 512m
```
"""

from mcplint import ERROR, Container, Finding, Label, rule


@rule("refused-argument", ERROR)
def check(container: Container):
    refused = container.refused
    if refused:
        yield Finding(
            f"{container.title} does not start: `{refused.program}` does not know the argument `{refused.word}`",
            refused.span,
            (Label(refused.read, "the arguments are read here"), Label(container.cmd, "this is what is started")),
        )
