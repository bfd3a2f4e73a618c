r"""server.json asks for a variable that the server does not read

Clients ask users for the variables under `environmentVariables` and set them
for the package. A name that differs from what the code reads has no effect,
and the server starts without its key. It is a warning if the code reads a
variable of nearly that name, or if the variable is required and certainly
nothing reads it: no file of the project has its name, no program reads
variables whose names it does not spell or starts another program, and its
first word belongs to no library. In a program that reads no variable, or that
has a class of settings, that holds for a PyPI package in Python whose imports
are of well-known libraries, and whose classes spell their fields and prefix.
Otherwise it is a note, unless a program of the project has its name: libraries
read variables too, which the project's own code does not show.

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
import os

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("weather")

key = os.getenv("WEATHER_API_KEY")
mcp.run()
```
```output
warning[registry-variable-drift]: server `weather` does not read API_KEY: it reads WEATHER_API_KEY
  --> server.json:19:20
   |
19 |           "name": "API_KEY",
   |                    ^^^^^^^
   |
   = fix: rename it to WEATHER_API_KEY (--unsafe-fixes)
```
```diff
--- a/server.json
+++ b/server.json
@@ -16,7 +16,7 @@
       },
       "environmentVariables": [
         {
-          "name": "API_KEY",
+          "name": "WEATHER_API_KEY",
           "isSecret": true,
           "isRequired": true
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
      "registryType": "oci",
      "identifier": "ghcr.io/acme/weather:1.4.0",
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


@rule("registry-variable-drift", WARNING)
def check(package: Package):
    from mcplint.registry import drift

    yield from drift.variables(package)
