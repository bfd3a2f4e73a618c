r"""npm is told `--omit-dev`, which it does not know

The option is `--omit=dev`. With a hyphen it is an unknown option, about which
npm only warns: all development packages are installed, the build succeeds, and
the image ships compilers and test tools beside the server. As measured with
npm 8 to 11; npm says that its next major release stops at unknown options.

The fix is not safe by itself: a build in the same stage may use what is then
left out. It is a note, and the fix is safe, where `NODE_ENV=production` leaves
them out all the same.

See https://docs.npmjs.com/cli/v11/using-npm/config#omit

## Bad
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci --omit-dev
USER node
CMD ["node", "server.js"]
```
`package.json`
```json
{
  "type": "module",
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
warning[misspelt-omit]: npm does not know `--omit-dev` and installs the development packages too
 --> Dockerfile:4:12
  |
4 | RUN npm ci --omit-dev
  |            ^^^^^^^^^^
  |
  = fix: write `--omit=dev` (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,6 +1,6 @@
 FROM node:22-slim
 WORKDIR /app
 COPY package.json package-lock.json server.js ./
-RUN npm ci --omit-dev
+RUN npm ci --omit=dev
 USER node
 CMD ["node", "server.js"]
```

## Good
`Dockerfile`
```dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json server.js ./
RUN npm ci --omit=dev
USER node
CMD ["node", "server.js"]
```
"""

from mcplint import NOTE, WARNING, Container, Edit, Finding, Fix, Label, rule

MISSPELT = ("--omit-dev", "--omit-development")


@rule("misspelt-omit", WARNING)
def check(container: Container):
    installs = [install for install in container.node_installs if install.tool == "npm"]
    misspelt = [(install, word) for install in installs for word in install.argv if word.only in MISSPELT]
    wrong = [each for each in misspelt if each[0].development.must_be(True)]
    idle = [each for each in misspelt if each[0].development.must_be(False) and each[0].development.trace]
    if not (wrong or idle):
        return
    install, word = (wrong or idle)[0]
    others = (Label(span_of(other), "nor here") for _, other in misspelt if span_of(other) != span_of(word))
    if wrong:
        does, why = " and installs the development packages too", ()
    else:
        does, why = ": only NODE_ENV=production leaves the development packages out", install.development.trace
    edits = tuple(Edit(other.site.span, "--omit=dev") for _, other in misspelt if other.site)
    fix = Fix("write `--omit=dev`", edits, safe=not wrong)
    message = f"npm does not know `{word.only}`{does}"
    yield Finding(message, span_of(word), (*why, *others), fix, None if wrong else NOTE)


def span_of(word):
    return word.site.span if word.site else word.trace[0].span
