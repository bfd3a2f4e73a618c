"""Which well-known stores and consoles let everybody in as they are configured, by the last part of the image's name.

Read from the documentation of their images: https://hub.docker.com/_/redis, https://hub.docker.com/_/postgres,
https://hub.docker.com/_/mongo, https://www.elastic.co/guide/en/elasticsearch/reference/current/docker.html,
https://qdrant.tech/documentation/guides/security/, https://docs.weaviate.io/deploy/configuration/authentication,
https://neo4j.com/docs/operations-manual/current/docker/ref-settings/,
https://doc.traefik.io/traefik/reference/install-configuration/api-dashboard/,
https://github.com/SeleniumHQ/docker-selenium, https://dozzle.dev/guide/authentication,
https://github.com/joeferner/redis-commander, https://prometheus.io/docs/operating/security/,
https://docs.trychroma.com/docs/overview/migration, https://github.com/fcwu/docker-ubuntu-vnc-desktop,
https://github.com/minio/minio/blob/master/docs/docker/README.md, https://hub.docker.com/_/mongo-express,
https://www.jaegertracing.io/docs/latest/security/, https://hub.docker.com/r/theasp/novnc,
https://github.com/bitnami/containers/tree/main/bitnami/redis, https://docs.falkordb.com/operations/docker,
https://redis.io/docs/latest/operate/oss_and_stack/install/install-stack/docker/,
https://github.com/valkey-io/valkey-container, https://milvus.io/docs/authenticate.md,
https://docs.opensearch.org/latest/security/configuration/disable-enable-security/,
https://www.meilisearch.com/docs/learn/security/basic_security.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from mcplint.knowledge.base_images import repository_and_tag
from mcplint.text.number import whole_number
from mcplint.values import Value

ALWAYS_OPEN = frozenset({"ollama"})
"""They know no callers at all."""
MEMCACHED = "memcached"
REDIS = frozenset({"redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "falkordb", "falkordb-server"})
READS: Mapping[str, tuple[str, ...]] = {
    "redis": (),
    **dict.fromkeys(("redis/redis-stack", "redis/redis-stack-server"), ("REDIS_ARGS",)),
    "valkey/valkey": ("VALKEY_EXTRA_FLAGS",),
    **dict.fromkeys(("falkordb/falkordb", "falkordb/falkordb-server"), ("REDIS_ARGS", "FALKORDB_ARGS")),
}
"""The variables of images from which their servers take options, and no password from any other."""
SERVERS = frozenset({"redis-server", "valkey-server"})
OFF: Mapping[str, tuple[tuple[str, str], ...]] = {
    **dict.fromkeys(("postgres", "pgvector", "postgis", "timescaledb"), (("POSTGRES_HOST_AUTH_METHOD", "trust"),)),
    "elasticsearch": (("xpack.security.enabled", "false"),),
    "opensearch": (("DISABLE_SECURITY_PLUGIN", "true"), ("plugins.security.disabled", "true")),
    "weaviate": (("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true"),),
    "neo4j": (("NEO4J_AUTH", "none"),),
    "mysql": (("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),),
    "mariadb": (("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "yes"),),
}
"""The variables that switch authentication off, and what each is then."""
NEEDED: Mapping[str, str] = {"mongo": "MONGO_INITDB_ROOT_USERNAME", "qdrant": "QDRANT__SERVICE__API_KEY"}
"""The variable without which there is none."""
OPENED: Mapping[str, tuple[str, str]] = {
    "elasticsearch": (
        "xpack.security.enabled",
        "elasticsearch {} has no password unless xpack.security.enabled is set",
    ),
    "chroma": ("AUTH", "chroma does not authenticate callers"),
    "minio": ("MINIO_", "the password of minio is `minioadmin` unless MINIO_ROOT_PASSWORD is set"),
    "milvus": (
        "AUTHORIZATIONENABLED",
        "milvus does not authenticate callers unless common.security.authorizationEnabled is set",
    ),
    "weaviate": ("AUTHENTICATION_", "weaviate lets everybody in unless a variable AUTHENTICATION_… is set"),
}
"""What stands in the name of a variable that asks for a password, and why there is none without it."""
_CLOSED_FROM = {"elasticsearch": 8}
"""The major release from which on there is one by default."""

METRICS: Mapping[str, frozenset[int]] = {
    "prometheus": frozenset({9090}),
    "alertmanager": frozenset({9093}),
    "pushgateway": frozenset({9091}),
    "node-exporter": frozenset({9100}),
    "cadvisor": frozenset({8080}),
    **dict.fromkeys(("jaeger", "all-in-one"), frozenset({16686})),
}
"""What shows metrics and traces to everybody, and on which ports: `all-in-one` is one of Jaeger's there."""
_SELENIUM = tuple(f"standalone-{browser}" for browser in ("chrome", "chromium", "firefox", "edge"))
CONSOLES: Mapping[str, frozenset[int]] = {
    **METRICS,
    **dict.fromkeys(_SELENIUM, frozenset({4444, 5900, 7900})),
    "traefik": frozenset({8080}),
    "redisinsight": frozenset({5540, 8001}),
    "redis-commander": frozenset({8081}),
    "dozzle": frozenset({8080}),
    "ubuntu-desktop-lxde-vnc": frozenset({80, 5900}),
    "novnc": frozenset({8080}),
    "mongo-express": frozenset({8081}),
    "meilisearch": frozenset({7700}),
}
"""Pages and programs that others are steered by, and their ports: browsers, dashboards, logs."""
GUARDS = {
    "redis-commander": "HTTP_USER",
    "dozzle": "DOZZLE_AUTH_PROVIDER",
    "ubuntu-desktop-lxde-vnc": "VNC_PASSWORD",
    "meilisearch": "MEILI_MASTER_KEY",
}
"""The variable that asks for a password."""
_SELENIUM_GUARDS: Mapping[int, tuple[str, ...]] = {
    4444: ("SE_ROUTER_USERNAME", "SE_ROUTER_PASSWORD"),
    **dict.fromkeys((5900, 7900), ("SE_VNC_PASSWORD",)),
}
PORT_GUARDS = dict.fromkeys(_SELENIUM, _SELENIUM_GUARDS)
"""The variables that together ask for a password on one of several ports."""
SWITCHES = {"mongo-express": ("ME_CONFIG_BASICAUTH", "ME_CONFIG_BASICAUTH_ENABLED")}
"""The variables that switch a password off which there is by default."""
EMPTY = "ALLOW_EMPTY_PASSWORD"
"""The variable without which the images of Bitnami insist on a password."""
ASKED = {"traefik": (("--api.insecure", "--api.insecure=true", "api.insecure: true"), "TRAEFIK_API_INSECURE")}
"""The flags, in small letters, the same in its file, and the variable without which there is no such page at all."""


