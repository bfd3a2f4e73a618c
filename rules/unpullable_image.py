r"""An image name is not valid

Image names are lower case: `ghcr.io/Acme/notes` is refused with
`invalid reference format: repository name must be lowercase`, in Kubernetes as
`InvalidImageName`. The same happens to a placeholder that nobody has filled in
(`gcr.io/PROJECT_ID/notes`, `<registry>/notes`).

Owners of repositories may have capitals on GitHub; their images have none.

Reported for containers that run an MCP server. Not reported for names that a
template or a variable fills in.

See https://docs.docker.com/reference/cli/docker/image/tag/

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
services:
  notes:
    build: .
    image: ghcr.io/Acme/Notes:1.0.0
    ports: ["127.0.0.1:8000:8000"]
```
```output
error[unpullable-image]: `ghcr.io/Acme/Notes:1.0.0` cannot be pulled: image names are lower case
 --> compose.yaml:4:12
  |
4 |     image: ghcr.io/Acme/Notes:1.0.0
  |            ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: write it in lower case (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -1,5 +1,5 @@
 services:
   notes:
     build: .
-    image: ghcr.io/Acme/Notes:1.0.0
+    image: ghcr.io/acme/notes:1.0.0
     ports: ["127.0.0.1:8000:8000"]
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    image: ghcr.io/acme/notes:1.0.0
    ports: ["127.0.0.1:8000:8000"]
```
"""

import re

from mcplint import ERROR, Container, Finding, Fix, rule

NAME = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
REFERENCE = rf"(?:{NAME}/)*{NAME}(?::\w[\w.-]{{0,127}})?(?:@[a-z0-9]+:[0-9a-fA-F]{{32,}})?"
"""What follows the registry: a path in lower case, a tag, a digest."""


@rule("unpullable-image", ERROR)
def check(container: Container):
    told = container.reference.only
    if not told or "$" in told or "{{" in told:
        return
    first, slash, rest = told.partition("/")
    host = bool(slash) and bool(re.search(r"[.:A-Z]|^localhost$", first))
    if re.fullmatch(REFERENCE, rest if host else told):
        return
    path, colon, tag = told.partition(":") if "/" not in told.rpartition(":")[2] else (told, "", "")
    small = f"{path.lower()}{colon}{tag}"
    letters = re.fullmatch(REFERENCE, small.partition("/")[2] if host else small)
    filled = letters and not re.search(r"[A-Z]{2,}_|_[A-Z]{2,}|YOUR|PROJECT", told)
    why = "image names are lower case" if letters else "that is not an image name"
    fix = Fix("write it in lower case", container.reference.write(small)) if filled else None
    yield Finding(f"`{told[:100]}` cannot be pulled: {why}", container.reference.span or container.span, (), fix)
