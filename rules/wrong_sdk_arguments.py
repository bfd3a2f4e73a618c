r"""The program passes an argument that this release of the SDK does not accept

Where a server is told its host, port, path and sessions has moved from release
to release, and two packages have a class `FastMCP` that disagree about it:

| | `mcp` 1.x `FastMCP` | `mcp` 2.x `MCPServer` | `fastmcp` 2 | `fastmcp` 3 and 4 |
|---|---|---|---|---|
| `FastMCP(host=…, port=…)` | yes | TypeError | yes | TypeError |
| `FastMCP(stateless_http=…)` | yes | TypeError | yes | TypeError |
| `run(host=…, port=…)` | TypeError | yes | yes | yes |
| `run(transport="http")` | ValueError | ValueError | from 2.9 | yes |

A keyword that is not accepted stops the program at start, and the container
restarts forever. Older releases drop it instead (`mcp` before 1.12.3,
`fastmcp` before 2.8), and `mcp` 2.x drops the HTTP keywords of a `run()`
without a transport, which then speaks stdio: the setting silently has no
effect.

Reported if all releases that may run agree.

Not reported for arguments that arrive through `**keywords` which are not
known.

Measured on every release. See
https://github.com/modelcontextprotocol/python-sdk/releases

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

mcp = FastMCP("notes", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http", host="0.0.0.0", port=8000)
```
```output
error[wrong-sdk-arguments]: `run()` of mcp 1.27.1 does not accept `host` and `port`: the program fails at start
 --> server.py:6:42
  |
6 |     mcp.run(transport="streamable-http", host="0.0.0.0", port=8000)
  |     --------------------------------------------------------------- mcp 1.27.1 is called here
  |                                          ^^^^^^^^^^^^^^
  |                                                          --------- and this
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
  |
 ::: requirements.txt:1:4
  |
1 | mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |    -------- pins mcp 1.27.1
```

## Good
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", port=8000, stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import ERROR, WARNING, Finding, Fix, Label, Server, rule
from mcplint.model.releases import common_fact, raised

RUNS = {"sse": "run_sse", "stdio": "run_stdio"}
FATES = {
    "rejected": (ERROR, "does not accept {}: the program fails at start"),
    "ignored": (WARNING, "silently ignores {}"),
}


@rule("wrong-sdk-arguments", ERROR)
def check(server: Server):
    for call in server.calls:
        if not call.target.startswith(f"{server.sdk.package}."):
            continue
        named = method(call)
        callable_ = RUNS.get(server.transport.only, named) if named in ("run", "run_async") else named
        notes = (Label(call.span.head, f"{server.sdk.title} is called here"), *server.sdk.version.trace)
        fates = {each.name: common_fact(server.sdk, f"{callable_}.{each.name}") for each in call.arguments if each.name}
        for fate, (severity, what) in FATES.items():
            if call.tried and severity == ERROR:
                continue
            given = [each for each in call.arguments if fates.get(each.name) == fate]
            if given:
                words = " and ".join(f"`{each.name}`" for each in given)
                name = call.target.rpartition(".")[2] if call.role == "constructor" else named
                message = f"`{name}()` of {server.sdk.title} {what.format(words)}"
                if callable_ == "run_stdio" and fate == "ignored":
                    severity, message = ERROR, f"{message} and speaks stdio"
                more = tuple(Label(each.span, "and this") for each in given[1:])
                yield Finding(message, given[0].span, (*more, *notes), severity=severity)
        if callable_.startswith("run") and not call.tried:
            yield from refused_transport(server, call, notes)


def method(call):
    """The name of what is called, as the facts about it go by."""
    if call.role == "constructor":
        lowlevel = {"Server": "lowlevel_constructor", "StreamableHTTPSessionManager": "session_manager"}
        return {**lowlevel, "SseServerTransport": "sse_transport"}.get(call.target.rpartition(".")[2], "constructor")
    # What is called on a call just made, `FastMCP("notes").run()`, is not what stands first.
    _, dot, written = call.span.text.partition("(")[0].strip().rpartition(".")
    name = written if dot and written.isidentifier() else call.target.rpartition(".")[2]
    return f"lowlevel_{name}" if ".lowlevel." in call.target else name


def refused_transport(server, call, notes):
    """A transport that the release does not know by this name."""
    for index, argument in enumerate(call.arguments):
        name = argument.value.only if argument.name == "transport" or (not argument.name and index == 0) else None
        if isinstance(name, str) and common_fact(server.sdk, f"transport.{name}") == "rejected":
            message = f"{server.sdk.title} does not know transport `{name}`: the program fails at start"
            yield Finding(message, argument.span, notes, known_transport(server.sdk, name, argument.value))


def known_transport(sdk, name, value):
    """A pin that knows the transport, or the transport by the name that this release has for it."""
    right = "streamable-http"
    if value.site and name != right and common_fact(sdk, f"transport.{right}") == right:
        return Fix(f"use `{right}`", value.write(right))
    return raised(sdk, f"transport.{name}", "rejected")
