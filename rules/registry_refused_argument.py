r"""The registry rejects an argument

A named argument is a flag, and its `name` is that flag with its dashes and
nothing else: what follows it belongs in `value`, and what a user fills in
there is described by `valueHint` or `placeholder`. The registry rejects a name
with a space, `<`, `>` or `$` in it, and a `value` or `default` that repeats
the flag.

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
      "registryType": "pypi",
      "identifier": "acme-weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      },
      "packageArguments": [
        {
          "type": "named",
          "name": "--units <metric>",
          "value": "metric"
        },
        {
          "type": "named",
          "name": "--port",
          "value": "--port=8000"
        }
      ]
    }
  ]
}
```
```output
error[registry-refused-argument]: the registry rejects the flag `--units <metric>`: no space, `<`, `>` or `$` is allowed; what follows it belongs in `value`, `valueHint` or `placeholder`
  --> server.json:21:20
   |
21 |           "name": "--units <metric>",
   |                    ^^^^^^^^^^^^^^^^

error[registry-refused-argument]: the registry rejects the value `--port=8000`: it repeats the flag in `name`
  --> server.json:27:21
   |
27 |           "value": "--port=8000"
   |                     ^^^^^^^^^^^
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
      },
      "packageArguments": [
        {
          "type": "named",
          "name": "--units",
          "value": "metric"
        },
        {
          "type": "named",
          "name": "--port",
          "value": "8000"
        }
      ]
    }
  ]
}
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-refused-argument", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import ARGUMENT

    yield from refusals(manifest, ARGUMENT)
