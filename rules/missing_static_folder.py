r"""The program serves a folder that its image does not have

`StaticFiles(directory="static")` of Starlette and FastAPI looks for its folder
when it is made, which mostly is at import. Where there is none it raises
`RuntimeError: Directory 'static' does not exist`, and the container ends
before it serves anything, its MCP endpoint included. A folder gets lost
easily: git keeps no empty ones, `.dockerignore` leaves some out, a COPY names
others.

Copy the folder, keep it in git by a file in it, or say `check_dir=False` where
it may come later.

Not reported if the folder may come from elsewhere: a step of the build that
names it or may bring any file, a mount, a WORKDIR, the script that the
container starts, or the program itself; nor where git ignores it, where the
program looks for it first or catches the error, or runs from where its wheel
is installed.

See https://www.starlette.io/staticfiles/

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
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
app.routes.append(Mount("/icons", StaticFiles(directory="icons")))
```
`icons/notes.svg`
```
<svg xmlns="http://www.w3.org/2000/svg"/>
```
```output
error[missing-static-folder]: the image built from Dockerfile lacks the folder `/app/icons`, without which its program ends: no COPY brings it before this line
 --> server.py:7:35
  |
7 | app.routes.append(Mount("/icons", StaticFiles(directory="icons")))
  |                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
  | -------------------------------------------------- starts the program
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
COPY icons ./icons
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("missing-static-folder", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.FOLDER):
        message = f"{container.title} lacks the folder `{lack.name}`, without which its program ends: {lack.why}"
        yield Finding(message, lack.span, lack.notes)
