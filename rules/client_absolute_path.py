r"""A shared client configuration names a path of one machine

`.mcp.json`, `.vscode/mcp.json` and their like are committed: everybody who
works on the project gets them. A path in somebody's home folder exists on no
other machine, and the server does not start there.

Paths relative to the project work wherever it lies. VS Code has
`${workspaceFolder}` for its folder.

Not reported for examples, whose paths are to be replaced (`/path/to`,
`/home/user`), for paths that only a container or another machine sees (the
inner side of a volume, what stands behind the image of `docker run` or behind
the host of `ssh`), for the homes of container images, and for files of a user.

See https://code.visualstudio.com/docs/reference/variables-reference

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run()
```
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "command": "/Users/jane/projects/notes/.venv/bin/python",
      "args": ["server.py"]
    }
  }
}
```
```output
warning[client-absolute-path]: `/Users/jane` exists on one machine only, but `.mcp.json` is shared
 --> .mcp.json:4:19
  |
4 |       "command": "/Users/jane/projects/notes/.venv/bin/python",
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "command": ".venv/bin/python",
      "args": ["server.py"]
    }
  }
}
```
"""

import re

from mcplint import WARNING, ClientConfig, Finding, Label, Span, rule

HOMES = r"(?<![\w.])(/Users/|/home/|[A-Za-z]:[\\/]+Users[\\/]+)([^/\\\s\"'$<{]+)[\\/]"
ANYBODY = r"(?i)(?:your|my|the|some)?[-_]?(?:user|username|user-?name|name|me|you|home|shared|public|x+)"
"""What stands for the name of whoever reads it."""
IMAGES = frozenset(
    {"node", "vscode", "codespace", "app", "appuser", "runner", "ubuntu", "coder", "gitpod", "linuxbrew"}
)
"""Users of images and of machines that are made anew for everybody."""


@rule("client-absolute-path", WARNING)
def check(client: ClientConfig):
    if not client.committed or not client.node:
        return
    by_path: dict[str, list[Span]] = {}
    for text, span in client.local:
        found = re.search(HOMES, text)
        if found and found[2] not in IMAGES and not re.fullmatch(ANYBODY, found[2]) and "path/to" not in text:
            by_path.setdefault(f"{found[1]}{found[2]}", []).append(span)
    for path, (first, *others) in by_path.items():
        notes = tuple(Label(span, "and here") for span in others)
        yield Finding(f"`{path}` exists on one machine only, but `{first.source.path}` is shared", first, notes)
