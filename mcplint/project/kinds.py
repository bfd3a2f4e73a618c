"""Of which kind a file is, told by its path: one table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from mcplint.knowledge.lock_files import NODE_LOCKS
from mcplint.text.glob import fits


class Kind(NamedTuple):
    """A kind of file: its patterns (`*` stays within a folder, letter case does not count) and what may be in it.

    A pattern without `/` is one of file names, one with `/` of the last parts of a path.
    `comment`: what starts a comment. `limit`: the most bytes it may have. `latin`: bytes that are not UTF-8 are read
    as Latin-1, as the program that reads the file does not care. `strict`: a byte order mark is part of the text, as
    that program minds it.
    """

    name: str
    patterns: tuple[str, ...]
    comment: str = ""
    limit: int = 1 << 20
    latin: bool = False
    strict: bool = False


NODE_LOCK_TEXTS = tuple(name for names in NODE_LOCKS.values() for name in names if name != "bun.lockb")
# The first row that matches holds: `dockerfile.py` is Python, `Dockerfile.service` no unit of systemd. A name
# that tells says more than the folder: `sites-available/compose.yaml` is compose. Any YAML may be of Kubernetes,
# any TOML of Traefik and any other `.conf` of nginx: last.
KINDS = (
    Kind("python", ("*.py", "*.pyw"), "#", 2 << 20),
    Kind("declaration", ("*.d.ts", "*.d.mts", "*.d.cts")),
    Kind("tsconfig", ("tsconfig*.json",)),
    Kind(
        "npm-lock",
        NODE_LOCK_TEXTS,
        limit=24 << 20,
    ),
    Kind("dockerignore", (".dockerignore", "*.dockerignore"), "#"),
    Kind("fly", ("fly.toml", "fly.*.toml"), "#"),
    Kind("render", ("render.yaml", "render.yml"), "#"),
    Kind("cloudbuild", ("cloudbuild*.yaml", "cloudbuild*.yml"), "#"),
    Kind("railway", ("railway.json", "railway.toml"), "#"),
    Kind("procfile", ("procfile",), "#"),
    Kind("heroku", ("app.json",)),
    Kind("mcplint", ("mcplint.toml",), "#"),
    Kind("readme", ("readme.md", "readme.rst", "readme.txt")),
    Kind("script", ("*.sh", "*.bash"), latin=True, strict=True),
    Kind("recipe", ("makefile", "justfile", "docker-bake.hcl", "docker-bake.json")),
    Kind("kustomization", ("kustomization.yml", "kustomization.yaml"), "#"),
    Kind(
        "other",
        (
            *("*.md", "*.rst", "*.html", "*.go", "*.rs", "*.rb", "*.java"),
            *("dockerfile*.yml", "dockerfile*.yaml"),
            *("*.hbs", "*.handlebars", "*.mustache", "*.ejs"),  # of these, generators make other projects
        ),
    ),
    Kind("typescript", ("*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.mjs", "*.cjs", "*.jsx"), "//", 8 << 20),
    Kind(
        "dockerfile",
        (
            *("dockerfile", "dockerfile.*", "dockerfile-*", "dockerfile_*", "*.dockerfile"),
            *("containerfile", "containerfile.*", "containerfile-*", "*.containerfile"),
        ),
        "#",
        latin=True,
    ),
    Kind("unit", ("*.service",), "#"),
    Kind("compose", ("compose*.yml", "compose*.yaml", "docker-compose*.yml", "docker-compose*.yaml"), "#", 512 << 10),
    Kind("lighttpd", ("lighttpd*.conf", "lighttpd/*.conf"), "#", latin=True),
    Kind(
        "nginx",
        (
            *("*.conf", "*.conf.template", "nginx*.conf*", "*.nginx", "*.nginx.template", "sites-available/*"),
            *("sites-enabled/*", "conf.d/*.inc", "nginx/*.inc", "nginx/*.template", "snippets/*.inc"),
        ),
        "#",
        latin=True,
    ),
    Kind("caddyfile", ("caddyfile", "caddyfile.*", "*.caddyfile"), "#"),
    Kind("haproxy", ("haproxy*.cfg", "haproxy/*.cfg"), "#", latin=True),
    Kind("server.json", ("server.json",), limit=256 << 10, strict=True),
    Kind("pyproject", ("pyproject.toml",), "#", 512 << 10),
    Kind("setup.cfg", ("setup.cfg",), "#"),
    Kind("pipfile", ("pipfile",), "#"),
    Kind("package.json", ("package.json",)),
    Kind(
        "requirements",
        ("requirements*.txt", "requirements*.in", "requirements/*.txt", "constraints*.txt"),
        "#",
        latin=True,
    ),
    Kind("lock", ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pylock.*.toml"), "#", 8 << 20),
    Kind("pipfile.lock", ("pipfile.lock",), limit=8 << 20),
    Kind("env", (".env", ".env.*", "*.env"), "#", 512 << 10),
    Kind("fastmcp", ("fastmcp.json", "*.fastmcp.json")),
    Kind(
        "client",
        (
            ".mcp.json",
            *(".claude-plugin/plugin.json", ".cursor-plugin/plugin.json"),
            "mcp.json",
            "claude_desktop_config*.json",
            "mcp_config.json",
            ".cursor/mcp.json",
            *(".vscode/mcp.json", ".vscode/settings.json", "*.code-workspace"),
            "gemini-extension.json",
            ".gemini/settings.json",
            ".zed/settings.json",
            "cline_mcp_settings.json",
            ".codex/config.toml",
            "librechat.yaml",
            "librechat.yml",
            *("mcpservers/*.json", "mcpservers/*.yaml", "mcpservers/*.yml"),
            *(".continue/config.yaml", ".continue/config.yml"),
            *("mcpo.json", "mcpo-config.json", "mcpo_config.json", "mcpo/config.json"),
        ),
    ),
    Kind("bundle", ("manifest.json",)),
    Kind("traefik", ("*.toml",), "#"),
    Kind("kubernetes", ("*.yml", "*.yaml"), "#"),
)
ANY = ("*.yml", "*.yaml", "*.toml", "*.conf")
BESIDE = (
    *("template.json", "serverless.json"),
    *("*env*example*", "*env*sample*", "*env*template*", "*env*dist", "*env*default*"),
    *("*.tpl", "tiltfile", "docker-bake*.hcl", "docker-bake*.json", "gnumakefile", "*.mk", "*.ps1", "scripts/*"),
    *(".gitignore", ".gitattributes", ".npmignore", "manifest.in", ".claude-plugin/marketplace.json"),
    *("*.pem", "*.key", "*account*.json", "*credentials*.json", "id_rsa", "id_ed25519", "id_ecdsa"),
    *(".npmrc", ".gitmodules", "deno.json", "deno.jsonc", "taskfile.yml", "taskfile.yaml", "go.mod", "cargo.toml"),
)
"""The patterns of files that are of no kind, and are read all the same where something leads to them."""


@lru_cache(maxsize=4096)
def _candidates(suffix: str, first: str, folder: str) -> tuple[tuple[str, Kind], ...]:
    """The patterns, each with its kind, that a name may match, in order.

    It is told by what stands behind its last dot, its first letter, and its folder if that is one of FOLDERS.
    """
    rows = ((pattern, row) for row in KINDS for pattern in row.patterns)
    likely = ((pattern, row) for pattern, row in rows if pattern.rpartition(".")[2] == suffix or pattern[-1] == "*")
    here = (row for row in likely if row[0].partition("/")[0] == folder or row[0][0] in (first, "*"))
    return tuple(sorted(here, key=lambda row: (row[0] in ANY, "/" in row[0])))


FOLDERS = frozenset(pattern.partition("/")[0] for row in KINDS for pattern in row.patterns if "/" in pattern)


@lru_cache(maxsize=65_536)
def kind(path: str) -> Kind | None:
    """The kind of file that a path names, or None."""
    folders, _, name = path.lower().rpartition("/")
    folder = folders.rpartition("/")[2]
    for pattern, row in _candidates(name.rpartition(".")[2], name[:1], folder if folder in FOLDERS else ""):
        if fits(f"{folder}/{name}" if "/" in pattern else name, pattern):
            return row
    return None


def kinds(paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths by the name of their kind, in order; those of no kind are left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        if row := kind(path):
            found.setdefault(row.name, []).append(path)
    return found
