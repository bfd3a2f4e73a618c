r"""A version is a range, or cannot be ordered

The registry rejects ranges, but does not recognise all of them: `>=1,<2`, `*`
and `!=1` pass as if they were one version, and no client can install that. It
orders versions by SemVer, three numbers and a suffix. Others (`1.4`,
`1.4.0rc1`, a date with a leading zero) are accepted, but never become the
latest once a SemVer version is published: a note, with the SemVer spelling.

See https://semver.org/

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
      "version": ">=1.4,<2",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
```output
warning[registry-weak-version]: version `>=1.4,<2` is a range, which the registry takes for a single version
  --> server.json:14:19
   |
14 |       "version": ">=1.4,<2",
   |                   ^^^^^^^^
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

from mcplint import WARNING, Manifest, rule


@rule("registry-weak-version", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.versions(manifest)
