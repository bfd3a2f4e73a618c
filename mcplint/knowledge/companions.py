"""Which packages may hold an SDK below its newest release where they are installed beside it.

Source: `uv pip compile` of those that need an SDK beside `mcp`, as of 2026-11-30: `mcp-proxy` takes
mcp 1.30.0 if it is named first and 2.3.0 if `mcp` is, `crewai` 1.30.0, `strands-agents` 2.1.1 in either order.
"""

from __future__ import annotations

from collections.abc import Iterable

from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES

HELD_BELOW = {"mcp": 2, "fastmcp": 4, "fastmcp-slim": 4}
"""The major version that releases of other packages keep an SDK below; fastmcp 4 is the first that needs mcp 2."""
LATER_CAPS = {"strands-agents": {"mcp": (2, 2)}}
"""The later release that the newest ones of some of them keep it below."""

_NEEDING = "browser-use chainlit crewai crewai-tools google-adk open-webui openai-agents pydantic-ai strands-agents"
"""Those that need an SDK themselves, but for those that are called after MCP."""

_FREE = (
    "aioboto3 aiofiles aiohttp aiomysql aioredis aiosqlite alembic annotated-types anthropic anyio apscheduler "
    "argon2-cffi arrow asana asgiref astroquery asyncpg asyncssh atlassian-python-api attrs authlib azure-core "
    "azure-identity azure-keyvault-secrets azure-storage-blob babel backoff bandit bcrypt beautifulsoup4 "
    "biopython black bleach boto3 botocore brotli build cachetools caldav ccxt celery certifi cffi chardet "
    "charset-normalizer chromadb click cohere colorama coloredlogs confluent-kafka coverage cryptography cyclopts "
    "dateparser debugpy defusedxml deprecated diskcache django djangorestframework dnspython docker "
    "docstring-parser dotenv duckdb elasticsearch email-validator exceptiongroup exchangelib factory-boy "
    "faiss-cpu faker fakeredis falkordb fastapi fastembed feedparser filelock flake8 flask freezegun fsspec "
    "garminconnect geopandas geopy gevent gitpython google-api-core google-api-python-client google-auth "
    "google-auth-httplib2 google-auth-oauthlib google-genai googlemaps graphiti-core graphql-core greenlet groq "
    "grpcio gspread gunicorn h11 h2 hatch-vcs hatchling html2text html5lib httpcore httptools httpx httpx-sse "
    "httpx2 huggingface-hub humanize hypercorn hypothesis icalendar idna imapclient importlib-metadata influxdb "
    "influxdb-client ipykernel ipython isodate isort itsdangerous jinja2 jira jmespath joblib jsonpath-ng jsonref "
    "jsonschema jupyterlab kafka-python kazoo keyring kubernetes kuzu lancedb langchain langchain-anthropic "
    "langchain-community langchain-core langchain-openai langchain-text-splitters langgraph langsmith ldap3 "
    "librosa litellm loguru lxml mako markdown markdown-it-py markdownify markupsafe matplotlib minio mkdocs "
    "mkdocs-material moto motor msal msgpack multidict mutagen mypy mysql-connector-python nats-py nbformat neo4j "
    "nest-asyncio netmiko networkx nltk notion-client nox numpy oauthlib obsws-python ollama onnxruntime openai "
    "openapi-pydantic opencv-python openpyxl opensearch-py oracledb orjson osmnx packaging pandas pandas-stubs "
    "paramiko passlib pathspec pdfplumber peewee pendulum pexpect pika pikepdf pillow pip pip-audit pip-tools "
    "platformdirs playwright plotly pluggy polars portalocker posthog pre-commit prometheus-client propcache "
    "proto-plus protobuf psutil psycopg psycopg-pool psycopg2 psycopg2-binary pyairtable pyarrow pyasn1 pycparser "
    "pycryptodome pydantic pydantic-core pydantic-extra-types pydantic-settings pygithub pygments pyjwt pylint "
    "pymilvus pymongo pymssql pymupdf pymysql pynacl pynetbox pyodbc pyopenssl pypdf pypdf2 pyperclip pyright "
    "pyserial pysnmp pytesseract pytest python-dateutil python-docx python-dotenv python-gitlab python-jose "
    "python-json-logger python-multipart python-pptx python-slugify python-telegram-bot pytz pyvmomi pywin32 "
    "pyyaml pyzipper pyzmq qdrant-client rapidfuzz rdflib redis referencing regex requests requests-oauthlib "
    "requests-toolbelt respx rich rsa ruamel-yaml ruff safety scapy scikit-learn scipy selenium "
    "sentence-transformers sentry-sdk setuptools setuptools-scm shapely shellingham shodan simple-salesforce "
    "simplejson six slack-sdk slowapi sniffio snowflake-connector-python sounddevice soupsieve sphinx spotipy "
    "sqlalchemy sqlglot sqlmodel sqlparse sse-starlette starlette stripe structlog sympy tabulate tavily-python "
    "telethon tenacity termcolor tiktoken tokenizers toml tomli tomlkit torch tornado tox tqdm transformers "
    "tree-sitter trino tweepy twilio twine ty typer typing-extensions typing-inspection tzdata tzlocal ujson "
    "unidecode urllib3 uv uvicorn uvloop validators virtualenv voyageai watchdog watchfiles websocket-client "
    "websockets werkzeug wheel wikipedia wrapt xarray xlrd xlsxwriter xmltodict yarl yfinance "
    "youtube-transcript-api zeroconf zstandard"
)
"""Well-known ones that need no SDK, nor does what they need."""
_HOLDING, _LEAVING = frozenset(_NEEDING.split()), frozenset(_FREE.split())
_LEAVING_FAMILIES = ("opentelemetry-", "pytest-", "types-")
_BRINGING_EXTRAS = frozenset({"all", "full", "proxy"})
"""The extras by which packages that do without an SDK ask for one."""


def may_hold_sdk(name: str, extras: Iterable[str] = ()) -> bool | None:
    """Whether a package may well hold an SDK below its newest release; None where nothing is known of it."""
    if name in PYTHON_PACKAGES:
        return False
    if name in _HOLDING or "mcp" in name or "mcp" in extras:
        return True
    known = name in _LEAVING or name.startswith(_LEAVING_FAMILIES)
    return False if known and _BRINGING_EXTRAS.isdisjoint(extras) else None
