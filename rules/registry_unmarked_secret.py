r"""A secret is not marked as one, or is published

Clients store and show what a user enters for a variable or header as plain
text unless `isSecret` is set. Names that end in key, token, secret, password
or credentials are taken for secrets; names of public keys and the like are
not, nor are inputs of the format `boolean`, those that are said to be the path
of something, and those with `"isSecret": false`.

A `value` or `default` of a secret that is no placeholder is an error:
everybody can read it in the registry, forever, since published versions cannot
be changed.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

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
      },
      "environmentVariables": [
        {
          "name": "WEATHER_API_KEY",
          "description": "Key of the forecast service",
          "isRequired": true
        }
      ]
    }
  ]
}
```
```output
warning[registry-unmarked-secret]: `WEATHER_API_KEY` is not marked `isSecret`: clients show and store it as plain text
  --> server.json:20:20
   |
20 |           "name": "WEATHER_API_KEY",
   |                    ^^^^^^^^^^^^^^^
   |
   = fix: set `isSecret` (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -19,7 +19,8 @@
         {
           "name": "WEATHER_API_KEY",
           "description": "Key of the forecast service",
-          "isRequired": true
+          "isRequired": true,
+          "isSecret": true
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
      },
      "environmentVariables": [
        {
          "name": "WEATHER_API_KEY",
          "description": "Key of the forecast service",
          "isRequired": true,
          "isSecret": true
        }
      ]
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-unmarked-secret", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.secrets(manifest)
