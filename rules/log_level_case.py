r"""A log level is written in a case that the program does not accept

`logging` has its levels in upper case. `logging.basicConfig(level="debug")`
and `setLevel("debug")` raise `ValueError: Unknown level: 'debug'`.
`getattr(logging, "debug")` is worse: it finds the *function* `logging.debug`,
with or without a default, and using that as a level raises `TypeError: Level
not an integer or a valid string`. The settings object of `mcp` refuses
`FastMCP(log_level="debug")` too. The program fails at start, because of a word
in a Dockerfile or compose file that looks right and that other programs
accept.

Write the level in upper case where it is set, or let the program do it:
`os.environ["LOG_LEVEL"].upper()`.

uvicorn's command wants lower case: `uvicorn --log-level INFO` ends with
`Invalid value for '--log-level': 'INFO' is not one of 'critical', …`.

Not reported if the failure is caught, or if the files do not show that the
value reaches `logging`.

See https://docs.python.org/3/library/logging.html#logging-levels

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV LOG_LEVEL=info
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

logging.basicConfig(level=getattr(logging, os.getenv("LOG_LEVEL", "INFO")))
mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[log-level-case]: log level `info` stops the program at start: names in lower case are functions of `logging`, not levels
 --> Dockerfile:5:15
  |
5 | ENV LOG_LEVEL=info
  |     -------------- ENV sets LOG_LEVEL
  |               ^^^^
  |
 ::: server.py:6:44
  |
6 | logging.basicConfig(level=getattr(logging, os.getenv("LOG_LEVEL", "INFO")))
  | --------------------------------------------------------------------------- names in lower case are functions of `logging`, not levels
  |                                            ------------------------------ reads LOG_LEVEL
  |
  = fix: write `INFO` (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,6 +2,6 @@
 WORKDIR /app
 COPY requirements.txt server.py ./
 RUN pip install --require-hashes -r requirements.txt
-ENV LOG_LEVEL=info
+ENV LOG_LEVEL=INFO
 USER 10001
 CMD ["python", "server.py"]
```

## Good
`server.py`
```python
import logging
import os

from mcp.server.fastmcp import FastMCP

logging.basicConfig(level=getattr(logging, os.getenv("LOG_LEVEL", "INFO").upper()))
mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, Finding, Fix, Label, Server, rule

# Those for which `logging` has a function of the same name in small letters.
CALLABLE = ("CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG")
KNOWN = (*CALLABLE, "NOTSET")
OF_UVICORN = ("critical", "error", "warning", "info", "debug", "trace")


@rule("log-level-case", ERROR)
def check(server: Server):
    for level in server.log_levels:
        if level.option:
            if level.value.must(in_capitals):
                yield level_finding(
                    server, level.value, level.span, "uvicorn's `--log-level` must be in lower case", str.lower
                )
            continue
        wrong = is_function if level.looked_up else in_other_case
        if level.value.must(wrong):
            what = (
                "names in lower case are functions of `logging`, not levels"
                if level.looked_up
                else "the levels of `logging` are in upper case"
            )
            yield level_finding(server, level.value, level.span, what, str.upper)
    if server.sdk.package == "mcp" and server.log_level.must(in_other_case):
        yield level_finding(
            server, server.log_level, server.made or server.span, "`mcp` wants it in upper case", str.upper
        )


def is_function(name):
    return name.islower() and name.upper() in CALLABLE


def in_other_case(name):
    return isinstance(name, str) and name != name.upper() and name.upper() in KNOWN


def in_capitals(name):
    return name != name.lower() and name.lower() in OF_UVICORN


def level_finding(server, value, taker, what, right):
    level = f"log level `{value.only}`" if value.only else "the log level"
    message = f"{level} stops the program at start: {what}"
    notes = tuple(note for note in (*value.trace, Label(taker.head, what)) if note.span != value.span)
    fixed = right(value.only) if value.site and value.only else None
    fix = (
        Fix(f"write `{fixed}`", value.write(fixed), not may_be_shared(server))
        if fixed and not needs_two_spellings(server, value)
        else None
    )
    return Finding(message, value.span or taker, notes, fix)


def needs_two_spellings(server, value):
    """Whether uvicorn's command and `logging` take the same word, of which they want two spellings."""
    takers = {each.option for each in server.log_levels if each.value.trace[-1:] == value.trace[-1:]}
    return len(takers) > 1


def may_be_shared(server):
    """Whether the command may take the same word, as that of uvicorn takes levels in small letters."""
    return bool(server.container) and server.container.command.may(
        lambda words: any("log-level" in word for word in words)
    )
