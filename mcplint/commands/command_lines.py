"""The command lines of programs that start or install others: wrappers, runners, shells, servers, installers.

Source: the `--help` of each; for pip and uv also of `pip install`, `pip wheel`, `uv pip install`, `uv sync`, `uv run`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from mcplint.commands.options import Grammar, grammar, parse
from mcplint.commands.words import Words, spelled, text
from mcplint.knowledge.executables import NODE_LOADERS, NODE_MANAGERS, NODE_RUNTIMES, PACKAGE_RUNNERS
from mcplint.text.source import Span
from mcplint.values import Label, Value

# Programs that start the command after their own options.
WRAPPERS: Mapping[str, Grammar] = {
    "env": grammar("i ignore-environment S split-string", u="unset", C="chdir"),
    "sudo": grammar("", "user group host prompt chdir", u="user", g="group", h="host", p="prompt", D="chdir"),
    "time": grammar("p v portability verbose"),
    "command": grammar("p"),
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
    "runuser": grammar(u="user", g="group"),
    "opentelemetry-instrument": grammar(),
    "ddtrace-run": grammar("debug info"),
    "gosu": grammar(),
    "su-exec": grammar(),
    "s6-setuidgid": grammar(),
    "s6-notifyoncheck": grammar("d", "3 s T t w n c"),
    "with-contenv": grammar(),
    "setuidgid": grammar(),
    "chpst": grammar("v P V 0 1 2", u="user", e="envdir", C="chdir"),
    "timeout": grammar("foreground preserve-status v verbose"),
    "newrelic-admin": grammar(),
    "chroot": grammar(),
    "vault-env": grammar(),
    "envdir": grammar(),
    "s6-envdir": grammar("I i n f L"),
}
XARGS = grammar(
    "r no-run-if-empty 0 null t verbose p interactive x exit o open-tty show-limits i l e",
    a="arg-file",
    d="delimiter",
    E="eof",
    I="replace",
    L="max-lines",
    n="max-args",
    P="max-procs",
    s="max-chars",
)
UV_AND_NPX = ("uv", "uvx", "npx")
# How many arguments of its own a wrapper has: a user, a duration, a sub-command.
OWN_ARGUMENTS = dict.fromkeys(
    ("gosu", "su-exec", "s6-setuidgid", "setuidgid", "timeout", "newrelic-admin", "chroot", "envdir", "s6-envdir"), 1
)
# Programs that start the command after `--` with variables that they take from a file or a store of secrets.
GIVING = frozenset(
    (
        *("doppler", "dotenv", "dotenvx", "infisical", "op", "aws-vault", "chamber", "envconsul", "teller", "berglas"),
        *("summon", "bws", "esc", "vlt", "varlock", "phase", "secretspec"),
        *("vault-env", "envdir", "s6-envdir", "env-cmd", "sops"),
    )
)
# Programs that start the command after `--`; the others when files change, or with variables that are named.
AFTER_DASHES = frozenset({*GIVING, "watchmedo", "s6-env"}) - {"vault-env", "envdir", "s6-envdir", "env-cmd", "sops"}
# Programs that start another as another user.
USER_CHANGERS = frozenset({"gosu", "su-exec", "setpriv", "runuser", "s6-setuidgid", "setuidgid", "chpst", "su", "sudo"})
# Programs that start what lies in a folder of services, as `/init` of s6-overlay does.
RUNIT = frozenset({"runsvdir", "runsvdir-start", "my_init", "s6-svscan"})
SU = grammar("l login p m preserve-environment")


def is_root(user: str) -> bool:
    """Whether a user as USER spells it (`name`, `uid`, `name:group`) is root."""
    return user.partition(":")[0] in ("root", "0")


def changes_user(words: Words) -> bool:
    """Whether a command starts another as a user that is not known to be root."""
    name = program(words)
    if name not in USER_CHANGERS:
        return False
    options = parse(words[1:], WRAPPERS.get(name, SU), interspersed=name == "su")
    own = (word for word in options.rest if text(word) != "-") if name in OWN_ARGUMENTS or name == "su" else ()
    user = next(iter((*options.values("user", "reuid"), *own)), None)
    return name == "runuser" if user is None else not is_root(text(user) or "")


PIP = grammar(
    "no-cache-dir no-cache quiet verbose upgrade user system no-deps pre force-reinstall isolated no-build-isolation "
    "require-hashes no-index compile-bytecode compile no-compile break-system-packages disable-pip-version-check "
    "no-warn-script-location prefer-binary no-input no-clean ignore-installed reinstall native-tls offline no-config "
    "strict exact all-extras no-progress no-color no-python-version-warning use-pep517 refresh no-build no-sources "
    "no-verify-hashes verify-hashes managed-python no-managed-python no-python-downloads dry-run "
    "ignore-requires-python no-warn-conflicts no-header no-annotate force only-deps q v",
    "requirement requirements constraint constraints editable target prefix root index-url extra-index-url find-links "
    "trusted-host python cache-dir progress-bar timeout retries only-binary no-binary platform python-version "
    "implementation abi upgrade-strategy config-settings config-setting global-option group log proxy src report index "
    "default-index index-strategy prerelease resolution exclude-newer extra override overrides link-mode "
    "upgrade-package keyring-provider wheel-dir dest python-platform torch-backend build-constraint build-constraints "
    "reinstall-package refresh-package color directory project config-file cert client-cert exists-action use-feature "
    "use-deprecated root-user-action allow-insecure-host output-file output format",
    r="requirement",
    c="constraint",
    e="editable",
    t="target",
    i="index-url",
    f="find-links",
    p="python",
    C="config-settings",
    P="upgrade-package",
    U="upgrade",
    w="wheel-dir",
    d="dest",
    b="build-constraint",
    o="output-file",
)
_UV = grammar(
    "frozen locked check no-sync no-dev dev active inexact no-project all-packages no-editable no-env-file "
    "no-default-groups only-dev all-groups no-install-project no-install-workspace no-install-local script raw "
    "workspace no-workspace lfs system-certs no-binary require-build-hashes no-require-build-hashes help version n q v "
    "V h",
    "no-extra no-group only-group package no-install-package with with-requirements with-editable env-file from module "
    "upgrade-group prerelease-package fork-strategy exclude-newer-package no-sources-package config-settings-package "
    "no-build-isolation-package no-build-package no-binary-package python-preference",
    m="module",
    w="with",
    s="script",
)
UV = Grammar(
    PIP.bare | _UV.bare,
    {**PIP.short, **_UV.short},
    ((PIP.valued or frozenset()) | (_UV.valued or frozenset())) - _UV.bare,
)
PIPX = grammar(
    "no-cache path pypackages fetch-missing-python system-site-packages editable quiet verbose force include-deps "
    "include-apps fetch-missing-python q v e f",
    "spec python index-url pip-args with backend preinstall suffix",
    i="index-url",
)
"""The options of `pipx run` and `pipx install`."""
POETRY_INSTALL = grammar(
    "no-root sync dry-run only-root all-extras all-groups no-directory compile no-interaction n quiet q no-ansi ansi "
    "verbose v no-cache no-plugins",
    "without with only extras directory project",
    E="extras",
    C="directory",
    P="project",
)
RUNNERS: Mapping[str, Grammar] = {
    "uv": UV,
    "poetry": grammar("quiet no-interaction q n no-ansi no-plugins no-cache", C="directory", P="project"),
    "pipenv": grammar("quiet verbose system", r="requirements"),
    "pdm": grammar("s site-packages quiet q v", p="project"),
    "hatch": grammar("quiet verbose q v", e="env"),
    "rye": grammar("quiet verbose"),
}
ASGI: Mapping[str, Grammar] = {
    "uvicorn": grammar(
        "reload proxy-headers no-proxy-headers factory access-log no-access-log use-colors no-use-colors server-header "
        "no-server-header date-header no-date-header version reset-contextvars http2"
    ),
    "gunicorn": grammar(
        "reload preload daemon capture-output check-config spew no-sendfile reuse-port proxy-protocol "
        "strip-header-spaces enable-stdio-inheritance no-control-socket log-syslog print-config initgroups",
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
        m="umask",
        R="enable-stdio-inheritance",
    ),
    "hypercorn": grammar(
        "reload debug daemon",
        w="workers",
        b="bind",
        k="worker-class",
        c="config",
        g="group",
        u="user",
        m="umask",
        p="pid",
        D="daemon",
    ),
    "granian": grammar(
        "reload no-reload factory no-factory access-log no-access-log ssl-client-verify no-ssl-client-verify ws no-ws "
        "log no-log metrics no-metrics http1-keep-alive no-http1-keep-alive http1-pipeline-flush "
        "no-http1-pipeline-flush http2-adaptive-window no-http2-adaptive-window respawn-failed-workers "
        "no-respawn-failed-workers reload-ignore-worker-failure no-reload-ignore-worker-failure version"
    ),
    "daphne": grammar(
        "proxy-headers no-server-name",
        b="bind",
        p="port",
        u="unix-socket",
        e="endpoint",
        v="verbosity",
        t="http-timeout",
        s="server-name",
    ),
}
FASTAPI = grammar(
    "reload no-reload proxy-headers no-proxy-headers verbose",
    "host port workers root-path app entrypoint forwarded-allow-ips reload-dir public-url",
    e="entrypoint",
)
"""The options of `fastapi run` and `fastapi dev`."""
# Programs that run a Python program inside their own process, and are told which as `python` is.
PYTHON_TOOLS: Mapping[str, Grammar] = {
    "debugpy": grammar("wait-for-client log-to-stderr m c"),
    "coverage": grammar("branch append parallel-mode pylib timid m a L p", a="append", L="pylib", p="parallel-mode"),
    "pdb": grammar("m"),
}
NODE_COMMANDS = frozenset(
    (
        *(*NODE_RUNTIMES, *NODE_LOADERS, *NODE_MANAGERS, *PACKAGE_RUNNERS),
        *("pm2", "pm2-runtime", "cross-env", "dotenvx", "env-cmd", "nodemon", "next", "nest"),
    )
)
"""The runtimes of JavaScript, its package managers, and what starts programs by them."""
SDK_COMMANDS: Mapping[str, Grammar] = {
    "fastmcp": grammar(
        "no-banner reload skip-env skip-source stateless no-reload m module", t="transport", p="port", l="log-level"
    ),
    "mcp": grammar(t="transport", l="log-level"),
}
DOCKER_RUN = grammar(
    "interactive tty rm detach init privileged publish-all read-only no-healthcheck sig-proxy oom-kill-disable quiet "
    "disable-content-trust replace",
    i="interactive",
    t="tty",
    d="detach",
    P="publish-all",
    q="quiet",
    e="env",
    v="volume",
    p="publish",
    w="workdir",
    u="user",
)
GATEWAYS: Mapping[str, Grammar] = {
    "mcpo": grammar(
        "hot-reload strict-auth",
        h="host",
        p="port",
        k="api-key",
        c="config",
        e="env",
        n="name",
        d="description",
        v="version",
        t="ssl-certfile",
        K="ssl-keyfile",
        H="header",
    ),
    "mcp-proxy": grammar("pass-environment stateless debug no-debug shell allow-origin-all", e="env", H="headers"),
    "supergateway": grammar("stateful cors", h="help"),
    "mcp-proxy-server": grammar(),
}


def program(words: Words) -> str:
    """The program that a command names, without its folder; empty where it is not known."""
    return posixpath.basename(text(words[0]) or "").removesuffix(".exe") if words else ""


def unwrapped(words: Words) -> Words | None:
    """The command that a wrapper or a `NAME=value` starts, None where the first word is no such thing.

    Assignments that are left stand in front.
    """
    name = program(words)
    if name in AFTER_DASHES:
        return next((words[index:] for index, word in enumerate(words, 1) if text(word) == "--"), None)
    if name not in WRAPPERS:
        return None
    return parse(words[1:], WRAPPERS[name]).rest[OWN_ARGUMENTS.get(name, 0) :]


def xargs_command(words: Words, span: Span) -> Words:
    """The command that `xargs` starts, with what it reads as one more word or in the place of those that stand for it.

    `span`: where the command is written, which is all that tells of that word.
    """
    options = parse(words[1:], XARGS)
    unknown: Value[str] = Value(None, (Label(span, "hands on what it reads"),))
    if stands := options.values("replace"):
        return tuple(unknown if spelled(stands[-1]) in spelled(word) else word for word in options.rest)
    return (*options.rest, unknown) if options.rest else words


def is_assignment(word: str) -> bool:
    """Whether a word is `NAME=value`."""
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def shell_operand(words: Words) -> tuple[int, bool] | None:
    """What a shell (or `su`) is to run: the position of its word, and whether that is the text of `-c`."""
    index, is_text, su = 1, False, program(words) == "su"
    while index < len(words):
        word = text(words[index])
        is_option = word is not None and len(word) > 1 and word[0] in "-+"
        if is_text and (su or not is_option):
            return index, True
        if word is None:
            return None
        if not is_option and not su:
            return index, False
        short = is_option and not word.startswith("--")
        is_text = is_text or (short and word[0] == "-" and "c" in word)
        # Each `o` of `-euo pipefail` takes a word of its own.
        index += 1 + (0 if su or not short else word.lower().count("o"))
    return None
