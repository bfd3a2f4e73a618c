"""What keeps the services of a compose project from starting: ports that two want, files that are not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from posixpath import basename, dirname, join, normpath, relpath, splitext

from mcplint.facts.document import at
from mcplint.images.copies import project_path
from mcplint.knowledge.image_references import is_reference, placeholder
from mcplint.model import Container, MisnamedImage, MissingFile, Mount, Port, PortConflict, VersionKey
from mcplint.project.ignored import ignored_by_git
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.paths import contains, outwards, upwards
from mcplint.text.source import Source, Span

CONFIGURATION = (".conf", ".cfg", ".ini", ".yaml", ".yml", ".toml", ".json", ".sh", ".py", ".js", ".sql", ".template")
"""The ends of names of files that belong into a repository."""
SECRET = re.compile(r"(?i)secret|credential|password|passwd|token|private|\bcerts?\b|\bkeys?\b|local|override|backup")
PATTERN = re.compile(r"(?i)example|sample|template|dist\b")
"""Names of files that people copy and fill in."""
PATTERNS = frozenset(("example", "examples", "sample", "samples", "template", "templates", "dist", "tmpl", "default"))
"""Words in the names of such files and of their folders."""
TEXTS = (".md", ".sh", "makefile", "justfile")
MOST_TEXTS = 20
MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*(?::\w+)?")
MODULE_FILES = (".py", "/__init__.py", "/__main__.py")
"""How a command names a module of Python, and the files that may be it."""
COMPOSE = re.compile(r"compose.{0,250}\.ya?ml$")


def projects_with_servers(
    contexts: Iterable[ContainerContext], starts: Collection[str], servers: Collection[str]
) -> list[list[ContainerContext]]:
    """The services of each compose project that starts an MCP server, or may: `starts`, or builds one of `servers`."""
    projects: dict[int, list[ContainerContext]] = {}
    everywhere = tuple(contexts)
    for context in everywhere:
        if context.project and not context.container.unread and not PATTERN.search(basename(context.project.files[0])):
            projects.setdefault(id(context.project), []).append(context)
    alone = [
        dirname(context.image.dockerfile)
        for context in everywhere
        if context.image and not context.project and context.container.id in starts
    ]
    return [
        own
        for own in projects.values()
        if any(_may_start_server(context, starts, servers) for context in own) or _means_another(own, alone)
    ]


def _means_another(services: list[ContainerContext], alone: Collection[str]) -> bool:
    """Whether the one service that is built lacks its folder, and a Dockerfile that nothing builds starts a server.

    `alone`: the folders of such Dockerfiles; one of them lies beside the compose file, or below it.
    """
    built = [context for context in services if context.container.build]
    if len(built) != 1 or built[0].image is not None or built[0].project is None:
        return False
    folder = dirname(built[0].project.files[0])
    return any(contains(folder, path) for path in alone)


def _may_start_server(context: ContainerContext, starts: Collection[str], servers: Collection[str]) -> bool:
    build = context.container.build if context.image is None else None
    folder = build.context.only if build else None
    return context.container.id in starts or bool(
        folder and any(contains(folder.removeprefix("."), path) for path in servers)
    )


def version_keys(services: list[ContainerContext], tree: Tree) -> Iterator[VersionKey]:
    """The files of a project that say the version of their format."""
    for path in services[0].project.files if services[0].project else ():
        file = tree.facts("compose", path)
        key, value = (file.documents[0].key("version"), file.documents[0].get("version")) if file else (None, None)
        if key and value:
            end = value.span.end + (value.span.source.text[value.span.end : value.span.end + 1] in ("'", '"'))
            yield VersionKey(path, key.span._replace(end=end))


def misnamed_images(services: list[ContainerContext], starting: Collection[str]) -> Iterator[MisnamedImage]:
    """The images of services that are started with those of `starting` and whose names are none."""
    profile_sets = [context.container.profiles for context in services if context.container.id in starting]
    for container in (context.container for context in services):
        name = container.reference.only
        if container.id in starting or not name or is_reference(name) or re.search(r"\$|\{\{", name):
            continue
        if not placeholder(name) and (
            not container.profiles or any(container.profiles & each for each in profile_sets)
        ):
            yield MisnamedImage(container.id, container.span, container.reference, container.service or "")


MOST_ALIKE = 50
"""Entries for one port of the host that a further one is compared with."""


def port_conflicts(services: list[ContainerContext]) -> Iterator[PortConflict]:
    """The ports of the host that two services want at a time, or one service twice."""
    seen: dict[tuple[int, str], list[tuple[Container, Port]]] = {}
    for container in (context.container for context in services):
        if container.shared_network.may(bool) or container.replicas.must_be(0):
            continue
        for port in container.ports:
            number = port.published.only if port.published is not None else None
            if not number:
                continue
            earlier = seen.setdefault((number, port.protocol), [])
            own = [each for each in earlier if each[0].id == container.id and _conflict_on_host(each[1], port)]
            others = [
                each
                for each in earlier[:1]
                if each[0].id != container.id and each[0].profiles == container.profiles and _overlap(each[1], port)
            ]
            for other, first in (own or others)[:1]:
                name, before = container.service or "", other.service or ""
                yield PortConflict(f"{container.id}:{number}", port.span, number, name, before, first.span)
            if len(earlier) < MOST_ALIKE:
                earlier.append((container, port))


def _conflict_on_host(one: Port, other: Port) -> bool:
    """Whether Docker refuses two ports of one service that are the same on the host.

    Compose makes one of those that only are spelled in two ways. Addresses of IPv6 are left to their system.
    """
    targets, addresses = {one.target.only, other.target.only}, {one.host_ip or "0.0.0.0", other.host_ip or "0.0.0.0"}
    if len(addresses) == 1:
        return len(targets) == 2 and None not in targets
    return "0.0.0.0" in addresses and all(re.fullmatch(r"[\d.]+", each) for each in addresses)


def _overlap(one: Port, other: Port) -> bool:
    everywhere = (None, "", "0.0.0.0", "[::]", "::")
    return one.host_ip == other.host_ip or one.host_ip in everywhere or other.host_ip in everywhere


def missing_files(services: list[ContainerContext], tree: Tree) -> Iterator[MissingFile]:
    """The files that services name and the project lacks, each once."""
    found = {
        (one.kind, one.path): one
        for context in reversed(services)
        for one in (*_missing_files(context.container, tree), *_hidden_by_mounts(context, tree))
    }
    return reversed(found.values())


def _missing_files(container: Container, tree: Tree) -> Iterator[MissingFile]:
    name, build = container.service or "", container.build
    path, context = (build.dockerfile.only, build.context.only) if build and build.inline is None else (None, None)
    if build and path and not _exists(path, tree) and (context == "." or context in tree.folders):
        near = list(filter(_is_dockerfile_name, tree.files_in_folder(dirname(path))))
        if not any(PATTERN.search(one) for one in near if one.startswith(path)):
            near = (sorted(tree.files_named(basename(path))) if basename(path) != "Dockerfile" else []) or near
            yield _absent("dockerfile", path, name, build.dockerfile.span or build.span, tree, tuple(near))
    span = build.context.span or build.span if build else None
    if (
        span
        and context
        and context not in (".", *tree.folders)
        and not _may_come_from_elsewhere(context, span.source, tree)
    ):
        yield _absent("context", context, name, span, tree, tree.folders_called(basename(context)))
    for file in container.env_files:
        if file.path and file.required and not _exists(file.path, tree):
            yield _absent("env_file", file.path, name, file.span, tree)
    for mount in container.mounts:
        if mount.kind == "bind" and mount.path and not _exists(mount.path, tree) and _is_configuration(mount):
            yield _absent("mount", mount.path, name, mount.span, tree)
        if (
            mount.undeclared
            and mount.source.only
            and not _is_declared_nearby(mount.source.only, mount.span.source.path, tree)
        ):
            path = mount.span.source.path
            yield MissingFile(f"{path}:{name}:{mount.source.only}", mount.span, "volume", mount.source.only, name)


def _hidden_by_mounts(context: ContainerContext, tree: Tree) -> Iterator[MissingFile]:
    """The folders that are mounted over what a service starts and do not have it, since Docker makes those."""
    image, container = context.image, context.container
    mounts = {(mount.target.only or "").rstrip("/"): mount for mount in container.mounts}
    for path, file in _program_files(context, tree) if image and mounts else ():
        target = next((one for one in upwards(path) if one in mounts), None)
        mount = mounts[target] if target else None
        if mount is None or mount.kind != "bind" or mount.path is None or mount.path in tree.paths:
            continue
        lost = mount.path if mount.path not in tree.folders else normpath(join(mount.path, relpath(path, target)))
        if (
            mount.path != "."
            and not _exists(lost, tree)
            and not _may_come_from_elsewhere(lost, mount.span.source, tree)
        ):
            found = _absent("mount", lost, container.service or "", mount.span, tree, (file,))
            yield found._replace(told=None)


def _program_files(context: ContainerContext, tree: Tree) -> Iterator[tuple[str, str]]:
    """The files of the project that the command of a service names or imports, as they stand in its image."""
    image, argv, workdir = context.image, context.container.argv, context.container.workdir.only
    installed = image and any(install.packaged for install in image.installs)
    for word in (argv and argv.words) or ():
        text = word.only or ""
        module = "" if installed or not MODULE.fullmatch(text) else text.partition(":")[0].replace(".", "/")
        for name in (text, *(f"{module}{end}" for end in MODULE_FILES if module)):
            path = normpath(join(workdir or "", name))
            file = project_path(image, path, tree) if image and path.startswith("/") else None
            if file in tree.paths:
                yield path, file or ""


def _is_declared_nearby(volume: str, beside: str, tree: Tree) -> bool:
    """Whether a compose file of the same folder, or of one around it, has a volume of this name: both may be run."""
    near = (one for folder in outwards(dirname(beside)) for one in tree.files_in_folder(folder))
    files = (tree.facts("compose", one) for one in near if COMPOSE.search(basename(one)))
    return any(at(document, "volumes", volume) is not None for file in files if file for document in file.documents)


def _may_come_from_elsewhere(folder: str, file: Source, tree: Tree) -> bool:
    """Whether a folder may come from elsewhere: a submodule, a clone that a text tells of, or compose run elsewhere."""
    if is_inner(tree, folder):
        return True
    named = "|".join(re.escape(part) for part in folder.split("/"))
    pattern = re.compile(rf"(?m)^(?>.*?git clone).*(?:{named})|--project-directory")
    return any(pattern.search(source.text) for source in (file, *_instructions(dirname(folder), tree)))


def _exists(path: str, tree: Tree) -> bool:
    return path in tree.paths or path in tree.folders or path in tree.problems or is_inner(tree, path)


def _is_dockerfile_name(path: str) -> bool:
    return "dockerfile" in basename(path).lower() or "containerfile" in basename(path).lower()


def _is_configuration(mount: Mount) -> bool:
    """Whether a file is mounted that belongs to the project: a setting or a script, and no secret."""
    path, target = mount.path or "", mount.target.only or ""
    end = splitext(path)[1]
    return end in CONFIGURATION and splitext(target)[1] == end and not SECRET.search(path)


def _absent(kind: str, path: str, service: str, span: Span, tree: Tree, near: tuple[str, ...] = ()) -> MissingFile:
    name = f"{span.source.path}:{service}:{path}"
    return MissingFile(name, span, kind, path, service, ignored_by_git(tree, path), _instructions_for(path, tree), near)


def _instructions_for(path: str, tree: Tree) -> str | None:
    """A file that tells people how to make another: a pattern of it beside, or a text or script with its name."""
    name, folder = basename(path), dirname(path)
    wanted = [_words(name), *([{"env"}] if name.startswith(".env.") else [])]
    for one in sorted(tree.files_in_folder(folder)):
        words = _words(basename(one))
        if PATTERNS & words and words - PATTERNS in wanted:
            return one
    if found := next((one for one in tree.files_named(name) if not PATTERNS.isdisjoint(dirname(one).split("/"))), None):
        return found
    return next((source.path for source in _instructions(folder, tree) if name in source.text), None)


def _words(name: str) -> set[str]:
    """The words of a file's name."""
    return set(re.findall(r"[a-z0-9]+", name.lower()))


def _instructions(folder: str, tree: Tree) -> Iterator[Source]:
    """The texts and scripts of a project that may tell how a folder comes to hold what it has to."""
    folders = {"", folder, "docs", "scripts"}
    texts = [one for each in folders for one in tree.files_in_folder(each) if one.lower().endswith(TEXTS)]
    sources = (tree.source(one) for one in sorted(texts, key=lambda one: (one.count("/"), one))[:MOST_TEXTS])
    yield from filter(None, sources)
