r"""A client reads a timeout in another unit

`timeout` counts milliseconds in Claude Code and Gemini CLI, and seconds in Roo
Code and Cline. Sixty milliseconds end every call before it is answered. Roo
Code refuses an entry with more than 3600 seconds, and Cline cuts it to that.

See https://docs.roocode.com/features/mcp/using-mcp-in-roo

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
`.gemini/settings.json`
```json
{
  "mcpServers": {
    "notes": {
      "httpUrl": "https://notes.example.com/mcp",
      "timeout": 60
    }
  }
}
```
```output
warning[client-timeout-unit]: Gemini CLI counts `timeout` in milliseconds: 60 is less than a second for `notes`
 --> .gemini/settings.json:5:18
  |
5 |       "timeout": 60
  |                  ^^
  |
  = fix: write 60000 (--unsafe-fixes)
```
```diff
--- a/.gemini/settings.json
+++ b/.gemini/settings.json
@@ -2,7 +2,7 @@
   "mcpServers": {
     "notes": {
       "httpUrl": "https://notes.example.com/mcp",
-      "timeout": 60
+      "timeout": 60000
     }
   }
 }
```

## Good
`.gemini/settings.json`
```json
{
  "mcpServers": {
    "notes": {
      "httpUrl": "https://notes.example.com/mcp",
      "timeout": 60000
    }
  }
}
```
"""

from mcplint import WARNING, ClientFlaw, Finding, Fix, rule


@rule("client-timeout-unit", WARNING)
def check(flaw: ClientFlaw):
    if flaw.kind == "timeout":
        fix = Fix(flaw.title, flaw.edits)
        yield Finding(flaw.message, flaw.span, flaw.notes, fix, flaw.severity)
