r"""A Kubernetes Service sets a variable that the server reads

Kubernetes tells every pod of the Services in its namespace through variables.
A Service named `mcp` sets `MCP_PORT`, and not to a number: to
`tcp://10.96.0.17:8000`. A program that takes its own port from `MCP_PORT` then
ends with `invalid literal for int() with base 10`; Node takes the text for the
path of a socket, and ends with `EACCES`.

Variables of the pod itself win over these, those of the image do not. Set the
variable in the pod, or turn the links off with `enableServiceLinks: false`:
DNS has the names of Services anyway.

An error where the port of the server comes from the variable, a warning where
the program reads it for something else. Not reported for headless Services,
for Services of other folders that do not lead to the pod, for
`parseInt(process.env.MCP_PORT) || 3000` and a `try` around `int()`, which
tolerate any text, for what takes the text apart first (`rsplit(":", 1)`,
`isdigit()`), and where a Secret or a ConfigMap that is not in the project may
set the variable.

See
https://kubernetes.io/docs/tutorials/services/connect-applications-service/#accessing-the-service

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
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import os

from mcp.server.fastmcp import FastMCP

PORT = int(os.environ.get("MCP_PORT", "8000"))
mcp = FastMCP("notes", host="0.0.0.0", port=PORT, stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  selector:
    matchLabels: {app: notes}
  template:
    metadata:
      labels: {app: notes}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
---
apiVersion: v1
kind: Service
metadata:
  name: mcp
spec:
  selector: {app: notes}
  ports: [{port: 8000}]
```
```output
warning[service-link-variable]: Kubernetes sets MCP_PORT for Service `mcp` to `tcp://ADDRESS:8000`, from which server `notes` takes its port
  --> k8s.yaml:19:9
   |
19 |   name: mcp
   |         ^^^
   |
  ::: server.py:5:12
   |
 5 | PORT = int(os.environ.get("MCP_PORT", "8000"))
   |            ---------------------------------- reads MCP_PORT
   |
  ::: Dockerfile:6:1
   |
 6 | CMD ["python", "server.py"]
   | --------------------------- this container runs the server
   |
   = fix: leave out the variables of Services (--unsafe-fixes)
```
```diff
--- a/k8s.yaml
+++ b/k8s.yaml
@@ -9,6 +9,7 @@
     metadata:
       labels: {app: notes}
     spec:
+      enableServiceLinks: false
       containers:
         - name: notes
           image: example.com/notes:1.0.0
```

## Good
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  selector:
    matchLabels: {app: notes}
  template:
    metadata:
      labels: {app: notes}
    spec:
      enableServiceLinks: false
      containers:
        - name: notes
          image: example.com/notes:1.0.0
---
apiVersion: v1
kind: Service
metadata:
  name: mcp
spec:
  selector: {app: notes}
  ports: [{port: 8000}]
```
"""

import re

from mcplint import ERROR, WARNING, Edit, Finding, Fix, Label, Server, rule
from mcplint.text.source import Span

MOST = 12
"""Lines around one that reads a variable in which the program may mind what it holds."""
APART = (
    r"\b(?:parseInt|Number)\([^()|?]*\)\s*\|\||\.(?:r?split|r?partition|isdigit|isdecimal|isnumeric|startswith"
    r"|startsWith|removeprefix|replace|match|test)\(|\bre\.\w+\(|\burl(?:parse|split)\(|\bnew URL\(|\bisNaN\("
)
"""What a program does with a text that may be no number."""


@rule("service-link-variable", ERROR)
def check(server: Server):
    container = server.container
    for name in sorted(server.reads & container.injected.keys()) if container else ():
        given = container.injected[name]
        if name in container.env and comes_from_pod(container, name):
            continue
        decides = next((note for note in server.port.trace if note.variable == name), None)
        read = decides.span if decides else (server.made or server.span)
        if may_tolerate(read, name):
            continue
        service = given.trace[0].span.text.strip("'\"")
        sets = f"Kubernetes sets {name} for Service `{service}` to `{given.only}`"
        message = (
            f"{sets}, from which {server.title} takes its port" if decides else f"{sets}, which {server.title} reads"
        )
        notes = ((decides,) if decides else ()) + (Label(container.cmd, "this container runs the server"),)
        site = container.service_links
        edits = (Edit(site.span, f"{site.before}enableServiceLinks: false{site.after}"),) if site else ()
        fix = Fix("leave out the variables of Services", edits)
        yield Finding(message, given.trace[0].span, notes, fix, None if decides else WARNING)


def may_tolerate(span: Span, name: str) -> bool:
    """Whether a program makes something of any text that it reads from a variable, or goes on where it cannot."""
    lines = span.source.text.splitlines()
    own = span.source.text.count("\n", 0, span.start)
    reads = [number for number, line in enumerate(lines) if number == own or re.search(rf"[\"'.]{name}\b", line)]
    return any(is_tried(lines, number) or looks_into_text(lines, number) for number in reads[:MOST])


def looks_into_text(lines: list[str], number: int) -> bool:
    """Whether the line that reads a variable looks into its text, or one below minds what it was stored as."""
    stored = re.match(r"\s*(?:const |let |var )?(\w+)(?:: ?\w+)? *=", lines[number])
    uses = rf"\b{stored[1]}\b" if stored else None
    below = [
        each for each in range(number + 1, min(number + MOST, len(lines))) if uses and re.search(uses, lines[each])
    ]
    return any(re.search(APART, lines[each]) for each in (number, *below)) or any(
        is_tried(lines, each) for each in below
    )


def is_tried(lines: list[str], number: int) -> bool:
    """Whether a line stands where a text that is no number ends nothing: in a `try`, or with `suppress`."""
    depth = indent(lines[number])
    for above in range(number - 1, max(number - MOST, -1), -1):
        line = lines[above]
        if line.strip() and indent(line) < depth:
            depth = indent(line)
            if re.match(r"\s*with (?>.*?suppress\().*(?:ValueError|Exception)", line):
                return True
            if line.strip() == "try:":
                beside = (one for one in lines[number : number + MOST] if one.strip() and indent(one) == depth)
                return any(re.match(r"\s*except(?:\s*:|.*\b(?:ValueError|Exception)\b)", one) for one in beside)
    return False


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def comes_from_pod(container, name):
    """Whether the pod sets a variable itself: what the image sets stands in its Dockerfile."""
    span = container.env[name].span
    return span is None or span.source.path != container.dockerfile
