r"""server.json asks for a variable that the server does not read

Clients ask users for the variables under `environmentVariables` and set them for the package. A name that differs from what
the code reads is set for nothing, and the server starts without its key. It is a warning where the code reads a variable of
nearly that name, and a note elsewhere: libraries read variables too, which the project's own code does not show.

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
      },
      "environmentVariables": [
        {
          "name": "API_KEY",
          "isSecret": true,
          "isRequired": true
        }
      ]
    }
  ]
}
```
`pyproject.toml`
```toml
[project]
name = "acme-weather"
version = "1.4.0"
dependencies = ["mcp==1.27.1"]
readme = "README.md"

[project.scripts]
acme-weather = "acme_weather:main"
```
`README.md`
```markdown
<!-- mcp-name: io.github.acme/weather -->
# Weather
```
`acme_weather.py`
```python
import os

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")
key = os.environ["WEATHER_API_KEY"]


def main():
    mcp.run()
```
```output
```
```diff
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
      },
      "environmentVariables": [
        {
          "name": "WEATHER_API_KEY",
          "isSecret": true,
          "isRequired": true
        }
      ]
    }
  ]
}
```
"""

from mcplint import WARNING, Package, rule
from mcplint.registry import drift


@rule("registry-variable-drift", WARNING)
def check(package: Package):
    yield from drift.variables(package)
