r"""The build needs a file that is missing

`docker build` stops: a COPY names a file that the build context does not
have, or a step packages the project and its build backend does not find a
file that `pyproject.toml` names. Most often that is the README. Whoever
copies `pyproject.toml` and the sources for a small layer forgets it, or
`.dockerignore` leaves out `*.md`, and then hatchling says
`Readme file does not exist: README.md` where people expect an error of pip.
A working tree that has the file all the same, since git ignores it there,
builds on one machine and on no other: that is a warning, and a note for a
COPY of what may have been built before: a folder, or a file that the project
has a script or workflow for.

The build context is the one that compose names, or else the one that the
workflows, Makefiles and scripts of `package.json` give `docker build` and
`docker/build-push-action`, where they agree. Without a `context` that action
sends what git clones, without anything that an earlier step made, so that a
COPY of what git ignores is an error.

Which files a backend insists on differs. All but setuptools want the readme
and the file of `license`, and all but setuptools and hatchling a file for each
pattern of `license-files`. Hatchling also wants the file that the version is
read from, what `force-include` names and the script of a custom build hook. A
COPY whose source is a pattern copies nothing where nothing fits, and is not
reported.

A backend also insists on modules. Hatchling, uv_build, Poetry and flit look
for a package of the project's name where nothing else is said: without
`notes_mcp/` or `src/notes_mcp/`, the project `notes-mcp` ends with
`Unable to determine which files to ship inside the wheel` and its like,
whatever is copied. Where folders are named, setuptools and Poetry want each of
them: without `notes_core/`, `packages = ["notes", "notes_core"]` ends with
`package directory 'notes_core' does not exist`. The folder of `where` is
wanted by a wheel, and not by an editable install of setuptools.

The members of a workspace and the folders of `[tool.uv.sources]` that a
`uv sync` builds by its lock want their files just so, be they left to
`--no-install-project`.

Not reported if the file may come from elsewhere: a RUN that copies, unpacks
or clones, another image, a mount, a base image that is not known, or another
folder that may be the build context where no file says which one is.

The fix takes the file back in behind the line of `.dockerignore`, or copies it
with `pyproject.toml`.

See https://docs.docker.com/build/concepts/context/#dockerignore-files and
https://packaging.python.org/en/latest/guides/writing-pyproject-toml/#readme

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.11 /uv /bin/uv
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev --no-editable
USER 10001
CMD ["/app/.venv/bin/notes"]
```
`.dockerignore`
```
.git
*.md
```
`README.md`
```markdown
# Notes
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```
`uv.lock`
```toml
version = 1
requires-python = ">=3.11"

[[package]]
name = "mcp"
version = "1.27.1"
source = { registry = "https://package-registry.example/simple" }
```
`notes/__init__.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


def main() -> None:
    mcp.run(transport="streamable-http")
```
```output
error[missing-build-input]: `uv sync --locked --no-dev --no-editable` fails without `README.md`, the readme of the project: .dockerignore leaves it out
 --> Dockerfile:5:5
  |
5 | RUN uv sync --locked --no-dev --no-editable
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: pyproject.toml:4:11
  |
4 | readme = "README.md"
  |           --------- pyproject.toml names it
  |
 ::: .dockerignore:2:1
  |
2 | *.md
  | ---- this line leaves it out of the build
  |
  = fix: bring README.md into the image (--fix)
```
```diff
--- a/.dockerignore
+++ b/.dockerignore
@@ -1,2 +1,3 @@
 .git
 *.md
+!README.md
```

## Good
`.dockerignore`
```
.git
*.md
!README.md
```
"""

from mcplint import ERROR, NOTE, WARNING, Container, Finding, Fix, Label, LackKind, rule
from mcplint.model import Lack

NAMED = {
    LackKind.README: "the readme of the project",
    LackKind.LICENSE: "the license of the project",
    LackKind.VERSION: "which the version is read from",
    LackKind.INCLUDED: "which the wheel is to include",
    LackKind.HOOK: "the build hook of the project",
    LackKind.HISTORY: "the history that the version is read from",
    LackKind.LOCK: "the lock file of the project",
    LackKind.PACKAGE: "which its wheel is to contain",
}

MOST_NAMES = 4


@rule("missing-build-input", ERROR)
def check(container: Container):
    copied: dict[tuple[str, str], list[Lack]] = {}
    for lack in container.lacks:
        if lack.kind == LackKind.COPIED:
            copied.setdefault((lack.path or lack.step, lack.why), []).append(lack)
    for (_, why), lacks in copied.items():
        shown = lacks if len(lacks) <= MOST_NAMES else lacks[:3]
        names = ", ".join(f"`{lack.name}`" for lack in shown)
        names += f" and {len(lacks) - len(shown)} more" if len(lacks) > len(shown) else ""
        why = why.replace("it lies", "they lie") if len(lacks) > 1 and lacks[0].path else why
        edits = tuple(dict.fromkeys(edit for lack in lacks for edit in lack.edits))
        fix = Fix(f"bring {', '.join(lack.name for lack in lacks)} into the image", edits, safe=True)
        notes = (*lacks[0].notes, *(Label(lack.span, "nor this") for lack in lacks[1:]))
        milder = (NOTE if lacks[0].built else WARNING) if lacks[0].by_git else None
        yield Finding(f"COPY does not find {names} in the build context: {why}", lacks[0].span, notes, fix, milder)
    names_lacked = {lack.name for lacks in copied.values() for lack in lacks}
    for lack in container.lacks:
        if lack.kind in NAMED and lack.name not in names_lacked:
            message = f"`{lack.step}` fails without `{lack.name}`, {NAMED[lack.kind]}: {lack.why}"
            fix = Fix(f"bring {lack.path or lack.name} into the image", lack.edits, safe=True) if lack.edits else None
            yield Finding(message, lack.span, lack.notes, fix, WARNING if lack.by_git else None)
