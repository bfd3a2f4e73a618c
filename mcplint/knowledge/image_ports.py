"""The ports that well-known images listen on, by the last part of their name, as their own EXPOSE says."""

from __future__ import annotations

from collections.abc import Mapping

PORTS: Mapping[str, frozenset[int]] = {
    "postgres": frozenset({5432}),
    "pgvector": frozenset({5432}),
    "postgis": frozenset({5432}),
    "timescaledb": frozenset({5432}),
    "mysql": frozenset({3306}),
    "mariadb": frozenset({3306}),
    "redis": frozenset({6379}),
    "redis-stack": frozenset({6379, 8001}),
    "redis-stack-server": frozenset({6379}),
    "valkey": frozenset({6379}),
    "keydb": frozenset({6379}),
    "memcached": frozenset({11211}),
    "mongo": frozenset({27017}),
    "neo4j": frozenset({7474, 7473, 7687}),
    "memgraph": frozenset({7687}),
    "falkordb": frozenset({6379, 3000}),
    "falkordb-server": frozenset({6379}),
    "elasticsearch": frozenset({9200, 9300}),
    "opensearch": frozenset({9200, 9600}),
    "qdrant": frozenset({6333, 6334}),
    "weaviate": frozenset({8080, 50051}),
    "chroma": frozenset({8000}),
    "milvus": frozenset({19530, 9091}),
    "rabbitmq": frozenset({5672, 15672}),
    "nats": frozenset({4222, 8222}),
    "clickhouse-server": frozenset({8123, 9000}),
    "minio": frozenset({9000, 9001}),
    "ollama": frozenset({11434}),
    "influxdb": frozenset({8086}),
    "vault": frozenset({8200}),
    "consul": frozenset({8500}),
}

OTHER_SOFTWARE = PORTS.keys() | {
    *(
        "nginx",
        "nginx-unprivileged",
        "openresty",
        "traefik",
        "caddy",
        "haproxy",
        "envoy",
        "httpd",
        "lighttpd",
        "cloudflared",
    ),
    *("prometheus", "grafana", "loki", "tempo", "jaeger", "all-in-one", "alertmanager", "node-exporter", "cadvisor"),
    *("otel-collector", "opentelemetry-collector", "opentelemetry-collector-contrib", "promtail", "fluentd"),
    *("certbot", "adminer", "pgadmin4", "redisinsight", "mailhog", "mailpit", "keycloak", "busybox", "hello-world"),
    *("zookeeper", "cp-kafka", "kafka", "redpanda", "etcd", "localstack", "watchtower", "portainer-ce", "dozzle"),
    *(
        "inspector",
        "mcp-inspector",
        "open-webui",
        "n8n",
        "langfuse",
        "vllm-openai",
        "mongo-express",
        "phpmyadmin",
        "meilisearch",
        "typesense",
    ),
}
"""The last parts of the names of images that are well known and no MCP server."""
OTHER_PROGRAMS = ("@modelcontextprotocol/inspector",)
"""Packages that look at MCP servers and are none."""
OTHER_COMMANDS = frozenset(
    {
        *("alembic", "locust", "mypy", "nox", "py.test", "pytest", "ruff", "tox"),
        *("arq", "celery", "dramatiq", "rq"),
    }
)
"""Commands of Python that test, check or prepare what a project serves, or work off its queues."""
OTHER_LAUNCHERS = OTHER_COMMANDS | {
    *("airflow", "dagster", "django", "flask", "gunicorn", "huey", "hypercorn", "IPython"),
    *("jupyter", "jupyter_core", "luigi", "mkdocs", "notebook", "prefect", "scrapy", "sphinx", "streamlit"),
    *("bokeh", "panel", "dash", "nicegui", "reflex", "invoke", "fabric", "ansible", "pip", "setuptools", "wandb"),
}
"""Modules of Python that people start with a call, and that serve no MCP by themselves."""
