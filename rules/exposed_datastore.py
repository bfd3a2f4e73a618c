r"""A datastore without a password is published on all interfaces

`ports: ["6379:6379"]` opens Redis on every interface of the host, and Docker's
firewall rules come before those of `ufw`. Redis, Memcached, MongoDB, Qdrant,
Chroma, Elasticsearch before 8 and others ask nobody for a password unless they
are told to: whoever reaches the machine reads and changes what the server
keeps. Bots look for such ports all day.

The same holds for what others are steered by or looked into: the browsers of
Selenium, Traefik's dashboard with `--api.insecure`, Redis Insight, Dozzle,
noVNC, mongo-express without its password; and for MinIO with the password that
everybody knows. It is a note for what only shows metrics or traces, such as
Prometheus and Jaeger.

So it is of the server's own container, and of those beside it, where their
command or the script they start opens a debugger on all interfaces (`node
--inspect=0.0.0.0`, `python -m debugpy --listen 0.0.0.0:5678`), which runs
whatever it is sent, or an `x11vnc` without a password, also through
`websockify`.

Containers reach each other without published ports: leave them out, or publish
them on `127.0.0.1`.

A variable that the image does not read is no password: `redis`, `valkey` and
FalkorDB take one as an option alone, in the command or in `REDIS_ARGS` and its
like, and `--requirepass ""`, as of `${REDIS_PASSWORD:-}`, asks for none.

Not reported if it is told a password, takes only callers with a certificate
(`--port 0 --tls-port 6379` of Redis, unless `--tls-auth-clients` is `no` or
`optional`; `ssl_verify_mode=2` of Memcached), asks for SASL (`-S`, `-Y`),
reads a configuration of its own, is started by a script that is mounted, or
takes variables from a file.

See https://redis.io/docs/latest/operate/oss_and_stack/management/security/

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
  cache:
    image: redis:8
    ports: ["6379:6379"]
```
```output
warning[exposed-datastore]: port 6379 of `cache` is open on all interfaces without a password: redis has no password by default
 --> compose.yaml:6:14
  |
4 |   cache:
  |   ----- redis runs here
5 |     image: redis:8
6 |     ports: ["6379:6379"]
  |              ^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
  cache:
    image: redis:8
    ports: ["127.0.0.1:6379:6379"]
```
"""

from mcplint import NOTE, WARNING, Container, Finding, Label, rule


@rule("exposed-datastore", WARNING)
def check(container: Container):
    for sibling in container.siblings:
        port, *others = (sibling.shown if sibling.unguarded else ()) or (None,)
        if port is None:
            continue
        message = f"{port.title} of `{sibling.name}` is open on all interfaces without a password: {sibling.unguarded}"
        here = Label(sibling.span, f"{sibling.store or sibling.console} runs here")
        more = (Label(other.span, "so is this port") for other in others)
        yield Finding(message, port.span, (here, *more), None, NOTE if sibling.measures else None)
