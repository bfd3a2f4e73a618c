r"""Nothing in the image builds the program that is started

The start command names a file that the build of the project makes, such as
`dist/index.js`, and no step of the image makes it: there is no build step, or
the script `prepare` was to build and `npm ci --ignore-scripts` skips it, or
the result stays behind in another stage, or the compiler only checks types
(`noEmit`, `emitDeclarationOnly`), or the build writes to another folder
(`outDir`, `--outfile`) than the one that is started. `COPY --from=build` of
such a file or folder ends the build with `not found`; without it the image
builds, and each container exits with `Cannot find module
'/app/dist/index.js'`. The packages that a program imports can stay behind in
the same way: the last stage takes `dist` and neither installs nor takes
`node_modules`, and Node says `ERR_MODULE_NOT_FOUND`, unless a bundler has put
them into the program.

Reported only if nothing else can bring the file: every step of the stage is
known, none runs a script, copies or unpacks, and no COPY brings the folder
from a build context, where a developer or CI may have built it before (what a
`COPY dist dist` brings of a folder that is not kept is not known); with
`COPY . .`, a folder that no script of the package writes to nobody has built.
Nor may the start itself bring it: `prestart`, or a command before the
program.

See https://docs.npmjs.com/cli/v11/using-npm/scripts,
https://www.typescriptlang.org/tsconfig/#noEmit and
https://nodejs.org/api/modules.html#loading-from-node_modules-folders

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci --ignore-scripts

FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY --from=build /app/dist dist
USER node
CMD ["node", "dist/server.js"]
```
`package.json`
```json
{
  "type": "module",
  "scripts": { "build": "tsc", "prepare": "npm run build" },
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
error[missing-build-output]: COPY does not find `/app/dist` in stage `build`: no step builds it, and `npm ci --ignore-scripts` skips the script `prepare`
  --> Dockerfile:10:19
   |
10 | COPY --from=build /app/dist dist
   |                   ^^^^^^^^^
   |
  ::: package.json:3:44
   |
 3 |   "scripts": { "build": "tsc", "prepare": "npm run build" },
   |                                            ------------- would build it
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci --ignore-scripts && npm run build

FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY --from=build /app/dist dist
USER node
CMD ["node", "dist/server.js"]
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("missing-build-output", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.OUTPUT):
        if lack.stage:
            message = f"COPY does not find `{lack.name}` in stage `{lack.stage}`: {lack.why}"
        else:
            message = f"the start command names `{lack.name}`, which is not in the image: {lack.why}"
        yield Finding(message, lack.span, lack.notes)
    for lack in container.lacking(LackKind.PACKAGES):
        yield Finding(f"the program imports `{lack.name}`, and {lack.why}", lack.span, lack.notes)
