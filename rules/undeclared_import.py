r"""The program imports a package that is not installed where it runs

A lock file installs what the project asks for, and what that needs: nothing
more. A package that is imported and only there in the developer's
environment, by hand, in the group `dev` or with an extra, is not there in the
image, and the container ends at once with `ModuleNotFoundError`. A common
case is a project whose MCP server is an optional part of it: the SDK is in an
extra, and the image installs the project without.

The same happens to people who start the server without a container: `uvx` and
`pipx run` install what `[project.dependencies]` names, and neither the group
`dev` nor an extra that nobody asks for. And `mcp run` and `mcp dev` end with
`typer is required` where `mcp` is installed without its extra `cli`.

What counts are the imports that are made for certain: at the top of a module,
inside of no `try` and no function.

Reported for well-known packages where everything that is installed is told:
by `uv.lock`, or by a requirements file on an official image of Python in which
each package is one whose own needs are known here. For the SDK itself also
where only an extra of the project brings it. Not reported if any other step
installs something that is not followed, nor where `PYTHONPATH`, a `.pth` file
or the like lead to the packages of the system, such as apt's `python3-yaml`.

Without a container it is reported for the package that `server.json` names or
a workflow uploads, and for clients that start `uvx` or `uv run`, if what the
project asks for is known here or its `uv.lock` tells what that brings. It is a
warning for a console script that no file of the project has started. There,
and of `uv run`, which leaves what was installed before, it is not reported
where an extra, a group, a requirements file or a README names the package.

See https://docs.astral.sh/uv/concepts/projects/sync/ and
https://docs.astral.sh/uv/guides/tools/

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
dependencies = ["httpx>=0.28"]

[project.optional-dependencies]
server = ["mcp>=1.27,<2"]
```
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
dependencies = [
    { name = "httpx" },
]

[[package]]
name = "notes"
version = "1.0.0"
source = { virtual = "." }
dependencies = [
    { name = "httpx" },
]

[package.optional-dependencies]
server = [
    { name = "mcp" },
]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[undeclared-import]: the image built from Dockerfile does not have the package `mcp`, which its program imports: only the extra `server` brings it, which nothing asks for
 --> server.py:1:1
  |
1 | from mcp.server.fastmcp import FastMCP
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:8:1
  |
8 | server = ["mcp>=1.27,<2"]
  | ------ the extra `server`
  |
 ::: Dockerfile:5:5
  |
5 | RUN uv sync --locked --no-dev
  |     ------------------------- installs the packages
6 | USER 10001
7 | CMD ["/app/.venv/bin/python", "server.py"]
  | ------------------------------------------ starts the program
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked --no-dev --extra server
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, LackKind, Server, rule

NEEDED = {LackKind.DISTRIBUTION: "its program imports", LackKind.CLI: "the command `mcp` needs"}


@rule("undeclared-import", ERROR)
def check(part: Container | Server):
    for lack in part.lacks:
        if lack.kind in NEEDED:
            noun = "packages" if "," in lack.name else "package"
            where = lack.step or part.title
            message = f"{where} does not have the {noun} {lack.name}, which {NEEDED[lack.kind]}: {lack.why}"
            severity = WARNING if lack.assumed else None
            yield Finding(message, lack.span, lack.notes, severity=severity, cause=f"{lack.kind} {lack.name}")
