r"""The script that the image starts may not be executed

COPY keeps the mode that a file has in the build context, and writes a
here-document with mode 0644, as a shell in a RUN writes any new file. If that
mode does not let anyone execute the file, the exec form of ENTRYPOINT and CMD
ends with `exec: "./start.sh": permission denied`, for root as well.

`COPY --chmod=755`, a `RUN chmod`, or `git update-index --chmod=+x` in the
repository fix it. So does a command that gives the file to a shell.

A `RUN chmod` holds until the next COPY that brings the file: `COPY . .` behind
it puts back the mode that the file has in the build context.

Not reported if a RUN behind that COPY changes modes of the file, of all, or of
a folder, or runs what is not known here, such as a script or `make`.

The fix adds `--chmod=755` to the COPY of that one file.

See https://docs.docker.com/reference/dockerfile/#copy---chown---chmod

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
COPY <<EOF /app/start.sh
#!/bin/sh
exec python server.py
EOF
USER 10001
ENTRYPOINT ["/app/start.sh"]
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
error[entrypoint-not-executable]: the image built from Dockerfile cannot execute `/app/start.sh`, which it starts: a here-document is written with mode 0644
  --> Dockerfile:10:14
   |
 5 | COPY <<EOF /app/start.sh
   | ------------------------ puts it into the image
...
10 | ENTRYPOINT ["/app/start.sh"]
   |              ^^^^^^^^^^^^^
   |
   = fix: let everyone execute it (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,7 +2,7 @@
 WORKDIR /app
 COPY requirements.txt server.py ./
 RUN pip install --require-hashes -r requirements.txt
-COPY <<EOF /app/start.sh
+COPY --chmod=755 <<EOF /app/start.sh
 #!/bin/sh
 exec python server.py
 EOF
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
COPY --chmod=755 <<EOF /app/start.sh
#!/bin/sh
exec python server.py
EOF
USER 10001
ENTRYPOINT ["/app/start.sh"]
```
"""

from mcplint import ERROR, Container, Finding, Fix, Label, rule


@rule("entrypoint-not-executable", ERROR)
def check(container: Container):
    script = container.script
    if script and script.direct and script.closed:
        message = f"{container.title} cannot execute `{script.path}`, which it starts: {script.closed.text}"
        fix = Fix("let everyone execute it", script.opened, safe=True)
        yield Finding(message, script.word, (Label(script.closed.span, "puts it into the image"),), fix)
