r"""The name lies under another GitHub owner

A workflow may publish names under `io.github.OWNER/` for the owner of its repository, spelled as GitHub spells it: the
registry compares the case. The owner is taken from the `origin` that this repository is pushed to. A difference of more
than the case is a warning, as a clone or fork may be pushed elsewhere than where it is published from.

Names under a domain of one's own are proved by DNS or HTTP, which no file shows.

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
error[registry-foreign-namespace]: the ownership check fails: GitHub spells the owner `Acme-Labs`, and publish compares the case
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
