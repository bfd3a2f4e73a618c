r"""A published, probed or declared port is not the one that the server listens on

A published port leads to a port inside the container, whether anything listens
there or not. If the program listens on another one, every connection is reset,
while `docker ps` shows the mapping and the log shows a running server. A
health check on the wrong port keeps the container unhealthy forever, and
services that wait for it never start.

It is an error if requests are sent to the port: compose's `ports`, the target
port of a Kubernetes Service, the internal port of a platform, a health check
or probe. `EXPOSE` sends nothing by itself, but Traefik, nginx-proxy and others
read it, so it is a warning, unless the platform has chosen the port that the
server listens on. The fix points the published port at the server; there is
none where the health check asks the same port, since the program may be what
is wrong. A Service may call its target port by name: one that no container of
its pods has leads nowhere. A client's URL on this machine is a warning if its
entry is called as the project's only server or its service is, that server has
its port fixed in the program or by its SDK, and compose publishes others.

Not reported if one of the published ports is the right one (others may be for
metrics), if the port may be another one at run time, if something else in the
container may listen there (the metrics of the program, a debugger, VNC, a
program that its script starts besides), or if the container uses the network
of another, or another uses its own. A health check may well ask something else
in the container: it is reported only if one program is started there that
listens nowhere else, and if nothing in the project speaks of the port. Ports
that an nginx upstream names are left to `unknown-upstream`.

See https://docs.docker.com/engine/network/port-publishing/

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
    ports: ["127.0.0.1:8080:8080"]
```
```output
error[port-mismatch]: published port 8080 leads to port 8080 of the container, but server `notes` listens on 8000
 --> compose.yaml:4:14
  |
4 |     ports: ["127.0.0.1:8080:8080"]
  |              ^^^^^^^^^^^^^^^^^^^
  |
 ::: server.py:3:7
  |
3 | mcp = FastMCP("notes", host="0.0.0.0")
  |       -------------------------------- mcp 1.27.1 defaults to port=8000
  |
 ::: Dockerfile:6:1
  |
6 | CMD ["python", "server.py"]
  | --------------------------- this container runs the server
  |
  = fix: publish port 8000 of the container (--unsafe-fixes)
```
```diff
--- a/compose.yaml
+++ b/compose.yaml
@@ -1,4 +1,4 @@
 services:
   notes:
     build: .
-    ports: ["127.0.0.1:8080:8080"]
+    ports: ["127.0.0.1:8080:8000"]
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", port=8080)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

import re
from collections.abc import Iterator

from mcplint import ERROR, WARNING, ClientConfig, Container, Deployment, Edit, Finding, Fix, Label, Port, Server, rule
from mcplint.text.urls import own_ports

SENDING = ("fly", "cloud-run")


@rule("port-mismatch", ERROR)
def check(part: Server | Deployment):
    if isinstance(part, Server):
        yield from misled_senders(part)
    elif len(part.servers) == 1 and part.starts == 1 and not part.routes:
        for client in part.clients:
            yield from unpublished(client, part.servers[0], part)


def misled_senders(server: Server) -> Iterator[Finding]:
    """What sends requests to a port of the server's container on which it does not listen."""
    container, port = server.container, server.port
    if not container or container.shares_loopback or not server.speaks_http or server.bridged:
        return
    notes = (*port.trace, Label(container.cmd, "this container runs the server"))
    listened = " or ".join(map(str, port.options or ()))
    command = container.probe.command.only if container.probe else None
    asked = own_ports(" ".join(command or ()))
    for forward in container.forwards:
        if forward.nameless and (label := next(iter(forward.target.trace), None)):
            message = f"the Service leads to a port called `{forward.nameless}`, but no container of its pods has one"
            fix = Fix(f"lead to port {listened}", (Edit(label.span, listened),)) if port.only else None
            yield Finding(message, label.span, notes, fix)
    for published in unheard_ports(container.ports or container.forwards, server):
        shown = published.published.only if published.published is not None else None
        outer = f"{'published' if container.ports else 'Service'} port {shown}" if shown else "the service's port"
        message = (
            f"{outer} leads to port {published.target.only} of the container, but {server.title} listens on {listened}"
        )
        # Where the health check asks the same port, the program may be what is wrong.
        sure = port.only and published.target.only not in asked
        fix = Fix(f"publish port {listened} of the container", rewritten(published, listened)) if sure else None
        yield Finding(message, published.span, notes, fix)
    declared = () if container.ports or container.forwards else container.expose
    sending = tuple(each for each in declared if sends(each, container))
    wrong, misleading = unheard_ports(sending, server), unheard_ports(declared, server)
    sent_to = frozenset(wrong)
    for exposed in (*wrong, *(each for each in misleading if each not in sent_to)):
        if exposed in sent_to or not is_chosen_outside(server):
            message = f"port {exposed.target.only} is exposed, but {server.title} listens on {listened}"
            yield Finding(message, exposed.span, notes, None, ERROR if exposed in sent_to else WARNING)
    if container.probe and asked and asked <= server.unheard:
        message = f"the health check asks port {' and '.join(map(str, sorted(asked)))}, but {server.title} listens on {listened}"
        yield Finding(message, container.probe.span, notes)
    for probe in container.probes:
        if span := probe.nameless and probe.nameless.span:
            message = f"the {probe.kind} probe asks a port called `{span.text}`, but the container has none: it fails"
            fix = Fix(f"ask port {listened}", (Edit(span, listened),)) if port.only else None
            yield Finding(message, span, notes, fix)
        number = probe.port.only if probe.port is not None and probe.is_own else None
        if number and number in server.unheard:
            message = f"the {probe.kind} probe asks port {number}, but {server.title} listens on {listened}"
            yield Finding(message, probe.span, notes)


