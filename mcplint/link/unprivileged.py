"""What may fail in a container whose user is not root, as far as its files tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mcplint.model import Container, Server
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Label

_SOURCES = (".py", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
_FIRST_UNPRIVILEGED = 1024
"""The first port that every user may listen on."""
_ACCOUNTS = (
    r"\b(?:chmod|chown|useradd|adduser)\b|--ch(?:mod|own)="
    r"|\bmkdir\b[^\n]*\b(?:data|logs?|caches?|uploads?|outputs?|state|storage|db)\b"
)
"""What in a Dockerfile gives a user something, or makes what is to be written."""
_OWNED_BY_ROOT = (
    r"/root\b|(?m:^[ \t]*VOLUME\b)|\b(?:gosu|playwright|HF_HOME|XDG_\w+)\b"
    r"|\buv python install\b|\bnginx\b|-setup\b|\bpython[\d.]* +-[cm] [^\n]{0,200}download"
    r"|\b(?:hf|huggingface-cli) +download\b"
)
"""What in a Dockerfile another user may lack the right to."""
WRITES = (
    # A file that is opened to be written, its mode being a word by itself; files and folders made, moved or deleted.
    r"\b(?:open\((?:[\s\S]{0,200}?[,=]\s{0,9})?[\"'][wax][bt]?\+?[\"']|O_(?:CREAT|WRONLY|RDWR)\b|filename="
    r"|makedirs\b|os\.(?:replace|remove|symlink|link|truncate|chmod|chown)\(|shutil\.(?!which\b)\w|clone(?:_from)?\b"
    r"|(?:ZipFile|urlretrieve|extractall|mkdtemp|cache_dir|logger\.add\(|ExcelWriter|joblib\.dump\()"
    # Stores that are files.
    r"|(?:sqlite3?|aiofiles|shelve|diskcache|lmdb|tinydb|TinyDB|lancedb|chromadb|duckdb|h5py|write_index)\b"
    r"|(?:writeFile|appendFile|mkdirSync|copyFile|createWriteStream|outputFile|ensureDir|homedir|lowdb|renameSync)"
    r"|(?:mkdir|unlink|openSync|rmSync|cpSync)\(|(?:from|import) +(?:sentence_transformers|transformers|huggingface_hub"
    # Packages that keep models or browsers at home.
    r"|datasets|torch|whisper|easyocr|playwright|crawl4ai|browser_use|selenium|webdriver_manager|mem0|kagglehub|gpt4all"
    r"|platformdirs|appdirs)\b)"
    r"|\.(?:(?:write_text|write_bytes|mkdir|touch|home|expanduser|rename|unlink|rmdir|symlink_to|save|savefig)\("
    r"|to_(?:csv|excel|parquet|pickle|feather|hdf)\()"
    r"|[\"'`](?:~/|(?:playwright(?:-core)?|puppeteer|electron-store|conf)[\"'])|FileHandler\b"
)
"""What in a program may write where only root may."""


def written(tree: Tree) -> tuple[Label, ...]:
    """The first place of every program that was read at which it may write a file."""
    programs = (source for source in tree.read if source.path.endswith(_SOURCES))
    return tuple(note for each in programs for note in _first(WRITES, each, "this may write a file"))


def needs_root(container: Container, servers: Iterable[Server], tree: Tree, writes: Iterable[Label]) -> Iterator[Label]:
    """What may fail in a container whose user is not root: its caches, its files and its ports.

    Where the image makes an account and gives it files, these are there for what is written.
    """
    source = tree.source(container.dockerfile) if container.dockerfile else None
    if source:
        yield from _first(_OWNED_BY_ROOT, source, "this belongs to root, or to a user of its own")
    if not (source and container.account and re.search(r"\bchown\b|--chown=", source.text)):
        yield from writes
        yield from _first(_ACCOUNTS, source, "this is for a user of its own") if source else ()
        yield from _started_writing(container)
        for server in servers:
            yield from (store.note for store in server.stores)
    for mount in container.mounts:
        if not mount.read_only and mount.kind in ("bind", "volume"):
            yield Label(mount.span, "what is mounted here may belong to root")
    for server in servers:
        if server.speaks_http and server.port.options and min(server.port.options) < _FIRST_UNPRIVILEGED:
            yield Label(server.port.span or server.span, f"only root may listen below port {_FIRST_UNPRIVILEGED}")


def _started_writing(container: Container) -> Iterator[Label]:
    """What is started where its command writes by itself: a cache, a folder, a file."""
    command = " ".join(word.only or "" for word in container.argv.words or ()) if container.argv else ""
    if re.search(
        r"\b(?:uvx|(?:uv|poetry|pdm|hatch|pipenv|rye)\s+run|npx|mkdir|chown|apt-get|apk|pip3?)\b|>|\.sh\b", command
    ):
        yield Label(container.cmd, "this may write as the user that runs it")


def _first(pattern: str, source: Source, text: str) -> Iterator[Label]:
    """The first place in a file that fits a pattern, with what there is to say of it."""
    if place := _searched(pattern, source):
        yield Label(Span(source, *place), text)


@lru_cache(maxsize=1_024)
def _searched(pattern: str, source: Source) -> tuple[int, int] | None:
    """Where a file first fits a pattern, looked for once also where fixes are tried."""
    found = re.search(pattern, source.text)
    return found.span() if found else None
