r"""An ignore comment or setting hides nothing

The finding that it once hid is gone or has moved, or the rule's name is
misspelled. Such an ignore tells readers of a problem that does not exist, and
would silently hide a new one of the same kind.

A comment hides findings of the rules it names on its own line. On a line of
its own, it applies to the next line that is no comment (and to those that
continue it after a backslash). It counts on any line that a finding points at,
in any file. What the configuration ignores in whole files, under
`[tool.mcplint.ignore]`, is checked in the same way.

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
warning[unused-ignore]: unused ignore of `loopback-in-container`: the rule reports nothing here
 --> Dockerfile:4:19
  |
4 | # mcplint: ignore[loopback-in-container] until the proxy shares its network
  |                   ^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove it (--fix)

warning[unused-ignore]: unused ignore of `loopback-in-contaner`: there is no such rule; did you mean "loopback-in-container"?
 --> server.py:3:59
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]
  |                                                           ^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove it (--fix)

warning[unused-ignore]: unused ignore of `stateful-behind-balancer`: the rule reports nothing here
 --> server.py:3:81
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")  # mcplint: ignore[loopback-in-contaner, stateful-behind-balancer]
  |                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = fix: remove it (--fix)

warning[unused-ignore]: unused ignore: it names no rule
 --> server.py:5:39
  |
5 | mcp.run(transport="streamable-http")  # mcplint: ignore
  |                                       ^^^^^^^^^^^^^^^^^
  |
  = fix: remove it (--fix)
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
    unused = {name for name, _ in ignore.unused}
    used = [name for name in ignore.names if name not in unused]
    span = rewritten = ignore.span
    text = ""
    if used:
        rewritten = Span(span.source, ignore.names[0].start, ignore.names[-1].end)
        text = ", ".join(name.text for name in used)
    edits = (Edit(rewritten if used else whole_comment(span), text),) if ignore.lines else ()
    fix = Fix("remove it", edits, safe=True)
    for name, why in ignore.unused:
        what = f"unused ignore of `{name.text}`" if ignore.names else "unused ignore"
        yield Finding(f"{what}: {why}", name, (), fix)


def whole_comment(span):
    """A comment with the blanks before it, and with its line where nothing else stands there."""
    text = span.source.text
    start = len(text[: span.start].rstrip(" \t"))
    if start and text[start - 1] not in "\r\n":
        return Span(span.source, start, span.end)
    end = span.end + (2 if text.startswith("\r\n", span.end) else 1 if text[span.end :] else 0)
    return Span(span.source, start, end)
