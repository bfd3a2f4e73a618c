r"""TypeScript 6 or 7 refuses the configuration of the build

TypeScript 6 reports what 7 has removed: `moduleResolution` `node` or `node10`,
`target` `es5`, and `baseUrl`. Both want a `rootDir` beside `outDir` if all
sources lie in one folder, since without it they compile `src/index.ts` to
`dist/src/index.js`. Each of these ends `tsc` with exit code 2, and the build
with it. The same configuration compiles with TypeScript 5.

`npm install --global typescript` takes the newest release, which has been 7
since July 2026, and so does a range such as `>=5` where no lock file decides.
`npx -p typescript tsc` fetches it where the project has none of its own. An
install without development packages leaves the project's own one out.

Ask for TypeScript 5 (`typescript@5.9.3`), or name `rootDir` and what the new
releases have in place of the options. Release 6 accepts these with
`"ignoreDeprecations": "6.0"`, release 7 does not.

Reported for `tsc` itself, started by a script of the project, by npx or in the
Dockerfile, where a lock file, a pin, a range or a global install tells its
release.

See https://aka.ms/ts6

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
RUN npm install --global typescript
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY src src
RUN npm ci && npm run build
USER node
CMD ["node", "dist/server.js"]
```
`package.json`
```json
{
  "type": "module",
  "scripts": { "build": "tsc" },
  "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.32.2"
    }
  }
}
```
`tsconfig.json`
```json
{
  "compilerOptions": { "module": "nodenext", "outDir": "dist", "skipLibCheck": true },
  "include": ["src"]
}
```
`src/server.ts`
```ts
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
```
```output
error[typescript-major]: `npm run build` fails: TypeScript 7.0.2 needs a `rootDir` beside `outDir`
 --> Dockerfile:6:15
  |
2 | RUN npm install --global typescript
  |     ------------------------------- installs TypeScript 7.0.2
...
6 | RUN npm ci && npm run build
  |               ^^^^^^^^^^^^^
  |
 ::: tsconfig.json:2:57
  |
2 |   "compilerOptions": { "module": "nodenext", "outDir": "dist", "skipLibCheck": true },
  |                                                         ---- set here
```

## Good
`tsconfig.json`
```json
{
  "compilerOptions": { "module": "nodenext", "rootDir": "src", "outDir": "dist", "skipLibCheck": true },
  "include": ["src"]
}
```
"""

from mcplint import ERROR, Container, Finding, LackKind, rule


@rule("typescript-major", ERROR)
def check(container: Container):
    for lack in container.lacking(LackKind.COMPILER):
        yield Finding(f"`{lack.step}` fails: TypeScript {lack.name} {lack.why}", lack.span, lack.notes)
