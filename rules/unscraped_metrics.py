r"""Prometheus asks for metrics where the server does not serve them

`start_http_server(9100)` opens a port of its own for metrics. If
`prometheus.yml` asks another port, or `localhost`, which in the container of
Prometheus is that container, the target is down: the dashboards stay empty,
and no alert on a rate ever fires.

Reported for static targets of a Prometheus that runs beside the server in the
same compose project, with its file mounted or copied. Where a target is the
server's own port, only if the program certainly has no such route. Metrics
that nothing scrapes are reported where that Prometheus is the only one who
could: all its targets stand there as they are, each is itself or an image that
is known to show metrics of its own, and beside it run only such images and MCP
servers. Service discovery, `scrape_config_files`, relabelling, remote writes,
an agent, a proxy, a metrics port that is published, a cluster or a second
configuration may each lead to somebody who scrapes, and so may a project
without a Prometheus: who does so often stands outside it.

See https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config

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
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
prometheus-client==0.22.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP
from prometheus_client import start_http_server

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    start_http_server(9100)
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
  prometheus:
    image: prom/prometheus:v2.53.0
    volumes: ["./prometheus.yml:/etc/prometheus/prometheus.yml:ro"]
```
`prometheus.yml`
```yaml
scrape_configs:
  - job_name: notes
    static_configs:
      - targets: ["notes:9091"]
```
```output
warning[unscraped-metrics]: Prometheus asks notes:9091 for metrics, where server `notes` does not listen: it serves them on port 9100
 --> prometheus.yml:4:20
  |
4 |       - targets: ["notes:9091"]
  |                    ^^^^^^^^^^
  |
 ::: server.py:7:5
  |
7 |     start_http_server(9100)
  |     ----------------------- serves the metrics
  |
  = fix: ask `notes:9100` (--unsafe-fixes)
```
```diff
--- a/prometheus.yml
+++ b/prometheus.yml
@@ -1,4 +1,4 @@
 scrape_configs:
   - job_name: notes
     static_configs:
-      - targets: ["notes:9091"]
+      - targets: ["notes:9100"]
```

## Good
`prometheus.yml`
```yaml
scrape_configs:
  - job_name: notes
    static_configs:
      - targets: ["notes:9100"]
```
"""

from collections.abc import Iterator

from mcplint import WARNING, Edit, Finding, Fix, Label, Scrape, Unscraped, rule
from mcplint.text.urls import is_loopback


@rule("unscraped-metrics", WARNING)
def check(scrape: Scrape | Unscraped):
    if isinstance(scrape, Unscraped):
        yield passed_over(scrape)
    else:
        yield from misled_scrape(scrape)


def passed_over(metrics: Unscraped) -> Finding:
    first, *others = metrics.targets
    asked = f"{first.text} and {len(others)} more" if others else f"{first.text} alone"
    ports = {each.port.only for each in metrics.server.metrics}
    port = f" on port {ports.pop()}" if len(ports) == 1 and None not in ports else ""
    message = f"nothing scrapes the metrics that {metrics.server.title} serves{port}: Prometheus asks {asked}"
    return Finding(message, metrics.span, (Label(first, "Prometheus asks this"),))


def misled_scrape(scrape: Scrape) -> Iterator[Finding]:
    server, container = scrape.server, scrape.container
    asked = f"Prometheus asks {scrape.host}:{scrape.port} for metrics"
    served = [Label(metrics.span, "serves the metrics") for metrics in server.metrics]
    ports = [metrics.port.only for metrics in server.metrics]
    if scrape.host not in container.names:
        message = f"{asked}, which is its own container, not service `{container.service}`, where {server.title} runs"
        yield Finding(
            message, scrape.span, (*served, Label(scrape.caller.span, "this container asks")), fix(scrape, scrape.port)
        )
    elif scrape.port in ports:
        for metrics in server.metrics:
            if metrics.port.must_be(scrape.port) and metrics.host.must(is_loopback):
                yield Finding(f"{asked}, which {server.title} serves on {metrics.host.only} alone", scrape.span, served)
    elif shows_no_metrics(scrape) and None not in ports:
        lacks = (
            f"but {server.title} has no {scrape.path}"
            if server.port.must_be(scrape.port)
            else f"where {server.title} does not listen"
        )
        there = f": it serves them on port {ports[0]}" if len(ports) == 1 else ""
        notes = served or [Label(server.made or server.span, "has no such route")]
        yield Finding(
            f"{asked}, {lacks}{there}", scrape.span, notes, fix(scrape, ports[0]) if len(ports) == 1 else None
        )


def fix(scrape: Scrape, port: int) -> Fix | None:
    """The target on a port of the server's container, where it is spelled in one place."""
    host = scrape.host if scrape.host in scrape.container.names else scrape.container.service
    written_together = scrape.span.text == f"{scrape.host}:{scrape.port}"
    return Fix(f"ask `{host}:{port}`", (Edit(scrape.span, f"{host}:{port}"),)) if written_together and host else None


def shows_no_metrics(scrape: Scrape) -> bool:
    """Whether a server certainly shows no metrics at a port, be it its own or one of metrics only."""
    server, container = scrape.server, scrape.container
    if server.speaks_http and server.port.may_be(scrape.port):
        return server.certain and server.port.must_be(scrape.port) and server.refuses(scrape.path)
    declared = (*container.ports, *container.expose)
    return bool(server.metrics) and not any(port.target.may_be(scrape.port) for port in declared)
