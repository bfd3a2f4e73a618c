r"""npm refuses to install packages that do not go together

A package says by `peerDependencies` which releases of others it works beside.
npm 7 and later refuse to install what the project asks for where two of these
do not go together: `npm ci` and `npm install` end with `ERESOLVE`, also with a
lock file that somebody has made with `--legacy-peer-deps` or `--force`. On
that machine everything is there.

`mcp-handler` 1.0.7 wants `@modelcontextprotocol/sdk` 1.25.2 and no other one,
1.1.0 wants 1.26.0, and the packages of version 2
(`@modelcontextprotocol/node`, `…/express`) want the `server` of their time.

Ask for releases that go together. `--legacy-peer-deps` in the Dockerfile
builds the image, with packages that nobody has tried with each other.

Reported for two packages that `package.json` itself asks for, by what the lock
file says of them, and without one for `mcp-handler` and the packages of
version 2, whose peers are known; deeper in the tree npm only warns. Not
reported where the command, a variable or a `.npmrc` of the project tells npm
to ignore it, for `overrides`, and for workspaces.

See https://docs.npmjs.com/cli/v11/configuring-npm/package-json#peerdependencies

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
    "@modelcontextprotocol/sdk": "1.29.0",
    "mcp-handler": "1.1.0"
  }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.29.0"
    },
    "node_modules/mcp-handler": {
      "version": "1.1.0",
      "peerDependencies": {
        "@modelcontextprotocol/sdk": "1.26.0"
      }
    }
  }
}
```
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
```
```output
error[peer-conflict]: `npm ci` fails: mcp-handler 1.1.0 has the peer dependency @modelcontextprotocol/sdk 1.26.0, but 1.29.0 is locked
  --> Dockerfile:4:5
   |
 4 | RUN npm ci
   |     ^^^^^^
   |
  ::: package-lock.json:10:39
   |
 5 |       "version": "1.29.0"
   |                   ------ this one is locked
...
10 |         "@modelcontextprotocol/sdk": "1.26.0"
   |                                       ------ wants this release
```

## Good
`package.json`
```json
{
  "type": "module",
  "dependencies": {
    "@modelcontextprotocol/sdk": "1.26.0",
    "mcp-handler": "1.1.0"
  }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.26.0"
    },
    "node_modules/mcp-handler": {
      "version": "1.1.0",
      "peerDependencies": {
        "@modelcontextprotocol/sdk": "1.26.0"
      }
    }
  }
}
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("peer-conflict", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.PEER):
        yield Finding(f"`{lack.step}` fails: {lack.name} {lack.why}", lack.span, lack.notes)
