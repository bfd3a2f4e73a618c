"""Which environment variables libraries and platforms read by themselves, and how programs read them all at once."""

from __future__ import annotations

FAMILIES = frozenset(
    " ".join(
        (
            "PYTHON PIP UV POETRY PDM CONDA VIRTUAL NODE NPM YARN PNPM BUN DENO JAVA GO OTEL LOG LOGGING LOGURU",
            "AWS AMAZON GOOGLE GCP GCLOUD CLOUDSDK AZURE OPENAI ANTHROPIC GEMINI MISTRAL COHERE GROQ OLLAMA LITELLM",
            "LANGCHAIN LANGSMITH LANGFUSE HF HUGGINGFACE TRANSFORMERS TORCH CUDA NVIDIA OMP MKL TOKENIZERS SENTENCE",
            "SSL REQUESTS CURL HTTP HTTPS NO ALL FTP FASTMCP UVICORN GUNICORN HYPERCORN GRANIAN WEB PG POSTGRES",
            "POSTGRESQL DATABASE DB SQLALCHEMY ALEMBIC PRISMA REDIS MONGO MONGODB MYSQL NEO4J ELASTIC ELASTICSEARCH",
            "OPENSEARCH QDRANT CHROMA WEAVIATE MILVUS PINECONE SENTRY DD DATADOG NEW PROMETHEUS CELERY DJANGO FLASK",
            "FASTAPI STARLETTE SUPABASE STRIPE TWILIO SLACK GITHUB GH GITLAB CI DOCKER COMPOSE KUBERNETES KUBE K8S",
            "HELM RAILWAY RENDER FLY HEROKU VERCEL NETLIFY PLAYWRIGHT PUPPETEER SELENIUM CHROME CHROMIUM DISPLAY XDG",
            "LC TERM COLUMNS FORCE TZ LANG MALLOC LD GIT SSH GPG DEBIAN APP DATA CACHE SPACY NLTK TIKTOKEN KAFKA",
            "RABBITMQ AMQP S3 MINIO VAULT KEYCLOAK AUTH0 CLERK TAVILY SERPER EXA FIRECRAWL NEXT VITE NUXT REACT TS",
            "TSX GRADIO STREAMLIT JWT OAUTH SMTP MAIL",
        )
    ).split()
)
"""The first words of names that some library or program reads, or that are too common to be a project's own."""
WHOLE = (
    *("env_prefix", "BaseSettings", "auto_envvar_prefix", "env_nested_delimiter", "dynaconf", "Dynaconf", "environs"),
    *("environ.items", "environ.copy", "environ.keys", "environ.values", "(os.environ)", "**os.environ", "os.environb"),
    *(
        "in os.environ:",
        "in environ:",
        "environ[key",
        "environ[name",
        "environ[var",
        "= os.environ\n",
        "env=os.environ",
    ),
    *('environ[f"', "environ[f'", 'environ.get(f"', "environ.get(f'", 'getenv(f"', "getenv(f'", "prefix +"),
    *("environ.get(name", "environ.get(key", "environ.get(var", "getenv(name", "getenv(key", "getenv(var"),
    *("(process.env)", "...process.env", "= process.env;", "process.env[", "(process.env,", "env: process.env"),
    *("= process.env\n", "Deno.env.toObject", "process.env?.[", "process.env as", "Bun.env[", "nconf", "yargs.env("),
    *("auto_env_var_prefix", "default_env=", "environ.config(", "environ.var(", "typed_settings", ".prefixed("),
)
"""What a program says that may read any variable."""
NAMED = ("env_prefix", "BaseSettings")
"""Those of these texts that say which variables a class reads, where its fields and its prefix are known."""
UNCLEAR_FIELDS = (
    *("alias", "create_model", "customise_sources", "delimiter", "extra", "env=", "env =", "secrets_dir", "Cli"),
    *("fields =", "fields=", "__annotations__", "setattr", "exec(", "type("),
)
"""What a file with such a class says where its fields may be named otherwise, or be more than it spells."""
UNCLEAR = (
    *("importlib", "__import__", "runpy", "exec(", "eval(", "entry_points", "ctypes", "pkgutil", "Transport", "roxy"),
    *("mcpServers", "fastmcp.client", "import Client", "multiprocessing"),
)
"""What a program says whose code is not all in its files, or that hands its variables on."""
PLAIN = frozenset(
    (
        *(
            "mcp",
            "fastmcp",
            "pydantic",
            "pydantic_settings",
            "httpx",
            "anyio",
            "starlette",
            "uvicorn",
            "click",
            "typer",
        ),
        *("typing_extensions", "rich", "yaml", "requests", "jinja2", "bs4", "dateutil", "tenacity", "setuptools"),
        *("pytest", "pytest_asyncio"),
    )
)
"""Modules of libraries that read no variables but those of their own families."""
CHILDREN = (
    *("subprocess", "os.system(", "os.exec", "os.spawn", "os.posix_spawn", "pexpect", "StdioServerParameters"),
    *("child_process", "execa", "StdioClientTransport", "Deno.Command", "Bun.spawn"),
)
"""What a program says that may start another one, which is given its variables."""


def is_librarys(name: str) -> bool:
    """Whether a library or a platform may read a variable by itself."""
    return name.partition("_")[0].upper() in FAMILIES or name.startswith("PYTHON")
