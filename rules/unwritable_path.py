r"""The server writes where its user has no permission

The program makes a folder or opens a file for writing before it serves, and
the user that runs it has no right to: `PermissionError`, and the container
ends. On the developer's machine the same user owns everything. In an image
everything belongs to root unless the build says otherwise: what COPY brings,
also below a USER, and a WORKDIR that is set before the USER. `COPY --chown`
gives what it copies, and the folder that it copies to only where that is not
there yet: `WORKDIR /app` and `COPY --chown=app . .` leave `/app` to root.

The home of the user is a trap of its own. `useradd` without `-m` names a home
and does not make it. A user by number that no build made, as `user:` of
compose or Kubernetes give one, has the home `/`. The users that Debian brings
have one that is root's: `nobody` `/nonexistent`, `www-data` `/var/www`.

With `read_only: true` (compose) or `readOnlyRootFilesystem` (Kubernetes)
nobody writes anywhere but to what is mounted, not even to `/tmp`.

`useradd -m`, a `chown` of the folder, a WORKDIR behind the USER, a volume or
`HOME` fix it; a `tmpfs` does for a root file system that is read-only.

What counts is what the program certainly writes, where nothing catches the
failure, from the folder that a `cd` or `os.chdir` before it has led to. Not
reported if any step changes owners or modes of the folder or of one around it,
or if something is mounted there; `mkdir` without a mode gives a folder to
nobody but root. The same goes for a RUN of what is not known here, such as a
script of the project, `make` or a program of its own, for what another stage
has given away below a folder that COPY takes from it, for an archive that ADD
unpacks, and for what git ignores and `COPY --chown` may bring from a checkout.

Outside of the working directory and the home, as in `/data`, nothing is told
but under a read-only root: who starts the image may mount something there.
Nor is anything told of `tempfile`, which looks for a folder that it may write.

See https://docs.docker.com/reference/dockerfile/#user

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --uid 10001 app
USER app
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from pathlib import Path

from mcp.server.fastmcp import FastMCP

state = Path.home() / ".notes"
state.mkdir(parents=True, exist_ok=True)

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[unwritable-path]: the image built from Dockerfile cannot write `/home/app/.notes` as the user app: the build makes no /home/app, and /home belongs to root
 --> server.py:6:1
  |
6 | state.mkdir(parents=True, exist_ok=True)
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:1
  |
6 | USER app
  | -------- USER sets the user
7 | CMD ["python", "server.py"]
  | --------------------------- starts the program
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --create-home --uid 10001 app
USER app
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("unwritable-path", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.WRITABLE):
        user = f" as the user {lack.user}" if lack.user else ""
        message = f"{container.title} cannot write `{lack.name}`{user}: {lack.why}"
        yield Finding(message, lack.span, lack.notes)
        return
