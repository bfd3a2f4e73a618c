"""What volumes do to the image below them: code that they cover, and folders that only root can write to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mcplint.images.copies import image_paths, source_of
from mcplint.images.image import Copy, Image
from mcplint.knowledge.executables import NODE_MANAGERS, SHELLS
from mcplint.model import Container, HiddenByMount, Mount, Server, Unwritable
from mcplint.project.ignored import ignored_by_git
from mcplint.project.tree import Tree
from mcplint.runtime.writable import stays_roots
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import is_test, upwards

INSTALLED = (".venv", "venv", "node_modules")
"""The folders that a build fills and no repository has."""
RUNS = re.compile(r"\s*(?:exec\s+)?(?:npm|yarn)\s+(?:(?:run|run-script)\s+)?([\w:.-]+)\s*")
"""What starts a script of `package.json` and installs nothing before."""
NEEDS_INSTALLED = re.compile(r"(?:[A-Z_]+=\S+\s+)*(?:node|tsx|ts-node|nodemon|tsc)\s")
INSTALLS = re.compile(r"\b(?:npm|pnpm|yarn|bun|npx|sh|bash|make)\b")
"""How scripts begin that need what is installed, and the words of those that may install it."""
_SCRIPT = re.compile(r"\.sh$|entrypoint")
"""The names of scripts, which may install something first."""
MOST_STAGES = 100
COMPILES = r"\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?build\b|\btsc\b"
PROGRAMS = (".py", ".ts", ".js", ".mjs", ".sh", ".toml", ".json", ".ini")
MOST_PROGRAMS = 2000
"""How the files end that may name a folder in which a program keeps something, and how many are looked at."""


def hidden_by_mounts(context: ContainerContext, servers: Iterable[Server], tree: Tree) -> Iterator[HiddenByMount]:
    """The code of a server, or what was installed for it, over which something is mounted."""
    image = context.image
    files = sorted({(server.made or server.span).source.path for server in servers})
    targets = [(mount.target.only or "").rstrip("/") for mount in context.container.mounts]
    kept_apart, hidden = frozenset(targets), False
    for mount, target in zip(context.container.mounts, targets, strict=True) if image else ():
        if not image or not target.startswith("/"):
            continue
        if mount.kind in ("bind", "volume") and _holds_packages(context, image, mount, target, tree):
            # Beside the project's own folder over the code it keeps what is installed: a set-up for development.
            if mount.kind == "volume" and mount.source.only and not _is_development(context, files):
                yield HiddenByMount(mount, "packages", target)
            elif mount.kind == "bind" and mount.path is not None and mount.path not in tree.folders:
                yield HiddenByMount(mount, "own", target)
        elif mount.kind == "bind" and mount.path is not None:
            for folder in INSTALLED:
                if f"{target}/{folder}" not in kept_apart and _hides_installed(
                    context, image, mount, target, folder, tree
                ):
                    hidden = True
                    yield HiddenByMount(mount, "environment", f"{target}/{folder}")
        elif mount.kind in ("volume", "tmpfs"):
            inside = [file for file in files if _stands_below(image, file, target)]
            # Docker fills a new volume with what the image has there, once; nothing else does so.
            kept = mount.kind == "volume" and context.container.platform == "compose"
            if inside:
                yield HiddenByMount(mount, "kept" if kept else "code", inside[0])
    if image and not hidden:
        yield from _over_build(context, image, tree)


def _stands_below(image: Image, file: str, target: str) -> bool:
    """Whether a file of the project stands at a path of the image, or below it, and nowhere else."""
    places = list(image_paths(image, file))
    return bool(places) and all(one is not None and one.startswith(f"{target}/") for one in places)


def _hides_installed(
    context: ContainerContext, image: Image, mount: Mount, target: str, folder: str, tree: Tree
) -> bool:
    """Whether a folder of the project that is mounted hides what the build has installed below its place."""
    here = posixpath.normpath(posixpath.join(mount.path or ".", folder))
    return here not in tree.folders and _starts_with(context, image, target, folder, mount.path or ".", tree)


def _holds_packages(context: ContainerContext, image: Image, mount: Mount, target: str, tree: Tree) -> bool:
    """Whether a container starts with packages that its build has put into the very folder that is mounted over."""
    over, folder = posixpath.split(target)
    installs = (install for stage in image.stages for install in stage.installs)
    filled = folder == "node_modules" or any(target in (install.environments or ()) for install in installs)
    return filled and _starts_with(context, image, over, folder, posixpath.dirname(mount.path or ""), tree)


def _is_development(context: ContainerContext, files: Iterable[str]) -> bool:
    """Whether the code of a container's servers, or the folder that it works in, is mounted from the project."""
    binds = [mount for mount in context.container.mounts if mount.kind == "bind" and mount.path is not None]
    workdir = context.container.workdir.only
    sources = {folder for file in files for folder in (*upwards(file), "", ".")}
    return any(mount.path in sources or (mount.target.only or "").rstrip("/") == workdir for mount in binds)


