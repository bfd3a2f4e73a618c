r"""A file cannot be read

A file that belongs to a server's deployment cannot be read, or makes no sense
to the program that will read it: it is not encoded as UTF-8, a brace or a
quote is missing, a link leads nowhere. Its contents are then unknown, so rules
that would have needed it stay silent. Repair the file first, then run mcplint
again.

It is an error if a server's deployment needs the file, or if the file was
named on the command line. It is a warning if a server uses the file and may do
without it, such as a module or a file of variables, and for Python that is
newer than the one that runs mcplint: run it on a newer one. Elsewhere, and for
templates, it is a note.

## Bad
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
`compose.yaml`
```yaml
services:
  - notes:
      build: .
```
```output
error[unreadable-file]: cannot read compose.yaml: services must be a mapping
 --> compose.yaml:2:3
  |
2 |   - notes:
  |   ^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
```
"""

from mcplint import ERROR, Finding, NotFollowed, Unreadable, rule


@rule("unreadable-file", ERROR)
def check(problem: Unreadable):
    path = problem.span.source.path
    message = (
        f"{path} {problem.message}" if isinstance(problem, NotFollowed) else f"cannot read {path}: {problem.message}"
    )
    message = problem.message if path == "." else message
    yield Finding(message, problem.span, severity=problem.severity)
