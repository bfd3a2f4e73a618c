r"""Server runs as root in its container

What a tool of an MCP server can be talked into doing, it does with the rights of the server's process. As root that is
every file of the image, every mounted volume, and, with a hole in the kernel or the container runtime, the host. A
container needs root to be built; hardly any server needs it to run.

The user counts that is in force at the end of the stage that is run: inherited over `FROM stage`, by name or number,
from a base image that has one of its own, or from `user:` of the compose service. An entrypoint that gives root up
itself (`gosu`, `su-exec`, `setpriv`, `runuser`) counts as well. Nothing is said where the base image is not known.

It is an error where the container has power over its host too: `privileged`, added capabilities, the Docker socket.

The fix names a user by number, which needs no entry in `/etc/passwd`. It is not safe: files that the server writes must
belong to that user, and a port below 1024 may be closed to it.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
CMD ["python", "server.py"]
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
warning[root-user]: runs as root: no USER changes the user of python:3.12-slim
 --> Dockerfile:1:6
  |
1 | FROM python:3.12-slim
  |      ^^^^^^^^^^^^^^^^ python:3.12-slim runs as root
...
5 | CMD ["python", "server.py"]
  | --------------------------- this runs as root
  |
  = fix: run as an unprivileged user (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,4 +2,5 @@
 WORKDIR /app
 COPY requirements.txt server.py ./
 RUN pip install --require-hashes -r requirements.txt
+USER 10001
 CMD ["python", "server.py"]
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

from mcplint import ERROR, WARNING, Container, Finding, Fix, Label, rule


@rule("root-user", WARNING)
def check(container: Container):
    if container.user.must(is_root):
        slot, base = container.user.slot, container.image.only
        yield Finding(
            f"runs as root: no USER changes the user of {base}" if slot and not slot.span.text else "runs as root",
            container.user.span or container.span,
            (*container.user.trace, Label(container.cmd, "this runs as root"), *container.privileges),
            Fix("run as an unprivileged user", container.user.write("10001")) if slot else None,
            ERROR if container.privileges else None,
        )


def is_root(user: str) -> bool:
    return user.partition(":")[0] in ("root", "0")
