r"""A remote's address says too much, or the same again

The registry takes addresses with a user name or fragment in them, the same address twice, and variables that the address
does not use. Clients send the user name along or refuse the address, and ask users for values that go nowhere. That there
are several remotes is a note: some clients read only the first one.

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
warning[registry-weak-remote]: has a fragment, which no client sends
  --> server.json:13:15
   |
13 |       "url": "https://weather.example.com/mcp#tools",
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

warning[registry-weak-remote]: defines `tenant`, which the address does not use
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
    from mcplint.registry import remotes

    yield from remotes.addresses(manifest)
