"""The programs of an image: which it provably lacks, and which of those that it starts give up root."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import USER_CHANGERS
from mcplint.commands.shell_parser import commands
from mcplint.commands.shell_words import LITERAL, Word
from mcplint.dependencies.pinned import name_of
from mcplint.images.copies import built_text, project_path
from mcplint.images.image import Copy, Image, Launch
from mcplint.knowledge.base_images import base, repository_and_tag
from mcplint.knowledge.executables import PACKAGES, SYSTEM_INSTALLERS
from mcplint.project.tree import Tree
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label

# Words of a RUN after which anything may be installed.
_OPEN = (".sh", "| sh", "|sh", "bash", "make ", "ansible", "conda", "xargs", "$(cat", "$(<", "$(grep", "$(sed", "`")
_MANAGERS = SYSTEM_INSTALLERS | {"aptitude", "nala", "zypper"}
# A command that runs nothing of what it names.
_MODES = re.compile(r"\bchmod\b[^&;|\n]*")
_ADDED = re.compile(r"\bapk\b[^;&|]{0,80}\badd\b([^;&|]{0,4000})")
_WITHOUT_SHELL = frozenset(
    (
        *("ca-certificates", "curl", "wget", "git", "tini", "dumb-init", "su-exec", "tzdata", "jq", "gcc", "g++"),
        *("musl-dev", "make", "build-base", "libffi-dev", "openssl-dev", "python3-dev", "linux-headers", "nodejs"),
        *("npm", "rust", "cargo"),
    )
)
"""Packages of Alpine that need no shell but the one of BusyBox."""
_INSTALLED = re.compile(
    r"\b(?:apk|apt(?:-get|-fast|itude)?|dnf|microdnf|yum)\b[^;&|]{0,80}\b(?:add|install)\b([^;&|]{0,4000})"
)
PLAIN_PACKAGES = frozenset(
    (
        *("ca-certificates", "curl", "wget", "git", "openssh-client", "gnupg", "tini", "dumb-init", "gosu", "su-exec"),
        *("tzdata", "locales", "procps", "jq", "less", "nano", "unzip", "zip", "bzip2", "xz-utils", "bash", "sudo"),
        *("netcat-openbsd", "iputils-ping", "iproute2", "sqlite3", "libpq5", "libpq-dev", "postgresql-client"),
        *("build-essential", "gcc", "g++", "make", "pkg-config", "patch", "libffi-dev", "libssl-dev", "zlib1g-dev"),
        *("libgomp1", "libmagic1", "musl-dev", "build-base", "openssl-dev", "linux-headers"),
    )
)
"""Packages of Debian and Alpine that need and recommend no Python."""
# Commands that open the home of root to others, or take a program out of it.
_MOVES = (
    r"(?:\A|[&;|\n])(?>[^&;|\n]*?\b(?:chmod|chown|setfacl|usermod|cp|mv|ln|rsync|install -)\b)"
    r"[^&;|\n]*(?:/root|~/|\.local|\buvx?\b|\$)"
)
_PACKED = re.compile(r"\.(?:t[a-z0-9]{1,3}|tar(?:\.\w{1,4})?)$")
"""The ends of names of archives, which ADD unpacks."""
_BINARIES = frozenset({"bin", "sbin", "usr", "local", "opt"})


def surely_lacks(image: Image, program: str) -> bool:
    """Whether a program is surely not on the image's PATH: its base has none, and nothing that follows brings it."""
    reference = image.base.only or ""
    known = base(reference)
    if not known or known.tools is None or not repository_and_tag(reference)[1] or program in image.tools:
        return False
    packages = (program, *PACKAGES.get(program, ()))
    texts = [_MODES.sub("", text) for text in _run_texts(image)]
    named = any(word in text for text in texts for word in (*packages, *_OPEN))
    if named or any(_may_bring(copy, program) for copy in image.copies):
        return False
    return not any(_may_install(script, packages) for script in _scripts(image))


def _scripts(image: Image) -> Iterator[LocatedText]:
    for run in image.runs:
        yield run.text
        yield from (heredoc.body for heredoc in run.heredocs)


def _may_install(script: LocatedText, packages: tuple[str, ...], inner: bool = False) -> bool:
    """Whether a package manager is handed what no word tells, which may be one of these packages.

    That is an expansion or a pattern that may become one, or nothing at all: something else reads the names then.
    `inner`: the script is a word of another, whose own words are not read as scripts again.
    """
    for command in commands(script):
        words = command.argv
        at = next((n for n, word in enumerate(words) if posixpath.basename(word.text) in _MANAGERS), None)
        if at is None:
            if not inner and _is_nested(words, packages):
                return True
            continue
        verb = next((n for n, word in enumerate(words[at:], at) if word.text in ("install", "add")), None)
        named = [word for word in words[verb + 1 :] if not word.text.startswith("-")] if verb is not None else ()
        if verb is not None and (not named or any(_may_become(word, packages) for word in named)):
            return True
    return False


def _is_nested(words: tuple[Word, ...], packages: tuple[str, ...]) -> bool:
    """Whether a text that a command is handed, as `sh -c` is, hands a package manager what no word tells."""
    texts = (word.text for word in words if " " in word.text and any(name in word.text for name in _MANAGERS))
    return any(_may_install(LocatedText(Source("", text), text), packages, inner=True) for text in texts)


def _may_become(word: Word, packages: tuple[str, ...]) -> bool:
    """Whether what the shell makes of a word may begin with the name of a package, or be any file that is installed."""
    begin = word.parts[0].text if word.parts and word.parts[0].kind == LITERAL else ""
    return not word.literal and (begin.startswith(("/", ".")) or any(name.startswith(begin) for name in packages))


