r"""An ignore hides nothing

The finding that it once hid is gone, stands elsewhere, or the rule's name is misspelt. Such an ignore tells the next
reader of a problem that is not there, and would hide a new one of the same kind without a word.

An ignore hides findings of the rules it names on its own line; where it stands alone, on the next line that is no comment
(and on those that continue it after a backslash). It counts on any line that a finding points at, in whichever file. What
the configuration ignores in whole files, under `[tool.mcplint.ignore]`, is asked for in the same way.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY server.py .
# mcplint: ignore[loopback-in-container] until the proxy shares its network
CMD ["python", "server.py"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]

mcp.run(transport="streamable-http")  # mcplint: ignore
```
```output
warning[unused-ignore]: ignores loopback-in-container, which finds nothing here
 --> Dockerfile:4:19
  |
4 | # mcplint: ignore[loopback-in-container] until the proxy shares its network
  |                   ^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: take it away (--fix)

warning[unused-ignore]: ignores loopback-in-contaner, which is no rule; did you mean "loopback-in-container"?
 --> server.py:3:59
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]
  |                                                           ^^^^^^^^^^^^^^^^^^^^
  |
  = fix: take it away (--fix)

warning[unused-ignore]: ignores stateful-behind-balancer, which finds nothing here
 --> server.py:3:81
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]
  |                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: take it away (--fix)

warning[unused-ignore]: names no rule to ignore
 --> server.py:5:39
  |
5 | mcp.run(transport="streamable-http")  # mcplint: ignore
  |                                       ^^^^^^^^^^^^^^^^^
  |
  = fix: take it away (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,5 +1,4 @@
 FROM python:3.13-slim
 WORKDIR /app
 COPY server.py .
-# mcplint: ignore[loopback-in-container] until the proxy shares its network
 CMD ["python", "server.py"]
--- a/server.py
+++ b/server.py
@@ -1,5 +1,5 @@
 from mcp.server.fastmcp import FastMCP

-mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]
+mcp = FastMCP("notes", host="0.0.0.0")

-mcp.run(transport="streamable-http")  # mcplint: ignore
+mcp.run(transport="streamable-http")
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY server.py .
USER 1000
CMD ["python", "server.py"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

mcp.run(transport="streamable-http")
```
"""

from mcplint import WARNING, Edit, Finding, Fix, Ignore, Span, rule


@rule("unused-ignore", WARNING)
def check(ignore: Ignore):
    idle = {name for name, _ in ignore.idle}
    used = [name for name in ignore.names if name not in idle]
    span = rewritten = ignore.span
    text = ""
    if used:
        rewritten = Span(span.source, ignore.names[0].start, ignore.names[-1].end)
        text = ", ".join(name.text for name in used)
    edits = (Edit(rewritten if used else alone(span), text),) if ignore.lines else ()
    fix = Fix("take it away", edits, safe=True)
    for name, why in ignore.idle:
        yield Finding(f"ignores {name.text}, which {why}" if ignore.names else why, name, (), fix)


def alone(span):
    """A comment with the blanks before it, and with its line where nothing else stands there."""
    text = span.source.text
    start = len(text[: span.start].rstrip(" \t"))
    if start and text[start - 1] not in "\r\n":
        return Span(span.source, start, span.end)
    end = span.end + (2 if text.startswith("\r\n", span.end) else 1 if text[span.end :] else 0)
    return Span(span.source, start, end)
