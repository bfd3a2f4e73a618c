r"""The Node of the image is too old for the SDK

From release 1.30.0 on, `@modelcontextprotocol/sdk` takes requests by
`@hono/node-server`, whose release 2 counts on a global `crypto` that Node 18
does not have. The server starts, and each POST gets status 400 with
`ReferenceError: crypto is not defined`. The `engines` of the SDK still admit
Node 18, so that nothing warns. `@modelcontextprotocol/node`, with which
servers of version 2 take requests, does the same from release 2.1.2 on. Node
18 has had no updates since April 2025.

Node 16 has no global `Request` either: from release 1.25.0 on, and with
version 2, what speaks Streamable HTTP ends at its import with a `TypeError`
(`Class extends value undefined is not a constructor or null`).

Reported for servers over Streamable HTTP. Not reported on Node 18 if the lock
file, or the project's own requirement, holds `@hono/node-server` below 2. Not
reported for standard streams, nor on Node 16 with releases below 1.25.0: these
were started there, and work.

See https://nodejs.org/en/about/previous-releases

## Bad
`Dockerfile`
```dockerfile
FROM node:18-slim
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
  "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0", "express": "^5.1.0" }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@hono/node-server": {
      "version": "2.0.5"
    },
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.32.2"
    }
  }
}
```
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

const app = express();
app.post("/mcp", async (req, res) => {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res);
});
app.listen(3000);
```
```output
error[node-too-old]: each request to server `notes` fails: @modelcontextprotocol/sdk 1.32.2 needs Node 20, and node:18-slim has 18
 --> Dockerfile:1:6
  |
1 | FROM node:18-slim
  |      ^^^^^^^^^^^^
  |
 ::: package-lock.json:8:19
  |
5 |       "version": "2.0.5"
  |                   ----- package-lock.json pins @hono/node-server 2.0.5
...
8 |       "version": "1.32.2"
  |                   ------ package-lock.json pins @modelcontextprotocol/sdk 1.32.2
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci
USER node
CMD ["node", "server.js"]
```
"""

import re

from mcplint import ERROR, Finding, Server, rule
from mcplint.model.releases import common_fact
from mcplint.text.number import whole_number

CRYPTO, KEPT = 19, 20
"""The first major release of Node with a global `crypto`, and the first one of these that was kept for long."""


@rule("node-too-old", ERROR)
def check(server: Server):
    container, sdk = server.container, server.sdk
    base = container.image.only if container else None
    found = re.search(r"(?:^|/)node:(\d{1,9})(?:[.-]|$)", base or "")
    if container is None or not found or not server.transport.must_be("streamable-http"):
        return
    given, loads = int(found[1]), common_fact(sdk, "http.node")
    notes = sdk.version.trace[-1:]
    hono = sdk.hono.must(lambda release: (whole_number(release.partition(".")[0]) or 0) >= 2)
    crypto = hono and common_fact(sdk, "hono.crypto")
    if loads and given < loads and _uses_node_transport(server):
        message, needed = f"{server.title} cannot load its transport", KEPT if crypto else loads
    elif crypto and given < CRYPTO:
        message, needed, notes = f"each request to {server.title} fails", KEPT, (*notes, *sdk.hono.trace[-1:])
    else:
        return
    message = f"{message}: {sdk.title} needs Node {needed}, and {base} has {given}"
    yield Finding(message, container.image.span or container.span, notes)


def _uses_node_transport(server):
    """Whether it speaks through what the SDK has for Node, and by no other adapter."""
    names = ("StreamableHTTPServerTransport", "NodeStreamableHTTPServerTransport", "toNodeHandler")
    return any(each.dotted.endswith(f":{name}") for each in server.imports for name in names)
