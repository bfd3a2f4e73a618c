r"""A service starts before the service that it needs is ready

`depends_on: [db]` waits until the container of `db` has started, which says
nothing about the database inside: Postgres needs seconds before it accepts
connections. A server that connects at start then ends with
`connection refused`, one that connects with the first call answers that call
with an error, and only on some starts.

`condition: service_healthy` waits for the health check of the other service,
which must have one: if neither the service nor its image has a health check,
`docker compose up` stops with `has no healthcheck configured`. Docker's
official images (`postgres`, `redis`, …) come without, and so does what is
built from one of them by a Dockerfile without `HEALTHCHECK`. It is the same
where a proxy waits so for the server: nothing then stands in front of it.

A check that starts a program which its image does not have never succeeds, and
what waits for it never starts: an error. So it is for one that fails on every
answer, such as `sys.exit(response.status)`. The images of Postgres, Redis,
Qdrant, Chroma 1.x, Ollama and Keycloak have neither `curl` nor, but on Alpine,
`wget`.

Reported if the other service has a health check that nobody waits for, or if
the server is known to connect: the other service is a database of a well-known
image, or its address is in the environment.

Not reported if `service_started` is written out and there is no health check
to wait for, or beside a `service_healthy`, as somebody has chosen then, or if
the service is not required.

See https://docs.docker.com/compose/how-tos/startup-order/

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
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    depends_on:
      - db
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres"]
```
```output
warning[unready-dependency]: container `notes` starts as soon as `db` has started, whether it is ready or not
 --> compose.yaml:5:9
  |
5 |       - db
  |         ^^
6 |   db:
7 |     image: postgres:17
  |            ----------- postgres accepts no connections before it is ready
8 |     healthcheck:
9 |       test: ["CMD-SHELL", "pg_isready -U postgres"]
  |             --------------------------------------- this is its health check
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres"]
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Fix, Label, Prerequisite, rule

HEALTHY = "service_healthy"


@rule("unready-dependency", WARNING)
def check(container: Container):
    for needed in container.prerequisites:
        if needed.failing:
            if needed.condition.must_be(HEALTHY):
                why, waits = needed.failing.text, Label(needed.condition.span or needed.span, "waits for it")
                message = (
                    f"the health check of `{needed.name}` never succeeds, so {container.title} never starts: {why}"
                )
                yield Finding(message, needed.failing.span, (waits,), None, ERROR)
        elif needed.condition.must_be("service_started"):
            yield from unready(container, needed)
        elif needed.condition.must_be(HEALTHY) and needed.probed.must_be(False):
            yield unchecked(container.title, needed, needed.name)
    for waiting in container.awaited:
        if waiting.condition.must_be(HEALTHY) and waiting.probed.must_be(False):
            yield unchecked(f"container `{waiting.name[:60]}`", waiting, container.service or "")


def unchecked(title: str, needed: Prerequisite, name: str) -> Finding:
    """That a container waits for a health check which there is not."""
    message = f"{title} waits for a health check that `{name}` does not have"
    return Finding(message, needed.condition.span or needed.span, needed.probed.trace)


def unready(container: Container, needed: Prerequisite):
    """What waits for no more than a start although there is a health check, or though it is known to connect."""
    ready, is_stated = needed.probed.must(bool), needed.condition.site is not None
    if is_stated and any(other.condition.must_be(HEALTHY) for other in container.prerequisites):
        return
    if ready or (needed.called and not is_stated):
        message = f"{container.title} starts as soon as `{needed.name}` has started, whether it is ready or not"
        edits = needed.condition.write(HEALTHY) if ready and not was_decided(needed) else ()
        fix = Fix(f"wait until `{needed.name}` is healthy", edits) if edits else None
        notes = (*needed.called, *needed.probed.trace)
        yield Finding(message, needed.condition.span or needed.span, notes, fix)


def was_decided(needed: Prerequisite) -> bool:
    """Whether a comment above the condition has the other one, as people leave what they tried."""
    site = needed.condition.site
    above = site.span.source.text[: site.span.start].splitlines()[-2:-1] if site else []
    return any(line.lstrip().startswith("#") and HEALTHY in line for line in above)
