r"""The server speaks another transport than server.json says

A client that is told stdio starts the package and talks to its standard input.
A server that listens on a port instead never answers, and the client waits
until it gives up. The other way round, the client calls a port that nobody
opens, and with another path in `url` it gets a 404.

The server is what the image starts, or for a PyPI package what its command of
the same name starts, which `uvx` runs.

Not reported if an argument or variable of the package may choose the
transport, or if the code leaves it open.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

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
      "registryType": "oci",
      "identifier": "ghcr.io/acme/weather:1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
`Dockerfile`
```dockerfile
FROM python:3.13-slim
LABEL io.modelcontextprotocol.server.name="io.github.acme/weather"
RUN pip install --no-cache-dir mcp==1.27.1
COPY server.py /app/server.py
USER 1000
ENTRYPOINT ["python", "/app/server.py"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")

mcp.run(transport="streamable-http")
```
```output
error[registry-transport-drift]: clients are told `stdio`, but server `weather` speaks streamable-http
  --> server.json:15:18
   |
15 |         "type": "stdio"
   |                  ^^^^^
   |
  ::: server.py:5:19
   |
 5 | mcp.run(transport="streamable-http")
   |                   ----------------- set here
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")

mcp.run()
```
"""

from mcplint import ERROR, Package, rule


@rule("registry-transport-drift", ERROR)
def check(package: Package):
    from mcplint.registry import drift

    yield from drift.transports(package)
    yield from drift.addresses(package)
