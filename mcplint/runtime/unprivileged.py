"""What may fail in a container whose user is not root, as far as its files tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from mcplint.facts.dockerfile import Instruction
from mcplint.images.copies import image_paths
from mcplint.images.image import Image
from mcplint.knowledge.base_images import python, repository_and_tag
from mcplint.knowledge.executables import JAVASCRIPT, TYPESCRIPT
from mcplint.model import Container, Server
from mcplint.project.tree import Tree
from mcplint.runtime.writable import run_lines
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import upwards
from mcplint.text.source import Source, Span
from mcplint.values import Label

_SOURCES = (".py", *TYPESCRIPT, *JAVASCRIPT)
_FIRST_UNPRIVILEGED = 1024
"""The first port that every user may listen on."""
_ACCOUNTS = (
    r"(?m)\b(?:chmod|chown|useradd|adduser)\b"
    r"|^(?>.*?\bmkdir\b).*\b(?:data|logs?|caches?|uploads?|outputs?|state|storage|db)\b"
)
"""What in a RUN gives a user something, or makes what is to be written."""
_OWNED_BY_ROOT = (
    r"/root\b|\b(?:gosu|playwright|HF_HOME|XDG_\w+)\b"
    r"|\buv python install\b|\bnginx\b|-setup\b|\bpython[\d.]* +-[cm] [^\n]{0,200}download"
    r"|\b(?:hf|huggingface-cli) +download\b"
    r"|\bpip[\d.]* +install\b[^\n]{0,500} --user\b|\bPIP_USER\b|(?<!-rf )(?:~|\$HOME)/"
)
"""What in a build another user may lack the right to."""
_FETCHING = ("uv sync", "uv run", "uv venv", "uv tool")
"""What of uv fetches a Python where it finds none that it wants."""
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
_WRITING = (
    r"\b(?:uvx|(?:uv|poetry|pdm|hatch|pipenv|rye)\s+run|npx|mkdir|chown|apt-get|apk|pip3?)\b|>|\.sh\b|/root\b"
    r"|(?:^| )/init\b|\b(?:supervisord|runsvdir|my_init|s6-svscan)\b"
)
"""What in a start command may write by itself: a cache, a folder, a file, or the state of services."""


def first_writes(tree: Tree) -> Callable[[], Iterator[Label]]:
    """The first span of every program that was read at which it may write a file, searched as far as someone asks."""
    notes, known = _writing_programs(tree), list[Label]()

    def writes() -> Iterator[Label]:
        yield from known
        for note in notes:
            known.append(note)
            yield note

    return writes


def _writing_programs(tree: Tree) -> Iterator[Label]:
    for source in tree.read:
        if source.path.endswith(_SOURCES):
            yield from _first(WRITES, source, "this may write a file")


def low_ports(servers: Iterable[Server]) -> Iterator[Label]:
    """Where servers listen at a port that only root may listen at."""
    for server in servers:
        if server.port.options and min(server.port.options) < _FIRST_UNPRIVILEGED and server.speaks_http:
            yield Label(server.port.span or server.span, f"only root may listen below port {_FIRST_UNPRIVILEGED}")


def needs_root(
    context: ContainerContext, ports: Iterable[Label], stores: Iterable[Label], writes: Callable[[], Iterable[Label]]
) -> Iterator[Label]:
    """What may fail in a container whose user is not root: its caches, its files and the `ports` and `stores` of files
    that its servers have.

    Where the image makes an account and gives it the folder that it works in, this is there for what is written.
    `writes`: where programs of the project may write; all of them are searched for it, so it is asked last.
    """
    container, image = context.container, context.image
    for mount in container.mounts:
        if not mount.read_only and mount.kind in ("bind", "volume"):
            yield Label(mount.span, "what is mounted here may belong to root")
        elif any(f"{target}/".startswith("/root/") for target in mount.target.options or ()):
            yield Label(mount.span, "what is mounted here lies in root's home, which nobody else may enter")
    yield from ports
    if image:
        yield from _owned_by_root(image)
    if not (image and image.account and _changes_owner(image, container.workdir.only)):
        yield from _for_an_account(image) if image else ()
        yield from _started_writing(container)
        yield from stores
        yield from (each for each in writes() if image is None or _may_hold(image, each.span.source.path))


def _owned_by_root(image: Image) -> Iterator[Label]:
    """What the build puts where only root may write, or has of programs that want to be root."""
    why = "this belongs to root, or to a user of its own"
    yield from (Label(run.span.head, why) for run in _runs(image) if re.search(_OWNED_BY_ROOT, run.script))
    yield from (Label(copy.span, why) for copy in image.copies if "/root" in (copy.target.only or ""))
    yield from (Label(span, why) for span in dict.fromkeys(volume.trace[0].span for volume in image.volumes))
    for name, value in image.env.items():
        if re.search(_OWNED_BY_ROOT, name) or any(option and "/root" in option for option in value.options or ()):
            yield Label(value.span or image.span, why)
    if re.search(_OWNED_BY_ROOT, image.base.only or ""):
        yield Label(image.span, why)
    yield from _pythons_of_uv(image)


def _pythons_of_uv(image: Image) -> Iterator[Label]:
    """Where uv may fetch a Python, which it keeps in root's home: that the image has none, or uv is told which."""
    base = image.base.only or ""
    own = (
        python(base)
        or repository_and_tag(base)[0].endswith("python")
        or any("python3" in run.script for run in _runs(image))
    )
    for install in image.installs:
        chooses = not {"-p", "--python", "--managed-python"}.isdisjoint(word.partition("=")[0] for word in install.argv)
        if install.tool in _FETCHING and (chooses or not own) and "UV_PYTHON_INSTALL_DIR" not in image.env:
            yield Label(install.span, "the Python that uv fetches lies in root's home")


