r"""Tools have schemas of a zod that their SDK cannot read

`@modelcontextprotocol/sdk` up to 1.22.0 reads the schemas of tools by the
insides of zod 3. A program that makes them with zod 4 starts without a word;
then, as measured, every tool is listed with an empty schema, and every call
fails with "keyValidator._parse is not a function". From 1.23.0 on the SDK
takes both.

Upgrade the SDK, keep zod at 3, or import the schemas from `zod/v3`, which
zod 4 brings along.

The same happens with `zod/v4`, which zod brings along from 3.25 on.

Not reported for a program that imports `zod/v3`, or whose tools have no
schema of zod that is seen, or are handled by the low-level `Server`.

See https://github.com/modelcontextprotocol/typescript-sdk/issues/906

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci
USER node
CMD ["node", "server.js"]
```
`package.json`
```json
{
  "type": "module",
  "dependencies": {
    "@modelcontextprotocol/sdk": "^1.20.0",
    "zod": "^4.1.0"
  }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.22.0"
    },
    "node_modules/zod": {
      "version": "4.1.12"
    }
  }
}
```
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "notes", version: "1.0.0" });
server.tool("add", { text: z.string() }, async ({ text }) => ({ content: [{ type: "text", text }] }));
await server.connect(new StdioServerTransport());
```
```output
error[zod-mismatch]: @modelcontextprotocol/sdk 1.22.0 cannot read schemas of zod 4.1.12: every call of a tool of server `notes` fails
 --> server.js:3:1
  |
3 | import { z } from "zod";
  | ^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: package.json:4:35
  |
4 |     "@modelcontextprotocol/sdk": "^1.20.0",
  |                                   ------- requires @modelcontextprotocol/sdk ^1.20.0
  |
 ::: package-lock.json:5:19
  |
5 |       "version": "1.22.0"
  |                   ------ package-lock.json pins @modelcontextprotocol/sdk 1.22.0
...
8 |       "version": "4.1.12"
  |                   ------ package-lock.json pins zod 4.1.12
```

## Good
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.29.0"
    },
    "node_modules/zod": {
      "version": "4.1.12"
    }
  }
}
```
"""

from mcplint import ERROR, Finding, Server, rule
from mcplint.model.releases import common_fact
from mcplint.text.number import whole_number

FOUR, PLAIN, THREE = "npm:zod/v4:", "npm:zod:", "npm:zod/v3:"


@rule("zod-mismatch", ERROR)
def check(server: Server):
    sdk = server.sdk
    by_name = {
        name: each for each in reversed(server.imports) for name in (FOUR, PLAIN, THREE) if each.dotted.startswith(name)
    }
    if server.kind != "McpServer" or not server.shaped or THREE in by_name or common_fact(sdk, "zod.major") != 3:
        return
    used = None
    if sdk.zod.must(is_newer):
        used, release = by_name.get(PLAIN) or by_name.get(FOUR), f"zod {sdk.zod.only}"
    elif sdk.zod.must(brings_newer) and PLAIN not in by_name:
        used, release = by_name.get(FOUR), f"`zod/v4` of zod {sdk.zod.only}"
    if used:
        message = f"{sdk.title} cannot read schemas of {release}: every call of a tool of {server.title} fails"
        yield Finding(message, used.span, (*sdk.version.trace, *sdk.zod.trace))


def is_newer(version: str) -> bool:
    return (whole_number(version.partition(".")[0]) or 0) >= 4


def brings_newer(version: str) -> bool:
    """Whether a release of zod 3 has `zod/v4` beside it."""
    major, minor, *_ = (*version.split("."), "0")
    return major == "3" and (whole_number(minor) or 0) >= 25
