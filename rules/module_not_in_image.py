r"""The program imports a module that is not in its image

A Dockerfile that copies files one by one has to be told of every new one. A
module that nobody copies, or that `.dockerignore` leaves out, is missed by
nothing but the interpreter: the image builds, and the container ends at once
with `ModuleNotFoundError`.

The same goes for a module that is copied and lies where Python does not look:
`python -m notes` with a working directory `/app` finds `/app/notes`, and
`/app/src/notes` only where it is installed or `PYTHONPATH` names the folder.

What counts are the imports that are made for certain: at the top of a module,
inside of no `try` and no function, in the program and in the modules that it
imports so.

Not reported if the file may come to the image in another way: it is mounted,
a wheel of the project brings it, a RUN names or fetches files, or the base
image is not known. A copy whose path ends with the module's own
(`/app/src/tools.py` for `src.tools`) is reported only where all folders are
known in which Python looks: that of the script, the working directory for
`python -m`, uvicorn, gunicorn and hypercorn, and those of `PYTHONPATH`. It is
not where the project is installed editable, where a `.pth` file may lead
elsewhere, or where the program itself touches `sys.path`.

See https://docs.docker.com/reference/dockerfile/#copy

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
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

from notes import search

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
mcp.add_tool(search)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`notes.py`
```python
async def search(words: str) -> str:
    return "no note"
```
```output
error[module-not-in-image]: the image built from Dockerfile lacks `notes.py`, which its program imports as `notes`: no COPY brings it into the image
 --> server.py:3:1
  |
3 | from notes import search
  | ^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- starts the program
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py notes.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, Fix, LackKind, rule


@rule("module-not-in-image", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.STARTED):
        message = f"{container.title} does not find the module `{lack.name}` that it starts: {lack.why}"
        fix = Fix("let the file into the build", lack.edits, safe=True) if lack.edits else None
        yield Finding(message, lack.span, lack.notes, fix)
    for lack in container.lacking(LackKind.MODULE):
        message = f"{container.title} lacks `{lack.path}`, which its program imports as `{lack.name}`: {lack.why}"
        fix = Fix("let the file into the build", lack.edits, safe=True)
        yield Finding(message, lack.span, lack.notes, fix)
