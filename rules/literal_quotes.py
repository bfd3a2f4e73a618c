r"""Quotes in a list item are part of the value

In a YAML list, `KEY="value"` is plain text: only quotes around a whole item
belong to YAML. The program gets the value with its quotes. A number is then no
number, a host cannot be resolved, a token is refused, and a choice is not
among the choices.

So it is with `KEY="${VALUE}"`: compose puts the value between the quotes.

The same holds for the words of `command` and `args` (`--log-level="info"`),
which no shell takes apart. Compose and Kubernetes read lists in the same way.

Right are `KEY=value`, `"KEY=value"` and, as a mapping, `KEY: "value"`.

Reported for containers that run an MCP server. An error where a number, a
switch or a host is quoted.

See https://docs.docker.com/reference/compose-file/services/#environment

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
import os

from mcp.server.fastmcp import FastMCP

REGION = os.environ["NOTES_REGION"]
mcp = FastMCP("notes", host=os.environ["NOTES_HOST"])

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      - NOTES_REGION="eu"
      - NOTES_HOST="0.0.0.0"
    ports: ["127.0.0.1:8000:8000"]
```
```output
warning[literal-quotes]: the quotes are part of the value of NOTES_REGION: the program gets `"eu"`
 --> compose.yaml:5:22
  |
5 |       - NOTES_REGION="eu"
  |                      ^^^^
  |
  = fix: leave the quotes out (--unsafe-fixes)

error[literal-quotes]: the quotes are part of the value of NOTES_HOST: the program gets `"0.0.0.0"`
 --> compose.yaml:6:20
  |
6 |       - NOTES_HOST="0.0.0.0"
  |                    ^^^^^^^^^
  |
  = fix: leave the quotes out (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -2,6 +2,6 @@
   notes:
     build: .
     environment:
-      - NOTES_REGION="eu"
-      - NOTES_HOST="0.0.0.0"
+      - NOTES_REGION=eu
+      - NOTES_HOST=0.0.0.0
     ports: ["127.0.0.1:8000:8000"]
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      - NOTES_REGION=eu
      - "NOTES_HOST=0.0.0.0"
    ports: ["127.0.0.1:8000:8000"]
```
"""

import re

from mcplint import ERROR, WARNING, Container, Edit, Finding, Fix, Span, rule

QUOTED = r"""(["'])([^"'\n]*)\1"""
OPTION = r"""(--?[A-Za-z][\w-]*=)(["'][^"'\n]*["'])"""
FILLED = r"""(?m)^[ \t]*-[ \t]+(--?[A-Za-z][\w-]*=)(["'][^"'$\n]*\$[^"'\n]*["'])[ \t]*$"""
"""An option in an item of a list, in whose value compose or Kubernetes put a variable."""
EXACT = r"\d+|true|false|yes|no|on|off|localhost|\d+\.\d+\.\d+\.\d+"
"""What a program takes apart: a number, a switch or a host."""


@rule("literal-quotes", WARNING)
def check(container: Container):
    for name, value in container.env.items():
        items = (note.span for note in reversed(value.trace) if note.span.text.startswith(f"{name}="))
        item = next(items, None) if all(map(is_quoted, value.options or (value.partly,))) else None
        span = item and item._replace(start=item.start + len(name) + 1)
        if span and re.fullmatch(QUOTED, span.text) and is_item(span, name):
            yield quotes_finding(span, f"the value of {name}")
    for word in (container.argv and container.argv.words) or ():
        option = re.fullmatch(OPTION, word.only or "")
        if option and word.site and word.site.span.text == word.only and is_item(word.site.span):
            span = word.site.span
            yield quotes_finding(span._replace(start=span.start + len(option[1])), f"the value of `{option[1][:-1]}`")
    for command in (container.entrypoint, container.arguments):
        span = command.span if command and container.platform in ("compose", "kubernetes") else None
        for item in re.finditer(FILLED, span.text) if span else ():
            quoted = span._replace(start=span.start + item.start(2), end=span.start + item.end(2))
            yield quotes_finding(quoted, f"the value of `{item[1][:-1]}`")


def is_quoted(text: str | None) -> bool:
    """Whether a value stands in quotes."""
    return text is not None and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"


def is_item(span: Span, name: str = "") -> bool:
    """Whether a text is what stands plainly behind the dash of a list, the name of a variable before it.

    A word of a command may stand in brackets as well, and in other quotes than its own.
    """
    text = span.source.text
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    item = (
        rf"[ \t]*-[ \t]+{re.escape(name)}=" if name else r"""(?:[ \t]*-[ \t]|[^#\n]*[\[,]|(?=[ \t]*["']))[ \t]*["']?"""
    )
    return re.fullmatch(item, line) is not None


def quotes_finding(span: Span, what: str) -> Finding:
    inner = span.text[1:-1]
    consequence = f"the program gets `{span.text}`" if "$" not in span.text else f"they stay around `{inner[:100]}`"
    message = f"the quotes are part of {what}: {consequence}"
    default = re.fullmatch(r"\$\{\w+:?-([^{}]*)\}", inner)
    fix = Fix("leave the quotes out", (Edit(span, inner),), opens=True) if inner == inner.strip() else None
    return Finding(
        message, span, (), fix, ERROR if re.fullmatch(EXACT, default[1] if default else inner, re.IGNORECASE) else None
    )
