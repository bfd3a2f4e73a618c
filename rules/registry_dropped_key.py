r"""server.json has a key that publishing drops

The registry's publisher reads `server.json` into the structures of the current
format and sends those. A key that it does not know is silently dropped with
everything in it: the environment variables under `env`, the flag `is_secret`,
the licence. The schema does not help, since it allows other keys. If an old
schema does not, this is an error.

A key in another case is found by the publisher, but by no other reader of the
file. In `_meta` only `io.modelcontextprotocol.registry/publisher-provided` is
kept.

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
      "environment_variables": [
        {
          "name": "WEATHER_API_KEY",
          "isSecret": true,
          "is_required": true
        }
      ]
    }
  ],
  "license": "MIT"
}
```
```output
warning[registry-dropped-key]: publishing silently drops `environment_variables`: the key is `environmentVariables`
  --> server.json:18:8
   |
18 |       "environment_variables": [
   |        ^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: rename the key to `environmentVariables` (--fix)

warning[registry-dropped-key]: publishing silently drops `is_required`: the key is `isRequired`
  --> server.json:22:12
   |
22 |           "is_required": true
   |            ^^^^^^^^^^^
   |
   = fix: rename the key to `isRequired` (--fix)

warning[registry-dropped-key]: publishing silently drops `license`: put it into `_meta` under `io.modelcontextprotocol.registry/publisher-provided`
  --> server.json:27:4
   |
27 |   "license": "MIT"
   |    ^^^^^^^
```
```diff
--- a/server.json
+++ b/server.json
@@ -15,11 +15,11 @@
       "transport": {
         "type": "stdio"
       },
-      "environment_variables": [
+      "environmentVariables": [
         {
           "name": "WEATHER_API_KEY",
           "isSecret": true,
-          "is_required": true
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
      },
      "environmentVariables": [
        {
          "name": "WEATHER_API_KEY",
          "isSecret": true,
          "isRequired": true
        }
      ]
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-dropped-key", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import schema

    yield from schema.dropped_keys(manifest)
