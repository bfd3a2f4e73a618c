r"""A remote is published with the deprecated transport

HTTP+SSE is deprecated by the protocol of 2026-07-28: new clients need not speak it. Publish it beside streamable-http for old
clients, or not at all. Where it is the only remote, new clients find nothing.

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
      "type": "sse",
      "url": "https://weather.example.com/sse"
    }
  ]
}
```
```output
warning[registry-deprecated-remote]: is the transport that the protocol deprecates, and there is no streamable-http beside it
  --> server.json:12:16
   |
12 |       "type": "sse",
   |                ^^^
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


@rule("registry-deprecated-remote", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import remotes

    yield from remotes.old_transports(manifest)
