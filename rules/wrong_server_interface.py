r"""The worker that serves the application does not speak ASGI

An MCP server over HTTP is an ASGI application with a lifespan, in which its
session manager runs. Some servers start it in another way, and it answers no
request:

- gunicorn's own workers speak WSGI: 500 to everything, `TypeError:
  Starlette.__call__() missing 1 required positional argument: 'send'`. It
  needs a worker that speaks ASGI, `-k uvicorn_worker.UvicornWorker`.
- An object of the SDK is no application, what its `streamable_http_app()` or
  `http_app()` makes is one. Given the object, the workers of gunicorn end with
  `Application object must be callable.`, uvicorn and hypercorn answer 500.
- granian speaks RSGI unless it is told `--interface asgi`.
- daphne runs no lifespan: 500, `Task group is not initialized`.
- Mangum runs the lifespan at every invocation of a Lambda function. An
  application that is made once answers the first one, and then says
  `StreamableHTTPSessionManager.run() can only be called once per instance`.
  Make the server anew in the handler.

Not reported if a configuration file of gunicorn may choose the worker. A
function of Lambda is judged where an image starts it: handlers in an archive,
as templates of SAM and `serverless.yml` name them, are not followed.

See https://docs.gunicorn.org/en/stable/settings.html#worker-class and
https://github.com/modelcontextprotocol/python-sdk/issues/1220

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "server:app"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
gunicorn==23.0.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
uvicorn-worker==0.4.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
```output
error[wrong-server-interface]: gunicorn speaks WSGI, but server `notes` is an ASGI application: every request gets 500
 --> Dockerfile:6:1
  |
6 | CMD ["gunicorn", "--bind", "0.0.0.0:8000", "server:app"]
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ gunicorn's own worker speaks WSGI
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["gunicorn", "-k", "uvicorn_worker.UvicornWorker", "--bind", "0.0.0.0:8000", "server:app"]
```
"""

from mcplint import ERROR, Finding, Label, Server, rule


@rule("wrong-server-interface", ERROR)
def check(server: Server):
    if server.interface.must_be("object"):
        message = (
            f"{server.runner} is given {server.title} itself, which is no ASGI application: {_consequence(server)}"
        )
        notes = (Label(server.made, "the server is made here"),) if server.made else ()
        yield Finding(message, server.interface.span or server.span, notes)
    elif server.interface.must_be("wsgi", "rsgi"):
        spoken = server.interface.only.upper()
        message = f"{server.runner} speaks {spoken}, but {server.title} is an ASGI application: every request gets 500"
        yield Finding(message, server.interface.span or server.span, server.interface.trace)
    elif server.runner == "daphne" and server.lifespan.must_be(False):
        message = f"daphne runs no lifespan, without which {server.title} answers with 500"
        yield Finding(message, server.span)
    elif server.reused and server.transport.must_be("streamable-http"):
        message = f"{server.title} answers only the first invocation: Mangum runs its lifespan at each one, and it can run only once"
        notes = (Label(server.made, "the server is made here"),) if server.made else ()
        yield Finding(message, server.reused.span, notes)


def _consequence(server: Server) -> str:
    return "its workers fail to start" if server.runner == "gunicorn" else "every request gets 500"
