r"""Several worker processes are requested, but only one serves

`uvicorn` starts several processes only if it gets the application as an import
string, on its command line or as `uvicorn.run("server:app", workers=4)`,
because the new processes have to import it. Given the application object, it
prints `You must pass the application as an import string to enable 'reload' or
'workers'` and exits: with code 1, since 0.50.0 with code 3. `run()` of the
SDKs hands it such an object for one process, and looks neither at
`WEB_CONCURRENCY` nor at `workers` in `uvicorn_config`: a deployment that
counts on four processes has one.

An MCP server with several processes needs `stateless_http=True`, or clients
lose their session with the next request.

See https://uvicorn.dev/deployment/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV WEB_CONCURRENCY=4
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
```output
warning[ignored-workers]: WEB_CONCURRENCY asks for 4 workers, but `run()` of mcp 1.30.0 starts one process
 --> Dockerfile:5:21
  |
5 | ENV WEB_CONCURRENCY=4
  |                     ^
  |
 ::: server.py:6:5
  |
6 |     mcp.run(transport="streamable-http")
  |     ------------------------------------ one process is started here
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--workers", "4"]
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
"""

import ast

from mcplint import ERROR, WARNING, Finding, Label, Server, rule
from mcplint.knowledge.sdk import release
from mcplint.model.workers import refuses_workers
from mcplint.text.number import whole_number

EXITS_WITH_3 = (0, 50)
"""The first release of uvicorn that exits with code 3, by its wheels."""


@rule("ignored-workers", WARNING)
def check(server: Server):
    if not server.speaks_http:
        return
    here = Label(server.span.head, "one process is started here")
    if server.runner == "sdk":
        yield from variable(server, here)
        for call in server.calls:
            for argument in call.arguments:
                if argument.name == "uvicorn_config" and workers_in(argument.span.text) > 1:
                    message = f"`uvicorn_config` asks for {workers_in(argument.span.text)} workers, but `run()` starts one process"
                    yield Finding(message, argument.span)
    elif refuses_workers(server):
        many = server.workers.only or "several"
        exits = with_code(server.sdk.uvicorn.only)
        message = f"uvicorn {exits} at start: {many} workers need an import string, not the application object"
        yield Finding(message, server.workers.span or server.span, server.workers.trace, severity=ERROR)


def with_code(version):
    """How a release of uvicorn ends, without the code where the release is not known."""
    key = release(version) if version else None
    return "exits" if key is None else f"exits with code {3 if key >= EXITS_WITH_3 else 1}"


def variable(server, here):
    """WEB_CONCURRENCY, which only the commands of uvicorn and gunicorn obey."""
    if not server.container or "WEB_CONCURRENCY" in server.reads:
        return
    value = server.container.variable("WEB_CONCURRENCY")
    if value.must(lambda text: (whole_number(text or "") or 0) > 1):
        many = value.only or "several"
        message = f"WEB_CONCURRENCY asks for {many} workers, but `run()` of {server.sdk.title} starts one process"
        yield Finding(message, value.span or server.span, (*value.trace[:-1], here))


def workers_in(text):
    """The number of workers in the literal of an argument, or 0."""
    try:
        given = ast.literal_eval(text.partition("=")[2].strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return 0
    workers = given.get("workers") if isinstance(given, dict) else 0
    return workers if isinstance(workers, int) else 0
