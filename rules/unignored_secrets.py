r"""The whole folder is copied into the image, secrets included

`COPY . .` takes every file of the build context, also those that git ignores.
The `.env` of whoever builds the image ends in it, and with it the keys of a
server that is then pushed to a registry.

The same goes for a private key in the folder that needs no passphrase and is
not for tests, and for `.git`. A workflow that checks out with
`actions/checkout` up to v5 has its token in `.git/config` for as long as the
job runs, and an image that it builds from there and pushes, by
`build-push-action` with `context: .`, `docker build .` or compose, shows it to
everybody by then.

Name it in `.dockerignore`, where `.env` is that of the root alone and
`**/.env*` those of every folder. An error if a file of variables lies in what
is copied, also one that git ignores, and holds a secret by the list of
`tracked-env-file`; a warning if an example tells people to make one. Such
files are `.env`, `.env.local`, `.env.production`, `.env.prod` and the like.
Placeholders, levels and ports are no secrets, and examples and files for tests
are not asked. A file that `tracked-env-file` reports is not reported twice.

See https://docs.docker.com/build/concepts/context/#dockerignore-files

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY . .
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
`.env.example`
```
NOTES_API_KEY=
```
```output
warning[unignored-secrets]: .env gets into the image: no `.dockerignore` excludes it
 --> Dockerfile:3:1
  |
3 | COPY . .
  | ^^^^^^^^
  |
 ::: .env.example:1:1
  |
1 | NOTES_API_KEY=
  | -------------- says what to put in it
```

## Good
`.dockerignore`
```
.env
```
"""

from mcplint import ERROR, WARNING, Finding, Secret, rule


@rule("unignored-secrets", WARNING)
def check(secret: Secret):
    if secret.where == "context":
        severity = ERROR if secret.present else WARNING
        inside = ", in which the job keeps its token," if secret.kind == "token" else ""
        message = f"{secret.name}{inside} gets into the image: no `.dockerignore` excludes it"
        yield Finding(message, secret.span, secret.notes, None, severity)
