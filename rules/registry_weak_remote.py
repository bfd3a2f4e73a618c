r"""A remote's address says too much, or the same thing again

The registry accepts addresses with a user name or fragment, the same address
twice, and variables that the address does not use. Clients send the user name
along or reject the address, and ask users for values that go nowhere. Several
remotes are a note: some clients read only the first one.

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
  "remotes": [
    {
      "type": "streamable-http",
      "url": "https://weather.example.com/mcp#tools",
      "variables": {
        "tenant": {
          "isRequired": true
        }
      }
    }
  ]
}
```
```output
warning[registry-weak-remote]: the remote's address has a fragment, `#tools`, which no client sends
  --> server.json:13:15
   |
13 |       "url": "https://weather.example.com/mcp#tools",
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

warning[registry-weak-remote]: variable `tenant` is defined, but the remote's address does not use it
  --> server.json:15:10
   |
15 |         "tenant": {
   |          ^^^^^^
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
  "remotes": [
    {
      "type": "streamable-http",
      "url": "https://weather.example.com/mcp"
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-weak-remote", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.remote_addresses(manifest)
