r"""The server's name belongs to another GitHub owner

A workflow may publish names under `io.github.OWNER/` for the owner of its
repository, spelled as GitHub spells it: the registry compares the case. The
owner is taken from the `origin` that this repository is pushed to. A
difference of more than the case is a warning, since a clone or fork may be
pushed elsewhere than where it is published from.

Not reported for names under a domain of your own, which are proved by DNS or
HTTP.

See https://github.com/modelcontextprotocol/registry/tree/main/docs

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme-labs/weather",
  "description": "Forecasts and warnings for a named place",
  "version": "1.4.0",
  "repository": {
    "url": "https://github.com/Acme-Labs/weather",
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
`.git/config`
```ini
[remote "origin"]
        url = git@github.com:Acme-Labs/weather.git
        fetch = +refs/heads/*:refs/remotes/origin/*
```
```output
error[registry-foreign-namespace]: the registry will reject owner `acme-labs`: GitHub spells it `Acme-Labs`, and case matters
 --> server.json:3:22
  |
3 |   "name": "io.github.acme-labs/weather",
  |                      ^^^^^^^^^
  |
  = fix: write `Acme-Labs` (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -1,6 +1,6 @@
 {
   "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
-  "name": "io.github.acme-labs/weather",
+  "name": "io.github.Acme-Labs/weather",
   "description": "Forecasts and warnings for a named place",
   "version": "1.4.0",
   "repository": {
```

## Good
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.Acme-Labs/weather",
  "description": "Forecasts and warnings for a named place",
  "version": "1.4.0",
  "repository": {
    "url": "https://github.com/Acme-Labs/weather",
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


@rule("registry-foreign-namespace", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import ownership

    yield from ownership.namespaces(manifest)
