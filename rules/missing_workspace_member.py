r"""A workspace member is missing when its lock is installed

The `uv.lock` of a workspace names the members by their folders. `uv sync`
with `--locked` reads the `pyproject.toml` of each, whatever it installs, and
says that the lock needs to be updated, or that a package is no member, where
one is missing. With `--frozen` it stops at a member that is to be installed:
`Distribution not found at: file:///app/packages/lib`.

The layer that installs the dependencies can bind the files that it needs, or
copy the `pyproject.toml` of every member, and leave the members out with
`--no-install-workspace`.

Not reported for a `--frozen` sync that needs no such member or leaves the
members out, or if they may come from elsewhere.

See https://docs.astral.sh/uv/guides/integration/docker/#intermediate-layers

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-workspace
COPY . .
RUN uv sync --locked
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
`.dockerignore`
```
.git
.env
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["mcp>=1.27,<2", "store"]

[tool.uv.sources]
store = { workspace = true }

[tool.uv.workspace]
members = ["packages/*"]
```
`packages/store/pyproject.toml`
```toml
[project]
name = "store"
version = "1.0.0"
```
`packages/store/src/store/__init__.py`
```python
```
`uv.lock`
```toml
version = 1
requires-python = ">=3.11"

[[package]]
name = "mcp"
version = "1.27.1"
source = { registry = "https://package-registry.example/simple" }

[[package]]
name = "notes"
version = "1.0.0"
source = { virtual = "." }
dependencies = [
    { name = "mcp" },
    { name = "store" },
]

[[package]]
name = "store"
version = "1.0.0"
source = { editable = "packages/store" }
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[missing-workspace-member]: `uv sync --locked --no-install-workspace` needs the workspace member `packages/store`: no COPY brings it before this line
 --> Dockerfile:5:5
  |
5 | RUN uv sync --locked --no-install-workspace
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY packages/store/pyproject.toml packages/store/
RUN uv sync --locked --no-install-workspace
COPY . .
RUN uv sync --locked
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, LackKind, rule


@rule("missing-workspace-member", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.MEMBER):
        message = f"`{lack.step}` needs the workspace member `{lack.name}`: {lack.why}"
        yield Finding(message, lack.span, lack.notes, severity=WARNING if lack.by_git else None)
