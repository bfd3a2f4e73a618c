r"""The wheel or npm's package leaves out a module that the program imports

In the working tree every module of the project can be imported. In an image
that installs the project, or with `uvx`, only those can that the build put
into the wheel, and backends choose differently. `packages = ["notes"]` of
setuptools takes the modules of that one package and none of `notes.tools`.
hatchling takes one package by the name of the project and no second one.
setuptools leaves out `tools/`, `utils/` and `scripts/` without a word. And a
script that calls `src.server:main` looks for a package `src`, which the wheel
does not have, as its contents are those of `src`. The server then ends at
once with `ModuleNotFoundError`.

It is an error if a container starts the script from the wheel or a registry
document names the package, and a warning where nothing shows that anyone
does, as in an image that has the wheel and starts `python server.py`.

npm packs what `files` in `package.json` names, and without it what neither
`.npmignore` nor, where there is none, `.gitignore` keeps back. The files of
`bin` and `main` come along whatever is said, but not what these import: with
`"files": ["build"]` a `bin` of `dist/index.js` arrives without
`dist/tools.js`, and `npx` ends with `ERR_MODULE_NOT_FOUND`. That is looked at
in packages that `server.json` names or a workflow publishes, where the
TypeScript compiler alone makes the files or they are run as they are; not
where another folder, or with another `package.json`, may be what is published.

Not reported if the project chooses its files in a way that is not followed
here, such as a `setup.py` or a build hook, for imports that are inside of a
function or a `try`, for modules of another distribution that lies within the
project, such as a member of its workspace, which has a wheel of its own, or
where the project is only installed as editable, or in containers with a
`PYTHONPATH` or mounts, which may hold the sources.

See https://setuptools.pypa.io/en/latest/userguide/package_discovery.html and
https://hatch.pypa.io/latest/plugins/builder/wheel/#default-file-selection
and https://docs.npmjs.com/cli/v11/configuring-npm/package-json#files

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev --no-editable
USER 10001
CMD ["/app/.venv/bin/notes"]
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
notes = "notes.server:main"

[build-system]
requires = ["setuptools>=69"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["notes"]
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
```
`notes/server.py`
```python
from mcp.server.fastmcp import FastMCP

from notes.tools.search import search

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
mcp.add_tool(search)


def main() -> None:
    mcp.run(transport="streamable-http")
```
`notes/tools/__init__.py`
```python
```
`notes/tools/search.py`
```python
async def search(words: str) -> str:
    return "no note"
```
```output
error[unpackaged-module]: the wheel of pyproject.toml leaves out `notes.tools.search`, which `notes` needs to start
  --> pyproject.toml:8:10
   |
 8 | notes = "notes.server:main"
   |          ^^^^^^^^^^^^^^^^^
...
15 | packages = ["notes"]
   |            --------- this chooses what is packaged
   |
  ::: notes/server.py:3:1
   |
 3 | from notes.tools.search import search
   | ------------------------------------- notes/server.py imports it
```

## Good
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes.server:main"

[build-system]
requires = ["setuptools>=69"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["notes", "notes.tools"]
```
"""

from mcplint import ERROR, WARNING, EntryPoint, Finding, Label, rule


@rule("unpackaged-module", ERROR)
def check(script: EntryPoint):
    if script.unpackaged:
        module, needed, decided = script.unpackaged
        message = f"{script.packaging} leaves out `{module}`, which `{script.name}` needs to start"
        notes = (*((Label(decided, "this chooses what is packaged"),) if decided else ()), needed, *script.alike)
        yield Finding(message, script.span, notes, severity=None if script.installed else WARNING)
