r"""Two server.json files publish the same version

The registry takes a version of a name once. Where several `server.json` files of a repository have the same name and version,
only the first to be published gets in, and the others are refused as duplicates. Copies for documentation or tests are
harmless, so this is a note.

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
note[registry-duplicate-release]: has the name and version, 1.4.0, of another server.json
 --> server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: docs/server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ---------------------- the other one
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
