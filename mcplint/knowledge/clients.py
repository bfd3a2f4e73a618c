"""How MCP hosts read the files that tell them of servers.

Claude Code 2.1, Gemini CLI 0.61, Codex 0.171 and Copilot CLI 1.0 were run; of Roo Code 3.52, Cline 3.0, Amazon Q CLI
1.19, VS Code, Zed, Continue 1.5 and mcpo 0.0.20 the source was read; of the others only what their documentation says
is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.knowledge.transports import SSE, STDIO, STREAMABLE
from mcplint.text.glob import fits

BOTH = frozenset({STREAMABLE, SSE})
SKIPPED, REFUSED, IGNORED = "skipped", "refused", "ignored"
"""What becomes of an entry that a host cannot make sense of: it alone is left out, the whole file is, or what it does
not know is."""

_PLAIN = {"stdio": STDIO, "sse": SSE}


STRATEGIES = {
    "http-only": (STREAMABLE, frozenset({STREAMABLE})),
    "sse-only": (SSE, frozenset({SSE})),
    "http-first": (STREAMABLE, BOTH),
    "sse-first": (SSE, BOTH),
}
"""What `mcp-remote --transport` tries first, and the transports that it comes to; source:
https://github.com/geelen/mcp-remote#transport-strategies"""
STRATEGY = "http-first"


HEADERS = ("headers", "http_headers")
"""The keys of the headers that are sent with each request; Codex has the other one."""


class Host(NamedTuple):
    """A host and the file of its own that it reads.

    `wrapper`: the key that servers stand under. `types`: what each `type` that it knows means, None where it does not
    look at it, or where that is not known. `untyped`: what a URL without one means: a transport, or SKIPPED; None where
    that is not known. `missing`: the transport that a URL without one comes to where its POST is answered 404.
    `wrong`: what becomes of an entry with another type. `urls`: the keys that it takes a URL from. `reaches`: by
    transport that an entry comes to, those that servers may speak; that one alone where nothing is said.
    `strict`: whether the file must be plain JSON; `trailing`: whether a comma may follow the last value, where comments
    may stand. `variables`: the pattern of what it replaces in strings, None where
    that is not known; `replaced`: by key, the pattern of what it replaces there, where that is another one;
    `emptied`: the keys under which nothing comes of what it does not replace;
    `prefix`: what stands before a variable's name there,
    None where there is no such way. `seconds`: whether `timeout` counts
    seconds, None where that is not known. `committed`: whether the file is one of the project, not of a user.
    `typed`: whether it leaves an entry out whose `args` are no list or whose variables are no strings, as `strict` and
    REFUSED ones do. `listed`: whether servers stand in a list. `folder`: whether it starts commands in `cwd`.
    `local`: whether it takes an entry with a command and a URL for one of a command. `withheld`: the variables of its
    own environment that no remote server gets, whatever refers to them. `home`: whether it may replace `~`.
    `inner`: the key that the whole of a transport may stand under, with its type; `older`: further keys of a type, each
    with what it means there.
    `listable`: whether it lists its servers although the arguments of one are no list.
    """

    name: str
    wrapper: str = "mcpServers"
    types: Mapping[str, str] | None = None
    untyped: str | None = None
    missing: str | None = None
    wrong: str = SKIPPED
    urls: tuple[str, ...] = ("url",)
    reaches: Mapping[str, frozenset[str]] = {}
    strict: bool = False
    trailing: bool = True
    variables: str | None = None
    replaced: Mapping[str, str] = {}
    emptied: tuple[str, ...] = ()
    prefix: str | None = ""
    seconds: bool | None = None
    committed: bool = True
    typed: bool = False
    listed: bool = False
    folder: bool = True
    local: bool = False
    withheld: frozenset[str] = frozenset()
    home: bool = True
    listable: bool = True
    inner: str = ""
    older: Mapping[str, Mapping[str, str]] = {}

    @property
    def by_url(self) -> bool:
        """Whether every URL means the same to it, whatever its `type`."""
        return self.types is None and self.untyped is not None


BRACES = r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]{0,1000})?\}"
NONE = r"(?!)"
PREFIXED = r"\$\{(?:[a-zA-Z]+:[^}]{1,1000}|[a-z][A-Za-z]*|/)\}"

