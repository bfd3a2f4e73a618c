r"""The wheel leaves out a file that the program reads beside its modules

In the working tree a program finds `words.json` beside the module that opens
it. Where the project is installed, it stands in `site-packages`, and only
those files stand beside it that the build put into the wheel. setuptools takes
modules alone: other files come along if `package-data` names them, or if
`MANIFEST.in` does and `include-package-data` is not turned off. A `setup.py`
that does not say `include_package_data` takes them by no `MANIFEST.in`
either. hatchling, poetry-core, flit and uv_build take all files of the package
but those that they are told to exclude. And none takes what lies beside the
package: `Path(__file__).parent.parent / "config.json"` is the root of the
project in the working tree, and `site-packages` once it is installed. Then the
start ends with `FileNotFoundError`, or the tool that opens the file fails each
time.

Reported for files that code opens whatever happens: when a module is imported,
in what a console script calls, or in a tool. A container has to start that
script from the wheel, or a registry document has to name the package.

Not reported where the program looks whether the file is there, catches that
it is not, or may write it; for an editable install, `uv run`, `PYTHONPATH` and
mounts; where the build may add files, as with setuptools-scm or a hook.

See https://setuptools.pypa.io/en/latest/userguide/datafiles.html

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
import json
from pathlib import Path

from mcp.server.fastmcp import FastMCP

WORDS = json.loads((Path(__file__).parent / "words.json").read_text())

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


def main() -> None:
    mcp.run(transport="streamable-http")
```
`notes/words.json`
```json
["rope", "lantern"]
```
```output
warning[unpackaged-data]: the wheel of pyproject.toml leaves out notes/words.json, which `notes` reads when it starts
 --> notes/server.py:6:20
  |
6 | WORDS = json.loads((Path(__file__).parent / "words.json").read_text())
  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:8:10
  |
8 | notes = "notes.server:main"
  |          ----------------- this script reads it
  |
 ::: Dockerfile:7:1
  |
7 | CMD ["/app/.venv/bin/notes"]
  | ---------------------------- starts it from the wheel
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

[tool.setuptools.package-data]
notes = ["*.json"]
```
"""

from mcplint import WARNING, EntryPoint, Finding, Label, rule


@rule("unpackaged-data", WARNING)
def check(script: EntryPoint):
    if (lost := script.unread) is not None:
        when = f"the tool `{lost.tool}` reads" if lost.tool else f"`{script.name}` reads when it starts"
        message = f"the wheel of {script.project} leaves out {lost.path}, which {when}"
        chosen = (Label(lost.decides, "this keeps files out"),) if lost.decides else ()
        yield Finding(message, lost.span, (*chosen, Label(script.span, "this script reads it"), *lost.notes))
