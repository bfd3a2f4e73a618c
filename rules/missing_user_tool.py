r"""The image lacks the program that creates its user

Debian and Alpine make users in different ways, and images of both change.
`python:3.12-slim` and its siblings moved to Debian 13, whose images come
without `adduser` and `addgroup`; a Dockerfile that uses them builds until the
base image is pulled again, and then stops with `adduser: not found`. So does
one that goes on from `node:24-slim` to `node:26-slim`. Alpine has these two
and lacks `useradd` and `groupadd`.

On Debian, `useradd` and `groupadd` are always there. On Alpine, `adduser -D`
and `addgroup` are.

Not reported if the image installs the program (`adduser` on Debian, `shadow`
on Alpine) or any package that may bring it along: on Debian many do, such as
`gnupg`, `openssh-client`, and with what it recommends also `git`. Nor is it
for a tag that names a patch release or a digest, behind a RUN of something
that is not known here, or where another command follows by `||`.

See https://www.debian.org/releases/trixie/release-notes/issues.en.html

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN addgroup --system app && adduser --system --ingroup app app
USER app
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

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[missing-user-tool]: `addgroup` is not found while Dockerfile is built: python:3.12-slim is Debian 13, which comes without it
 --> Dockerfile:5:5
  |
5 | RUN addgroup --system app && adduser --system --ingroup app app
  |     ^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --system app
USER app
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("missing-user-tool", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.USER_TOOL):
        path = lack.span.source.path
        yield Finding(f"`{lack.name}` is not found while {path} is built: {lack.why}", lack.span, lack.notes)
