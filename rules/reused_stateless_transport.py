r"""One stateless transport handles every request

A transport of the TypeScript SDK that keeps no sessions (`sessionIdGenerator`
is `undefined` or not given) is for one request. A program that makes it once
and gives it all requests worked up to release 1.25.3 of
`@modelcontextprotocol/sdk` (2.2.0 of `@modelcontextprotocol/server`). From
1.26.0 (2.3.0) on the second request gets status 500, "Stateless transport
cannot be reused across requests", and so does every one after it until the
process is started again: an ordinary client cannot even connect, as its
second request belongs to the handshake.

Make a server and a transport in the handler, for each request anew.

It is a note where the release that is installed still tolerates it, since the
next update does not.

Not reported for a transport that keeps sessions, which is meant to be given
the requests of its one session.

See https://github.com/modelcontextprotocol/typescript-sdk/issues/1994

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
    "@modelcontextprotocol/sdk": "^1.27.0",
    "express": "^5.1.0"
  }
}
```
`package-lock.json`
```json
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@modelcontextprotocol/sdk": {
      "version": "1.27.1"
    }
  }
}
```
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

const server = new McpServer({ name: "notes", version: "1.0.0" });
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
await server.connect(transport);

const app = express();
app.use(express.json());
app.post("/mcp", (req, res) => transport.handleRequest(req, res, req.body));
app.listen(3000);
```
```output
error[reused-stateless-transport]: every request for server `notes` is given to one transport without sessions: @modelcontextprotocol/sdk 1.27.1 answers the second one with status 500, and all after it
  --> server.js:11:32
   |
 6 | const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
   |                   -------------------------------------------------------------------- the transport is made here
...
11 | app.post("/mcp", (req, res) => transport.handleRequest(req, res, req.body));
   |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: package.json:4:35
   |
 4 |     "@modelcontextprotocol/sdk": "^1.27.0",
   |                                   ------- requires @modelcontextprotocol/sdk ^1.27.0
   |
  ::: package-lock.json:5:19
   |
 5 |       "version": "1.27.1"
   |                   ------ package-lock.json pins @modelcontextprotocol/sdk 1.27.1
```

## Good
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

const app = express();
app.use(express.json());
app.post("/mcp", async (req, res) => {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);
});
app.listen(3000);
```
"""

from mcplint import ERROR, NOTE, Finding, Server, rule
from mcplint.model.releases import common_fact


@rule("reused-stateless-transport", ERROR)
def check(server: Server):
    fate = common_fact(server.sdk, "stateless.reuse")
    if not server.wiring.reused or fate is None:
        return
    gives, *made = server.wiring.reused
    what = f"every request for {server.title} is given to one transport without sessions"
    if fate == "fails":
        message = f"{what}: {server.sdk.title} answers the second one with status 500, and all after it"
        yield Finding(message, gives.span, (*made, *server.sdk.version.trace))
    else:
        message = f"{what}, which {server.sdk.title} tolerates and later releases refuse"
        yield Finding(message, gives.span, (*made, *server.sdk.version.trace), severity=NOTE)
