r"""A field of server.json is a placeholder or leads nowhere

The registry shows these fields to people and programs that choose a server. It
accepts the text of a template, and a folder that the repository does not have.
A title that only repeats the name, a missing repository, and a document with
neither packages nor remotes are notes: they are allowed, and sometimes
intended.

See
https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json

## Bad
`server.json`
```json
{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "io.github.acme/weather",
  "description": "An MCP server that provides [describe what it does]",
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
```output
warning[registry-weak-field]: the description is the text of a template: `An MCP server that provides [describe what it does]`
 --> server.json:4:19
  |
4 |   "description": "An MCP server that provides [describe what it does]",
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
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
      }
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-weak-field", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.metadata(manifest)
