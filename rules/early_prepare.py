r"""Installing the packages runs the project's own build, which cannot work there

`npm ci` and `npm install` run the script `prepare` of the project itself once
its packages are there, and `install` and `postinstall` too; so do
`pnpm install` and `bun install`. Where one of them builds, the install fails
in the image: after `npm ci --omit=dev` there is no compiler
(`sh: tsc: not found`, exit 127), and before the sources are copied there is
nothing to compile. On a developer's machine both are there.

Reported for a build in `prepare` with a program of a package that the lock
file keeps for development alone, and where what the program reads has not been
copied: for `tsc` its `tsconfig.json` or all sources, for `nest build` the
former, for `tsup`, `tsdown`, `esbuild`, `vite`, `rollup` and `ncc` the files
that they are told, or their configuration, for `node build.mjs` that file.
Not reported after `--ignore-scripts`, for a script that may fail
(`husky || true`), and where variables or a `.npmrc` tell npm more.

The fix skips the scripts, which is not safe by itself: packages that build
themselves at install, such as native modules, are then not built either.

See https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci

FROM node:22-slim
WORKDIR /app
COPY --from=build /app/dist dist
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
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
error[early-prepare]: `npm ci --omit=dev` runs the script `prepare` of the project, which fails: `tsc` comes with typescript, a development package, which `--omit=dev` leaves out
  --> Dockerfile:10:5
   |
10 | RUN npm ci --omit=dev
   |     ^^^^^^^^^^^^^^^^^
   |
  ::: package.json:3:26
   |
 3 |   "scripts": { "build": "tsc", "prepare": "npm run build" },
   |                          --- runs tsc
 4 |   "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" },
 5 |   "devDependencies": { "typescript": "5.9.3" }
   |                                       ----- only devDependencies asks for it
   |
   = fix: do not run scripts when packages are installed (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -7,6 +7,6 @@
 WORKDIR /app
 COPY --from=build /app/dist dist
 COPY package.json package-lock.json ./
-RUN npm ci --omit=dev
+RUN npm ci --ignore-scripts --omit=dev
 USER node
 CMD ["node", "dist/server.js"]
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts ./
RUN npm ci

FROM node:22-slim
WORKDIR /app
COPY --from=build /app/dist dist
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
USER node
CMD ["node", "dist/server.js"]
```
"""

from mcplint import ERROR, Container, Finding, Fix, LackKind, rule


@rule("early-prepare", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.EARLY):
        message = f"`{lack.step}` runs the script `{lack.name}` of the project, which fails: {lack.why}"
        fix = Fix("do not run scripts when packages are installed", lack.edits, safe=False) if lack.edits else None
        yield Finding(message, lack.span, lack.notes, fix)
