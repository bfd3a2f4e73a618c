r"""The shipped README does not prove the server's name

To show that a PyPI package belongs to a server, the description of *that version* holds `mcp-name:`, one space and the
server's exact name; the next character must not be one that a name may have, except where a comment ends there. The
description is the README that `pyproject.toml` declares, at the time of the upload: another README in the repository, a
keyword or a README that nothing declares do not count. Found after the upload, it takes a new release.

Where the README is made by the build (`dynamic`), or the package is none that this project builds, nothing is said.

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
# Weather
Listed as mcp-name: io.github.acme/weather.
```
```output
error[registry-readme-marker]: the ownership check fails: `.` behind the name could go on it; it wants `mcp-name: io.github.acme/weather`
 --> README.md:2:11
  |
2 | Listed as mcp-name: io.github.acme/weather.
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ---------------------- the name to prove
  |
 ::: pyproject.toml:4:11
  |
4 | readme = "README.md"
  |           --------- this README is the description of the package
  |
  = fix: write the marker (--fix)
```
```diff
--- a/README.md
+++ b/README.md
@@ -1,2 +1,2 @@
 # Weather
-Listed as mcp-name: io.github.acme/weather.
+Listed as mcp-name: io.github.acme/weather
```

## Good
`README.md`
```markdown
<!-- mcp-name: io.github.acme/weather -->
# Weather
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-readme-marker", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import markers

    yield from markers.readmes(manifest)
