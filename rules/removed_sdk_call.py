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
as changing the call. An install that takes the newest release for want of a
lock is told of here, and by `unlocked-install` as soon as the requirement is
capped.

Not reported where the program asks before it calls: by `hasattr`, `getattr`
with a default, a `try` around it or an import, or the SDK's version.

It is a warning if a lock file still holds a release that has the name, and the
requirement would let the next `uv lock --upgrade` break it, unless
`sdk-range-mismatch` says so of an import. It is one, too, if another package
is installed beside the SDK whose own requirements are not known: it may hold
the SDK at an older release.

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

from mcplint import ERROR, WARNING, Deployment, Finding, Label, Value, rule
from mcplint.model.releases import cap, common_fact, missing_import


@rule("removed-sdk-call", ERROR)
def check(deployment: Deployment):
    found = [finding for server in deployment.servers for finding in removed(server)]
    grave = {finding.span for finding in found if finding.severity == ERROR}
    seen = set()
    for finding in found:
        same = finding.span, finding.notes[-1].span if finding.notes else None
        if finding.severity == ERROR or (finding.span not in grave and same not in seen):
            seen.add(same)
            yield finding


def removed(server):
    """The calls of a server that what gets installed lacks, or else what only the lock keeps out."""
    sdk = server.sdk
    if gone := lacked(server, sdk):
        title, severity, why = f"which {sdk.title} does not have", ERROR, ()
        if sdk.doubt:
            title, severity, why = f"{title}, the newest release that the requirement allows", WARNING, (sdk.doubt,)
        covers = () if sdk.exact else ("unlocked-install",)
        yield removed_call_finding(server, gone, title, sdk.version, severity, why, covers)
    elif not missing_import(sdk, sdk.admitted, server.imports):
        later = sdk._replace(version=sdk.admitted, mcp=Value(None))
        if gone := lacked(server, later):
            title = f"which {later.title} does not have, and only the lock file keeps that out"
            yield removed_call_finding(server, gone, title, sdk.admitted, WARNING)


def lacked(server, sdk):
    """The calls of a server that no release of an SDK that may run has."""
    called = (call for call in server.calls if call.target.startswith(f"{sdk.package}.") and not call.tried)
    return [call for call in called if call.role != "constructor" and common_fact(sdk, fact_of(call)) is False]


def removed_call_finding(server, gone, title, versions, severity, why=(), covers=()):
    first, *others = gone
    return Finding(
        f"{server.title} calls `{fact_of(first).partition('.')[2]}()`, {title}",
        first.span.head,
        (*why, *(Label(call.span.head, "this is missing as well") for call in others), *versions.trace),
        cap(server.sdk, fact_of(first), versions),
        severity,
        covers=covers,
    )


def fact_of(call):
    """The name of the fact whether a release has what is called."""
    name = call.span.text.partition("(")[0].rpartition(".")[2].strip()
    return f"{'lowlevel' if '.lowlevel.' in call.target else 'method'}.{name}"
