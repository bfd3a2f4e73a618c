r"""One server object is connected to every request's transport

A server of the TypeScript SDK speaks over one transport at a time. A program
that makes one `McpServer` and connects it to a new transport for each session
or request works as long as one client at a time tries it. From release 1.26.0
of `@modelcontextprotocol/sdk` (2.3.0 of `@modelcontextprotocol/server`) on
`connect()` refuses with "Already connected to a transport": the second client
gets status 500, or the process ends where nobody awaits the call. Before,
with a transport a session, the answers for one client are sent to another:
as measured, it gets what the other has asked for, and waits for its own
answer for ever. With a transport a request, one of two calls at a time is
never answered up to 1.17.0.

A function that makes the server once and returns it ever after (`if (!server)
server = …`, `server ??= …`) does the same: the second client gets the server
of the first.

Make a server in the handler, by a function that registers the tools, and
connect that one.

It is a note for a transport a request in 1.17.1 to 1.25.3 and 2.0.0 to 2.2.0,
which tolerate it, unlike the next update, and a warning where the release
is not known.

Not reported for a server that is made in the handler or by a function that it
calls, nor on standard streams, where there is one client, nor where the
handler closes the session before, which leaves one session at a time. Nor
for one that is looked up in a `Map`, which may keep one for each session.

See https://github.com/modelcontextprotocol/typescript-sdk/issues/1405

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
    "@modelcontextprotocol/sdk": "^1.30.0",
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

const server = new McpServer({ name: "notes", version: "1.0.0" });
const app = express();
app.use(express.json());
app.post("/mcp", async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);
});
app.listen(3000);
```
```output
error[shared-mcp-server]: each client is connected to the same object of server `notes`: @modelcontextprotocol/sdk 1.32.2 refuses the second one
  --> server.js:10:9
   |
 5 | const server = new McpServer({ name: "notes", version: "1.0.0" });
   |                -------------------------------------------------- the server is made here
...
10 |   await server.connect(transport);
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: package.json:4:35
   |
 4 |     "@modelcontextprotocol/sdk": "^1.30.0",
   |                                   ------- requires @modelcontextprotocol/sdk ^1.30.0
   |
  ::: package-lock.json:5:19
   |
 5 |       "version": "1.32.2"
   |                   ------ package-lock.json pins @modelcontextprotocol/sdk 1.32.2
```

## Good
`server.js`
```js
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

function createServer() {
  return new McpServer({ name: "notes", version: "1.0.0" });
}

const app = express();
app.use(express.json());
app.post("/mcp", async (req, res) => {
  const server = createServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);
});
app.listen(3000);
```
"""

from mcplint import ERROR, NOTE, WARNING, Finding, Server, rule
from mcplint.model.releases import common_fact

HARM = {
    "fails": "{} refuses the second one",
    "reroutes": "{} sends the answers for one to another",
    "hangs": "of two calls at a time {} never answers one",
    "works": "{} tolerates it, and later releases refuse the second one",
    None: "answers reach the wrong client, or the second one is refused",
}
SEVERITY = {"works": NOTE, None: WARNING}


@rule("shared-mcp-server", ERROR)
def check(server: Server):
    if server.wiring.shared:
        connects, *made = server.wiring.shared
        fate = common_fact(
            server.sdk, "server.second_request" if server.stateless.must(bool) else "server.second_connect"
        )
        yield Finding(
            f"each client is connected to the same object of {server.title}: {HARM[fate].format(server.sdk.title)}",
            connects.span,
            (*made, *server.sdk.version.trace),
            severity=SEVERITY.get(fate),
        )
