r"""A client skips a server because of how its entry is written

Each host reads its own file in its own way, and most leave out what they do
not understand without a word: the server is simply not there.

Claude Code reads `.mcp.json`: plain JSON, servers under `mcpServers`, and a
`type` next to every `url`, spelled `http`, `streamable-http` or `sse`. VS Code
reads `servers` in `.vscode/mcp.json`, or below `mcp` in its settings, takes
comments there, and needs no type.
Claude Desktop starts commands only. Roo Code needs a type and spells it
`streamable-http`, Cline `streamableHttp`; one bad entry makes Cline refuse its
whole file.

A server of a plugin is started in the folder where Claude Code is used, not in
that of the plugin: a path to one of its files needs `${CLAUDE_PLUGIN_ROOT}`.
It is a warning in a `.mcp.json`, which may be meant for the project alone.
Claude Code never reads `cwd`, which is a warning where a path depends on it,
nor the `url` of an entry with a `command`, and finds no program below `~`.

`docker run` and `docker exec` connect a server to its client only with `-i`,
and neither with `-t`, which makes a terminal of its output, nor with `-d`.

`mcpb pack` refuses the `manifest.json` of a bundle for any key that it does
not know, for a type of server that it does not know, and without
`manifest_version`. What is entered for an option named as a secret is shown
unless the option is `sensitive`, which is a warning.

Not reported for hosts and keys whose reading is not known: of other files
named `mcp.json`, only `docker run` is checked. The settings of Goose and n8n
lie with their users and are not read. Gemini CLI gives servers no variable
that is named as a secret unless `env` or `settings` names it; whether a server
does without is seldom said, so that is not reported either. Servers at the top
of a `.mcp.json` are right in a plugin.

See https://docs.claude.com/en/docs/claude-code/mcp and
https://code.visualstudio.com/docs/copilot/reference/mcp-configuration

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "url": "https://notes.example.com/mcp"
    },
    "drafts": {
      "command": "docker",
      "args": ["run", "--rm", "-e", "TOKEN", "example.com/drafts:1.0.0"]
    }
  }
}
```
```output
error[client-config-shape]: Claude Code skips `notes`: next to `url` it expects `type`
 --> .mcp.json:4:8
  |
4 |       "url": "https://notes.example.com/mcp"
  |        ^^^
  |
  = fix: add the type `http` (--unsafe-fixes)

error[client-config-shape]: `docker run` without `-i` gives the server no standard input: it ends before the client says anything
 --> .mcp.json:8:17
  |
8 |       "args": ["run", "--rm", "-e", "TOKEN", "example.com/drafts:1.0.0"]
  |                 ^^^
  |                                               ------------------------ this is the server
  |
  = fix: keep standard input open (--unsafe-fixes)
```
```diff
--- a/.mcp.json
+++ b/.mcp.json
@@ -1,11 +1,12 @@
 {
   "mcpServers": {
     "notes": {
+      "type": "http",
       "url": "https://notes.example.com/mcp"
     },
     "drafts": {
       "command": "docker",
-      "args": ["run", "--rm", "-e", "TOKEN", "example.com/drafts:1.0.0"]
+      "args": ["run", "-i", "--rm", "-e", "TOKEN", "example.com/drafts:1.0.0"]
     }
   }
 }
```

## Good
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "type": "http",
      "url": "https://notes.example.com/mcp"
    },
    "drafts": {
      "command": "docker",
      "args": ["run", "-i", "--rm", "-e", "TOKEN", "example.com/drafts:1.0.0"]
    }
  }
}
```
"""

from mcplint import ERROR, ClientFlaw, Finding, Fix, rule


@rule("client-config-shape", ERROR)
def check(flaw: ClientFlaw):
    if flaw.kind == "shape":
        fix = Fix(flaw.title, flaw.edits)
        yield Finding(flaw.message, flaw.span, flaw.notes, fix, flaw.severity)
