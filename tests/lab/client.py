"""A client of an MCP server, run by the Python that has the SDK: reads what to call as JSON, prints what came back.

In:  {"url": …, "headers": {…}, "authority": file or null, "calls": [[tool, arguments], …]}
Out: {"results": [[is it an error, its first text], …]} or {"failure": what the client raised}
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from datetime import timedelta
from typing import Any

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


def trust(authority: str | None) -> ssl.SSLContext | bool:
    """Trust in that one certificate, whatever name the address has."""
    if authority is None:
        return True
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    return context


async def call(order: dict[str, Any]) -> list[list[Any]]:
    """Opens a session and calls the tools one after the other."""
    client = httpx.AsyncClient(headers=order["headers"], verify=trust(order["authority"]), timeout=20)
    async with (
        client,
        streamable_http_client(order["url"], http_client=client) as (reading, writing, _),
        ClientSession(reading, writing, read_timeout_seconds=timedelta(seconds=20)) as session,
    ):
        await session.initialize()
        results = [await session.call_tool(tool, arguments) for tool, arguments in order["calls"]]
    return [[result.isError, result.content[0].text if result.content else ""] for result in results]


def reasons(error: BaseException) -> str:
    """The messages of an exception and of those it groups."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(reasons, error.exceptions))
    return f"{type(error).__name__}: {error}"


try:
    print(json.dumps({"results": asyncio.run(asyncio.wait_for(call(json.load(sys.stdin)), 60))}))
except Exception as error:
    print(json.dumps({"failure": reasons(error)}))
