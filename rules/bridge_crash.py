r"""The bridge to a stdio server crashes when a second client connects

supergateway up to release 3 has one server object for all clients over
HTTP+SSE, its default. It requires `@modelcontextprotocol/sdk` `^1`, so that an
install without a lock file gets the newest, and from 1.26.0 on the SDK refuses
to connect one server to a second transport: the process ends with `Already
connected to a transport`, and the first client is cut off too. With one client
at a time it seems to work until somebody connects again.

Install release 4, which makes a server for each client. Or serve
`--outputTransport streamableHttp`, at `/mcp`, which releases 2.8.3 and later
do for any number of clients.

Reported for a release that the command or the build names, and for that of a
dependency that the build installs: `npx supergateway` and scripts of npm take
it, and where there is none npx takes the newest. A lock file decides about the
SDK too; that of pnpm is not asked for it. An image of supergateway's own has
the SDK of its day and is not looked at.

See https://github.com/supercorp-ai/supergateway/releases

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
RUN npm install --global supergateway@3.4.3
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci
USER node
EXPOSE 8000
CMD ["supergateway", "--stdio", "node server.js", "--port", "8000"]
```
`package.json`
```json
{ "type": "module", "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" } }
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
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
```
```output
error[bridge-crash]: supergateway 3.4.3 ends when a second client of server `notes` connects over HTTP+SSE
 --> Dockerfile:8:7
  |
2 | RUN npm install --global supergateway@3.4.3
  |                                       ----- pins supergateway 3.4.3
...
8 | CMD ["supergateway", "--stdio", "node server.js", "--port", "8000"]
  |       ^^^^^^^^^^^^
  |
  = fix: install supergateway 4.0.0 (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,5 +1,5 @@
 FROM node:22-slim
-RUN npm install --global supergateway@3.4.3
+RUN npm install --global supergateway@4.0.0
 WORKDIR /app
 COPY package.json package-lock.json server.js ./
 RUN npm ci
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim
RUN npm install --global supergateway@4.0.0
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci
USER node
EXPOSE 8000
CMD ["supergateway", "--stdio", "node server.js", "--port", "8000"]
```
"""

from mcplint import ERROR, Edit, Finding, Fix, Server, rule
from mcplint.knowledge.sdk import fact, newest

SDK = "npm:@modelcontextprotocol/sdk"


@rule("bridge-crash", ERROR)
def check(server: Server):
    bridge = server.bridge
    if bridge is None or not bridge.transport.must_be("sse"):
        return
    package = f"npm:{bridge.name}"
    refused = bridge.sdk.must(lambda release: fact(SDK, release, "server.second_connect") == "fails")
    if refused and bridge.release.must(lambda release: fact(package, release, "sse.second_client") == "ends"):
        fixed = newest(package)
        edits = (Edit(bridge.pin.span, fixed),) if bridge.pin else ()
        yield Finding(
            f"{bridge.name} {bridge.release.only} ends when a second client of {server.title} connects over HTTP+SSE",
            bridge.span,
            bridge.release.trace,
            Fix(f"install {bridge.name} {fixed}", edits) if edits else None,
        )