def unpublished(client: ClientConfig, server: Server, deployment: Deployment) -> Iterator[Finding]:
    """A client's URL whose port of this machine leads to nothing, however the project's one server is started."""
    asked, container = client.url.only or "", server.container
    found = re.match(r"https?://(?:localhost|127\.0\.0\.1):(\d{1,5})(?=/)", asked)
    if not found or not container or client.server or not client.is_called or client.path != server.path.only:
        return
    port, every = int(found[1]), (each for one in deployment.containers for each in one.ports)
    ports = {each.published.only if each.published is not None else 0 for each in every}
    leading = [each for each in container.ports if each.target.only == server.port.only]
    if not leading or None in ports or port in {*ports, server.port.only} or not server.speaks_http:
        return
    if not is_hard_coded(server) or is_mentioned(port, server):
        return
    outer = leading[0].published.only if len(leading) == 1 and leading[0].published is not None else None
    edits = client.url.write(asked.replace(found[1], str(outer), 1)) if outer else ()
    fix = Fix(f"ask port {outer}", edits, opens=True) if edits else None
    message = f"the client asks port {port} of this machine, which nothing in the project publishes"
    notes = tuple(Label(each.span, "this leads to the server") for each in leading)
    yield Finding(message, client.url.span or client.span, notes, fix, WARNING)


def is_hard_coded(server: Server) -> bool:
    """Whether nothing can change the port: the program itself spells it where it makes or starts the server, or leaves
    it to an SDK that reads no variables."""
    spans = {label.span for label in server.port.trace}
    if server.sdk.prefixes == () and spans and spans <= {server.span, server.made}:
        return True
    spelled = [label.span for label in server.port.trace if label.span.text == str(server.port.only)]
    return any(
        re.search(r"(?:port\s*[=:]|listen\()\s*$", at.source.text[max(0, at.start - 20) : at.start]) for at in spelled
    )


def is_mentioned(number: int, server: Server) -> bool:
    """Whether the program or its container speaks of another port, on which something else may listen."""
    container = server.container
    declared = (one.target.only for one in (*container.ports, *container.forwards, *container.expose))
    texts = [str(word) for value in (container.command, *container.env.values()) for word in value.options or ("",)]
    spans = (server.span, server.made) if server.made else (server.span,)
    return number in declared or any(
        str(number) in text for text in (*texts, *container.words, *(each.source.text for each in spans))
    )


def unheard_ports(ports: tuple[Port, ...], server: Server) -> tuple[Port, ...]:
    """The ports on which nothing listens, if all of them are known and none is the one of the server."""
    tcp = tuple(port for port in ports if port.protocol == "tcp")
    known = {port.target.only for port in tcp}
    wrong = None not in known and server.port.must_not_be(*known)
    return tuple(port for port in tcp if port.target.only not in server.besides) if wrong else ()


def sends(port: Port, container: Container) -> bool:
    """Whether a platform sends requests to the port, which `EXPOSE` alone does not."""
    return container.platform in SENDING and port.span.source.path != container.dockerfile


def is_chosen_outside(server: Server) -> bool:
    """Whether something other than the image or the program says which port it is."""
    span = server.port.span
    return bool(span and server.container and server.container.service and server.container.span.source == span.source)


def rewritten(port: Port, told: str) -> tuple[Edit, ...]:
    """The edit of `8080:8080`, of `8080` or of a long form's target."""
    text, old = port.span.text, str(port.target.only)
    head = text.partition("/")[0]
    outer, _, inner = head.rpartition(":")
    if inner != old or not re.fullmatch(r"[\w.:\[\]-]*", outer):
        return ()
    end = port.span.start + len(head)
    return (Edit(port.span._replace(start=end - len(old), end=end), told),)
