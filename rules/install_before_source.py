r"""The project is installed before its modules are copied

A layer that installs dependencies comes before the one that copies the
sources, so that Docker can keep it. The step in that layer must leave the
project itself out. `pip install .` and a plain `uv sync` package the project,
as do `uv build`, `python -m build` and their like, and its build backend does
not find the modules that are to go into the wheel:
hatchling says `Unable to determine which files to ship inside the wheel`,
uv_build `Expected a Python module at: src/notes/__init__.py`, Poetry and flit
`No file/folder found`.

With uv, `--no-install-project` installs the dependencies alone; the step after
the sources installs the rest. pip has no such option: install from a lock or a
requirements file first.

setuptools, pdm and hatchling with `packages` make an empty wheel without a
word. It is reported where the container starts a console script of it, which
ends with `ModuleNotFoundError` since it does not look into the working
directory, and where `python -m` or an ASGI server look for it there and the
folder does not hold it, as with `/app` and `/app/src/notes`.

`uv sync` also builds the members of a workspace and the folders of
`[tool.uv.sources]` that the project needs, with `--no-install-project` too.
A layer that has no more than their `pyproject.toml` leaves them out with
`--no-install-workspace` or, where they are no members, `--no-install-local`.
They are followed in `uv.lock`, without those that only a marker or an extra of
another package asks for.

Not reported if the modules may come from elsewhere, or if a later step
packages the project again.

The fix adds `--no-install-project` where a later step packages the project.

See https://docs.astral.sh/uv/guides/integration/docker/#intermediate-layers

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-editable
COPY src ./src
RUN uv sync --locked --no-dev --no-editable
USER 10001
CMD ["/app/.venv/bin/notes"]
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
`src/notes/__init__.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


def main() -> None:
    mcp.run(transport="streamable-http")
```
```output
error[install-before-source]: `uv sync --locked --no-dev --no-editable` packages the project without its modules, such as `src/notes/__init__.py`: no COPY brings it before this line
 --> Dockerfile:5:5
  |
5 | RUN uv sync --locked --no-dev --no-editable
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:1:1
  |
1 | [project]
  | --------- hatchling finds no notes/__init__.py, src/notes/__init__.py or the like
  |
  = fix: install the dependencies alone in this step (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,7 +2,7 @@
 COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
 WORKDIR /app
 COPY pyproject.toml uv.lock ./
-RUN uv sync --locked --no-dev --no-editable
+RUN uv sync --no-install-project --locked --no-dev --no-editable
 COPY src ./src
 RUN uv sync --locked --no-dev --no-editable
 USER 10001
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY src ./src
RUN uv sync --locked --no-dev --no-editable
USER 10001
CMD ["/app/.venv/bin/notes"]
```
"""

from mcplint import ERROR, Container, Edit, Finding, Fix, LackKind, rule


@rule("install-before-source", ERROR)
def check(container: Container):
    local = {(install.span, each.folder) for install in container.installs for each in install.local}
    for lack in container.lacking(LackKind.MODULES):
        beside = (lack.span, lack.path) in local
        what = f"`{lack.path}`" if beside and lack.path != "." else "the project"
        message = f"`{lack.step}` packages {what} without its modules, such as `{lack.name}`: {lack.why}"
        yield Finding(message, lack.span, lack.notes, None if beside else _fix(container, lack.span))


def _fix(container, span):
    """Leaves the project out of a `uv sync` that is not the last one to package it."""
    steps = [install for install in container.installs if install.packaged]
    here = next((install for install in steps[:-1] if install.span == span), None)
    if not here or not here.site or here.tool != "uv sync":
        return None
    site = here.site
    edit = Edit(site.span, f"{site.before}--no-install-project{site.after}")
    return Fix("install the dependencies alone in this step", (edit,), safe=True)
