r"""No shell expands a variable of the start command

Docker hands the exec form of `CMD` and `ENTRYPOINT`, a JSON array, to the
program as it is written: the program gets the five characters `$PORT`, not a
port. uvicorn then says "'$PORT' is not a valid integer", and other programs
take it for a host name or a folder. `ENV` before it changes nothing. compose
starts no shell for `command` either, as a list or as a string: it fills in
`$PORT` itself, and leaves the program `$PORT` where `$$PORT` is written. The
same goes for a health check in exec form that gives a program of Python, Node
or curl its address so.

Not reported where a shell or a script of the project gets the words, which may
expand them, or where the program runs them by a shell itself, as supergateway
does with the command behind `--stdio`, nodemon with the one behind `--exec`.
Nor where the variable stands in single quotes to be a plain text, or where the
program or code among the words expands variables itself, as with
`os.path.expandvars` or a template of JavaScript. Nor is a manifest of
Kubernetes, which expands `$(PORT)` alone: `$PORT` and `${PORT}` are there what
envsubst and its like fill in before the manifest is applied.

Evidence: <https://docs.docker.com/reference/dockerfile/#variable-substitution>.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV PORT=8000
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--port", "$PORT"]
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)
app = mcp.streamable_http_app()
```
```output
error[unexpanded-variable]: the image built from Dockerfile gives `$PORT` to `uvicorn` as it is written: no shell expands it
 --> Dockerfile:7:63
  |
5 | ENV PORT=8000
  |          ---- this sets it
6 | USER 10001
7 | CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--port", "$PORT"]
  |                                                               ^^^^^
  |
  = fix: let a shell expand it (--unsafe-fixes)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -4,4 +4,4 @@
 RUN pip install --require-hashes -r requirements.txt
 ENV PORT=8000
 USER 10001
-CMD ["uvicorn", "server:app", "--host", "0.0.0.0", "--port", "$PORT"]
+CMD ["sh", "-c", "exec uvicorn server:app --host 0.0.0.0 --port $PORT"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV PORT=8000
USER 10001
CMD ["sh", "-c", "exec uvicorn server:app --host 0.0.0.0 --port $PORT"]
```
"""

import re

from mcplint import ERROR, Container, Edit, Finding, Fix, Label, Span, Value, rule
from mcplint.knowledge.executables import SHELLS
from mcplint.knowledge.shell_options import run_by_shell

VARIABLE = r"(?<!\$)\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)[^}]{0,1000}\})"
CONSTANT = r"(?<!\$)\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*[^}]{0,1000}\})"
ASKING = r"(?:.*/)?(?:curl|wget|node|python[\d.]*)"
EXPANDING = rf"(?:.*/)?(?:{'|'.join(SHELLS)}|ksh|env|envsubst|eval|gosu|s6-\S*)|.*\.sh|.*entry-?point.*"
"""What may expand the words that it is given: a shell, a script, or what may start one."""
EXPANDED = r"`[^`]{0,1000}\$\{|\bTemplate\(|\bexpandvars\("


@rule("unexpanded-variable", ERROR)
def check(container: Container):
    yield from of_checks(container)
    words = container.argv.words if container.argv else None
    if not words or not container.servers or container.script or container.unread:
        return
    texts = [word.only for word in words]
    if None in texts or any(re.fullmatch(EXPANDING, word) for word in texts):
        return
    handed = set(run_by_shell(texts))
    for number, (word, text) in enumerate(zip(words, texts, strict=True)):
        found = re.search(VARIABLE, text) if number not in handed and not re.search(EXPANDED, text) else None
        span = word_span(word, text, container.argv.span) if found else None
        if span:
            message = f"{container.title} gives `{found[0]}` to `{texts[0]}` as it is written: no shell expands it"
            name = found[1] or found[2]
            notes = (Label(container.env[name].span, "this sets it"),) if is_set(container, name) else ()
            yield Finding(message, span, notes, in_a_shell(container.argv.span, texts, span))


def word_span(word: Value[str], text: str, whole: Span) -> Span | None:
    """Where a word stands as the program gets it, or with the doubled dollars that compose makes single ones of."""
    if word.site:
        return word.site.span if word.site.span.text == text else None
    at = whole.text.find(doubled := text.replace("$", "$$"))
    return None if at < 0 else whole._replace(start=whole.start + at, end=whole.start + at + len(doubled))


def of_checks(container: Container):
    """The variables in the code and addresses that a health check without a shell is given."""
    probes = [container.probe, *container.probes] if container.servers else []
    for probe in filter(None, probes):
        words = probe.command.only if probe.command is not None else None
        if not words or not re.fullmatch(ASKING, words[0]):
            continue
        found = next((one for word in words[1:] if (one := re.search(CONSTANT, word))), None)
        if found:
            title = "the health check" if probe is container.probe else f"the {probe.kind} probe"
            message = f"{title} of {container.title} gives `{found[0]}` to `{words[0]}` as it is written"
            yield Finding(f"{message}: no shell expands it", probe.span)


def is_set(container: Container, name: str) -> bool:
    return name in container.env and container.env[name].span is not None


def in_a_shell(whole: Span, words: list[str], word: Span) -> Fix | None:
    """The words as one command of a shell, where an instruction of a Dockerfile holds them all in one line."""
    line = re.fullmatch(r"((?:CMD|ENTRYPOINT)\s+)\[.*\]", whole.text)
    if not line or word.start < whole.start or word.end > whole.end or len(words) != whole.text.count('"') // 2:
        return None
    if any(re.search(r"[\s\"'\\`;&|<>()*?#~!]", each) for each in words):
        return None
    command = Edit(whole._replace(start=whole.start + len(line[1])), f'["sh", "-c", "exec {" ".join(words)}"]')
    return Fix("let a shell expand it", (command,))
