r"""A published image can change under the same version

A version of a server in the registry never changes, but the image behind it
does if its reference has no tag or the tag `latest`: users of an old version
get the new image. Other tags can be moved as well, and a digest cannot, which
is a note.

See
https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier

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
      "identifier": "ghcr.io/acme/weather",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
```output
warning[registry-moving-image]: image `ghcr.io/acme/weather` has no tag, which means `latest`: it changes under this version of the server
  --> server.json:13:22
   |
13 |       "identifier": "ghcr.io/acme/weather",
   |                      ^^^^^^^^^^^^^^^^^^^^
```

## Good
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
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-moving-image", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.images(manifest)
