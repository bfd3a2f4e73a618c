r"""A tool stops the server for so long that its health check fails

A server of an SDK is one event loop. While a function of it waits by itself,
nothing else is answered: no other client, no ping, and no health check. A tool
that is written as `async def` runs in that loop in every release, and so does
one that is written as `def` in `mcp` before 2.0 and `fastmcp` before 3.0.
Later releases give the latter a thread of its own.

`requests` and `urllib.request.urlopen` wait without an end where no timeout is
given, `httpx` as long as its timeout says, and `time.sleep` as long as it is
told. A service that is slow to answer
once then has every probe fail: Kubernetes kills the container after three, and
with it all sessions and calls that were under way.

Reported for `time.sleep` and for timeouts of a minute and more, and for
requests without a timeout, in the body of a tool itself, where a liveness
probe or a health check asks the same server over HTTP. Not for a program that
a tool starts without a timeout, as most of these end at once, and not where
the process has more workers than one.

Measured with released SDKs: the thread in which a tool is called.

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
requests==2.32.5 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import requests
from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


@mcp.tool()
def search(words: str) -> str:
    return requests.get("https://notes.example/search", params={"q": words}).text


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
warning[blocking-tools]: the tool `search` waits without a timeout and stops server `notes` for that time, as mcp 1.27.1 calls a plain function in its event loop
  --> server.py:15:12
   |
15 |     return requests.get("https://notes.example/search", params={"q": words}).text
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
  ::: Dockerfile:6:1
   |
 6 | HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=3)"]
   | ---------------------------------------------------------------------------------------------------------------------------- the health check fails meanwhile
```

## Good
`server.py`
```python
import httpx
from mcp.server.fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


@mcp.tool()
async def search(words: str) -> str:
    async with httpx.AsyncClient() as client:
        answer = await client.get("https://notes.example/search", params={"q": words})
    return answer.text


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
"""

from mcplint import WARNING, Finding, Label, Server, rule
from mcplint.model.releases import common_fact

KILLS = ("HEALTHCHECK", "liveness")


@rule("blocking-tools", WARNING)
def check(server: Server):
    if not server.container or not server.speaks_http or not server.certain or not server.workers.must_be(1):
        return
    on_loop = common_fact(server.sdk, "tools.threads") is False
    tool = next((each for each in server.blocking if each.coroutine or on_loop), None)
    for each in server.container.checks if tool else ():
        asked = each.deciding_request
        if each.kind in KILLS and asked and server.port.must_be(asked.port):
            kind = "" if tool.coroutine else f", as {server.sdk.title} calls a plain function in its event loop"
            message = f"the tool `{tool.name}` {tool.note.text} and stops {server.title} for that time{kind}"
            yield Finding(message, tool.note.span, (Label(each.span, f"{each.title} fails meanwhile"),))
            return
