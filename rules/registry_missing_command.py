r"""The published package has no command that uvx or npx would run

Clients start a PyPI package over stdio with `uvx IDENTIFIER`, which installs
the package and runs the command of exactly that name: hyphens and underscores
differ. If the package has no such console script, nothing starts. Name the
script after the package, or pass the package separately with `--from` in
`runtimeArguments`.

`npx IDENTIFIER` runs the command of an npm package that is called as it is,
its scope left out, or its only one. Without `bin` in `package.json`, or with
several commands of other names, it says `could not determine executable to
run`. A command whose file the package lacks starts nothing either: where the
TypeScript compiler alone writes into its folder, its source is looked for, and
where all that builds the package writes to other folders it has none.

Not reported if the build makes the scripts, or if `runtimeHint` names another
program.

See https://docs.astral.sh/uv/guides/tools/ and
https://docs.npmjs.com/cli/v11/commands/npx

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
error[registry-missing-command]: `uvx acme-weather` runs the command `acme-weather`, but the package installs `weather-mcp`
  --> server.json:13:22
   |
13 |       "identifier": "acme-weather",
   |                      ^^^^^^^^^^^^
   |
  ::: pyproject.toml:1:1
   |
 1 | [project]
   | --------- this is the package that the project builds
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
    yield from drift.node_commands(manifest)
