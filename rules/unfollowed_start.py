r"""A start that may be an MCP server's cannot be followed

mcplint follows each start that a file names (a container, a unit, a package, the entry of a client) to the program behind
it, and says nothing of a server that it does not find. This note says which starts these are, where they stand and why
they could not be followed, so that silence is not taken for a clean bill: a program in another language, a script that is
fetched while the image is built, a command that comes from the environment.

Software that certainly is no MCP server (a database, a proxy, a program that was followed to its end) is no such start.
What the files do not tell can be stated: `start-command` under `[tool.mcplint.deployment]`.

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
note[unfollowed-start]: the start of `Dockerfile` is not followed: launch is not a program of the project
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
    yield Finding(f"the start of `{start.id}` is not followed: {start.why}", start.span, start.notes)
