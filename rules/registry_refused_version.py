r"""The registry rejects a version

A version in `server.json`, of the server and of each package, is one fixed
version: the registry rejects `latest` and anything that looks like a range to
it, such as `1.2.3-fix`, for its `x`. An empty version passes every check
except the database's own.

Ranges that the registry does not recognise are `registry-weak-version`.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather",
  "description": "Forecasts and warnings for a named place",
  "version": "latest",
  "repository": {
    "url": "https://github.com/acme/weather",
    "source": "github"
  },
  "packages": [
    {
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "^1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
```output
error[registry-refused-version]: the registry rejects the version `latest`: it must be one fixed version
 --> server.json:5:15
  |
5 |   "version": "latest",
  |               ^^^^^^

error[registry-refused-version]: the registry rejects the version `^1.4.0`, which looks like a range: it must be one fixed version
  --> server.json:14:19
   |
14 |       "version": "^1.4.0",
   |                   ^^^^^^
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

from mcplint import ERROR, Manifest, rule


@rule("registry-refused-version", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import VERSION

    yield from refusals(manifest, VERSION)
