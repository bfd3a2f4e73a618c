r"""The server needs a variable that nothing gives it

`os.environ["NOTES_KEY"]` ends the program with `KeyError: 'NOTES_KEY'` where
the variable is not set, and so do a condition that raises or exits without it,
an `assert`, a required field of pydantic-settings, `int(os.getenv(…))`, a
method of what is not there, as in `os.getenv(…).split()`, and in Node
`if (!process.env.NOTES_KEY)` with `throw` or `process.exit`.

A container of compose has the variables of its service, of its `env_file` and
of its image, and no others: neither those of the shell that starts it, nor
those of `.env`, which only fills in what stands as `${…}` in the compose file
itself.

Name it under `environment`: `NOTES_KEY: ${NOTES_KEY:?}` passes it on, and says
so before anything starts where it is missing.

Not reported if the program catches the failure, has a default or takes another
variable in its place, or may read a file of variables itself, for a service
that takes variables from a file, for a start that gives itself variables of
which no file here tells (`. /run/secrets/env`, `export $(cat …)`, `doppler run
--`), and for schemas that a program has for its environment as a whole (zod,
envalid): what they refuse is not worked out.

See https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/

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
import os

from mcp.server.fastmcp import FastMCP

KEY = os.environ["NOTES_KEY"]
mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    ports: ["127.0.0.1:8000:8000"]
```
```output
error[missing-variable]: container `notes` does not start: nothing gives it NOTES_KEY, without which server `notes` ends
 --> compose.yaml:2:3
  |
2 |   notes:
  |   ^^^^^
  |
 ::: server.py:5:7
  |
5 | KEY = os.environ["NOTES_KEY"]
  |       ----------------------- reads NOTES_KEY, and the program ends if it is not set
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_KEY: ${NOTES_KEY:?}
    ports: ["127.0.0.1:8000:8000"]
```
"""

from mcplint import ERROR, Finding, Label, Server, rule


@rule("missing-variable", ERROR)
def check(server: Server):
    container, demand = server.container, server.demands
    if not container or not demand or container.platform != "compose" or container.env_files:
        return
    if container.env_closed and not container.unread and demand.text not in container.env:
        name = demand.text[:60]
        message = f"{container.title} does not start: nothing gives it {name}, without which {server.title} ends"
        yield Finding(
            message, container.span, (Label(demand.span, f"reads {name}, and the program ends if it is not set"),)
        )
