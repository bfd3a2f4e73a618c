r"""Node does not find a module that the compiler has found

Node takes the path of an import as it is written, and so does the SDK's
`exports`: `@modelcontextprotocol/sdk/server/mcp` names no file, and
`…/server/mcp.js` does. `@modelcontextprotocol/sdk` alone leads nowhere in any
release. A relative path without its extension is found in CommonJS, and not in
a package of `"type": "module"`. The program ends at its start with
`ERR_MODULE_NOT_FOUND`, or with `ERR_PACKAGE_PATH_NOT_EXPORTED`.

TypeScript says nothing: with `moduleResolution` `bundler` or `node` it looks
for extensions itself, and the SDK's types are found without one even with
`nodenext`. tsx, bun and bundlers look for them too, so that it works wherever
it was tried.

Write the path with `.js`, also in TypeScript: it is that of the compiled file.

A path that is found does not export everything either: `McpServer` comes from
`server/mcp.js` in every release and never from `server` or `server/index.js`,
`createMcpExpressApp` from `server/express.js` since 1.24.2. That ends the
program with a `SyntaxError`, whatever runs it. Version 2 has packages of its
own: `@modelcontextprotocol/server` has no `SSEServerTransport`, which
`@modelcontextprotocol/server-legacy/sse` has, no `StdioServerTransport`, which
its `/stdio` has, and transports for Node are in `@modelcontextprotocol/node`.

Reported for servers that plain Node starts, from JavaScript as it is or from
what `tsc` alone makes of TypeScript. Not reported for what is only used as a
type, which the compiler leaves out, where a bundler or a tool that rewrites
paths is among the packages, and where Node is given a loader.

See https://nodejs.org/api/esm.html#mandatory-file-extensions

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json tsconfig.json server.ts notes.ts ./
RUN npm ci && npm run build
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
{
  "compilerOptions": {
    "module": "es2022",
    "target": "es2022",
    "moduleResolution": "bundler",
    "rootDir": ".",
    "outDir": "dist",
    "skipLibCheck": true
  }
}
```
`server.ts`
```ts
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { addTools } from "./notes";

const server = new McpServer({ name: "notes", version: "1.0.0" });
addTools(server);
await server.connect(new StdioServerTransport());
```
`notes.ts`
```ts
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp";

export function addTools(server: McpServer) {
  server.registerTool("add", {}, async () => ({ content: [] }));
}
```
```output
error[unresolved-import]: server `notes` does not start: Node does not find `@modelcontextprotocol/sdk/server/mcp`, only `@modelcontextprotocol/sdk/server/mcp.js`
 --> server.ts:1:1
  |
1 | import { McpServer } from "@modelcontextprotocol/sdk/server/mcp";
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
2 | import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
3 | import { addTools } from "./notes";
  | ----------------------------------- and here
  |
  = fix: write the path of the file (--fix)
```
```diff
--- a/server.ts
+++ b/server.ts
@@ -1,6 +1,6 @@
-import { McpServer } from "@modelcontextprotocol/sdk/server/mcp";
+import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
 import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
-import { addTools } from "./notes";
+import { addTools } from "./notes.js";

 const server = new McpServer({ name: "notes", version: "1.0.0" });
 addTools(server);
```

## Good
`server.ts`
```ts
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { addTools } from "./notes.js";

const server = new McpServer({ name: "notes", version: "1.0.0" });
addTools(server);
await server.connect(new StdioServerTransport());
```
"""

from mcplint import ERROR, Finding, Fix, Label, Server, rule


@rule("unresolved-import", ERROR)
def check(server: Server):
    lost = [each for each in server.imports if each.unresolved]
    if lost:
        first, *others = lost
        name = first.dotted.removeprefix("npm:")
        does = f"`{name}` exports no `{first.lacks}`" if first.lacks else f"Node does not find `{name}`"
        there = f", only `{first.edits[0].text}`" if first.edits else ""
        notes = tuple(Label(each.span, "and here") for each in others[:8])
        edits = tuple(edit for each in lost for edit in each.edits)
        fix = Fix("write the path of the file", edits, safe=True) if all(each.edits for each in lost) else None
        yield Finding(f"{server.title} does not start: {does}{there}", first.span, notes, fix)
