r"""server.json violates the schema that it names

Every `server.json` names, in `$schema`, the dated schema that it is written
for. `mcp-publisher validate` and many editors check it against that schema,
and publishing rejects most of what the schema rejects. If it does not do so
today, the message says so: the registry plans to enforce the schema when
publishing too.

Publishing insists on `$schema`: without it, without a date in it or with a
date that was never published, the document is rejected. The undated address
that templates like to use has never existed.

Keys that a schema does not know are `registry-dropped-key`; an older schema is
`registry-old-schema`.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

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
      "version": "1.4.0",
      "transport": {
        "type": "http",
        "url": "http://127.0.0.1:8000/mcp"
      },
      "environmentVariables": [
        {
          "name": "WEATHER_UNITS",
          "isRequired": "true"
        }
      ]
    }
  ]
}
```
```output
error[registry-schema]: the 2025-12-11 schema rejects `description` of 105 characters: it must have at most 100
 --> server.json:4:19
  |
4 |   "description": "Forecasts, warnings, rain radar, pollen, tides and the sea temperature for any named place on this planet",
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error[registry-schema]: the 2025-12-11 schema rejects `http` as `packages[0].transport.type`: it must be stdio, streamable-http or sse
  --> server.json:16:18
   |
16 |         "type": "http",
   |                  ^^^^
   |
   = fix: write `streamable-http` (--fix)

error[registry-schema]: the 2025-12-11 schema rejects `packages[0].environmentVariables[0].isRequired`: it must be true or false, not a string
  --> server.json:22:26
   |
22 |           "isRequired": "true"
   |                          ^^^^
   |
   = fix: write true without quotes (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -13,13 +13,13 @@
       "identifier": "acme-weather",
       "version": "1.4.0",
       "transport": {
-        "type": "http",
+        "type": "streamable-http",
         "url": "http://127.0.0.1:8000/mcp"
       },
       "environmentVariables": [
         {
           "name": "WEATHER_UNITS",
-          "isRequired": "true"
+          "isRequired": true
         }
       ]
     }
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


@rule("registry-schema", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import schema

    yield from schema.findings(manifest)
    yield from schema.schema_address(manifest)
