r"""A package names the address of its registry

For npm, PyPI, NuGet and cargo the registry takes exactly one `registryBaseUrl`, the one that it assumes without it. So the
key can say nothing, and it does harm: a client may hand it to the installer as an index, where it does not work.

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
      "registryBaseUrl": "https://packages.example.com"
    }
  ]
}
```
```output
warning[registry-needless-base-url]: says nothing that leaving it out does not, and VS Code hands it to the installer as an index
  --> server.json:18:27
   |
18 |       "registryBaseUrl": "https://packages.example.com"
   |                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
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
-      "registryBaseUrl": "https://packages.example.com"
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
    from mcplint.registry import lint as weak

    yield from weak.base_urls(manifest)