def _over_build(context: ContainerContext, image: Image, tree: Tree) -> Iterator[HiddenByMount]:
    """The mount over the folder in which the build has compiled the script that Node is started with.

    A named volume keeps it; a folder of the project hides it where git ignores what is compiled there.
    """
    script = _script(context)
    folder, above = posixpath.dirname(script), upwards(script)
    mounts = {(mount.target.only or "").rstrip("/"): mount for mount in context.container.mounts}
    target = next((one for one in above if one != script and one in mounts), None)
    if target is None or not _may_compile(image, folder):
        return
    mount, inner = mounts[target], posixpath.relpath(script, target)
    here = posixpath.normpath(posixpath.join(mount.path or ".", inner))
    if mount.kind == "bind" and mount.path is not None:
        absent = here not in tree.paths and posixpath.dirname(here) not in ("", *tree.folders)
        if absent and ignored_by_git(tree, here):
            yield HiddenByMount(mount, "build", folder)
    elif mount.kind == "volume" and mount.source.only and target == folder:
        yield HiddenByMount(mount, "kept", script)


def _script(context: ContainerContext) -> str:
    """The path in the image of the script that Node is started with, empty where it is started otherwise."""
    argv = context.container.argv
    words = [word.only or "" for word in (argv and argv.words) or ()]
    if len(words) < 2 or words[0] != "node" or not words[1].endswith((".js", ".mjs", ".cjs")):
        return ""
    return posixpath.normpath(posixpath.join(context.container.workdir.only or "", words[1]))


def _may_compile(image: Image, folder: str) -> bool:
    """Whether a build runs a compiler, or takes a folder from a stage that may."""
    made = any(re.search(COMPILES, run.script) for run in image.runs)
    return made or any(copy.stage is not None and _copied_to(copy.target.only or "", folder) for copy in image.copies)


def _starts_with(context: ContainerContext, image: Image, target: str, folder: str, project: str, tree: Tree) -> bool:
    """Whether a container starts with what its build has put into a folder; uv would make it anew.

    `project`: the folder of the project that stands in place of the one around it.
    """
    argv = context.container.argv
    words = [word.only or "" for word in (argv and argv.words) or ()]
    runs = RUNS.fullmatch(words[2] if len(words) == 3 and words[1] == "-c" else " ".join(words))
    if runs and folder == "node_modules":
        made = any(install.tool in ("npm", "yarn") and install.folder == target for install in image.node_installs)
        inside = (context.container.workdir.only or "").rstrip("/") == target
        return made and inside and _needs_installed(runs[1], project, tree)
    if words and (words[0] in ("uv", *NODE_MANAGERS, *SHELLS) or _SCRIPT.search(words[0])):
        return False
    if folder == "node_modules":
        installs = any(re.search(r"\bnpm (?:ci|install)\b", run.script) for run in image.runs)
        return installs and words[:1] == ["node"] and (image.workdir.only or "").rstrip("/") == target
    path = context.container.variable("PATH").only or ""
    whole = f"{target}/{folder}"
    here = context.container.workdir.only or whole
    named = (posixpath.normpath(posixpath.join(here, word)) for word in words)
    return f"{whole}/bin" in path.split(":") or any(word.startswith(f"{whole}/") for word in named)


def _needs_installed(name: str, folder: str, tree: Tree) -> bool:
    """Whether a script of `package.json` needs what is installed, and nothing of it may install that first."""
    package = tree.facts("package_json", posixpath.normpath(posixpath.join(folder, "package.json")))
    scripts = package.scripts if package else {}
    texts = [scripts[each].text for each in (name, f"pre{name}") if each in scripts]
    return name in scripts and bool(NEEDS_INSTALLED.match(texts[0])) and not any(map(INSTALLS.search, texts))


