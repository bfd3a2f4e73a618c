r"""A requirements file is not in the image where pip reads it

`pip install -r requirements.txt` stops with `Could not open requirements file`
where no COPY has brought the file before that line, where it was copied to
another folder, or where a `*.txt` of `.dockerignore` leaves it out.

A requirements file may include others: `-r base.txt`, `-c constraints.txt`,
`-e .`. The layer that installs it copies the one file that the command names,
and pip stops at the line that names the next, with the same words, or for a
folder with `does not appear to be a Python project`.

What counts is what is in the image at that step. Not reported if the file may
come from elsewhere: a RUN that makes it, a mount, another image, a script or
workflow of the project that names a file which the project itself lacks. Nor
where a variable names the file, where the install depends on a test, or where
the build goes on without it.

See https://pip.pypa.io/en/stable/reference/requirements-file-format/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
USER 10001
CMD ["python", "server.py"]
```
`.dockerignore`
```
.git
.env
```
`requirements.txt`
```
-r requirements-base.txt
```
`requirements-base.txt`
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
error[missing-requirements-file]: `pip install --require-hashes -r requirements.txt` fails: the requirements include `requirements-base.txt`, and no COPY brings it before this line
 --> Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: requirements.txt:1:1
  |
1 | -r requirements-base.txt
  | ------------------------ requirements.txt leads there
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements*.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Fix, LackKind, rule


@rule("missing-requirements-file", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.REQUIREMENTS):
        fails = f"fails without `{lack.name}`:" if lack.path else f"fails: the requirements include `{lack.name}`, and"
        fix = Fix(f"bring {lack.name} into the image", lack.edits, safe=True) if lack.edits else None
        severity = WARNING if lack.by_git else None
        yield Finding(f"`{lack.step}` {fails} {lack.why}", lack.span, lack.notes, fix, severity)
