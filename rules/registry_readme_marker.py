r"""The published README does not prove the server's name

To show that a PyPI package belongs to a server, the description of *that
version* contains `mcp-name:`, one space and the server's exact name. The next
character must not be one that a name may contain, except at the end of a
comment. The description is the README that `pyproject.toml` declares, at the
time of the upload: another README in the repository, a keyword, or a README
that nothing declares do not count. If this is noticed after the upload, it
takes a new release.

Not reported if the build makes the README (`dynamic`), or if this project does
not build the package.

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
error[registry-readme-marker]: the registry will reject the package: `.` after the name could be part of it; the README must contain `mcp-name: io.github.acme/weather`
 --> README.md:2:11
  |
2 | Listed as mcp-name: io.github.acme/weather.
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: server.json:3:12
  |
3 |   "name": "io.github.acme/weather",
  |            ---------------------- this name must be proved
  |
 ::: pyproject.toml:4:11
  |
4 | readme = "README.md"
  |           --------- this README is the description of the package
  |
  = fix: correct the marker (--fix)
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
    from mcplint.registry import ownership

    yield from ownership.readmes(manifest)
