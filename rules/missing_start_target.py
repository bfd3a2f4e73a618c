r"""The start command names something that the project does not have

The command of the image names a file, a module or an object in a module that
does not exist in the project or that its image does not have: `python main.py`
after the file became `server.py`, a file that no COPY brings or that
`.dockerignore` leaves out, `uvicorn server:app` where the module defines `mcp`
and never an `app`. The image builds without a warning. Every container exits
at once with `can't open file`, `No module named …` or `Attribute "app" not
found in module "server"`, and a restart policy turns that into a loop. The
same happens to a command in shell form in an image without a shell
(distroless, Chainguard): the exec form needs none. So it does to `bash`, in
the command or in the first line of the script that it starts, on Alpine.

Reported only if the target cannot come from elsewhere: the base image is
known, every copied file is in the project, no RUN fetches, creates or moves
files of that name, an MCP SDK is installed, and nothing in the module binds
the name in a way that cannot be followed.

Also reported is a command (`ENTRYPOINT ["notes-server"]`) or a module after
`-m` that no project here installs and nothing else brings, where its name says
that it is a server's: all that the image installs is known, from the index,
and not called so, and no RUN does more than install packages.

A console script of the project's own `[project.scripts]` is there only where
the project is installed. `uv sync` does not do so without `[build-system]`,
nor with `--no-install-project`, nor does `pip install -r requirements.txt`:
the image has every package, and `notes-server` is `not found`.

For Node these are a file (`node dist/main.js` where no `main.ts` is compiled
to it) and a script of `package.json`, also where one runs the other. npm, pnpm
and yarn run `server.js` for a script `start` that is missing, bun a file of
the name. yarn and bun also run commands of packages, as `pnpm NAME` does: of
them only `start` and names with a colon are reported. What is built is judged
where `tsc` alone builds it and its configuration says from where to where.
`CMD ["node", "server.js"]` on an image whose ENTRYPOINT is Node already
(distroless) has Node look for a file called `node`.

See https://docs.docker.com/reference/dockerfile/#cmd

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[missing-start-target]: the start command names `server:app`, which the project does not have
 --> Dockerfile:6:18
  |
6 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
  |                  ^^^^^^^^^^
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
"""

from mcplint import ERROR, Container, Finding, Fix, LackKind, rule


@rule("missing-start-target", ERROR)
def check(container: Container):
    lack = container.missing
    if lack and lack.kind == LackKind.TARGET:
        built = " and its build does not make" if lack.name.endswith((".js", ".mjs", ".cjs", "node")) else ""
        absent = f"{container.title} does not have: {lack.why}" if lack.path else f"the project does not have{built}"
        fix = Fix("let the file into the build", lack.edits, safe=True) if lack.edits else None
        yield Finding(f"the start command names `{lack.name}`, which {absent}", lack.span, lack.notes, fix)
    for lack in container.lacking(LackKind.SHELL):
        yield Finding(f"{container.title} starts `{lack.name}`, and {lack.why}", lack.span, lack.notes)
    for lack in container.lacking(LackKind.COMMAND):
        message = f"{container.title} starts `{lack.name}`, which no install in its image creates: {lack.why}"
        yield Finding(message, lack.span, lack.notes)
