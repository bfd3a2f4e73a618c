r"""The container builds its project again at every start

`uv run` brings the environment of the project up to date before it starts
anything. For a project with a `[build-system]` that means to build it again
whenever its `pyproject.toml` looks newer than what was installed, and in a
container it mostly does: pulling an image, another COPY, `chown` and `chmod`
all change the time that uv compares. So each new container asks the package
index for the build backend and writes into the environment. It is slow, it
needs a network, and `--frozen`, `--locked` or `--no-dev` do not stop it.
`--no-sync` does, and so does starting `.venv/bin/notes` itself.

It is an error if the user of the container may not do that at all: if the
environment belongs to root, or if there is no place for uv's cache, without
which neither `uv run` nor `uvx` starts anything, `--no-sync` or not. The same
goes for npm's cache and `npx` that fetches what it starts.

Where the build installs nothing into the environment of the project, or only
into the system, each new container installs all of it, packaged or not.

Otherwise not reported for a project that uv does not package, where something
is mounted over the project or its environment, which then lasts, and for a
service that compose builds if nothing touches `pyproject.toml` after `uv
sync`: an image that is used where it was built keeps the time. A container
that starts nothing of the project, such as `uvx mcp-server-time`, alone or
behind a bridge, is no server known here.

The same is reported where `uv sync --frozen` fails in the build for want of
`uv.lock` and the build goes on with something else, such as an installation
into the system, which `uv run` does not look at.

The fix adds `--no-sync` where the build has installed the project.

See https://docs.astral.sh/uv/concepts/projects/sync/ and
https://github.com/astral-sh/uv/issues/9191

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
RUN useradd --create-home app && chown -R app /app
USER app
CMD ["uv", "run", "notes"]
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
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
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
`notes/__init__.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


def main() -> None:
    mcp.run(transport="streamable-http")
```
```output
warning[sync-at-start]: `uv run` builds the project of pyproject.toml again whenever a container of the image built from Dockerfile is created
 --> Dockerfile:8:7
  |
8 | CMD ["uv", "run", "notes"]
  | -------------------------- starts it
  |       ^^
  |
  = fix: start it as the build has installed it (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -5,4 +5,4 @@
 RUN uv sync --locked --no-dev
 RUN useradd --create-home app && chown -R app /app
 USER app
-CMD ["uv", "run", "notes"]
+CMD ["uv", "run", "--no-sync", "notes"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
RUN useradd --create-home app && chown -R app /app
USER app
CMD ["/app/.venv/bin/notes"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Fix, Label, rule


@rule("sync-at-start", WARNING)
def check(container: Container):
    sync = container.sync
    if not sync:
        return
    if sync.refused:
        message = f"{container.title} does not start: `{sync.tool}` fails: {sync.refused}"
        reason = container.read_only if container.read_only.must_be(True) else container.user
        yield Finding(message, sync.span, reason.trace[:1], severity=ERROR)
    elif sync.project:
        made = f"{container.title} is" if container.service else f"a container of {container.title} is"
        if sync.failed:
            message = (
                f"`{sync.tool}` installs all that {sync.project} asks for whenever {made} created: the build does not"
            )
            yield Finding(message, sync.span, (sync.failed, Label(container.cmd, "starts it")))
            return
        pulled = ", once that was pulled" if sync.pulled else ""
        message = f"`{sync.tool}` builds the project of {sync.project} again whenever {made} created{pulled}"
        fix = Fix("start it as the build has installed it", sync.edits, safe=True)
        yield Finding(message, sync.span, (Label(container.cmd, "starts it"),), fix)
