r"""The registry rejects a package that the schema allows

What a package must have depends on where it is published, and this is only
checked when publishing: the schema accepts any registry type, and
`mcp-publisher validate` does not look. The types are `npm`, `pypi`, `nuget`,
`oci`, `mcpb` and `cargo`, in lower case.

- npm, pypi, nuget and cargo packages need a `version`; an image has it as the
  tag in `identifier` and nowhere else.
- `fileSha256` belongs to `mcpb` bundles, which need it, and to nothing else.
- `registryBaseUrl` is exactly the registry's own address, or left out; images
  and bundles have none.
- An image is on docker.io, ghcr.io, quay.io, mcr.microsoft.com, `*.pkg.dev` or
  `*.azurecr.io`.
- A bundle is a release asset on GitHub or GitLab, with `mcp` in its address.

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
      "registryType": "docker",
      "identifier": "ghcr.io/acme/weather",
      "version": "1.4.0",
      "transport": {
        "type": "stdio"
      }
    },
    {
      "registryType": "oci",
      "identifier": "ghcr.io/acme/weather",
      "transport": {
        "type": "stdio"
      },
      "version": "1.4.0"
    }
  ]
}
```
```output
error[registry-refused-package]: the registry rejects the registry type `docker`: it must be npm, pypi, nuget, oci, mcpb or cargo
  --> server.json:12:24
   |
12 |       "registryType": "docker",
   |                        ^^^^^^
   |
   = fix: write `oci` (--fix)

error[registry-refused-package]: the registry rejects `version` for an image: the version is the tag in `identifier`
  --> server.json:25:19
   |
25 |       "version": "1.4.0"
   |                   ^^^^^
   |
   = fix: move the version into the tag (--fix)
```
```diff
--- a/server.json
+++ b/server.json
@@ -9,20 +9,18 @@
   },
   "packages": [
     {
-      "registryType": "docker",
-      "identifier": "ghcr.io/acme/weather",
-      "version": "1.4.0",
+      "registryType": "oci",
+      "identifier": "ghcr.io/acme/weather:1.4.0",
       "transport": {
         "type": "stdio"
       }
     },
     {
       "registryType": "oci",
-      "identifier": "ghcr.io/acme/weather",
+      "identifier": "ghcr.io/acme/weather:1.4.0",
       "transport": {
         "type": "stdio"
-      },
-      "version": "1.4.0"
+      }
     }
   ]
 }
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
      "registryType": "oci",
      "identifier": "ghcr.io/acme/weather:1.4.0",
      "transport": {
        "type": "stdio"
      }
    }
  ]
}
```
"""

from mcplint import ERROR, Manifest, rule


@rule("registry-refused-package", ERROR)
def check(manifest: Manifest):
    from mcplint.registry.refusals import refusals
    from mcplint.registry.rows import PACKAGE

    yield from refusals(manifest, PACKAGE)