def guarded_ports(name: str, env: Mapping[str, Value[str | None]], closed: bool) -> frozenset[int]:
    """The ports of a console on which it asks for a password, or may: `closed` as in `lets_everybody_in`."""
    guards = PORT_GUARDS.get(name, {})
    return frozenset(
        port for port, names in guards.items() if not closed or all(_may_be_set(each, env) for each in names)
    )


def _may_be_set(name: str, env: Mapping[str, Value[str | None]]) -> bool:
    """Whether a variable may have a value, which images also read from the file that `NAME_FILE` names."""
    return f"{name}_FILE" in env or not env.get(name, Value((None,))).must(lambda text: not text)


def is_open_console(
    name: str, env: Mapping[str, Value[str | None]], closed: bool, command: Collection[str] | None
) -> str:
    """Why a console lets everybody in, as `lets_everybody_in` says it of a store."""
    if name in ASKED:
        flags, variable = ASKED[name]
        found = [word for word in command or () if word.lower() in flags]
        if env.get(variable, Value((None,))).must(lambda text: (text or "").lower() == "true"):
            found.append(variable)
        return f"`{found[0]}` shows its dashboard to everybody" if found else ""
    if name in SWITCHES:
        off = [each for each in SWITCHES[name] if each in env and env[each].must(lambda said: said == "false")]
        return f"{off[0]} is false" if off else ""
    guard = GUARDS.get(name)
    if guard and (
        not closed
        or command is None
        or not {guard, f"{guard}_FILE", "HTTP_PASSWORD", "HTTP_PASSWORD_FILE"}.isdisjoint(env)
        or any("auth" in word or "--http-" in word or "master-key" in word for word in command)
    ):
        return ""
    return f"{guard} is not set" if guard else f"{name} does not authenticate callers"


