r"""The registry rejects a field that the schema allows

The registry checks more than its schema says, and it does so when the package
is already published and cannot be changed. Of the fields at the top of
`server.json` it rejects:

- a `name` whose namespace or name has one character, or begins or ends with a
  dot, hyphen or underscore,
- a `title` of white space,
- a `websiteUrl` or an icon without https, and quotes in `websiteUrl`,
- a `repository` that is not exactly the address of a GitHub or GitLab
  repository, as `source` says; groups within GitLab groups are rejected too,
  and a `subfolder` that is not a clean relative path (one that does not exist
  is `registry-weak-field`),
- more than 4096 bytes under
  `io.modelcontextprotocol.registry/publisher-provided`.

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
    "source": "GitHub",
    "subfolder": "servers/weather/"
  },
  "websiteUrl": "http://weather.example.com"
}
```
```output
error[registry-refused-field]: the registry rejects the repository source `GitHub`: it must be `github` or `gitlab`
 --> server.json:8:16
  |
8 |     "source": "GitHub",
  |                ^^^^^^
  |
  = fix: write `github` (--fix)

error[registry-refused-field]: the registry rejects the folder `servers/weather/`: it must be a relative path of letters, digits, `_.-` and `/` without empty or dotted steps
 --> server.json:9:19
  |
9 |     "subfolder": "servers/weather/"
  |                   ^^^^^^^^^^^^^^^^
  |
  = fix: write `servers/weather` (--fix)

error[registry-refused-field]: the registry rejects `websiteUrl` `http://weather.example.com`: it must begin with https://
  --> server.json:11:18
   |
11 |   "websiteUrl": "http://weather.example.com"
   |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: write `https://weather.example.com` (--unsafe-fixes)
```
```diff
--- a/server.json
+++ b/server.json
@@ -5,8 +5,8 @@
   "version": "1.4.0",
   "repository": {
     "url": "https://github.com/acme/weather",
-    "source": "GitHub",
-    "subfolder": "servers/weather/"
+    "source": "github",
+    "subfolder": "servers/weather"
   },
-  "websiteUrl": "http://weather.example.com"
+  "websiteUrl": "https://weather.example.com"
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
  "websiteUrl": "https://weather.example.com",
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


@rule("registry-refused-field", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import FIELD

    yield from refusals(manifest, FIELD)