def _runs(image: Image) -> Iterator[Instruction]:
    """The RUNs of an image and of the stages that it copies from."""
    yield from image.runs
    for part in image.parts.values():
        yield from part.runs


def _for_an_account(image: Image) -> Iterator[Label]:
    """What the build gives to somebody."""
    why = "this is for a user of its own"
    yield from (Label(run.span.head, why) for run in _runs(image) if re.search(_ACCOUNTS, run.script))
    yield from (Label(copy.span, why) for copy in image.copies if copy.owner is not None or copy.mode)


def _changes_owner(image: Image, folder: str | None) -> bool:
    """Whether the build makes a folder another user's; a `--chown` of COPY gives what is copied into it alone."""
    names = {".", *upwards(folder or "/")} - {"/"}
    gifts = (
        (line, words) for line, words in run_lines(image) if re.search(r"(?m)\bchown\b|^(?>.*?\binstall\b).* -o", line)
    )
    return any("$" in line or names & words for line, words in gifts)


def _may_hold(image: Image, path: str) -> bool:
    """Whether a file of the project may be in an image: copied, packaged and installed, or made into another one."""
    made = not path.endswith(".py") or any(each.packaged for each in image.installs)
    return made or next(image_paths(image, path), "") != ""


def _started_writing(container: Container) -> Iterator[Label]:
    """What is started where its command writes by itself: a cache, a folder, a file."""
    if re.search(_WRITING, " ".join(container.words)):
        yield Label(container.cmd, "this may write as the user that runs it")


def _first(pattern: str, source: Source, text: str) -> Iterator[Label]:
    """The first span in a file that fits a pattern, with what there is to say of it."""
    if bounds := _first_match(pattern, source):
        yield Label(Span(source, *bounds), text)


@lru_cache(maxsize=16_384)
def _first_match(pattern: str, source: Source) -> tuple[int, int] | None:
    """Where a file first fits a pattern, looked for once also where fixes are tried."""
    found = re.search(pattern, source.text)
    return found.span() if found else None
