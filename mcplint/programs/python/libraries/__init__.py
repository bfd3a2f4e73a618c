"""What is known of libraries: tables by dotted name, one module a subject, loaded once a program needs it."""

from __future__ import annotations

from collections.abc import Mapping

# Modules of this package that hold for every program; a later one overrules an earlier one.
ALWAYS = ("standard", "output")
_SERVERS = ("web", "sdk", "lowlevel", "auth")
# Modules of this package by the top-level name of the library that they know.
BY_NAME: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("sys", "dotenv"), ("environment",)),
    "os": ("environment", "files"),
    "sqlite3": ("files",),
    **dict.fromkeys(("pathlib", "json", "orjson", "yaml", "tomllib", "tomli", "toml"), ("environment", "files")),
    **dict.fromkeys(("asyncio", "anyio", "trio", "uvloop", "nest_asyncio"), ("concurrency",)),
    **dict.fromkeys(("threading", "multiprocessing"), ("concurrency",)),
    **dict.fromkeys(("argparse", "fire", "simple_parsing", "tyro"), ("arguments",)),
    **dict.fromkeys(("click", "rich_click", "asyncclick"), ("clicks",)),
    "typer": ("clicks", "typers"),
    "django": ("django",),
    **dict.fromkeys(("pydantic", "pydantic_settings"), ("models",)),
    **dict.fromkeys(("starlette", "fastapi", "brotli_asgi"), ("web",)),
    **dict.fromkeys(("mcp", "fastmcp"), _SERVERS),
    **dict.fromkeys(("uvicorn", "hypercorn"), (*_SERVERS, "asgi")),
    "mangum": (*_SERVERS, "asgi", "mangum"),
    "configparser": ("environment", "files", "ini"),
    "re": ("regular",),
    "prometheus_client": ("metrics",),
}
