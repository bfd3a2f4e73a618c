r"""The build goes on where the packages cannot be installed

A `RUN` fails where its last command fails. With `|| true` or `|| echo …`
behind an install, or with `; mkdir /data`, it never does, nor with `mkdir
/data` on the next line of a `RUN <<EOF` without `set -e`: the index is out of
reach for a moment, a pin is gone, a wheel does not build, and the image is
pushed without the packages. What fails then is the start, on the machine that
runs it. With another install behind `||` the image holds one set of packages
today and another tomorrow.

Reported for an install of the project or of a requirements file, also where
another tool takes over without the lock (`uv sync --frozen || uv pip install
-e .`): nobody finds out that the lock file is stale or was never copied. So is
an install of the system's packages amid a chain (`apt-get install -y git ||
true && pip install …`), and one of a project's by npm and its like. Not
reported where what follows ends the build after all (`|| exit 1`), where it
installs the same again with the same extras, as a retry does, whatever it says
or deletes before, where a script of its own may do so
(`unlocked-install` says where that leaves the lock aside), and for single
packages, which may be wanted only where they can be had.

It is a warning since most builds get their packages: what certainly cannot be
installed is an error of other rules, such as `missing-requirements-file` and
`dead-pin`.

Evidence: <https://docs.docker.com/reference/dockerfile/#run>.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt || true
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
warning[swallowed-install-failure]: the build goes on with `true` where `pip install --require-hashes -r requirements.txt` fails, and the image lacks packages
 --> Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt || true
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |                                                         ---- the build goes on with this where it fails
  |
  = fix: let the build fail (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,6 +1,6 @@
 FROM python:3.12-slim
 WORKDIR /app
 COPY requirements.txt server.py ./
-RUN pip install --require-hashes -r requirements.txt || true
+RUN pip install --require-hashes -r requirements.txt
 USER 10001
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

from mcplint import WARNING, Container, Edit, Finding, Fix, LackKind, rule
from mcplint.knowledge.executables import SUCCEEDING


@rule("swallowed-install-failure", WARNING)
def check(container: Container):
    for install in container.installs:
        instead = install.instead
        if instead is None or not install.requirements:
            continue
        step, other = " ".join(install.argv), " ".join(instead.span.text.split())
        again = (each for each in container.installs if each.span == instead.span)
        loose = any(
            {*each.requirements} >= {*install.requirements}
            and (each.extras or frozenset()) >= (install.extras or frozenset())
            for each in again
        )
        so = "the image gets the newest releases of that day" if loose else "the image lacks packages"
        message = f"the build goes on with `{other}` where `{step}` fails, and {so}"
        rest = install.span._replace(start=install.span.end, end=instead.span.end)
        alone = (other.split()[0] in SUCCEEDING or other == "exit 0") and rest.source == instead.span.source
        between = rest._replace(end=instead.span.start)
        if alone and not any(each in between.text for each in ("(", "{", "then")):
            edits = (Edit(rest, ""),)
        elif rest.source == instead.span.source and between.text.replace("\\", "").strip() == ";":
            edits = (Edit(between, between.text.replace(";", " &&", 1)),)
        else:
            edits = ()
        fix = Fix("let the build fail", edits) if edits else None
        yield Finding(message, install.span, (instead,), fix)
    for lack in container.lacking(LackKind.SWALLOWED):
        message = f"the build goes on with `{lack.why}` where `{lack.name}` fails, and the image lacks packages"
        yield Finding(message, lack.span, lack.notes)
