r"""server.json names an older schema than the registry's current one

The registry accepts every schema it ever published, with a warning, and
decodes all documents as the current format. A document that is valid under the
schema of 2025-07-09, with its `registry_type`, is rejected all the same, while
editors and `mcp-publisher validate` help with the wrong format. The same goes
for a copy of the schema on another host.

The fix is safe if the document is valid under the current schema too. A
publisher older than release 1.4.0 rejects the current schema: pin a newer one.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json",
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
warning[registry-old-schema]: the schema of 2025-09-29 is outdated; the current one is https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json
 --> server.json:2:15
  |
2 |   "$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json",
  |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: use the current schema (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -1,5 +1,5 @@
 {
-  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json",
+  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
   "name": "io.github.acme/weather",
   "description": "Forecasts and warnings for a named place",
   "version": "1.4.0",
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


@rule("registry-old-schema", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import schema

    yield from schema.outdated_schema(manifest)