def unwritable(context: ContainerContext, tree: Tree) -> Iterator[Unwritable]:
    """The named volumes that another user than root cannot write to: their folders are made with them, by root.

    A volume takes the owner of the folder that the image has in its place.
    """
    image, container = context.image, context.container
    if image is None or not image.base_known or container.platform != "compose":
        return
    if not container.unprivileged:
        return
    for mount in container.mounts:
        target = (mount.target.only or "").rstrip("/")
        named = mount.kind == "volume" and mount.source.only and target
        if not named or mount.given or mount.read_only:
            continue
        made = stays_roots(image, target, tree)
        if made or not _may_be_prepared(image, target, tree):
            yield Unwritable(mount, _is_mentioned(target, container, tree), target.startswith("/root/"), made)


def _is_mentioned(target: str, container: Container, tree: Tree) -> bool:
    """Whether a setting of the container, its command, or a program of the project names a folder."""
    settings = (str(text) for text in (*(value.only for value in container.env.values()), *container.words))
    named = re.compile(rf"(?<![\w.}}-]){re.escape(target)}(?![\w.-])")
    workdir = f"{(container.workdir.only or '').rstrip('/')}/"
    if target.startswith(workdir):
        inside = re.escape(target[len(workdir) :])
        named = re.compile(rf"{named.pattern}|[\"'](?:\./{inside}(?![\w.-])|{inside}/)")
    if any(named.search(text) for text in settings):
        return True
    programs = (path for path in sorted(tree.paths) if path.endswith(PROGRAMS) and not is_test(path))
    sources = (tree.source(path) for path in islice(programs, MOST_PROGRAMS))
    return any(named.search(source.text) for source in sources if source)


def _may_be_prepared(image: Image, target: str, tree: Tree, asked: set[tuple[int, str]] | None = None) -> bool:
    """Whether the build may make a folder, or give one above it to somebody."""
    if image.altered or any(
        f"{folder.rstrip('/')}/".startswith(f"{target}/") for folder in (image.workdir.only or "", *image.folders)
    ):
        return True
    if target.startswith(("/usr/lib/", "/usr/local/lib/")):
        return True
    name = posixpath.basename(target)
    above = [folder for folder in upwards(target) if folder.strip("/")]
    for run in image.runs:
        text = run.script
        if target in text or name in text or "entrypoint" in text:
            return True
        if any(word in text for word in ("chown", "chmod", "install -")) and any(_names(text, one) for one in above):
            return True
    if name in INSTALLED and _is_installed(image, target):
        return True
    # What a build runs of the project may make any folder inside of the project's own.
    runs_own = image.open or any(re.search(COMPILES, run.script) for run in image.runs)
    if runs_own and any(_copied_to(copy.target.only, target) for copy in image.copies):
        return True
    asked = set() if asked is None else asked
    asked.add((image.number, target))
    return len(asked) > MOST_STAGES or any(_may_bring(copy, image, target, tree, asked) for copy in image.copies)


def _is_installed(image: Image, target: str) -> bool:
    """Whether a build puts packages into a folder that it makes for them."""
    if posixpath.basename(target) == "node_modules":
        return any(install.folder in (None, posixpath.dirname(target)) for install in image.node_installs)
    return any(install.environments is None or target in install.environments for install in image.installs)


def _may_bring(copy: Copy, image: Image, target: str, tree: Tree, asked: set[tuple[int, str]]) -> bool:
    """Whether a copy may make a folder: what is copied to one above it has to have it."""
    if copy.files is None or copy.image is not None:
        return _copied_to(copy.target.only, target)
    for file in copy.files:
        if file.target.startswith(f"{target}/"):
            return True
        source = source_of(file, target)
        part = image.parts.get(copy.stage) if copy.stage is not None else None
        if source is None or (part and (part.number, source) in asked):
            continue
        if (
            source in tree.folders
            if copy.stage is None
            else part is None or _may_be_prepared(part, source, tree, asked)
        ):
            return True
    return False


def _names(text: str, folder: str) -> bool:
    return any(word.rstrip("/;") == folder for word in text.split())


def _copied_to(copied: str | None, target: str) -> bool:
    """Whether something is copied there, or to a folder above."""
    return copied is None or f"{target}/".startswith(f"{copied.rstrip('/')}/") or copied.startswith(f"{target}/")
