r"""A virtual environment does not work where the image copies it to

An environment that is made in one stage and copied to another keeps what it
was made with:

- `uv sync` and `pip install -e` install the project editable: a line in the
  environment leads to the path of its sources. Where these stay behind, or
  stand at another path, the start ends with "ModuleNotFoundError".
- The first line of its scripts names the interpreter by its absolute path. At
  another path they end with "no such file or directory".
- Its `bin/python` is a link to the Python that made it:
  `/usr/local/bin/python3` in the official image, where a distroless or Debian
  image has none. A distroless image for Python runs what it is given with its
  own `/usr/bin/python3`, which does not look into the environment.
- Its packages lie in `lib/python3.12/site-packages`, where a Python of another
  minor release does not look.

Not reported where a mount may bring the sources, for `uv venv --relocatable`,
and where the build gets a Python of its own. Sources at another path are
reported where they are nowhere where the program looks by itself: the working
directory of `python -m`, the folder of a file that is started, PYTHONPATH. A
console script looks into none but the last. Nothing is said where the image
makes a link, copies files by a command, or installs something itself.

A moved script is reported where the command names its path, or where its
folder is the first of PATH and the image installs nothing itself; not where a
link or another copy stands at the old path, as it works then, and not for
`python -m`, which works anywhere.

Evidence: <https://docs.astral.sh/uv/guides/integration/docker/#non-editable-installs>.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY src src
RUN uv sync --locked --no-dev

FROM python:3.12-slim
COPY --from=build /app/.venv /app/.venv
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
error[stray-environment]: the virtual environment that the image built from Dockerfile copies from another stage does not work: `uv sync --locked --no-dev` made an editable install of /app, and no COPY brings `src/notes/__init__.py` here
  --> Dockerfile:9:1
   |
 6 | RUN uv sync --locked --no-dev
   |     ------------------------- installs the project editable
...
 9 | COPY --from=build /app/.venv /app/.venv
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
10 | USER 10001
11 | CMD ["/app/.venv/bin/notes"]
   | ---------------------------- starts the program
   |
   = fix: install the project itself into it (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,7 +3,7 @@
 WORKDIR /app
 COPY pyproject.toml uv.lock ./
 COPY src src
-RUN uv sync --locked --no-dev
+RUN uv sync --no-editable --locked --no-dev

 FROM python:3.12-slim
 COPY --from=build /app/.venv /app/.venv
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY src src
RUN uv sync --locked --no-dev --no-editable

FROM python:3.12-slim
COPY --from=build /app/.venv /app/.venv
USER 10001
CMD ["/app/.venv/bin/notes"]
```
"""

from mcplint import ERROR, Container, Finding, Fix, LackKind, rule


@rule("stray-environment", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.ENVIRONMENT):
        message = f"the virtual environment that {container.title} copies from another stage does not work: {lack.why}"
        fix = Fix("install the project itself into it", lack.edits) if lack.edits else None
        yield Finding(message, lack.span, lack.notes, fix)
