r"""A workflow hides or provokes a failure to publish

A step that swallows its failure (`|| true`, `continue-on-error`) leaves the registry at an old release for months before
anyone looks. A script that writes the server's `version` and leaves that of its packages publishes the old package again. A
job that does not wait for the upload of the package asks the registry to look for what is not there yet.

That an upload is followed at once, without a second try, is a note: indexes answer with their old state for minutes.

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
      }
    }
  ]
}
```
`.github/workflows/publish.yml`
```yaml
name: publish
on:
  release:
    types: [published]
permissions:
  contents: read
  id-token: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: ./mcp-publisher login github-oidc
      - run: ./mcp-publisher publish || echo "already published"
```
```output
warning[registry-fragile-publish]: hides that publishing failed (`|| echo`)
  --> .github/workflows/publish.yml:14:16
   |
14 |       - run: ./mcp-publisher publish || echo "already published"
   |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`.github/workflows/publish.yml`
```yaml
name: publish
on:
  release:
    types: [published]
permissions:
  contents: read
  id-token: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: ./mcp-publisher login github-oidc
      - run: ./mcp-publisher publish
```
"""

from mcplint import WARNING, Manifest, rule


@rule("registry-fragile-publish", WARNING)
def check(manifest: Manifest):
    if manifest.project.workflows:
        from mcplint.registry import steps

        yield from steps.fragile(manifest)
