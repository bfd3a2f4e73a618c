"""An MCP server for the tests of proxies: its tools wait, talk, count and echo."""

import asyncio
import os

from mcp.server.fastmcp import Context, FastMCP

mcp = FastMCP(
    "notes",
    host="0.0.0.0",
    json_response=bool(os.environ.get("LAB_JSON")),
    stateless_http=bool(os.environ.get("LAB_STATELESS")),
)
released = asyncio.Event()
runs = 0


@mcp.tool()
async def wait_for_release(ctx: Context) -> str:
    """Says something, then waits for a client that has heard it to call `release`."""
    await ctx.info("working")
    try:
        await asyncio.wait_for(released.wait(), 3)
    except TimeoutError:
        return "nobody heard it"
    return "released"


@mcp.tool()
async def release() -> str:
    released.set()
    return "done"


@mcp.tool()
async def silent(seconds: float) -> str:
    """Works in silence, and counts how often it was asked to."""
    global runs
    runs += 1
    await asyncio.sleep(seconds)
    return "done"


@mcp.tool()
def ran() -> int:
    return runs


@mcp.tool()
def echo(text: str) -> str:
    return text


if __name__ == "__main__":
    mcp.run(transport="streamable-http")
