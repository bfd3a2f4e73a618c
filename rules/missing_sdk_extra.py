r"""A tool runs as a task, and the packages that this needs are not installed

`@mcp.tool(task=True)` of `fastmcp` runs a tool in the background. Since 3.0.0
what that needs comes with the extra `tasks` only. Without it, fastmcp 3 fails
with `ImportError` at the decorator, and fastmcp 4 with `RuntimeError` as soon
as the server starts. fastmcp 2.14 installs it always.

Install `fastmcp[tasks]`. In fastmcp 4, also register the extension with
`mcp.add_extension(TasksExtension(...))`.

Not reported if the extra, `pydocket` or `fastmcp-tasks` is asked for or
locked, or if packages come from a place that the project does not show.

See https://gofastmcp.com/servers/tasks

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
fastmcp==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from fastmcp import FastMCP

mcp = FastMCP("notes")


@mcp.tool(task=True)
async def summarize(text: str) -> str:
    return text[:100]


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", stateless_http=True)
```
```output
error[missing-sdk-extra]: `task=True` needs `fastmcp[tasks]`, which is not installed
 --> server.py:6:11
  |
6 | @mcp.tool(task=True)
  |           ^^^^^^^^^
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
`requirements.txt`
```
fastmcp[tasks]==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
"""

from mcplint import ERROR, Finding, Server, rule
from mcplint.model.releases import common_fact


@rule("missing-sdk-extra", ERROR)
def check(server: Server):
    sdk = server.sdk
    if sdk.tasks is not False or common_fact(sdk, "tasks.extra") is not True:
        return
    for call in server.calls:
        task = next((each for each in call.arguments if each.name == "task"), None)
        if call.role == "registration" and not call.tried and task and task.value.must_be(True):
            yield Finding(
                f"`task=True` needs `{sdk.package}[tasks]`, which is not installed", task.span, sdk.version.trace
            )
            return
