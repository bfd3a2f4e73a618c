"""From a `server.json` and the project around it to the parts that publish something."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from mcplint.facts import dependencies as facts
from mcplint.facts.document import MappingNode, Node, ScalarNode
from mcplint.facts.manifest import ServerJson
from mcplint.facts.node import PackageJson
from mcplint.knowledge.registry import LABEL
from mcplint.model import (
    ASSUMED,
    MADE,
    MISSING,
    Distribution,
    GitRemote,
    Labelled,
    Link,
    Manifest,
    Package,
    PublishedProject,
    Remote,
    Server,
)
from mcplint.project.tree import Tree
from mcplint.registry.properties import field, objects
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

MOST_DISTRIBUTIONS = 40
METADATA = ("pyproject.toml", "setup.cfg", "package.json")
RECIPES = frozenset(
    [
        "makefile",
        "justfile",
        "docker-bake.hcl",
        "docker-bake.json",
        ".gitlab-ci.yml",
        "goreleaser.yml",
        "goreleaser.yaml",
    ]
)
GIT_CONFIG = ".git/config"


def manifest(document: ServerJson, project: PublishedProject) -> Manifest:
    """The document as a part, with the project that all documents of a repository share."""
    span = document.root.span._replace(end=document.root.span.start + 1)
    return Manifest(document.source.path, span, document, project)


def remotes(document: ServerJson) -> Iterator[Remote]:
    """What `remotes` lists; routes and servers are joined by whoever knows them."""
    for index, node in enumerate(_objects_at(document, "remotes")):
        yield Remote(
            id=f"{document.source.path}:remotes[{index}]",
            span=node.span.head,
            type=_value(node, "type"),
            url=_value(node, "url"),
        )


def packages(document: ServerJson) -> Iterator[Package]:
    """What `packages` lists."""
    for index, node in enumerate(_objects_at(document, "packages")):
        transport = field(node, "transport")
        inner = transport if isinstance(transport, MappingNode) else node._replace(pairs=())
        yield Package(
            id=f"{document.source.path}:packages[{index}]",
            span=node.span.head,
            registry=_value(node, "registryType"),
            identifier=_value(node, "identifier"),
            version=_value(node, "version"),
            type=_value(inner, "type"),
            url=_value(inner, "url"),
            node=node,
        )


def with_server(
    package: Package,
    name: str,
    project: PublishedProject,
    servers: Iterable[Server],
    installed: Iterable[Server],
    published: Mapping[str, Link],
) -> Package:
    """The package with the server that it starts: an image's as the image alone starts it, any other's outside of one.

    The link is made where a file builds the image under that name, where the image is the one that carries the label
    with the `name` of its `server.json`, or where the program that clients start is known; else it is assumed of the
    only server. `installed`: the servers that packages of the project start. `published`: as in ProjectStarts.
    """
    own = [server for server in installed if any(link.to == package.id for link in server.links)]
    if len(own) == 1:
        note = Label(own[0].span, "the server starts here")
        kind = next(link.kind for link in own[0].links if link.to == package.id)
        link = Link(own[0].id, kind, "is what the package's program starts", (note,))
        return package._replace(server=own[0], links=(link,))
    fitting = _in_image if package.registry.only == "oci" else _outside_image
    candidates = {server.id: server for server in servers if fitting(server)}
    if published_link := published.get(package.id) or _labelled(name, project, candidates.values()):
        candidates = {
            id: each for id, each in candidates.items() if each.container and each.container.id == published_link.to
        }
    beside = {id: server for id, server in candidates.items() if _dockerfile_in_folder(server, package)}
    candidates = beside if len(beside) == 1 else candidates
    if len(candidates) != 1:
        why = "it may start several servers" if candidates else "it starts no known server"
        return package._replace(links=(Link(None, MISSING, why),))
    server = next(iter(candidates.values()))
    if published_link:
        link = published_link._replace(to=server.id)
    else:
        link = Link(server.id, ASSUMED, "is the only server beside it" if beside else "is the only server")
    return package._replace(server=server, links=(link,))


def _labelled(name: str, project: PublishedProject, servers: Iterable[Server]) -> Link | None:
    """The link to the one container whose image proves the name, or to the only labelled one where just that serves."""
    labelled = [image for image in project.images if LABEL in image.labels]
    proved = [image for image in labelled if image.labels[LABEL].only == name]
    files = {image.dockerfile for image in (proved or labelled)}
    found = {server.container.id: server.container for server in servers if server.container}
    own = [container for container in found.values() if container.dockerfile in files]
    if len(files) != 1 or len(own) != 1 or (len(found) > 1 and not proved):
        return None
    return Link(own[0].id, MADE, "is what the labelled image starts")


def _dockerfile_in_folder(server: Server, package: Package) -> bool:
    """Whether the Dockerfile of a server's image lies in the folder of the `server.json`, below that of the project."""
    folder, container = posixpath.dirname(package.span.source.path), server.container
    return bool(folder) and container is not None and posixpath.dirname(container.dockerfile or "") == folder


def _in_image(server: Server) -> bool:
    """Whether a server is read as its image starts it, without what a compose service sets."""
    return server.container is not None and server.container.service is None


def _outside_image(server: Server) -> bool:
    return server.container is None


def _objects_at(document: ServerJson, key: str) -> tuple[MappingNode, ...]:
    return objects(field(document.root, key))