CLAUDE_CODE = Host(
    "Claude Code",
    types={**_PLAIN, "http": STREAMABLE, "streamable-http": STREAMABLE, "ws": "ws"},
    untyped=SKIPPED,
    # On 404 or 405 to its first POST it connects as to an SSE server; the other way it does not.
    reaches={STREAMABLE: BOTH},
    strict=True,
    # Plugins have settings of their own besides the environment.
    variables=rf"{BRACES}|\$\{{user_config\.\w+\}}",
    seconds=False,
    folder=False,
    local=True,
    withheld=frozenset(
        (
            *("NPM_TOKEN", "PYPI_TOKEN", "CARGO_REGISTRY_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
            *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        )
    ),
    home=False,
)

VS_CODE = Host(
    "VS Code",
    "servers",
    # It posts first whatever the type says, and goes on with SSE where that is refused.
    untyped=STREAMABLE,
    reaches={STREAMABLE: BOTH, SSE: BOTH},
    variables=PREFIXED,
    prefix="env:",
)

MCPO = Host(
    "mcpo",
    types={
        **_PLAIN,
        "streamable-http": STREAMABLE,
        "streamable_http": STREAMABLE,
        "streamablehttp": STREAMABLE,
    },
    untyped=SSE,
    wrong=REFUSED,
    strict=True,
    variables=NONE,
    prefix=None,
)

HOSTS: Mapping[str, Host] = {
    ".vscode/mcp.json": VS_CODE,
    ".vscode/settings.json": VS_CODE,
    "*.code-workspace": VS_CODE,
    ".roo/mcp.json": Host(
        "Roo Code",
        types={**_PLAIN, "streamable-http": STREAMABLE},
        untyped=SKIPPED,
        strict=True,
        variables=PREFIXED,
        prefix="env:",
        seconds=True,
    ),
    ".amazonq/mcp.json": Host(
        "Amazon Q",
        types={"stdio": STDIO, "http": STREAMABLE},
        untyped=SKIPPED,
        wrong=REFUSED,
        reaches={STREAMABLE: BOTH},
        strict=True,
        # `$NAME` comes to its value in `env`, by other means, and stays as it is in headers.
        variables=r"\$\{env:[^}]{1,1000}\}|\$\w+",
        replaced={"headers": r"\$\{env:[^}]{1,1000}\}"},
        prefix="env:",
        seconds=False,
    ),
    ".github/mcp.json": Host(
        "Copilot CLI",
        types={**_PLAIN, "local": STDIO, "http": STREAMABLE, "streamable-http": STREAMABLE},
        untyped=STREAMABLE,
        reaches={STREAMABLE: BOTH, SSE: BOTH},
        typed=True,
    ),
    **dict.fromkeys(
        (".cursor/mcp.json", ".cursor-plugin/plugin.json"), Host("Cursor", reaches={STREAMABLE: BOTH, SSE: BOTH})
    ),
    ".kiro/settings/mcp.json": Host("Kiro", reaches={STREAMABLE: BOTH, SSE: BOTH}),
    ".mcp.json": CLAUDE_CODE,
    ".claude-plugin/plugin.json": CLAUDE_CODE,
    "claude_desktop_config*.json": Host("Claude Desktop", types={"stdio": STDIO}, untyped=SKIPPED, committed=False),
    **dict.fromkeys(
        ("gemini-extension.json", ".gemini/settings.json"),
        Host(
            "Gemini CLI",
            types={**_PLAIN, "http": STREAMABLE},
            untyped=STREAMABLE,
            missing=SSE,
            wrong=IGNORED,
            urls=("httpUrl", "url"),
            # It ends at once where it cannot read its settings.
            trailing=False,
            variables=r"\$\{(?!(?:env|input):)[^}]{1,1000}\}|\$\w+",
            emptied=("env", *HEADERS),
            seconds=False,
            listable=False,
        ),
    ),
    ".zed/settings.json": Host("Zed", "context_servers", untyped=STREAMABLE, variables=NONE, prefix=None),
    ".codex/config.toml": Host(
        "Codex",
        "mcp_servers",
        # It refuses to start with a file that it cannot take.
        untyped=STREAMABLE,
        wrong=REFUSED,
        variables=NONE,
        prefix=None,
    ),
    "librechat.yaml": Host(
        "LibreChat",
        types={**_PLAIN, "streamable-http": STREAMABLE, "http": STREAMABLE, "websocket": "ws"},
        untyped=SSE,
        wrong=REFUSED,
        variables=BRACES,
        seconds=False,
    ),
    "cline_mcp_settings.json": Host(
        "Cline",
        types={**_PLAIN, "streamableHttp": STREAMABLE},
        untyped=SSE,
        wrong=REFUSED,
        strict=True,
        variables=NONE,
        prefix=None,
        seconds=True,
        committed=False,
        inner="transport",
        older={"transportType": {**_PLAIN, "http": STREAMABLE, "streamableHttp": STREAMABLE}},
    ),
    # Without a type it tries both, which is not said of `reaches`.
    **dict.fromkeys(
        (".continue/mcpServers/*.yaml", ".continue/config.yaml"),
        Host("Continue", types={**_PLAIN, "streamable-http": STREAMABLE}, wrong=REFUSED, listed=True),
    ),
    ".continue/mcpServers/*.json": Host("Continue", types={**_PLAIN, "http": STREAMABLE}, wrong=REFUSED),
    **dict.fromkeys(("mcpo.json", "mcpo-config.json", "mcpo_config.json", "mcpo/config.json"), MCPO),
}
"""By the end of a path. The first that fits holds."""


def host(path: str) -> Host | None:
    """The host that reads a file, None where any may."""
    known = path.removesuffix(".yml") + ".yaml" if path.endswith(".yml") else path
    folders = known.split("/")
    return next((found for end, found in HOSTS.items() if fits("/".join(folders[-end.count("/") - 1 :]), end)), None)
