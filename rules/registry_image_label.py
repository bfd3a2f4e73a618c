r"""The image does not carry the label that proves the server's name

To show that an image belongs to a server, its configuration has the label `io.modelcontextprotocol.server.name` with the
server's exact name. Labels of an earlier stage are not in the final image, and an annotation of the manifest or index does
not count, whatever its name says.

It is a warning where the project builds several images, or where a workflow sets labels of its own; where a workflow names
this very label, nothing is said.

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather",
  "description": "Forecasts and warnings for a named place",
  "version": "1.4.0",
  "repository": {
    "url": "https://github.com/acme/weather",
    "source": "github"
  },
  "packages": [
    {
      "registryType": "oci",
      "identifier": "ghcr.io/acme/weather:1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
`Dockerfile`
```dockerfile
FROM python:3.13-slim AS build
LABEL io.modelcontextprotocol.server.name="io.github.acme/weather"
RUN pip install --target /app acme-weather==1.4.0

FROM python:3.13-slim
COPY --from=build /app /app
USER 1000
ENTRYPOINT ["python", "-m", "acme_weather"]
```
```output
error[registry-image-label]: the ownership check fails: the last stage has no label io.modelcontextprotocol.server.name
  --> Dockerfile:5:1
   |
 5 | FROM python:3.13-slim
   | ^^^^^^^^^^^^^^^^^^^^^
   |
  ::: server.json:3:12
   |
 3 |   "name": "io.github.acme/weather",
   |            ---------------------- the name to prove
...
13 |       "identifier": "ghcr.io/acme/weather:1.4.0",
   |                      -------------------------- the image that is published
   |
   = fix: label the image (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -6,3 +6,4 @@
 COPY --from=build /app /app
 USER 1000
 ENTRYPOINT ["python", "-m", "acme_weather"]
+LABEL io.modelcontextprotocol.server.name="io.github.acme/weather"
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.13-slim AS build
RUN pip install --target /app acme-weather==1.4.0

FROM python:3.13-slim
LABEL io.modelcontextprotocol.server.name="io.github.acme/weather"
COPY --from=build /app /app
USER 1000
ENTRYPOINT ["python", "-m", "acme_weather"]
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-image-label", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import ownership

    yield from ownership.image_labels(manifest)
