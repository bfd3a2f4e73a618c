r"""An image name is not valid

Image names are lower case: `ghcr.io/Acme/notes` is refused with
`invalid reference format: repository name must be lowercase`, in Kubernetes as
`InvalidImageName`.

A first part with capitals (`Acme/notes`) is taken for the host of a registry:
`lookup Acme: no such host`. It is a name all the same, so a service that is
built under it is not reported.

A placeholder that nobody has filled in (`gcr.io/PROJECT_ID/notes`,
`<registry>/notes`, `your-registry/notes`) is a warning: whoever applies the
file as it is gets no image. It is none where a script, a workflow or the text
of the project fills it in (`sed "s/PROJECT_ID/…/"`, `kubectl set image`,
`kustomize edit set image`).

Owners of repositories may have capitals on GitHub; their images have none.

Compose starts no service of a project where the name of one is refused, so
that of a service beside the server is a warning.

Reported for containers that run an MCP server. Not reported for names that a
template or a variable fills in, nor for the image of another owner: forks,
mirrors and a company's own registry have other owners and can be pulled.

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

from mcplint import ERROR, WARNING, Container, Finding, Fix, MisnamedImage, rule
from mcplint.knowledge.image_references import capital_host, is_reference, lowercase_name, placeholder


@rule("unpullable-image", ERROR)
def check(part: Container | MisnamedImage):
    span = part.reference.span or part.span
    name = part.reference.only or (span.text if part.reference.span else "")
    if isinstance(part, MisnamedImage):
        so = f" cannot be pulled for `{part.service}`, and compose then starts no service"
        yield misnamed(name, part.reference, span, so, WARNING)
    elif not name or "$" in name or "{{" in name or part.rendered:
        return
    elif (blank := placeholder(name)) and not (part.build and is_reference(name)):
        message = f"`{name[:100]}` cannot be pulled: `{blank}` is a placeholder that nobody filled in"
        yield Finding(message, span, (), None, WARNING)
    elif not blank and not is_reference(name):
        yield misnamed(name, part.reference, span, " cannot be pulled", None)
    elif not blank and not part.build and (host := capital_host(name)):
        message = f"`{name[:100]}` cannot be pulled: `{host}` has capitals, so it is taken for the host of a registry"
        fix = Fix("write it in lower case", part.reference.write(lowercase_name(name)))
        yield Finding(message, span, (), fix)


def misnamed(told, reference, span, does, severity):
    """The finding for a name that is none."""
    small = lowercase_name(told)
    fix = Fix("write it in lower case", reference.write(small)) if is_reference(small) else None
    why = "image names are lower case" if is_reference(small) else "that is not an image name"
    return Finding(f"`{told[:100]}`{does}: {why}", span, (), fix, severity)
