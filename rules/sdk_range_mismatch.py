r"""The requirement allows a release of the SDK that lacks what the program imports

`mcp` 2.0.0 has no `mcp.server.fastmcp`: the class became `MCPServer` in
`mcp.server.mcpserver`, without an alias. A program written for 1.x with the
requirement `mcp>=1.2` works until the image is built again. Then the build
takes the newest release, and the container fails at its first import with
`ModuleNotFoundError`. The other way round, a program that imports `MCPServer`
cannot run if the requirement stays below 2.

Cap the requirement at the major version that the program is written for, and
install from a lock file. The cap alone leaves everything else open. An install
that takes the newest release for want of a lock is one finding: it is told
here, and `unlocked-install` says so as soon as the requirement is capped.

The release in question is the one that will be installed: what the image's
lock file or pins say, else the newest one that the requirement allows,
considering the project's other requirements. It is a warning if a lock file
still holds the right release and the requirement would let the next
`uv lock --upgrade` break it.

It is a warning, too, if another package is installed beside the SDK whose own
requirements are not known: it may hold the SDK at an older major version, as
`mcp-proxy` and frameworks for agents do. Beside one of those nothing is
reported, since which release of either a resolver takes depends on the order
in which they are named.

Not reported for imports whose failure the program catches, nor for those that
it makes after it has asked for the SDK's release, or whether it has something:
`version("mcp")`, `mcp.__version__`, `find_spec("mcp.…")`, `hasattr(mcp, …)`.

See
https://github.com/modelcontextprotocol/python-sdk/blob/main/docs/migration.md

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY pyproject.toml server.py ./
RUN pip install .
USER 10001
CMD ["python", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
dependencies = ["mcp>=1.27"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[sdk-range-mismatch]: `mcp.server.fastmcp.FastMCP` does not exist in mcp 2.3.0, which is what gets installed
 --> server.py:1:32
  |
1 | from mcp.server.fastmcp import FastMCP
  |                                ^^^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install .
  |     ------------- `pip install .` installs the packages
  |     ------------- `pip` installs without a lock: it takes the newest release that `mcp>=1.27` allows
  |
 ::: pyproject.toml:4:21
  |
4 | dependencies = ["mcp>=1.27"]
  |                     ------ mcp 2.3.0 is the newest release that `mcp>=1.27` allows as of 2026-11-29
  |
  = fix: require mcp below 2 (--fix)
```
```diff
--- a/pyproject.toml
+++ b/pyproject.toml
@@ -1,4 +1,4 @@
 [project]
 name = "notes"
 version = "1.0.0"
-dependencies = ["mcp>=1.27"]
+dependencies = ["mcp>=1.27,<2"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked --no-dev
USER 10001
CMD [".venv/bin/python", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["mcp>=1.27,<2"]
```
`uv.lock`
```toml
version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "mcp"
version = "1.30.0"
source = { registry = "https://index.example.com/simple" }

[[package]]
name = "notes"
version = "1.0.0"
source = { virtual = "." }
dependencies = [{ name = "mcp" }]
```
"""

from mcplint import ERROR, WARNING, Deployment, Finding, Label, rule
from mcplint.model.releases import cap, missing_import, raised


@rule("sdk-range-mismatch", ERROR)
def check(deployment: Deployment):
    found = {}
    every = [finding for server in deployment.servers for finding in mismatched(server)]
    grave = {finding.span for finding in every if finding.severity == ERROR}
    for finding in every:
        if finding.severity == ERROR or finding.span not in grave:
            cause = finding.notes[-1].span if finding.notes else finding.span
            found.setdefault((cause, finding.severity), {}).setdefault(finding.span, finding)
    for first, *others in (tuple(same.values()) for same in found.values()):
        also = (Label(other.span, "this is not there either") for other in others)
        yield first._replace(notes=(*first.notes, *also))


def mismatched(server):
    """The import of a server that breaks with what gets installed, or else with what only the lock keeps out."""
    sdk = server.sdk
    for versions, severity in ((sdk.installed, ERROR), (sdk.admitted, WARNING)):
        imported = missing_import(sdk, versions, server.imports)
        if imported:
            named = f"{sdk.package} {versions.only or ' or '.join(versions.options)}"
            worse = severity == ERROR
            when = "which is what gets installed" if worse else "which only the lock file keeps out"
            if worse and sdk.doubt:
                severity, when = WARNING, "the newest release that the requirement allows"
            name = imported.fact
            yield Finding(
                f"`{imported.dotted}` does not exist in {named}, {when}",
                imported.span,
                (*([sdk.doubt] if sdk.doubt else []), *versions.trace),
                raised(sdk, name)
                if worse and sdk.exact
                else cap(sdk, name, sdk.admitted, not sdk.exact or sdk.repeated is not None),
                severity,
                covers=("unlocked-install",) if worse and not sdk.exact else (),
            )
            return
