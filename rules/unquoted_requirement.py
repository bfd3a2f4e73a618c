r"""The shell splits or redirects an unquoted requirement

`RUN pip install mcp>=1.27` is run by a shell, for which `>` is no comparison.
It writes what pip says to a file called `=1.27` and pip installs whatever is
newest. `mcp<2` and `mcp>=1.27,<2` read from a file `2` that is not there: the
shell says `cannot open 2: No such file`, runs no pip, and the build stops,
which is an error. Quotes keep the requirement together.

Not reported for the exec form of RUN, which no shell runs.

The fix puts it in quotes. What is left is a range: see `unlocked-install`.

See https://pip.pypa.io/en/stable/cli/pip_install/#requirement-specifiers

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
RUN pip install mcp==1.27.1 httpx>=0.28
COPY server.py ./
USER 10001
CMD ["python", "server.py"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
warning[unquoted-requirement]: `httpx>=0.28` is not one word to a shell: the shell writes to a file `=0.28`, and pip is given `httpx`
 --> Dockerfile:3:29
  |
3 | RUN pip install mcp==1.27.1 httpx>=0.28
  |                             ^^^^^^^^^^^
  |
  = fix: put it in quotes (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,6 +1,6 @@
 FROM python:3.12-slim
 WORKDIR /app
-RUN pip install mcp==1.27.1 httpx>=0.28
+RUN pip install mcp==1.27.1 "httpx>=0.28"
 COPY server.py ./
 USER 10001
 CMD ["python", "server.py"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
RUN pip install mcp==1.27.1 "httpx==0.28.1"
COPY server.py ./
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Fix, LackKind, rule


@rule("unquoted-requirement", WARNING)
def check(container: Container):
    for lack in container.lacking(LackKind.QUOTES):
        fix = Fix("put it in quotes", lack.edits, safe=True)
        message = f"`{lack.name}` is not one word to a shell: {lack.why}"
        yield Finding(message, lack.span, lack.notes, fix, severity=ERROR if lack.path else None)
