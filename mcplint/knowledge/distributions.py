"""Which distribution of the package index brings a module, of those that servers import most.

Source: the `top_level.txt` or `RECORD` of the distributions.
"""

from __future__ import annotations

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
