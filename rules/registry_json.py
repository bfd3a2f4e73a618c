r"""server.json is not strict JSON

The registry's publisher decodes `server.json` with a strict parser: a comment, a comma after the last value, a byte order
mark or `NaN` makes it give up, although editors and JavaScript tools take them. Of a key that is given twice it keeps the
last one and drops the other without a word; that is a warning, like half a surrogate pair, which it replaces.

Only a `server.json` of the MCP registry is looked at: one that names its schema, or that has the registry's shape. Other
programs use the same file name.

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather",
  "description": "Forecasts and warnings for a named place",
  "version": "1.4.0", // as in pyproject.toml
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
    },
  ]
}
```
```output
error[registry-json]: JSON has no comments
 --> server.json:5:23
  |
5 |   "version": "1.4.0", // as in pyproject.toml
  |                       ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: mend it (--fix)

error[registry-json]: JSON has no comma after the last value
  --> server.json:18:6
   |
18 |     },
   |      ^
   |
   = fix: mend it (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -2,7 +2,7 @@
   "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
   "name": "io.github.acme/weather",
   "description": "Forecasts and warnings for a named place",
-  "version": "1.4.0", // as in pyproject.toml
+  "version": "1.4.0",
   "repository": {
     "url": "https://github.com/acme/weather",
     "source": "github"
@@ -15,6 +15,6 @@
       "transport": {
         "type": "stdio"
       }
-    },
+    }
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

from mcplint import ERROR, Finding, Fix, Manifest, rule


@rule("registry-json", ERROR)
def check(manifest: Manifest):
    for problem in manifest.document.problems:
        fix = Fix("mend it", (problem.edit,), safe=True) if problem.edit else None
        yield Finding(problem.message, problem.span, problem.notes, fix, problem.severity)
