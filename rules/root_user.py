r"""The server runs as root in its container

Whatever an MCP tool can be talked into doing, it does with the rights of the
server's process. As root that means every file of the image, every mounted
volume and, given a hole in the kernel or the container runtime, the host.
Building an image needs root; hardly any server needs it to run.

What counts is the user at the end of the stage that is run: inherited over
`FROM stage`, by name or number, from a base image that sets one, or from
`user:` of the compose service. An entrypoint that drops root itself (`gosu`,
`su-exec`, `setpriv`, `runuser`) counts as well, and so does what starts the
server as a service: `user=` of supervisord, `s6-setuidgid`, `chpst -u`.

It is an error if the container also has power over its host: `privileged`,
added capabilities, the Docker socket.

The fix changes to the user that the image makes, else to one by number, which
needs no entry in `/etc/passwd`. It is unsafe because files that the server
writes must belong to that user. There is none where the files show that
another user would stop the server: a writable mount, a port below 1024 and,
unless the image makes a user and gives it the folder, a start by `uv run` or
`uvx`, which write a cache, or a tool that keeps a file. There the image must
give the user a home and the folder first (`useradd -m`, `chown`): a `--chown`
of COPY gives what is copied, not the folder that it is copied into.

Not reported if the base image is not known, nor of an image that a template
of SAM or CloudFormation or a serverless service has AWS Lambda run, or that
has its adapter and that nothing else runs: Lambda runs every image as an
unprivileged user of its own.

See https://docs.docker.com/build/building/best-practices/#user and
https://docs.aws.amazon.com/lambda/latest/dg/images-create.html

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
warning[root-user]: the image built from Dockerfile runs as root: no USER changes the user of python:3.12-slim
 --> Dockerfile:1:6
  |
1 | FROM python:3.12-slim
  |      ^^^^^^^^^^^^^^^^ python:3.12-slim runs as root
...
5 | CMD ["python", "server.py"]
  | --------------------------- this command runs as root
  |
  = fix: run as the unprivileged user 10001 (--unsafe-fixes)
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
        site, base = container.user.site, container.image.only
        safe, name = site and not container.needs_root, container.account or "10001"
        yield Finding(
            f"{container.title} runs as root: no USER changes the user of {base}"
            if site and not site.span.text
            else f"{container.title} runs as root",
            container.user.span or container.span,
            (*container.user.trace, Label(container.cmd, "this command runs as root"), *container.privileges),
            Fix(f"run as the unprivileged user {name}", container.user.write(name)) if safe else None,
            ERROR if container.privileges else None,
        )


def is_root(user: str) -> bool:
    return user.partition(":")[0] in ("root", "0")
