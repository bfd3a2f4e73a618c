r"""server.json and the project disagree

What is published is a copy of what the project says elsewhere, and copies are
forgotten: the version in `pyproject.toml` or `package.json` goes up and the
one in `server.json` stays, the server's version is that of none of its
packages, a bundle belongs to another release, the repository's address is not
where the project is pushed to. The registry then rejects the release as a
duplicate, or points users to an old package for months.

An identifier that is not the package next to it is an error if that package's
README or `mcpName` proves the server's name.

Not reported for versions that a workflow or script writes into the file.

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
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "1.3.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
`pyproject.toml`
```toml
[project]
name = "acme-weather"
version = "1.4.0"
readme = "README.md"

[project.scripts]
acme-weather = "acme_weather:main"
```
`README.md`
```markdown
<!-- mcp-name: io.github.acme/weather -->
# Weather
```
```output
warning[registry-drift]: server.json says version 1.3.0, but the project's is 1.4.0
  --> server.json:14:19
   |
14 |       "version": "1.3.0",
   |                   ^^^^^
   |
  ::: pyproject.toml:3:12
   |
 3 | version = "1.4.0"
   |            ----- set here
   |
   = fix: write 1.4.0 (--unsafe-fixes)
```
```diff
--- a/server.json
+++ b/server.json
@@ -11,7 +11,7 @@
     {
       "registryType": "pypi",
       "identifier": "acme-weather",
-      "version": "1.3.0",
+      "version": "1.4.0",
       "transport": {
         "type": "stdio"
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


@rule("registry-drift", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import drift

    for differences in (drift.identifiers, drift.versions, drift.bundles, drift.repositories):
        yield from differences(manifest)
