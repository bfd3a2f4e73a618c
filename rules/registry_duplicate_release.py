r"""Two server.json files publish the same version of the same server

The registry accepts a version of a name once. If several `server.json` files
of a repository have the same name and version, only the first to be published
gets in, and the others are rejected as duplicates. Copies for documentation or
tests are harmless, so this is a note.

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
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
`docs/server.json`
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
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
```output
note[registry-duplicate-release]: version 1.4.0 of `io.github.acme/weather` is published by another server.json too
 --> server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: docs/server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ---------------------- the other file
```

## Good
`docs/server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather-lite",
  "description": "Forecasts and warnings for a named place",
  "version": "1.4.0",
  "repository": {
    "url": "https://github.com/acme/weather",
    "source": "github"
  },
  "packages": [
    {
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
"""

from mcplint import NOTE, Deployment, rule


@rule("registry-duplicate-release", NOTE)
def check(deployment: Deployment):
    if len(deployment.manifests) > 1:
        from mcplint.registry import drift

        yield from drift.duplicates(deployment.manifests)
