r"""server.json breaks the schema that it names

Each `server.json` names, in `$schema`, the dated schema that it is written for. `mcp-publisher validate` and many editors
hold it against that schema, and publishing refuses most of what the schema refuses. Where it does not do so today, the
message says so: the registry means to switch the check on at publishing too.

Publishing itself insists on `$schema`: without it, without a date in it or with a date that was never published, the
document is refused. The undated address that templates like to use has never existed.

What a schema does not know (a key too many) is `registry-dropped-key`; an older schema is `registry-old-schema`.
The rules: <https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json>.

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather",
  "description": "Forecasts, warnings, rain radar, pollen, tides and the sea temperature for any named place on this planet",
  "version": "1.4.0",
  "repository": {
    "url": "https://github.com/acme/weather",
    "source": "github"
  },
  "packages": [
    {
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": 1.4,
      "transport": {
        "type": "http"
      }
    }
  ]
}
```
```output
```
```diff
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
from mcplint.registry import schema


@rule("registry-schema", ERROR)
def check(manifest: Manifest):
    yield from schema.findings(manifest)
    yield from schema.named(manifest)
