r"""Every worker opens the same port for metrics

`start_http_server(9100)` opens a port for metrics in the process that calls it.
With `uvicorn --workers 4` each worker imports the program and calls it: the
first has the port, the others end with `OSError: Address already in use`.
uvicorn starts them again, for ever, and one worker does all the work.

Open the port once outside the workers, or serve the metrics of all at a route
of the application, with `MultiProcessCollector`.

Reported if uvicorn or gunicorn is started with a known number of workers and
the program opens the port on every way to its server. Not reported if the
program catches the error, or if gunicorn loads the program before it makes its
workers (`--preload`), or has a configuration file, which may say so.

See https://prometheus.github.io/client_python/multiprocess/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--workers", "4"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
prometheus-client==0.22.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from prometheus_client import start_http_server

start_http_server(9100)
mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
```output
error[metrics-port-per-worker]: each of 4 workers opens port 9100 for metrics: all but the first end with `Address already in use`
 --> server.py:4:1
  |
4 | start_http_server(9100)
  | ^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:6:66
  |
6 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--workers", "4"]
  |                                                                  - set here
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from prometheus_client import make_asgi_app

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
app.mount("/metrics", make_asgi_app())
```
"""

from mcplint import ERROR, Finding, Server, rule

OTHERWISE = ("--preload", "-c", "--config")


@rule("metrics-port-per-worker", ERROR)
def check(server: Server):
    commanded = server.runner in ("uvicorn", "gunicorn") and not server.span.source.path.endswith(".py")
    if not commanded or server.workers.may(lambda count: count < 2):
        return
    words = server.container.words if server.container and server.container.command.only else None
    if server.runner == "gunicorn" and (words is None or any(word.startswith(OTHERWISE) for word in words)):
        return
    for metrics in server.metrics:
        if metrics.port.must(bool) and not metrics.caught:
            many, port = server.workers.only or "several", metrics.port.only or "the same port"
            message = f"each of {many} workers opens port {port} for metrics: all but the first end with `Address already in use`"
            yield Finding(message, metrics.span, server.workers.trace)