def lets_everybody_in(
    store: str, env: Mapping[str, Value[str | None]], closed: bool, command: Sequence[str] | None, image: str
) -> str:
    """Why a store asks nobody for a password; empty where it does, or where that is not known.

    `closed`: whether no other variables are set. `command`: the words it is started with, None where these are not
    known. `image`: the one that is run.
    """
    if store in ALWAYS_OPEN:
        return f"{store} knows no passwords"
    if store == MEMCACHED:
        return _open_memcached(env, closed, command, image)
    for name, off in OFF.get(store, ()):
        said = env[name] if name in env else Value((None,))
        if said.options and all((text or "").lower() in (off, "1") for text in said.options):
            return f"{name} is {off}"
    if not closed or command is None or (store in REDIS and _asks_for_certificates(env, command)):
        return ""
    if env.get(EMPTY, Value((None,))).must(lambda said: (said or "").lower() in ("yes", "true", "1")):
        return "" if any("PASSWORD" in name for name in env if name != EMPTY) else f"{EMPTY} is {env[EMPTY].only}"
    if store in OPENED:
        name, why = OPENED[store]
        first, major = _CLOSED_FROM.get(store), repository_and_tag(image)[1].partition(".")[0]
        old = first is None or ((number := whole_number(major)) is not None and number < first)
        return why.format(major) if old and not any(name in each for each in env) else ""
    if store in OFF:
        return ""
    text = " ".join(
        (*command, *("?" if value.options != (value.only,) else value.only or "" for value in env.values()))
    )
    if store in REDIS:
        plain = not command or command[0] in SERVERS or command[0].startswith("-")
        if plain and (known := repository_and_tag(image)[0]) in READS:
            return _open_redis(store, env, command, READS[known])
        protected = any(
            word in text for word in ("requirepass", "aclfile", ".conf", "user ", "?", "--protected-mode yes")
        )
        return "" if protected or any("PASSWORD" in name for name in env) else f"{store} has no password by default"
    needed = NEEDED.get(store, "")
    protected = not needed or _may_be_set(needed, env) or _TOLD.search(text) is not None
    return "" if protected else f"{needed} is not set"


_SASL = re.compile(
    r"(?:^|\s)(?:-[A-Za-z]{0,9}[SY]|--enable-sasl\b|--auth-file\b)|\bssl_verify_mode=2|\?|"
    r"(?:^|\s)(?:-l ?|--listen[= ])(?:127\.|localhost)"
)
"""The options by which a Memcached asks for a password or a certificate, or listens to its own container alone.

https://github.com/memcached/memcached/blob/master/memcached.c
"""


def _open_memcached(
    env: Mapping[str, Value[str | None]], closed: bool, command: Sequence[str] | None, image: str
) -> str:
    """Why a Memcached asks for no password, which other images than the official one take from a variable."""
    official = repository_and_tag(image)[0] == MEMCACHED
    if command is None or (not official and (not closed or _may_be_set("MEMCACHED_PASSWORD", env))):
        return ""
    return "" if _SASL.search(" ".join(command)) else f"{MEMCACHED} has no password by default"


def _asks_for_certificates(env: Mapping[str, Value[str | None]], command: Sequence[str]) -> bool:
    """Whether a Redis has TLS on its usual port, and so takes nobody without a certificate unless it is told to.

    https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/
    """
    env_words = {name: "?" if value.only is None else value.only.lower() for name, value in env.items()}
    words = " ".join((*command, *env_words.values())).lower().split()
    options = dict(pairwise(words))
    asked = [
        options.get("--tls-auth-clients", "yes"),
        *(env_words[name] for name in env_words if name.endswith("TLS_AUTH_CLIENTS")),
    ]
    by_variable = any(
        name.endswith("TLS_ENABLED") and value in ("yes", "true", "?") for name, value in env_words.items()
    )
    by_option = options.get("--tls-port") in ("6379", "?") and options.get("--port", "6379") != "6379"
    return (by_variable or by_option) and not {"no", "optional"} & set(asked)


_TOLD = re.compile(
    r"(?i)--auth|--config|\?|(?:^|\s)-f\s|--keyfile\b|--clusterauthmode\b|"
    r"--(?:tls|ssl)mode[ =]require(?:tls|ssl)\b(?=.{0,2000}--(?:tls|ssl)CAFile)|"
    r"--(?:tls|ssl)CAFile\b(?=.{0,2000}--(?:tls|ssl)mode[ =]require(?:tls|ssl))"
)
"""The options by which a store may know its callers: a key of its replica set and certificates of clients too.

https://www.mongodb.com/docs/manual/reference/program/mongod/
"""
_AT_HOME = {("--protected-mode", "yes"), ("--bind", "127.0.0.1"), ("--bind", "localhost")}
"""The options by which a Redis without a password turns away all but those of its own container."""


def _open_redis(
    store: str, env: Mapping[str, Value[str | None]], command: Sequence[str], reads: Collection[str]
) -> str:
    """Why a Redis that is started with options asks for no password, of which it is told by these alone."""
    read_values = [env[name] for name in reads if name in env]
    given = " ".join("?" if value.options != (value.only,) else value.only or "" for value in read_values)
    if any(word in given for word in ("requirepass", "aclfile", ".conf", "user ", "?")):
        return ""
    words = [word.lower() for word in command]
    if set(pairwise(words)) & _AT_HOME:
        return ""
    if "--requirepass" in words[:-1] and not command[words.index("--requirepass") + 1]:
        return "--requirepass is empty"
    if any(part in word for word in words for part in ("requirepass", "aclfile", ".conf", "?")) or "--user" in words:
        return ""
    unread = next((name for name in sorted(env) if "PASSWORD" in name), None)
    return f"its image reads no {unread}" if unread else f"{store} has no password by default"
