r"""package.json does not prove the server's name

To show that an npm package belongs to a server, its `package.json` has an
`mcpName` that equals the server's name, including the case. The registry reads
it from the version that is published on npm. Without it, publishing to the
registry fails when the package is already out, and it takes a new version of
the package.

See https://github.com/modelcontextprotocol/registry/tree/main/docs

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
      "registryType": "npm",
      "identifier": "@acme/weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
`package.json`
```json
{
  "name": "@acme/weather",
  "version": "1.4.0",
  "bin": "server.js"
}
```
```output
error[registry-npm-name]: the registry will reject the package: its `mcpName` is missing, it must be `io.github.acme/weather`
 --> package.json:1:1
  |
1 | {
  | ^
  |
 ::: server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ---------------------- this name must be proved
  |
  = fix: add `mcpName` (--fix)
```
```diff
--- a/package.json
+++ b/package.json
@@ -1,5 +1,6 @@
 {
   "name": "@acme/weather",
+  "mcpName": "io.github.acme/weather",
   "version": "1.4.0",
   "bin": "server.js"
 }
```

## Good
`package.json`
```json
{
  "mcpName": "io.github.acme/weather",
  "name": "@acme/weather",
  "version": "1.4.0",
  "bin": "server.js"
}
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-npm-name", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import ownership

    yield from ownership.npm_names(manifest)
