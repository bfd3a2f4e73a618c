r"""The registry rejects a package's transport

The transport of a package says how a client talks to it once it is started.
Over stdio there is no address. An HTTP transport has one, which may contain
variables in braces: each is the name of an environment variable, the name of
an argument *with its dashes* (`{--port}`), or a `valueHint`, in exactly that
case. Anything else is rejected when the release is published, not before: the
schema checks none of it.

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
        "type": "streamable-http",
        "url": "http://127.0.0.1:{port}/mcp"
      },
      "packageArguments": [
        {
          "type": "named",
          "name": "--port",
          "value": "{port}",
          "variables": {
            "port": {
              "default": "8000"
            }
          }
        }
      ]
    }
  ]
}
```
```output
error[registry-refused-transport]: the registry rejects the variable `{port}`: a name in braces must be that of an environment variable, of an argument with its dashes, or a `valueHint`
  --> server.json:17:17
   |
17 |         "url": "http://127.0.0.1:{port}/mcp"
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: write `http://127.0.0.1:{--port}/mcp` (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -14,7 +14,7 @@
       "version": "1.4.0",
       "transport": {
         "type": "streamable-http",
-        "url": "http://127.0.0.1:{port}/mcp"
+        "url": "http://127.0.0.1:{--port}/mcp"
       },
       "packageArguments": [
         {
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
        "type": "streamable-http",
        "url": "http://127.0.0.1:{--port}/mcp"
      },
      "packageArguments": [
        {
          "type": "named",
          "name": "--port",
          "value": "{port}",
          "variables": {
            "port": {
              "default": "8000"
            }
          }
        }
      ]
    }
  ]
}
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-refused-transport", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import TRANSPORT

    yield from refusals(manifest, TRANSPORT)
