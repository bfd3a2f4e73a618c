r"""A package repeats the default address of its registry

For npm, PyPI, NuGet and cargo the registry accepts exactly one
`registryBaseUrl`, which is the default. The key is redundant, and it does
harm: a client may pass it to the installer as an index, where it does not
work.

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
      "registryBaseUrl": "https://pypi.example"
    }
  ]
}
```
```output
warning[registry-needless-base-url]: `registryBaseUrl` is redundant: this is the default, and VS Code passes it to the installer as an index
  --> server.json:18:27
   |
18 |       "registryBaseUrl": "https://pypi.example"
   |                           ^^^^^^^^^^^^^^^^^^^^
   |
   = fix: delete `registryBaseUrl` (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -14,8 +14,7 @@
       "version": "1.4.0",
       "transport": {
         "type": "stdio"
-      },
-      "registryBaseUrl": "https://pypi.example"
+      }
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

from mcplint import WARNING, Manifest, rule


@rule("registry-needless-base-url", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.base_urls(manifest)
