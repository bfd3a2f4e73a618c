r"""A module of the project hides the SDK

Python looks for a module in the folder of the program first, and only then
among what is installed. A project with a `mcp.py` or a package `mcp/` of its
own beside the program never gets to the SDK: `import mcp.server` fails with
`No module named 'mcp.server'; 'mcp' is not a package`. The same goes for
`fastmcp.py`, and for the packages that an SDK needs, such as `starlette.py`;
fastmcp needs `mcp`, and says `FastMCP server support is not installed`. A
program that is called `fastmcp.py` imports itself: `cannot import name
'FastMCP' from partially initialized module 'fastmcp'`.

`python -m` and ASGI servers look in the working directory first. A console
script does not, which is why the installed package may work while
`python server.py` does not. The folders that `PYTHONPATH` names come before
what is installed, too.

Judged in images, and where a Procfile, a platform or a systemd unit starts the
project as it is; what clients start is not judged. Not reported for a folder
without `__init__.py`, which hides nothing, for a module that no COPY brings to
the image, where a program says something of `sys.path` or `importlib`, or for
a module that a unit starts, as its folder may be another one.

See https://docs.python.org/3/library/sys_path_init.html

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py mcp.py ./
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

server = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    server.run(transport="streamable-http")
```
`mcp.py`
```python
PROTOCOL = "2025-06-18"
```
```output
error[shadowed-sdk]: `mcp.server.fastmcp` is imported from the project's own `mcp.py`, which hides the package of that name
 --> server.py:1:1
  |
1 | from mcp.server.fastmcp import FastMCP
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: mcp.py:1:1
  |
1 | PROTOCOL = "2025-06-18"
  | ----------------------- this module is found first
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
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("shadowed-sdk", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.SHADOWED):
        message = (
            f"`{lack.name}` is imported from the project's own `{lack.path}`, which hides the package of that name"
        )
        yield Finding(message, lack.span, lack.notes)
