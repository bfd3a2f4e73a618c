r"""A workflow step does not publish as intended

The registry's publisher only looks at its first argument:
`mcp-publisher publish --dry-run` publishes, and other flags are ignored,
including `--file` (a warning). `login github` waits for a person with a
browser. A workflow uses `login github-oidc`, for which GitHub only issues an
identity if `permissions` contain `id-token: write`, or gives a token by
`--token` or `MCP_GITHUB_TOKEN`. A
publisher before 1.4.0 rejects the current schema, one before 1.7.6 asks for
an identity that the registry has refused since April 2026, and one before
1.8.0 (a note) is older than the registry's checks. Its files are called by
Go's names (`mcp-publisher_linux_amd64.tar.gz`); another name is a 404, as is
one with `$(uname -m)`, which says `x86_64`.

See
https://github.com/modelcontextprotocol/registry/pull/1229,
https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/about-security-hardening-with-openid-connect

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
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: ./mcp-publisher login github-oidc
      - run: ./mcp-publisher publish --dry-run
```
```output
error[registry-publish-step]: `login github-oidc` gets no identity: neither job nor workflow has `permissions: id-token: write`
  --> .github/workflows/publish.yml:12:16
   |
12 |       - run: ./mcp-publisher login github-oidc
   |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error[registry-publish-step]: `--dry-run` does not prevent publishing: the publisher ignores flags and has no dry run
  --> .github/workflows/publish.yml:13:16
   |
13 |       - run: ./mcp-publisher publish --dry-run
   |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
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

from mcplint import ERROR, Manifest, rule


@rule("registry-publish-step", ERROR)
def check(manifest: Manifest):
    if manifest.project.workflows:
        from mcplint.registry import workflows

        yield from workflows.failing_steps(manifest)
