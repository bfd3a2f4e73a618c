r"""The server's port comes from a variable that holds no port

Node listens on whatever it is given. Without a value, and for 0, it takes any
port that is free, another one at each start; nobody outside the container
knows it. For a number that is none, and for an empty text, it ends with
`ERR_SOCKET_BAD_PORT`. Any other text is the path of a socket file: the server
seems to run, or ends with `EACCES` for `tcp://10.0.0.1:3000`, which is what
Kubernetes sets for a Service (see `service-link-variable`).

| program | no value | empty | `abc` |
| --- | --- | --- | --- |
| `listen(process.env.PORT)` | any port | ends | a file |
| `listen(process.env.PORT ?? 3000)` | 3000 | ends | a file |
| `listen(Number(process.env.PORT ?? 3000))` | 3000 | any port | ends |
| `listen(parseInt(process.env.PORT) \|\| 3000)` | 3000 | 3000 | 3000 |

An empty value comes from `PORT=` in a file of variables, or from `${PORT:-}`
in compose.

It is an error if a file sets the value, and a warning if none does and the
program has no default. Reported for servers in a container.

See https://nodejs.org/api/net.html#serverlisten

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci
USER node
EXPOSE 3000
CMD ["node", "server.js"]
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      PORT: ""
    ports: ["127.0.0.1:3000:3000"]
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
app.listen(Number(process.env.PORT ?? 3000));
```
```output
error[fragile-port]: server `notes` listens on a random port: PORT is empty
  --> server.js:12:1
   |
12 | app.listen(Number(process.env.PORT ?? 3000));
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: compose.yaml:5:7
   |
 5 |       PORT: ""
   |       ------- sets PORT
```

## Good
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
app.listen(Number(process.env.PORT || 3000));
```
"""

from mcplint import ERROR, WARNING, Finding, Label, Server, rule

FATES = {
    "random": "listens on a random port",
    "refused": "ends at its start, without a port",
    "socket": "takes {} for a socket file, not for a port",
}


@rule("fragile-port", ERROR)
def check(server: Server):
    none, container = server.portless, server.container
    if none is None or container is None:
        return
    value = container.env.get(none.variable)
    if value is None and none.variable and may_be_set(container, none.variable):
        return
    text = value.only if value is not None else None
    state = "not set" if value is None else "empty" if text == "" else f"`{text}`"
    why = f": {none.variable} is {state}" if none.variable and none.fate != "socket" else ""
    set_here = (Label(value.span, f"sets {none.variable}"),) if value is not None and value.span else ()
    message = f"{server.title} {FATES[none.fate].format(none.said)}{why}"
    yield Finding(message, none.span, set_here, severity=WARNING if value is None else ERROR)


def may_be_set(container, name):
    """Whether files that are not here, or a hosting platform, may well set a variable."""
    return (
        container.env_files or name in container.examples or container.platform not in (None, "compose", "kubernetes")
    )
