r"""A client runs a command that the npm or PyPI package does not have

`npx NAME` installs a package and runs the command that is called as it is, its
scope left out, or its only one. Commands are what `bin` in `package.json`
lists. Without it npx says `could not determine executable to run`, and the
client shows a server that never starts; with several commands and none of the
package's name it says the same. `main` is for those who import the package and
does not count.

`uvx NAME` runs the command `NAME` of the package `NAME`, and `uvx --from NAME
COMMAND` another one: each has to be a name under `[project.scripts]`.

Only packages of this project are looked at, and entries that start them by
name. `uv run NAME` and a bare `NAME` also find what dependencies and the
machine bring, which no file here lists. For packages that `server.json` lists
see `registry-missing-command`.

See https://docs.npmjs.com/cli/v11/configuring-npm/package-json#bin

## Bad
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": { "command": "npx", "args": ["-y", "@example/notes-mcp"] }
  }
}
```
`package.json`
```json
{
  "name": "@example/notes-mcp",
  "version": "1.0.0",
  "type": "module",
  "main": "server.js",
  "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" }
}
```
`server.js`
```js
#!/usr/bin/env node
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

await new McpServer({ name: "notes", version: "1.0.0" }).connect(new StdioServerTransport());
```
```output
error[missing-bin]: `npx @example/notes-mcp` finds nothing to run: the package installs no command
 --> package.json:2:12
  |
2 |   "name": "@example/notes-mcp",
  |            ^^^^^^^^^^^^^^^^^^
  |
 ::: .mcp.json:3:28
  |
3 |     "notes": { "command": "npx", "args": ["-y", "@example/notes-mcp"] }
  |                            --- starts it
```

## Good
`package.json`
```json
{
  "name": "@example/notes-mcp",
  "version": "1.0.0",
  "type": "module",
  "bin": { "notes-mcp": "server.js" },
  "dependencies": { "@modelcontextprotocol/sdk": "^1.30.0" }
}
```
"""

from mcplint import ERROR, ClientConfig, Finding, Label, rule
from mcplint.knowledge.executables import PACKAGE_RUNNERS


@rule("missing-bin", ERROR)
def check(client: ClientConfig):
    if client.bare:
        words, name = client.command.only, client.bare.span.text
        command = f"{words[0]} {name}" if words[0] in PACKAGE_RUNNERS else " ".join(words)[:80]
        message = f"`{command}` finds nothing to run: the package installs {client.bare.text}"
        yield Finding(message, client.bare.span, (Label(client.command.span or client.span, "starts it"),))
