r"""A remote cannot be published or reached

A remote is an address that every client can reach: the registry requires https
and a host other than `localhost`. It only compares three spellings of that, so
addresses of private networks, `[::1]` or `.internal` names pass, although no
outside client can reach them; these are reported here too. Variables in braces
are keys of the remote's own `variables`, and the address does not begin with
one.

Not reported for local addresses of packages: that is where the client starts
the package.

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
      "url": "http://weather.example.com/mcp"
    },
    {
      "type": "streamable-http",
      "url": "https://10.0.0.7/{tenant}/mcp"
    }
  ]
}
```
```output
error[registry-refused-remote]: the registry rejects the address `http://weather.example.com/mcp`: a remote must use https
  --> server.json:13:15
   |
13 |       "url": "http://weather.example.com/mcp"
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: write `https://weather.example.com/mcp` (--unsafe-fixes)

error[registry-refused-remote]: the host of `https://10.0.0.7/{tenant}/mcp` is not public: only clients on its own network can reach this remote
  --> server.json:17:15
   |
17 |       "url": "https://10.0.0.7/{tenant}/mcp"
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```
```diff
--- a/server.json
+++ b/server.json
@@ -10,7 +10,7 @@
   "remotes": [
     {
       "type": "streamable-http",
-      "url": "http://weather.example.com/mcp"
+      "url": "https://weather.example.com/mcp"
     },
     {
       "type": "streamable-http",
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
      "url": "https://weather.example.com/{tenant}/mcp",
      "variables": {
        "tenant": {
          "description": "Your tenant",
          "isRequired": true
        }
      }
    }
  ]
}
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-refused-remote", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import REMOTE

    yield from refusals(manifest, REMOTE)
