r"""An input of a package contradicts itself

Clients ask users for the arguments and variables that `server.json` declares,
using what it says about them. A `default` that is not one of the `choices`, or
not a number although `format` says so, is rejected by the client's form or by
the server.

These are notes: `runtimeArguments` without the `runtimeHint` that names their
program; a default next to `isRequired`, so that nobody is asked; and a flag
without `value` that has a description, since clients ask for a value and put
it after the flag, so that a bare switch cannot be described.

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
      "environmentVariables": [
        {
          "name": "WEATHER_UNITS",
          "default": "kelvin",
          "choices": [
            "metric",
            "imperial"
          ]
        },
        {
          "name": "WEATHER_LIMIT",
          "format": "number",
          "default": "ten"
        }
      ]
    }
  ]
}
```
```output
warning[registry-weak-input]: default `kelvin` is not one of the choices metric, imperial
  --> server.json:21:23
   |
21 |           "default": "kelvin",
   |                       ^^^^^^

warning[registry-weak-input]: default `ten` is not a number, as `format` says
  --> server.json:30:23
   |
30 |           "default": "ten"
   |                       ^^^
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
      "environmentVariables": [
        {
          "name": "WEATHER_UNITS",
          "default": "metric",
          "choices": [
            "metric",
            "imperial"
          ]
        },
        {
          "name": "WEATHER_LIMIT",
          "format": "number",
          "default": "10"
        }
      ]
    }
  ]
}
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-weak-input", WARNING)
def check(manifest: Manifest):
    from mcplint.registry import lint

    yield from lint.inputs(manifest)
    yield from lint.switches(manifest)
