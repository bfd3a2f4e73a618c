r"""uvx finds no program of the package's name

Clients start a PyPI package over stdio with `uvx IDENTIFIER`, which installs the package and runs the program of exactly that
name: hyphens and underscores differ. Where the package has no such console script, nothing starts. Name the script after the
package, or tell uvx the package apart from the program with `--from` in `runtimeArguments`.

Nothing is said where the scripts are made by the build, or where `runtimeHint` names another program than uvx.

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
weather-mcp = "acme_weather:main"
```
`README.md`
```markdown
<!-- mcp-name: io.github.acme/weather -->
# Weather
```
```output
error[registry-missing-command]: `uvx acme-weather` starts the program `acme-weather`, and the package installs weather-mcp
  --> server.json:13:22
   |
13 |       "identifier": "acme-weather",
   |                      ^^^^^^^^^^^^
   |
  ::: pyproject.toml:1:1
   |
 1 | [project]
   | --------- the package that the project builds
```

## Good
`pyproject.toml`
```toml
[project]
name = "acme-weather"
version = "1.4.0"
readme = "README.md"

[project.scripts]
acme-weather = "acme_weather:main"
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-missing-command", ERROR)
def check(manifest: Manifest):
    from mcplint.registry import drift

    yield from drift.commands(manifest)
