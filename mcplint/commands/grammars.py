"""The command lines of programs that start others: their flags without a value, and which short flag is which long."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.commands.words import Grammar, grammar

# Programs that start the command after their own flags.
WRAPPERS: Mapping[str, Grammar] = {
    "tini": grammar("s g v vv vvv h version l w", p="p"),
    "tini-static": grammar("s g v vv vvv h version l w", p="p"),
    "docker-init": grammar("s g v"),
    "dumb-init": grammar("single-child verbose c v", r="rewrite"),
    "catatonit": grammar("P g"),
    "exec": grammar("c l", a="a"),
    "nohup": grammar(),
    "nice": grammar(),
    "stdbuf": grammar(),
    "setpriv": grammar("clear-groups init-groups keep-groups no-new-privs reset-env"),
    "opentelemetry-instrument": grammar(),
    "ddtrace-run": grammar("debug info"),
}
# Wrappers whose first argument is their own: a user, a duration, a sub-command.
STEPPED = {"gosu": 1, "su-exec": 1, "timeout": 1, "newrelic-admin": 1, "chroot": 1}
RUNNERS: Mapping[str, Grammar] = {
    "uv": grammar(
        "frozen locked no-sync no-dev dev isolated active exact quiet verbose no-progress offline no-cache no-project "
        "all-extras all-packages no-editable no-env-file q v n no-default-groups only-dev all-groups native-tls "
        "no-config reinstall",
        p="python",
        m="module",
        w="with",
        s="script",
    ),
    "poetry": grammar("quiet no-interaction q n no-ansi no-plugins no-cache", C="directory", P="project"),
    "pipenv": grammar("quiet verbose system"),
    "pdm": grammar("s site-packages quiet q v", p="project"),
    "hatch": grammar("quiet verbose q v", e="env"),
    "rye": grammar("quiet verbose"),
}
ASGI: Mapping[str, Grammar] = {
    "uvicorn": grammar(
        "reload proxy-headers no-proxy-headers factory access-log no-access-log use-colors no-use-colors server-header "
        "no-server-header date-header no-date-header version reset-contextvars"
    ),
    "gunicorn": grammar(
        "reload preload daemon capture-output check-config spew no-sendfile reuse-port proxy-protocol "
        "strip-header-spaces",
        w="workers",
        k="worker-class",
        b="bind",
        c="config",
        t="timeout",
        D="daemon",
        n="name",
        u="user",
        g="group",
        e="env",
        p="pid",
    ),
    "hypercorn": grammar(
        "reload debug", w="workers", b="bind", k="worker-class", c="config", g="group", u="user", m="umask"
    ),
    "granian": grammar("reload factory access-log no-access-log"),
    "daphne": grammar("proxy-headers", b="bind", p="port"),
}
FASTMCP = grammar(
    "no-banner reload skip-env skip-source stateless no-reload m module", t="transport", p="port", l="log-level"
)
MCP = grammar("", t="transport", l="log-level")
GATEWAYS: Mapping[str, Grammar] = {
    "mcpo": grammar("hot-reload strict-auth", p="port", k="api-key", c="config"),
    "mcp-proxy": grammar("pass-environment stateless debug no-debug allow-origin-all", e="env", H="headers"),
    "supergateway": grammar("stateful cors", h="help"),
    "mcp-proxy-server": grammar(),
}
