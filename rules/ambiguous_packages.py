r"""setuptools finds several top-level packages and refuses to build

Without `[tool.setuptools]`, setuptools looks at the top level of the project
for its one package. It counts every folder whose name could be that of a
package, also `data`, `config`, `assets`, `logs` or `k8s`, whether there is a
module in it or not. Where it finds two it stops the build:
`Multiple top-level packages discovered in a flat-layout`. Without any such
folder the same holds for modules. The build on the machine that had only one
of them went well, which is why this comes with the commit that adds a folder.

What counts is what is in the image at the step that packages the project. A
few names never count, among them `docs`, `tests`, `tools`, `utils`, `scripts`
and `examples`.

Not reported if `packages`, `py-modules` or `find` chooses, if there is a
`src/`, or if a `setup.py` or `setup.cfg` may say more.

See https://setuptools.pypa.io/en/latest/userguide/package_discovery.html

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --require-hashes -r requirements.txt
RUN pip install --no-deps .
USER 10001
CMD ["notes"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes:main"

[build-system]
requires = ["setuptools>=69"]
build-backend = "setuptools.build_meta"
```
`notes/__init__.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


def main() -> None:
    mcp.run(transport="streamable-http")
```
`data/welcome.txt`
```
Hello.
```
`.dockerignore`
```
.git
.env
```
```output
error[ambiguous-packages]: `pip install --no-deps .` fails: setuptools does not choose between several packages at the top of the project: data, notes
 --> Dockerfile:5:5
  |
5 | RUN pip install --no-deps .
  |     ^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:1:1
  |
1 | [project]
  | --------- names neither `packages` nor `py-modules` for setuptools
```

## Good
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes:main"

[tool.setuptools]
packages = ["notes"]

[build-system]
requires = ["setuptools>=69"]
build-backend = "setuptools.build_meta"
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("ambiguous-packages", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.CHOICE):
        message = f"`{lack.step}` fails: {lack.why} at the top of the project: {lack.name}"
        yield Finding(message, lack.span, lack.notes)
