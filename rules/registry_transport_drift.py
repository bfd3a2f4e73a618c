r"""The server speaks another transport than server.json says

A client that is told stdio starts the package and talks to its standard input; a server that listens on a port instead never
answers, and the client waits until it gives up. The other way round it calls a port that nobody opens.

Nothing is said where an argument or variable of the package may choose the transport, or where the code leaves it open.

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
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")


def main():
    mcp.run(transport="streamable-http")
```
```output
```

## Good
`acme_weather.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")


def main():
    mcp.run()
```
"""

from mcplint import ERROR, Package, rule
from mcplint.registry import drift


@rule("registry-transport-drift", ERROR)
def check(package: Package):
    yield from drift.transports(package)
