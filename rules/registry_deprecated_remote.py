r"""A remote is published with the deprecated SSE transport

Protocol revision 2026-07-28 deprecates HTTP+SSE, so new clients need not
support it. Publish it next to streamable-http for old clients, or not at all.
If it is the only remote, new clients cannot connect.

See https://modelcontextprotocol.io/specification/2025-03-26/basic/transports

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
warning[registry-deprecated-remote]: the remote uses `sse`, which the protocol has deprecated, and there is no streamable-http remote
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
    from mcplint.registry import lint

    yield from lint.old_transports(manifest)
