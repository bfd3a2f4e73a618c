r"""The build runs a development tool that the install has left out

`npm ci --omit=dev`, or any install with `NODE_ENV=production` set, leaves out
the development packages, and `tsc` or the bundler are most often among them.
The build that follows in the same stage stops with `sh: tsc: not found`
(exit 127). Whoever sets `ENV NODE_ENV=production` at the top of the Dockerfile
gets this without any flag.

Install everything in the stage that builds, and leave the development
packages out of the stage that runs.

`pnpm install --prod`, `yarn install --production`, `yarn workspaces focus
--production` and `bun install --production` do the same, and `npm prune
--omit=dev` and `pnpm prune --prod` take the packages away again. NODE_ENV
counts for npm, for yarn 1 and for pnpm before 10; pnpm 10, later releases of
yarn and bun ignore it.

Reported for programs of packages that the lock file keeps for development
alone, and for all in a stage where nothing installs any package. Not reported
if packages are copied in from another stage or from a context that does not
ignore `node_modules`, if the image installs the tool by itself, or where
`npx` or `bunx` may fetch it.

See https://docs.npmjs.com/cli/v11/using-npm/config#omit

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci
RUN npm run build
USER node
CMD ["node", "dist/server.js"]
```
`package.json`
```json
{
  "type": "module",
  "scripts": { "build": "tsc" },
  "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" },
  "devDependencies": { "typescript": "5.9.3" }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.32.2"
    },
    "node_modules/typescript": {
      "version": "5.9.3",
      "dev": true
    }
  }
}
```
`tsconfig.json`
```json
{ "compilerOptions": { "module": "nodenext", "rootDir": ".", "outDir": "dist", "skipLibCheck": true } }
```
`server.ts`
```ts
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
```
```output
error[missing-dev-tools]: `npm run build` does not find `tsc`: `tsc` comes with typescript, a development package, which `NODE_ENV=production` leaves out
 --> Dockerfile:6:5
  |
6 | RUN npm run build
  |     ^^^^^^^^^^^^^
  |
 ::: package.json:3:26
  |
3 |   "scripts": { "build": "tsc" },
  |                          --- runs tsc
4 |   "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" },
5 |   "devDependencies": { "typescript": "5.9.3" }
  |                                       ----- only devDependencies asks for it
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci --include=dev
RUN npm run build && npm prune --omit=dev
USER node
CMD ["node", "dist/server.js"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("missing-dev-tools", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.TOOL):
        yield Finding(f"`{lack.step}` does not find `{lack.name}`: {lack.why}", lack.span, lack.notes)
