r"""The pinned SDK does not start with today's dependencies

A pin, or a range that ends below the newest releases, keeps an SDK where it
is while everything beneath it goes on. Some releases have been overtaken:
`mcp` 1.2.0 to 1.21.0 import a name that pydantic 2.14 no longer has, fastmcp
2.3.4 to 2.9.2 make fields that pydantic 2.12 refuses, others need `mcp` below
2. The image that was built then runs. The same Dockerfile built today makes
one that ends at its first import.

Either raise the SDK, or hold the dependency back beside it until you do.

It is an error if all other requirements are known to leave the dependency
alone, a warning where one may hold it back.

Not reported if a lock decides, if a requirement or a constraint holds the
dependency back, or if the Python of the image is too old for the SDK anyway.

The fix adds a requirement that does. Where the project has a lock file, that
repeats its requirements, the fix is unsafe and says how to renew it.

See https://pip.pypa.io/en/stable/topics/repeatable-installs/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.9.4
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[dead-pin]: mcp 1.9.4 does not start with pydantic 2.14 or newer, which no requirement excludes: ImportError: cannot import name 'eval_type_backport' from 'pydantic._internal._typing_extra'
 --> requirements.txt:1:6
  |
1 | mcp==1.9.4
  |    ------- pins mcp 1.9.4
  |      ^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install -r requirements.txt
  |     ------------------------------- `pip install -r requirements.txt` installs the packages
  |
  = fix: require `pydantic<2.14` beside it (--fix)
```
```diff
--- a/requirements.txt
+++ b/requirements.txt
@@ -1 +1,2 @@
 mcp==1.9.4
+pydantic<2.14
```

## Good
`requirements.txt`
```
mcp==1.30.0
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, LackKind, Server, rule


@rule("dead-pin", ERROR)
def check(server: Server):
    sdk = server.sdk
    too_old = server.container and any(server.container.lacking(LackKind.PYTHON))
    if not sdk.dead or not sdk.installed.span or too_old:
        return
    first = sdk.dead[0]
    pins = " and ".join(f"`{each.dependency}<{each.since}`" for each in sdk.dead)
    message = (
        f"{sdk.package} {sdk.installed.only} does not start with {first.dependency} {first.since} or newer, "
        f"which no requirement excludes: {first.error}"
    )
    edits = tuple(edit for each in sdk.dead for edit in each.pin) if len(sdk.dead) == 1 else ()
    fix = Fix(f"require {pins} beside it", edits, safe=not first.relock, then=first.relock)
    severity = None if all(each.sure for each in sdk.dead) else WARNING
    yield Finding(message, sdk.installed.span, sdk.installed.trace, fix, severity)
