r"""The Python of the image is too old for what it installs

Every release of the SDKs needs Python 3.10 or newer, fastmcp 4.2.3 needs
3.11, and a project says with `requires-python` what it needs itself. On an
older image pip finds nothing to install: `No matching distribution found for
mcp`, though the package is there for everybody else.

What counts is the Python that the tag of the base image names, where pip (or
`uv pip --system`) installs with it, or `uv sync` that `UV_PYTHON_DOWNLOADS=0`
keeps from fetching another one.

Not reported for uv in an environment of its own that may fetch another
Python, or if the build names one. Nor where pip is told to pass over it with
`--ignore-requires-python`, or a command before may have written the project's
`requires-python` anew.

See https://packaging.python.org/en/latest/guides/dropping-older-python-versions/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.9-slim
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

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[python-too-old]: `pip install --require-hashes -r requirements.txt` fails: mcp needs Python 3.10 or newer, and python:3.9-slim has 3.9
 --> Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: requirements.txt:1:1
  |
1 | mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  | ----------- asks for mcp
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


@rule("python-too-old", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.PYTHON):
        yield Finding(f"`{lack.step}` fails: {lack.why}", lack.span, lack.notes)
