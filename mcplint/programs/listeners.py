"""Whether a program listens for something else than MCP: what its text says of it where it could not be followed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from mcplint.text.source import Source, Span


class Wording(NamedTuple):
    """How a language says that a program listens.

    `apart`: what no server of MCP listens by, or starts another program that may; `plain`: what one may listen by as
    well; `mcp`: what a program says that may serve MCP over HTTP; `beside`: what starts something that listens and goes
    on.
    """

    apart: re.Pattern[str]
    plain: re.Pattern[str]
    mcp: re.Pattern[str]
    beside: re.Pattern[str]


NODE = Wording(
    re.compile(
        r"\b(?:WebSocketServer|WebSocket\.Server|ws\.Server|startStandaloneServer|createSecureServer)\s*\("
        r"|\bnet\.createServer\((?!\))|[\"'](?:socket\.io|@grpc/grpc-js)[\"']"
        r"|\b(?:spawn|execFile)\(\s{0,99}(?:process\.execPath|[\"'](?:node|npm|npx|bun|deno)[\"'])|\bfork\("
    ),
    re.compile(r"\.listen\(|(?<![.\w])serve\(|\b(?:Bun|Deno)\.serve\("),
    re.compile(r"[sS]treamable|SSEServerTransport|httpStream"),
    re.compile(r"(?!)"),
)
PYTHON = Wording(
    re.compile(
        r"\b(?:(?:Threading)?HTTPServer|(?:Threading)?TCPServer|WSGIServer|serve_forever|start_server|create_server"
        r"|run_app|TCPSite|make_server|run_simple|Flask|Quart|Sanic|websockets\.serve|grpc(?:\.aio)?\.server)\("
        r"|\b(?:Popen|create_subprocess_exec)\(\s{0,99}\[?\s{0,99}(?:sys\.executable|[\"'](?:python3?|uvicorn|gunicorn|flask)[\"'])"
    ),
    re.compile(
        r"\buvicorn\.(?:run|Server)\b|\bfrom uvicorn import\b|\bhypercorn\b|(?<![.\w])serve\("
        r"|[=(,][ \t]{0,9}(?:\w{1,40}\.)?(?:serve|run_app|run_simple)[ \t]{0,9}[,)]"
    ),
    re.compile(r"streamable|http_app|sse_app|SseServerTransport|[\"'](?:http|sse)[\"']"),
    re.compile(r"\b(?:Thread|Process)\(|(?:gather|create_task|start_soon)\([^)\n]{0,80}serve|run_in_executor\("),
)


def may_listen(sources: Iterable[Source], wording: Wording, followed: Collection[Span] = ()) -> bool:
    """Whether any of a program's modules says that it listens for something else, in code that was not followed."""
    plain = mcp = beside = False
    for source in sources:
        if _matches(wording.apart, source.text):
            return True
        if not plain and _matches(wording.plain, source.text):
            mine = [each for each in followed if each.source == source]
            plain = any(not _overlaps_any(found, mine) for found in wording.plain.finditer(source.text))
        mcp = mcp or _matches(wording.mcp, source.text)
        beside = beside or _matches(wording.beside, source.text)
    return plain and (beside or not mcp)


@lru_cache(maxsize=8_192)
def _matches(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text has what a pattern means, searched for once for all programs that share it."""
    return pattern.search(text) is not None


def _overlaps_any(found: re.Match[str], spans: Collection[Span]) -> bool:
    return any(each.start <= found.end() and found.start() < each.end for each in spans)