def lacks_named_shell(image: Image, name: str) -> bool:
    """Whether a shell is surely not on the image's PATH, nor comes with another package of Alpine that needs it."""
    added = (found for text in _run_texts(image) for found in _ADDED.findall(text.replace("\\\n", " ")))
    packages = {word for words in added for word in words.split() if not word.startswith(("-", "."))}
    return packages <= _WITHOUT_SHELL and surely_lacks(image, name)


def lacks_python(image: Image) -> bool:
    """Whether Python is surely not on the image's PATH, nor comes with another package of the system."""
    added = (found for text in _run_texts(image) for found in _INSTALLED.findall(text.replace("\\\n", " ")))
    packages = {re.split("[=~<>]", word)[0] for words in added for word in words.split() if word[0] not in "-."}
    return packages <= PLAIN_PACKAGES and surely_lacks(image, "python3")


def is_busybox(image: Image, program: str) -> bool:
    """Whether a program is surely BusyBox's: the base has that, and no package or copy puts another in its place."""
    known = base(image.base.only or "")
    if not known or "apk" not in (known.tools or ()):
        return False
    added = r"\bapk\b[^;&|]{0,80}\badd\b[^;&|]{0,4000}" + rf"(?:\b{re.escape(program)}\b|\$)"
    copied = any(
        posixpath.basename(source.only or "") in ("", program) for copy in image.copies for source in copy.sources
    )
    return not copied and not any(re.search(added, text) for text in _run_texts(image))


def lacks_shell(image: Image) -> bool:
    """Whether an image surely has no shell: its base has none, and no copy may bring one.

    The images of distroless whose tag says `debug` have one
    (https://github.com/GoogleContainerTools/distroless#debug-images).
    """
    known, (_, tag) = base(image.base.only or ""), repository_and_tag(image.base.only or "")
    if not known or known.shell or not tag or "debug" in tag:
        return False
    return not any(_may_bring(copy, "sh") or copy.target.only in (None, "/") for copy in image.copies)


def _run_texts(image: Image) -> Iterator[str]:
    return (script.text for script in _scripts(image))


def _may_bring(copy: Copy, program: str) -> bool:
    """Whether a copy may put a program where programs are looked for."""
    if copy.image is None and copy.stage is None:
        return _may_bring_own(copy, program)
    if copy.image is not None and repository_and_tag(copy.image.only or "")[0].endswith("astral-sh/uv"):
        # https://docs.astral.sh/uv/guides/integration/docker/#installing-uv
        names = {posixpath.basename(source.only or "") for source in copy.sources}
        if names <= {"uv", "uvx"} and program not in names:
            return False
    target = copy.target.only
    return target is None or not _BINARIES.isdisjoint(posixpath.normpath(target).split("/")) or target == "/"


def _may_bring_own(copy: Copy, program: str) -> bool:
    """Whether a copy of the project's files, or of a URL, does: by its name, or in a folder or an archive."""
    target = posixpath.normpath(copy.target.only or "/bin")
    sources = [source.only or "" for source in copy.sources]
    if target != "/" and {"bin", "sbin"}.isdisjoint(target.split("/")) and target not in ("/usr", "/usr/local"):
        return False
    named = program in {posixpath.basename(target), *map(posixpath.basename, sources)}
    whole = any(file.folder and posixpath.normpath(file.source) != "." for file in copy.files or ())
    unknown = copy.files is None and copy.text is None
    return named or whole or unknown or any("://" in each or _PACKED.search(each) for each in sources)


def in_root_home(image: Image, program: str) -> Label | None:
    """What puts a program into the home of root, where nothing puts it elsewhere or opens that home."""
    put = image.private.get(program)
    if put is None or program in image.tools or any(_may_bring(copy, program) for copy in image.copies):
        return None
    installed = any(name_of(word) == program for install in image.installs for word in install.argv[1:])
    later = image.altered is not None and image.altered.start > put.span.start
    moved = later or any(re.search(_MOVES, text) for text in _run_texts(image))
    return None if installed or moved else put


def drops_root(image: Image, tree: Tree) -> Label | None:
    """Where what the image starts changes to another user."""
    for launch in (image.entrypoint, image.cmd):
        if launch and (span := next(_user_changes(image, launch, tree), None)) is not None:
            return Label(span, f"{posixpath.basename(span.text)} changes the user")
    return None


def _user_changes(image: Image, launch: Launch, tree: Tree) -> Iterator[Span]:
    if launch.shell is not None:
        yield from _in_script(launch.words[0])
        return
    for word in launch.words:
        if posixpath.basename(word.text) in USER_CHANGERS:
            yield word.span()
        elif (text := _script(image, word.text, tree)) is not None:
            yield from _in_script(text)
        elif " " in word.text:
            yield from _in_script(word)


def _in_script(text: LocatedText) -> Iterator[Span]:
    for command in commands(text):
        if command.argv and posixpath.basename(command.argv[0].text) in USER_CHANGERS:
            yield command.argv[0].span


def _script(image: Image, path: str, tree: Tree) -> LocatedText | None:
    """The shell script of the project that stands at a path of the image."""
    place = posixpath.normpath(posixpath.join(image.workdir.only or "/", path))
    if (built := built_text(image, place)) is not None:
        return built
    found = project_path(image, place, tree)
    source = tree.source(found) if found is not None and _is_script(found) else None
    return LocatedText.of(Span(source, 0, len(source.text))) if isinstance(source, Source) else None


def _is_script(path: str) -> bool:
    return path.endswith((".sh", ".bash")) or "." not in posixpath.basename(path)