def _value(node: MappingNode, key: str) -> Value[str]:
    """A string of an object: known to be absent where it is not there, unknown where it has variables."""
    found = field(node, key)
    if found is None:
        return Value((), (Label(node.span.head, f"{key} is not set"),))
    if not isinstance(found, ScalarNode) or not isinstance(found.value, str):
        return UNKNOWN
    trace = (Label(found.span, f"`{key}` set here"),)
    site = EditSite(found.span) if found.span.text == found.value else None
    return Value(None if "{" in found.value else (found.value,), trace, site)


def project(tree: Tree, images: Iterable[Labelled] = ()) -> PublishedProject:
    """What a project says of the things that it publishes. `.git/config` is read where the tree holds it."""
    config = tree.source(GIT_CONFIG)
    return PublishedProject(
        distributions=tuple(_distributions(tree)),
        remote=git_remote(config.text) if config else None,
        images=tuple(images),
        workflows=tuple(_workflows(tree)),
        recipes=tuple(_recipes(tree)),
        readmes=tuple(_readmes(tree)),
        paths=tree.paths,
    )


def git_remote(config: str) -> GitRemote | None:
    """Where `origin`, or the only other remote, leads: from the text of `.git/config`, includes not followed."""
    remotes: dict[str, str] = {}
    name = None
    for line in config.splitlines():
        head, _, rest = line.strip().partition('"')
        if head.startswith("["):
            name = rest.partition('"')[0] if head[1:].strip() == "remote" else None
        key, _, url = line.partition("=")
        if name and key.strip() == "url" and url.split():
            remotes.setdefault(name, url.split()[0])
    only = next(iter(remotes.values())) if len(remotes) == 1 else None
    address = remotes.get("origin", only)
    match = address and re.fullmatch(
        r"(?:\w+://)?(?:[^@/]*@)?([^/:@]+)(?::\d+/|[:/])/*([^/]+)/([^/]+?)(?:\.git)?/?", address
    )
    return GitRemote(match[1].lower(), match[2], match[3]) if match else None


def _distributions(tree: Tree) -> Iterator[Distribution]:
    """The packages that the project builds, those near its root first."""
    files = (path for path in tree.paths if posixpath.basename(path) in METADATA)
    for path in sorted(files, key=lambda path: (path.count("/"), path))[:MOST_DISTRIBUTIONS]:
        if posixpath.basename(path) == "package.json":
            package: PackageJson | None = tree.facts("package_json", path)
            if package and package.named.trace:
                yield _of_npm(package, tree)
        elif (metadata := tree.facts("project", path)) and metadata.name.trace:
            yield _of_pypi(metadata, tree)


def _of_pypi(metadata: facts.Project, tree: Tree) -> Distribution:
    folder = posixpath.dirname(metadata.source.path)
    readme: Value[Source | None] = UNKNOWN
    named = metadata.readme
    if metadata.described is not None:
        readme = Value((Source(metadata.source.path, metadata.described),))
    elif named.options == (None,):
        readme = Value((None,), (Label(metadata.span, "names no README"),))
    elif named.only and (source := tree.source(posixpath.normpath(posixpath.join(folder, named.only)))):
        readme = Value((source,), (Label(named.trace[-1].span, "this README is the description of the package"),))
    return Distribution(
        "pypi",
        metadata.span,
        metadata.name,
        metadata.version,
        readme,
        UNKNOWN
        if "scripts" in metadata.dynamic
        else Value(({script.name: script.target for script in metadata.scripts},)),
    )


def _of_npm(package: PackageJson, tree: Tree) -> Distribution:
    return Distribution(
        "npm",
        package.span,
        package.named,
        package.version,
        commands=Value(({each.name: each.path for each in package.bins},)),
        mcp_name=package.mcp_name,
        unmade=dict(_unmade_files(package, tree)),
    )


def _unmade_files(package: PackageJson, tree: Tree) -> Iterator[tuple[str, Span]]:
    """The programs of a package of npm whose files nothing makes, each with where it is named."""
    from mcplint.runtime.build_outputs import unmade
    from mcplint.runtime.node_start import uncompiled

    folder = posixpath.dirname(package.source.path)
    named = ((each, posixpath.normpath(posixpath.join(folder, each.path))) for each in package.bins)
    absent = [each for each, path in named if path not in tree.paths]
    if absent:
        is_lacking, is_elsewhere = uncompiled(tree, folder), unmade(tree, folder)
        yield from ((each.name, each.span) for each in absent if is_lacking(each.path) or is_elsewhere(each.path))


def _readmes(tree: Tree) -> Iterator[Source]:
    """The files at the root, in `docs/` and beside packages that are called README."""
    for path in sorted(tree.paths):
        name = posixpath.basename(path).lower()
        named = name.startswith("readme") and name.endswith((".md", ".rst", ".txt")) and path.count("/") <= 2
        if named and (source := tree.source(path)):
            yield source


def _workflows(tree: Tree) -> Iterator[Node]:
    """The GitHub workflows that speak of the registry's publisher."""
    for path in tree.workflows:
        source = tree.source(path)
        if source and "mcp-publisher" in source.text and (node := tree.facts("yaml.document", path)):
            yield node


def _recipes(tree: Tree) -> Iterator[Source]:
    """The files that may build an image with labels of their own."""
    for path in sorted(tree.paths):
        named = posixpath.basename(path).lower() in RECIPES or _is_workflow(path.lower())
        if named and (source := tree.source(path)):
            yield source


def _is_workflow(path: str) -> bool:
    return f"/{posixpath.dirname(path)}".endswith("/.github/workflows") and path.endswith((".yml", ".yaml"))
