r"""uv.lock was made for another pyproject.toml

uv keeps a copy of what the project asks for in `uv.lock`. Where
`pyproject.toml` has changed since and nobody ran `uv lock`, `uv sync --locked`
ends with "The lockfile at `uv.lock` needs to be updated", and so does the
build: a dependency that was added or removed, another range, other extras of
it, another `requires-python`, and also a new version of the project itself.
`uv sync --frozen` does not look: it installs what the lock
says, without the dependency that was added, and a release that the new range
rules out.

Reported with `--locked`, also of `uv run` and `uv export`, for each of these
differences, in the extras and groups of the project too, also empty ones;
markers, sources and the settings of `[tool.uv]` are not compared. Reported
with `--frozen` for a dependency that the lock does not have at all, or not in
a release that the new range admits. A start by `uv run --locked` ends in the
same way and is reported too.

Not reported where the build goes on with something else (`|| uv sync`), where
a command after the COPY of the two files may have written one of them (`uv
lock`, `uv sync` without a flag, `cp`, `sed`, a script, whatever is not known
here), for a version that the build backend finds out, and without either flag,
as uv then rewrites the lock.

`--frozen` by itself is no finding: the guide of uv asks for it in the layer
that comes before the members of a workspace, where `--locked` cannot be
checked, and a lock that fits is installed to the letter either way. What it
may hide stands in the two files, and is told where it does: a note on every
such line would say nothing of those that are right.

Evidence: <https://docs.astral.sh/uv/concepts/projects/sync/#automatic-lock-and-sync>.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked --no-dev
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["mcp>=1.27,<2", "httpx>=0.28"]
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
]

[package.metadata]
requires-dist = [{ name = "mcp", specifier = ">=1.27,<2" }]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[stale-lock]: `uv sync --locked --no-dev` fails because the lock file is out of date: pyproject.toml asks for `httpx`, which uv.lock does not have
 --> Dockerfile:5:5
  |
5 | RUN uv sync --locked --no-dev
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:5:34
  |
5 | dependencies = ["mcp>=1.27,<2", "httpx>=0.28"]
  |                                  ----------- pyproject.toml asks for httpx
```

## Good
`uv.lock`
```toml
version = 1
requires-python = ">=3.11"

[[package]]
name = "httpx"
version = "0.28.1"
source = { registry = "https://package-registry.example/simple" }

[[package]]
name = "mcp"
version = "1.27.1"
source = { registry = "https://package-registry.example/simple" }

[[package]]
name = "notes"
version = "1.0.0"
source = { virtual = "." }
dependencies = [
    { name = "httpx" },
    { name = "mcp" },
]

[package.metadata]
requires-dist = [
    { name = "httpx", specifier = ">=0.28" },
    { name = "mcp", specifier = ">=1.27,<2" },
]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, LackKind, rule


@rule("stale-lock", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.STALE):
        yield Finding(f"`{lack.step}` fails because the lock file is out of date: {lack.why}", lack.span, lack.notes)
    for lack in container.lacking(LackKind.LOCKED):
        message = f"`{lack.step}` does not install `{lack.name}`: {lack.why}"
        yield Finding(message, lack.span, lack.notes, severity=WARNING)
    for lack in container.lacking(LackKind.ADMITTED):
        message = f"`{lack.step}` installs {lack.name}, which the project rules out: {lack.why}"
        yield Finding(message, lack.span, lack.notes, severity=WARNING)
