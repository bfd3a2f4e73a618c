r"""server.json is not strict JSON

The registry's publisher decodes `server.json` with a strict parser: a comment,
a trailing comma, a byte order mark or `NaN` makes it fail, although editors
and JavaScript tools accept them. If a key appears twice it silently keeps the
last one; that is a warning, like an unpaired surrogate, which it replaces.

Only files of the MCP registry are checked: those that name its schema, or that
have its shape. Other programs use the same file name.

See https://datatracker.ietf.org/doc/html/rfc8259

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
error[registry-json]: server.json is not strict JSON: comments are not allowed
 --> server.json:5:23
  |
5 |   "version": "1.4.0", // as in pyproject.toml
  |                       ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: make it strict JSON (--fix)

error[registry-json]: server.json is not strict JSON: trailing comma after the last value
  --> server.json:18:6
   |
18 |     },
   |      ^
   |
   = fix: make it strict JSON (--fix)
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
        fix = Fix("make it strict JSON", (problem.edit,), safe=True) if problem.edit else None
        path = problem.span.source.path
        what = f"{path} is not strict JSON" if problem.severity == ERROR else path
        yield Finding(f"{what}: {problem.message}", problem.span, problem.notes, fix, problem.severity)
