r"""A workflow hides or provokes a failure to publish

A step that swallows its failure (`|| true`, `continue-on-error`, `if !` or an
`else` with a message alone, `set +e`, `| tee` without `pipefail`) leaves the
registry at an old release for months before anyone notices. What the message
says does not matter. A script that then fails, tries again, hands the outcome
on or runs something unknown is not reported. A script that writes the server's
`version` but not that of its packages, or of all, publishes an old package
again. A job that does not wait for the upload of the package asks the registry
to look for something that is not there yet, and one that runs even after a
failed upload (`if: always()`) does the same. A job that runs for pull requests
or for a push to any branch publishes what nobody has merged, unless an `if`
keeps it from that. One that runs after every push, while an `if` keeps the
upload to tags or releases, tries to publish what is not there.

The registry looks the package up where it was uploaded. PyPI and npm may not
show a new release for minutes, so a single attempt right after the upload
fails and leaves the registry behind. A step that asks the index for the
release in a loop, that sleeps for a minute or more, or that tries again is
right, and a job in between that builds an image takes minutes too. Images are
there at once. Uploads of packages that `server.json` does not name, and those
to another index, do not count.

See https://github.com/modelcontextprotocol/registry/tree/main/docs

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
warning[registry-fragile-publish]: `|| echo` hides that publishing failed
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
        from mcplint.registry import workflows

        yield from workflows.fragile_steps(manifest)
