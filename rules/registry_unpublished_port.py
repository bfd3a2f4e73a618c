r"""A published image serves HTTP on a port that nothing publishes

A client starts such an image with `docker run` and the `runtimeArguments`,
then calls the transport's address on its own machine. Inside the container the
port is open, outside it is not, unless an argument publishes it (`-p`,
`--publish`) or shares the network of the machine.

See https://docs.docker.com/engine/network/port-publishing/

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
        "type": "streamable-http",
        "url": "http://localhost:8000/mcp"
      }
    }
  ]
}
```
```output
warning[registry-unpublished-port]: http://localhost:8000/mcp leads to no container: no `runtimeArguments` publish its port
  --> server.json:16:17
   |
16 |         "url": "http://localhost:8000/mcp"
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
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
        "type": "streamable-http",
        "url": "http://localhost:8000/mcp"
      },
      "runtimeHint": "docker",
      "runtimeArguments": [
        {
          "type": "named",
          "name": "-p",
          "value": "8000:8000"
        }
      ]
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-unpublished-port", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.ports(manifest)
