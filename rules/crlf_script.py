r"""The script that the image starts has Windows line ends

A script whose lines end with CR LF does not start in a Linux container. For
its first line the kernel looks for an interpreter called `/bin/sh` and a
carriage return: `exec ./start.sh: no such file or directory`, though the file
is there. Given to a shell, `set -e` fails as an unknown option and `exec
python server.py` opens a file whose name ends in a carriage return.

The same goes for the shell form: `CMD ./start.sh` ends with `./start.sh: not
found`.

Files get such ends from git on Windows, or from a `.gitattributes` that asks
for them. There `*.sh text eol=lf` keeps them as they are in the repository.

Not reported if a RUN converts the file or runs what is not known here, such as
another script, if `.gitattributes` says that git ends its lines with LF, or if
a shell runs more commands than the script.

See https://git-scm.com/docs/gitattributes#_eol

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
`.gitattributes`
```
* text=auto
*.sh text eol=crlf
```
`start.sh`
```sh
#!/bin/sh
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
error[crlf-script]: the image built from Dockerfile starts `start.sh`, whose lines end with CR LF, so that the kernel does not find the interpreter
 --> .gitattributes:2:15
  |
2 | *.sh text eol=crlf
  |               ^^^^ git ends its lines with CR LF
  |
 ::: Dockerfile:7:14
  |
7 | ENTRYPOINT ["./start.sh"]
  |              ---------- starts it
  |
  = fix: end its lines with LF (--fix)
```
```diff
--- a/.gitattributes
+++ b/.gitattributes
@@ -1,2 +1,2 @@
 * text=auto
-*.sh text eol=crlf
+*.sh text eol=lf
```

## Good
`.gitattributes`
```
* text=auto
*.sh text eol=lf
```
"""

from mcplint import ERROR, Container, Finding, Fix, Label, rule


@rule("crlf-script", ERROR)
def check(container: Container):
    script = container.script
    if script and script.carriage:
        how = (
            "the kernel does not find the interpreter"
            if script.direct
            else "the shell takes CR for a part of each line"
        )
        message = f"{container.title} starts `{script.path}`, whose lines end with CR LF, so that {how}"
        notes = (script.carriage, Label(script.word, "starts it"))
        fix = Fix("end its lines with LF", script.lf, safe=True)
        yield Finding(message, script.carriage.span, notes, fix)
