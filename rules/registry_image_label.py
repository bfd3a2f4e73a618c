r"""The image lacks the label that proves the server's name

To show that an image belongs to a server, its configuration has the label
`io.modelcontextprotocol.server.name` with the server's exact name. Labels of
an earlier stage are not in the final image, and an annotation of the manifest
or index does not count, whatever its name.

It is a warning if the project builds several images, or if a workflow sets
labels of its own.

Not reported if a workflow sets this very label.

See https://github.com/modelcontextprotocol/registry/tree/main/docs

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
error[registry-image-label]: the registry will reject the image: its last stage has no label `io.modelcontextprotocol.server.name`
  --> Dockerfile:5:1
   |
 5 | FROM python:3.13-slim
   | ^^^^^^^^^^^^^^^^^^^^^
   |
  ::: server.json:3:12
   |
 3 |   "name": "io.github.acme/weather",
   |            ---------------------- this name must be proved
...
13 |       "identifier": "ghcr.io/acme/weather:1.4.0",
   |                      -------------------------- this image is published
   |
   = fix: add the label (--fix)
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
