r"""The program calls a method that this release of the SDK no longer has

Releases of the SDKs remove methods. `fastmcp` 2.14.0 dropped `sse_app()`,
`streamable_http_app()`, `run_sse_async()` and `run_streamable_http_async()`;
`http_app(transport=…)` and `run_http_async(transport=…)` do the same. The
low-level `Server` of `mcp` 2.0.0 has no decorators such as
`@server.list_tools()`; handlers are passed to its constructor. `McpServer` of
`@modelcontextprotocol/server` 2.0.0 has no `tool()`, `prompt()` and
`resource()`, but `registerTool()` and its like. The program fails with
`AttributeError` or `TypeError` as soon as it reaches the call, usually at
start.

Reported if every release that may run lacks the name. If only the requirement
is to blame and another release has it, capping the requirement helps as much
as changing the call.

See https://gofastmcp.com/changelog

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["uvicorn", "server:app", "--host", "0.0.0.0"]
```
`requirements.txt`
```
fastmcp==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from fastmcp import FastMCP

mcp = FastMCP("notes")
app = mcp.streamable_http_app()
```
```output
error[removed-sdk-call]: server `notes` calls `streamable_http_app()`, which fastmcp 3.4.11 does not have
 --> server.py:4:7
  |
4 | app = mcp.streamable_http_app()
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: Dockerfile:4:5
  |
4 | RUN pip install --require-hashes -r requirements.txt
  |     ------------------------------------------------ `pip install --require-hashes -r requirements.txt` installs the packages
  |
 ::: requirements.txt:1:8
  |
1 | fastmcp==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
  |        -------- pins fastmcp 3.4.11
```

## Good
`server.py`
```python
from fastmcp import FastMCP

mcp = FastMCP("notes")
app = mcp.http_app(stateless_http=True)
```
"""

from mcplint import ERROR, Finding, Label, Server, rule
from mcplint.model.releases import agreed, cap


@rule("removed-sdk-call", ERROR)
def check(server: Server):
    sdk = server.sdk
    called = [call for call in server.calls if call.target.startswith(f"{sdk.package}.") and not call.tried]
    gone = [call for call in called if call.role != "constructor" and agreed(sdk, fact_of(call)) is False]
    if gone:
        first, *others = gone
        yield Finding(
            f"{server.title} calls `{fact_of(first).partition('.')[2]}()`, which {sdk.title} does not have",
            first.span.head,
            (*(Label(call.span.head, "this is missing as well") for call in others), *sdk.version.trace),
            cap(sdk, fact_of(first), sdk.version),
        )


def fact_of(call):
    """The name of the fact whether a release has what is called."""
    name = call.span.text.partition("(")[0].rpartition(".")[2].strip()
    return f"{'lowlevel' if '.lowlevel.' in call.target else 'method'}.{name}"
