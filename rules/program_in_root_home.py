r"""The started program lies in the home of root

uv's installer puts `uv` and `uvx` into `~/.local/bin`, and in a Dockerfile `~`
is `/root`. That folder is open to root alone (mode 0700). With a `USER` below,
the container cannot start: `exec: "uv": executable file not found in $PATH`,
though `PATH` names the folder.

Take uv from its image, into a folder for everybody, or tell the installer so
with `UV_INSTALL_DIR=/usr/local/bin`.

So it is with the Python that `uv sync` fetches as root where the image has
none: the environment leads to `/root/.local/share/uv/python`. Set
`UV_PYTHON_INSTALL_DIR=/opt/python`, or build on an image with Python.

Not reported if a step of the build moves, links or copies uv, or changes modes
or owners in `/root`, if uv is brought in another way as well, or if something
is mounted over `/root`.

See https://docs.astral.sh/uv/guides/integration/docker/#installing-uv and
https://docs.astral.sh/uv/reference/installer/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12
WORKDIR /app
RUN curl -LsSf https://astral.sh/uv/install.sh | sh
ENV PATH=/root/.local/bin:$PATH
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked
RUN useradd --create-home app && chown -R app /app
USER app
CMD ["uv", "run", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["mcp>=1.27,<2"]
```
`uv.lock`
```toml
version = 1
requires-python = ">=3.11"

[[package]]
name = "mcp"
version = "1.27.1"
source = { registry = "https://package-registry.example/simple" }
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[program-in-root-home]: the image built from Dockerfile cannot start `uv` as the user app: it lies in /root/.local/bin, which is open to root alone
 --> Dockerfile:9:7
  |
3 | RUN curl -LsSf https://astral.sh/uv/install.sh | sh
  |                                                  -- puts uv into /root/.local/bin
...
8 | USER app
  | -------- USER sets the user
9 | CMD ["uv", "run", "server.py"]
  |       ^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /uvx /bin/
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked
RUN useradd --create-home app && chown -R app /app
USER app
CMD ["uv", "run", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("program-in-root-home", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.PROGRAM):
        message = (
            f"{container.title} cannot start `{lack.name}` as the user {lack.user}: "
            f"{lack.step or 'it'} lies in {lack.path}, which is {lack.why}"
        )
        yield Finding(message, lack.span, lack.notes)
