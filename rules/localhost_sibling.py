r"""A container uses localhost to reach another container

Every container has a loopback interface of its own: `localhost` in the
server's container is that container, not the database next to it. The first
tool that needs the database fails with `Connection refused` on
`localhost:5432`, while the same program works on a laptop where both run
outside containers.

Services of a compose project reach each other by service name, on the port
inside the other container, whatever is published on the host.

Addresses are checked that the program reads from its environment, or uses as a
default if the variable is not set. A service of the project must listen on
that port, and the address must be meant for it: by its scheme
(`postgresql://`), by the variable's name (`REDIS_HOST` and a service or image
`redis`, `DB_HOST` and the only database), or both. Of other containers,
addresses are checked by which they are told of the MCP server: its endpoint,
or a variable or an option of their command that speaks of MCP.

Not reported for addresses that clients are given (`…PUBLIC…`, `…CALLBACK…`,
origins), for the server's own port, or if the container shares another
network.

See https://docs.docker.com/compose/how-tos/networking/

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
import os

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")
DATABASE_URL = os.environ["DATABASE_URL"]

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      DATABASE_URL: postgresql://notes@localhost:5432/notes
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U notes"]
```
```output
error[localhost-sibling]: DATABASE_URL leads to localhost:5432, which is the server's own container, not service `db`
 --> compose.yaml:5:21
  |
5 |       DATABASE_URL: postgresql://notes@localhost:5432/notes
  |       ----------------------------------------------------- the service sets DATABASE_URL
  |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
...
9 |   db:
  |   -- this service is meant
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- this container connects
  |
  = fix: connect to `db` (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -2,7 +2,7 @@
   notes:
     build: .
     environment:
-      DATABASE_URL: postgresql://notes@localhost:5432/notes
+      DATABASE_URL: postgresql://notes@db:5432/notes
     depends_on:
       db:
         condition: service_healthy
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      DATABASE_URL: postgresql://notes@db:5432/notes
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U notes"]
```
"""

import re
from typing import NamedTuple

from mcplint import ERROR, Call, Edit, EditSite, Finding, Fix, Label, Server, Sibling, Value, rule
from mcplint.text.number import whole_number
from mcplint.text.urls import is_sentence

ADDRESS = (
    r"(?:(?<![a-z0-9+.])([a-z][a-z0-9+.]*)://(?:[^/@\s]*@)?)?(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(?=[/?,]|$)"
)
HOSTS = ("localhost", "127.0.0.1", "[::1]")
TOLD = r"PUBLIC|EXTERNAL|ORIGIN|CORS|REDIRECT|CALLBACK|FRONTEND|BROWSER|ISSUER|ALLOW|RESOURCE|AUDIENCE|VITE|REACT"
# The ports that schemes stand for.
SCHEMES = {
    **dict.fromkeys(("postgres", "postgresql"), 5432),
    **dict.fromkeys(("mysql", "mariadb"), 3306),
    **dict.fromkeys(("redis", "rediss", "valkey"), 6379),
    **dict.fromkeys(("bolt", "neo4j"), 7687),
    "mongodb": 27017,
    "amqp": 5672,
    "nats": 4222,
    "clickhouse": 9000,
}
# The words by which variables speak of whichever database there is, and the ports of those.
DATABASE = {"db", "database"}
DATABASES = {5432, 3306, 27017}


class Address(NamedTuple):
    """Where a variable leads: its scheme and port, as far as they are told, and its host and port as they are written."""

    scheme: str
    port: int | None
    start: int
    end: int


@rule("localhost-sibling", ERROR)
def check(part: Server | Call):
    yield from from_server(part) if isinstance(part, Server) else to_server(part)


def to_server(call: Call):
    """Another container that is told to find the MCP server on the machine itself."""
    server, host = call.server, call.host
    if server is None or host in call.container.names or re.search(TOLD, call.variable.upper()):
        return
    if "MCP" in call.variable.upper() or call.path.rstrip("/") == (server.path.only or "/").rstrip("/"):
        inner, name = call.published.get(call.port, call.port), call.container.service
        message = (
            f"{call.variable} leads to {host}:{call.port}, which is the container itself, not service `{name}`, "
            f"where {server.title} runs"
        )
        notes = (*call.trace, Label(call.caller.span, "this container connects"))
        yield Finding(message, call.span, notes, Fix(f"connect to `{name}`", call.moved(name or host, inner)))


def from_server(server: Server):
    container = server.container
    if not container or container.shares_loopback:
        return
    read = {name: value for name, value in container.env.items() if name in server.reads}
    unset = {name: value for name, value in server.fallbacks if container.variable(name).must_be(None)}
    for name, value in {**unset, **read}.items():
        for address in addresses(value.only):
            port = address.port or number(container.variable(f"{name.rpartition('_')[0]}_PORT"))
            others = (sibling for sibling in container.siblings if sibling.name != container.service)
            intended = [sibling for sibling in others if means_sibling(name, address, port, sibling)]
            own = server.port.may_be(port)
            if len(intended) == 1 and not own and not re.search(TOLD, name):
                where = value.only[address.start : address.end]
                yield Finding(
                    f"{name} leads to {where}, which is the server's own container, not service `{intended[0].name}`",
                    value.span or server.span,
                    (
                        *value.trace,
                        Label(intended[0].span, "this service is meant"),
                        Label(container.cmd, "this container connects"),
                    ),
                    Fix(f"connect to `{intended[0].name}`", edits_for(value, address, intended[0]))
                    if name in read
                    else None,
                )


def addresses(text: object) -> tuple[Address, ...]:
    """The addresses on the machine itself in a text."""
    spoken = isinstance(text, str) and any(host in text for host in HOSTS) and not is_sentence(text)
    found = re.finditer(ADDRESS, str(text)) if spoken else ()
    return tuple(
        Address(
            each[1] or "", int(each[3]) if each[3] else None, each.start(2), each.end(3) if each[3] else each.end(2)
        )
        for each in found
        if each[1] or each.start() == 0
    )


def number(value: Value[str | None]) -> int | None:
    return whole_number(value.only) if value.only else None


def means_sibling(name: str, address: Address, port: int | None, sibling: Sibling) -> bool:
    """Whether an address is meant for a service: it listens on the port, and a name or a scheme says so."""
    usual = SCHEMES.get(address.scheme.partition("+")[0])
    port = port or usual
    called = {part for each in (*sibling.names, sibling.store or "") for part in re.split(r"[^a-z0-9]+", each.lower())}
    words = set(name.lower().split("_")[:-1])
    named = bool(words & called) or (sibling.store or "").rstrip("0123456789") in words
    named = named or (sibling.store is not None and bool(words & DATABASE and DATABASES & set(sibling.ports.values())))
    if port is None:
        return not address.scheme and sibling.store is not None and named
    return port in sibling.ports and (named or (sibling.store is not None and usual in sibling.ports.values()))


def edits_for(value: Value[str], address: Address, sibling: Sibling) -> tuple[Edit, ...]:
    """The service's name in place of the host, and its own port in place of one that is published."""
    site = value.site
    if not isinstance(site, EditSite) or site.span.text != value.only:
        return ()
    port = "" if address.port is None else f":{sibling.ports[address.port]}"
    start = site.span.start
    return (Edit(site.span._replace(start=start + address.start, end=start + address.end), f"{sibling.name}{port}"),)
