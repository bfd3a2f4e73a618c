r"""The script that the image starts has no shebang line

The exec form of ENTRYPOINT and CMD hands the file to the kernel, which reads
from its first line, `#!/bin/sh`, what is to run it. Without one, or with an
empty line, a space or a byte order mark in front, there is only
`exec /app/start.sh: exec format error`. A shell would have run the file all
the same, so it works for whoever tries it there, and in a CMD in shell form.

Reported for a script of the project, or one that the build writes, that the
exec form starts by its path, unless a RUN behind its COPY puts such a line in
or runs what is not known here, such as another script.

See https://docs.docker.com/reference/dockerfile/#exec-form-entrypoint-example

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
COPY --chmod=755 start.sh ./
USER 10001
ENTRYPOINT ["./start.sh"]
```
`start.sh`
```sh
set -e
exec python server.py
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[missing-shebang]: the image built from Dockerfile starts `start.sh`, whose first line does not name an interpreter with `#!`
 --> start.sh:1:1
  |
1 | set -e
  | ^^^^^^
  |
 ::: Dockerfile:7:14
  |
7 | ENTRYPOINT ["./start.sh"]
  |              ---------- starts it
```

## Good
`start.sh`
```sh
#!/bin/sh
set -e
exec python server.py
```
"""

from mcplint import ERROR, Container, Finding, Label, rule


@rule("missing-shebang", ERROR)
def check(container: Container):
    script = container.script
    if script and script.direct and not script.shell and not script.first.text.startswith("#!"):
        marked = script.first.text.startswith("\ufeff#!")
        why = "has a byte order mark before `#!`" if marked else "does not name an interpreter with `#!`"
        message = f"{container.title} starts `{script.path}`, whose first line {why}"
        yield Finding(message, script.first, (Label(script.word, "starts it"),))
