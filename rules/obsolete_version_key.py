r"""A compose file has a `version` key, which Docker Compose ignores

Docker Compose follows the Compose Specification whatever `version` says, and
prints a warning at every command: `the attribute version is obsolete, it will
be ignored`.

See https://docs.docker.com/reference/compose-file/version-and-name/

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
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
version: "3.8"

services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
```output
note[obsolete-version-key]: `version` is obsolete: Docker Compose ignores it and warns at every command
 --> compose.yaml:1:1
  |
1 | version: "3.8"
  | ^^^^^^^^^^^^^^
  |
  = fix: leave it out (--fix)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -1,5 +1,3 @@
-version: "3.8"
-
 services:
   notes:
     build: .
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
"""

import re

from mcplint import NOTE, Edit, Finding, Fix, VersionKey, rule
from mcplint.text.layout import with_comment


@rule("obsolete-version-key", NOTE)
def check(file: VersionKey):
    fix = Fix("leave it out", lines(file.span), safe=True)
    yield Finding("`version` is obsolete: Docker Compose ignores it and warns at every command", file.span, (), fix)


def lines(span):
    """The line of the setting with its comment, if nothing else stands there, and with the empty ones behind it,
    unless they hold two comments apart."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    rest = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r?\n)+").match(text, span.end)
    if not rest or start != span.start:
        return ()
    line = with_comment(span._replace(start=start, end=rest.end()), "version", "file format")
    above = text[: line.start].removesuffix("\n").rpartition("\n")[2]
    apart = above.startswith("#") and text.startswith("#", line.end)
    return (Edit(line._replace(end=text.find("\n", span.end) + 1) if apart else line, ""),)
