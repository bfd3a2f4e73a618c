"""The MCP server: three tools over the notes, served by streamable HTTP."""

from __future__ import annotations

import os

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from notes_server import store

PUBLIC_HOST = os.environ.get("NOTES_PUBLIC_HOST", "127.0.0.1")

mcp = FastMCP(
    "notes",
    host=os.environ.get("NOTES_HOST", "127.0.0.1"),
    port=int(os.environ.get("NOTES_PORT", "8000")),
    # Any replica answers any request: nothing is kept between two of them but the notes, and those lie in a volume.
    stateless_http=True,
    transport_security=TransportSecuritySettings(
        allowed_hosts=[PUBLIC_HOST, f"{PUBLIC_HOST}:*"],
        allowed_origins=[f"https://{PUBLIC_HOST}"],
    ),
)


@mcp.tool()
def write_note(title: str, text: str) -> str:
    """Keep a note under a title, in place of an earlier one."""
    store.write(title, text)
    return f"kept {title!r}"


@mcp.tool()
def read_note(title: str) -> str:
    """Read the note of that title."""
    try:
        return store.read(title)
    except FileNotFoundError:
        raise ValueError(f"there is no note {title!r}") from None


@mcp.tool()
async def find_notes(word: str, context: Context) -> list[str]:
    """Name the notes in which a word occurs."""
    titles = store.titles()
    found = []
    for done, title in enumerate(titles, start=1):
        if word.casefold() in store.read(title).casefold():
            found.append(title)
        await context.report_progress(done, len(titles))
    return found


@mcp.custom_route("/health", methods=["GET"])
async def health(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def main() -> None:
    mcp.run(transport="streamable-http")
