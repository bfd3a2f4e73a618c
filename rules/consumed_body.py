r"""The transport reads a request body that was consumed before

`express.json()` reads the body of every request and leaves it in `req.body`;
the stream behind it is then at its end. A transport of the TypeScript SDK that
is not given that body reads the stream itself and finds nothing: as measured
on every release, `handlePostMessage(req, res)` of HTTP+SSE answers 400 "stream
is not readable", and `handleRequest(req, res)` of Streamable HTTP 400 "Parse
error". Every message of every client fails.

Fastify reads bodies itself, `reply.hijack()` or not, and so do koa-bodyparser,
@koa/bodyparser and koa-body.

Give the transport the body, as the third argument, or mount the parser only
where it is wanted.

Not reported where no parser stands in front of the route, nor where a program
speaks of other parsers of Fastify (`removeAllContentTypeParsers()`) or hooks.

See https://github.com/modelcontextprotocol/typescript-sdk/issues/187

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

const app = express();
app.use(express.json());
app.post("/mcp", async (req, res) => {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res);
});
app.listen(3000);
```
```output
error[consumed-body]: the transport of server `notes` reads a request body that was consumed before: every message gets 400
  --> server.js:11:9
   |
 6 | app.use(express.json());
   | ----------------------- this reads it before
...
11 |   await transport.handleRequest(req, res);
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = fix: give the transport the body that was read (--fix)
```
```diff
--- a/server.js
+++ b/server.js
@@ -8,6 +8,6 @@
   const server = new McpServer({ name: "notes", version: "1.0.0" });
   const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
   await server.connect(transport);
-  await transport.handleRequest(req, res);
+  await transport.handleRequest(req, res, req.body);
 });
 app.listen(3000);
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

import re

from mcplint import ERROR, Edit, Finding, Fix, Server, rule

REQUEST = r"\(\s*(?P<plain>\w+)\s*,\s*\w+\s*(?P<end>\))$"
RAW = r"\(\s*(?P<raw>\w+)\.raw\s*,\s*\w+\.raw\s*(?P<end>\))$"
CONTEXT = r"\(\s*(?P<context>\w+)\.req\s*,\s*(?P=context)\.res\s*(?P<end>\))$"
BODIES = ((REQUEST, "plain", "{}.body"), (RAW, "raw", "{}.body"), (CONTEXT, "context", "{}.request.body"))


@rule("consumed-body", ERROR)
def check(server: Server):
    if server.wiring.consumed:
        reads, parser = server.wiring.consumed
        yield Finding(
            f"the transport of {server.title} reads a request body that was consumed before: every message gets 400",
            reads.span,
            (parser,),
            body_fix(reads.span),
        )


def body_fix(span):
    """The body given to the transport, where the call names the request and the response as Express, Fastify or Koa."""
    for pattern, name, body in BODIES:
        found = re.search(pattern, span.text)
        if found and not (name == "plain" and "koa" in span.source.text):
            at = span._replace(start=span.start + found.start("end"), end=span.start + found.start("end"))
            return Fix(
                "give the transport the body that was read", (Edit(at, f", {body.format(found[name])}"),), safe=True
            )
    return None
