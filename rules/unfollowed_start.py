r"""A start that may run an MCP server cannot be followed

mcplint follows every start that a file names (a container, a unit, a package,
an entry of a client) to the program behind it, and is silent about servers
that it does not find. This note lists the starts that it could not follow,
with place and reason, so that silence is not mistaken for a clean result: a
program in another language, a script that is fetched while the image is built,
a command that comes from the environment.

State what the files do not tell: `start-command` under
`[tool.mcplint.deployment]`.

Not reported for software that is certainly no MCP server: a database, a proxy,
a program that was followed completely. Nor where a file cannot be read that
`unreadable-file` tells of.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
ENTRYPOINT ["/opt/tools/launch", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run()
```
```output
note[unfollowed-start]: mcplint cannot follow the start of `Dockerfile`: launch is not a program of the project
 --> Dockerfile:1:1
  |
1 | FROM python:3.12-slim
  | ^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import NOTE, Finding, Unfollowed, rule


@rule("unfollowed-start", NOTE)
def check(start: Unfollowed):
    if not start.unread:
        yield Finding(f"mcplint cannot follow the start of `{start.id}`: {start.why}", start.span, start.notes)
