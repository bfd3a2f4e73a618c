"""Which distribution of the package index brings a module, of those that servers import most.

Source: the `top_level.txt` or `RECORD` of the distributions.
"""

from __future__ import annotations

from collections.abc import Iterable

_SAME = (
    "mcp fastmcp aiofiles aiohttp aiosqlite anthropic anyio asyncpg boto3 chromadb click cryptography fastapi flask "
    "httpx jinja2 jsonschema loguru lxml markdownify motor networkx numpy openai openpyxl pandas playwright polars "
    "prometheus_client psutil pydantic pydantic_settings pymongo pymysql pytest redis requests rich scipy selenium "
    "sqlalchemy starlette structlog tenacity tiktoken tornado tqdm transformers typer uvicorn uvloop watchfiles "
    "websockets xmltodict"
)
_OTHER = {
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "multipart": "python-multipart",
    "PIL": "pillow",
    "pythonjsonlogger": "python-json-logger",
    "sklearn": "scikit-learn",
    "sse_starlette": "sse-starlette",
    "yaml": "pyyaml",
}
_KNOWN = {**{name: name.replace("_", "-") for name in _SAME.split()}, **_OTHER}


def distribution(module: str) -> str | None:
    """The distribution that brings a top-level module, None where it is not known here."""
    return _KNOWN.get(module)


OWN = frozenset({"api", "app", "asgi", "main", "mcp_server", "server", "wsgi"})
"""What people call modules of their own, and no package is imported as."""


_NOTHING = (
    "aiofiles aiohttp aiosqlite anyio asyncpg beautifulsoup4 click jinja2 loguru lxml numpy psutil pydantic pymysql "
    "pyyaml requests structlog tenacity tqdm xmltodict"
)
_BRINGS = {
    **dict.fromkeys(_NOTHING.split(), ""),
    "boto3": "python-dateutil",
    "httpx": "anyio click rich",
    "markdownify": "beautifulsoup4",
    "mcp": "anyio click cryptography httpx jsonschema pydantic pydantic-settings pyjwt python-dotenv python-multipart "
    "rich sse-starlette starlette uvicorn websockets",
    "pandas": "numpy python-dateutil",
    "pydantic-settings": "pydantic python-dotenv",
    "python-dotenv": "click",
    "redis": "cryptography pyjwt requests",
    "starlette": "anyio",
    "typer": "click rich",
    "uvicorn": "anyio click python-dotenv pyyaml uvloop watchfiles websockets",
}
_EXTRAS = frozenset({"cli", "email", "hiredis", "http2", "rich", "standard", "ws"})
"""The extras whose packages `_BRINGS` holds too."""
_ONLY_BY_EXTRA = {("mcp", "cli"): "typer"}
"""What an extra alone brings in every release."""


def brought_packages(name: str, extras: Iterable[str] = ()) -> frozenset[str] | None:
    """Itself and those known here that any release of a distribution may bring with extras; None where unknown.

    Source: `pip install --dry-run --report` of releases of each.
    """
    found = _BRINGS.get(name) if _EXTRAS.issuperset(extras) else None
    more = (each for extra in extras for each in _ONLY_BY_EXTRA.get((name, extra), "").split())
    return None if found is None else frozenset((name, *found.split(), *more))
