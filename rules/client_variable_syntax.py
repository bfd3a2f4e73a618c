r"""A client does not expand a variable that is written this way

Hosts replace variables in their configuration, but each in a syntax of its
own. Claude Code knows `${NAME}` and `${NAME:-default}`, VS Code and Roo Code
`${env:NAME}`, neither of them `$NAME`. Anything else reaches the server as it
stands: it is asked with the header `Authorization: Bearer ${env:TOKEN}` and
answers `401`. Codex replaces nothing: `bearer_token_env_var` and
`env_http_headers` name variables.

An error in the entry of a remote server, a warning where a command is started.
Claude Code keeps some variables from remote servers, such as `NPM_TOKEN` and
`ANTHROPIC_API_KEY`: they arrive empty, which is a warning. So is `${input:id}`
where no file of VS Code beside it describes that input: nothing is started.

Not reported for arguments that a shell or `mcp-remote` reads, for files of
hosts whose syntax is not known, and for text in which the host's own syntax
stands.

See https://docs.claude.com/en/docs/claude-code/mcp and
https://code.visualstudio.com/docs/reference/variables-reference

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
      "type": "http",
      "url": "https://notes.example.com/mcp",
      "headers": {"Authorization": "Bearer ${env:NOTES_TOKEN}"}
    }
  }
}
```
```output
error[client-variable-syntax]: Claude Code does not replace `${env:NOTES_TOKEN}`: the server gets it as it is written
 --> .mcp.json:6:44
  |
6 |       "headers": {"Authorization": "Bearer ${env:NOTES_TOKEN}"}
  |                                            ^^^^^^^^^^^^^^^^^^
  |
  = fix: write `${NOTES_TOKEN}` (--fix)
```
```diff
--- a/.mcp.json
+++ b/.mcp.json
@@ -3,7 +3,7 @@
     "notes": {
       "type": "http",
       "url": "https://notes.example.com/mcp",
-      "headers": {"Authorization": "Bearer ${env:NOTES_TOKEN}"}
+      "headers": {"Authorization": "Bearer ${NOTES_TOKEN}"}
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
      "url": "https://notes.example.com/mcp",
      "headers": {"Authorization": "Bearer ${NOTES_TOKEN}"}
    }
  }
}
```
"""

from mcplint import ERROR, ClientFlaw, Finding, Fix, rule


@rule("client-variable-syntax", ERROR)
def check(flaw: ClientFlaw):
    if flaw.kind == "variable":
        fix = Fix(flaw.title, flaw.edits, safe=True)
        yield Finding(flaw.message, flaw.span, flaw.notes, fix, flaw.severity)
