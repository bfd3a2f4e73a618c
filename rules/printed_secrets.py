r"""The program logs its secrets

`print(os.environ)` at start helps to see what a container was given, and puts
every key and token of the server into its log, where whoever may read logs has
them, and where they stay after they were replaced. The same holds for settings
of pydantic that are logged as a whole: a field of the type `str` is shown as
it is. In Node it is `console.log(process.env)`.

Log the names, or what is no secret. `SecretStr` shows asterisks.

Reported for settings that have a field named like a secret (`…_api_key`,
`…_token`, `…_password`), of a plain type, and for a name that is given such a
variable of the environment and shown as a whole: `f"token: {TOKEN}"`.

See https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr

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
import logging
import os

from mcp.server.fastmcp import FastMCP

logging.info("environment: %s", dict(os.environ))
mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
note[printed-secrets]: server `notes` writes secrets into its log: `os.environ` holds every secret that the server is given
 --> server.py:6:1
  |
6 | logging.info("environment: %s", dict(os.environ))
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`server.py`
```python
import logging
import os

from mcp.server.fastmcp import FastMCP

logging.info("environment: %s", sorted(os.environ))
mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import NOTE, Finding, Server, rule


@rule("printed-secrets", NOTE)
def check(server: Server):
    for label in server.shown:
        yield Finding(f"{server.title} writes secrets into its log: {label.text}", label.span)
