"""Which well-known stores let everybody in as they are configured, by the last part of the image's name.

Read from the documentation of their images: https://hub.docker.com/_/redis, https://hub.docker.com/_/postgres,
https://hub.docker.com/_/mongo, https://www.elastic.co/guide/en/elasticsearch/reference/current/docker.html,
https://qdrant.tech/documentation/guides/security/, https://docs.weaviate.io/deploy/configuration/authentication,
https://neo4j.com/docs/operations-manual/current/docker/ref-settings/.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mcplint.values import Value

ALWAYS_OPEN = frozenset({"memcached", "ollama"})
"""They know no callers at all."""
REDIS = frozenset({"redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "falkordb"})
OFF: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("postgres", "pgvector", "postgis", "timescaledb"), ("POSTGRES_HOST_AUTH_METHOD", "trust")),
    "elasticsearch": ("xpack.security.enabled", "false"),
    "opensearch": ("DISABLE_SECURITY_PLUGIN", "true"),
    "weaviate": ("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true"),
    "neo4j": ("NEO4J_AUTH", "none"),
    "mysql": ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
    "mariadb": ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"),
}
"""The variable that switches authentication off, and what it is then."""
NEEDED: Mapping[str, str] = {"mongo": "MONGO_INITDB_ROOT_USERNAME", "qdrant": "QDRANT__SERVICE__API_KEY"}
"""The variable without which there is none."""


def lets_everybody_in(
    store: str, env: Mapping[str, Value[str | None]], closed: bool, command: Collection[str] | None
) -> str:
    """Why a store asks nobody for a password; empty where it does, or where that is not known.

    `closed`: whether no other variables are set. `command`: the words it is started with, None where these are not
    known.
    """
    if store in ALWAYS_OPEN:
        return f"{store} knows no passwords"
    if variable := OFF.get(store):
        name, off = variable
        said = env[name] if name in env else Value((None,))
        return f"{name} is {off}" if said.must(lambda text: (text or "").lower() in (off, "1") and off != "1") else ""
    if not closed or command is None:
        return ""
    text = " ".join((*command, *(value.only or "?" for value in env.values())))
    if store in REDIS:
        told = any(word in text for word in ("requirepass", "aclfile", ".conf", "user ", "?"))
        return "" if told or any("PASSWORD" in name for name in env) else f"{store} has no password by default"
    needed = NEEDED.get(store, "")
    told = not needed or needed in env or "--auth" in text or "--config" in text or "?" in text
    return "" if told else f"{needed} is not set"
