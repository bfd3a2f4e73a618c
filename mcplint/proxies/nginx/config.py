"""Which nginx files of a project make a configuration together."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.project.tree import Tree
from mcplint.proxies.nginx.blocks import VirtualServer, blocks, server_block
from mcplint.proxies.nginx.levels import Includes, Level
from mcplint.proxies.nginx.places import is_server_folder
from mcplint.values import Value


class Config(NamedTuple):
    """What one nginx process runs: the file it starts from, the `http` block and what stands in it.

    `files`: every file that went into it.
    """

    path: str
    http: Level
    servers: tuple[VirtualServer, ...]
    upstreams: Mapping[str, Level]
    maps: Mapping[str, Level]
    includes: Includes
    files: frozenset[str]


def configure(
    files: Mapping[str, NginxFile],
    tree: Tree,
    places: Mapping[str, str] | None = None,
    env: Callable[[str], Value[str | None]] | None = None,
) -> tuple[Config, ...]:
    """The configurations of a project: one for each file with an `http` block, and one for each file or folder of
    `server` blocks that none of those includes. Snippets that nothing includes are left out.

    `places`: paths in the image and what of the project lies there; `env`: what the environment there says.
    """
    includes = Includes(files, tree, places or {}, env)
    mains = [file for _, file in sorted(files.items()) if file.context == "main"]
    found = [config for file in mains for config in _main(file, includes)]
    loose = [file for path, file in sorted(files.items()) if file.context == "http" and path not in includes.included]
    for group in _groups(loose):
        parent = _likely_parent(group, mains, includes)
        around = [directive for directive in (parent.block or () if parent else ()) if directive.name != "server"]
        directives = [directive for file in group for directive in file.directives]
        level = includes.level("http", parent, (*around, *directives), None)
        level = level._replace(open=level.open or (parent is None and _may_include(mains, group[0].source.path)))
        found.append(_config(group[0].source.path, level, includes))
    return tuple(found)


def _main(file: NginxFile, includes: Includes) -> Iterator[Config]:
    """The configuration of a file with an `http` block of its own or included."""
    top = includes.level("main", None, file.directives, None)
    for directive in top.own.get("http", ()):
        yield _config(file.source.path, includes.level("http", directive, directive.block or (), None), includes)


def _groups(files: Iterable[NginxFile]) -> Iterator[list[NginxFile]]:
    """The files that nginx runs side by side: those of one `conf.d`; any other stands alone."""
    folders: dict[str, list[NginxFile]] = {}
    for file in files:
        folder = posixpath.dirname(file.source.path)
        folders.setdefault(folder if is_server_folder(folder) else file.source.path, []).append(file)
    yield from folders.values()


def _may_include(mains: Iterable[NginxFile], path: str) -> bool:
    """Whether one of the files with an `http` block lies beside or above this one: it may set what this does not."""
    above = {posixpath.dirname(path)}
    above.add(posixpath.dirname(next(iter(above))))
    return any(posixpath.dirname(main.source.path) in above for main in mains)


def _likely_parent(group: list[NginxFile], mains: list[NginxFile], includes: Includes) -> Directive | None:
    """The one `http` block of the project above these files, if it includes a folder that the project does not have."""
    if len(mains) != 1:
        return None
    folder = posixpath.dirname(mains[0].source.path)
    if folder and not group[0].source.path.startswith(f"{folder}/"):
        return None
    https = [directive for directive in mains[0].directives if directive.name == "http" and directive.block]
    if len(https) != 1:
        return None
    wild = [d for d in https[0].block or () if d.name == "include" and "*" in d.head.text]
    return https[0] if any(includes.places.find(include, True) == [] for include in wild) else None


def _config(path: str, http: Level, includes: Includes) -> Config:
    servers = tuple(server_block(directive, http, includes) for directive in blocks(http, "server"))
    upstreams, maps = {}, {}
    for directive in blocks(http, "upstream"):
        if directive.args:
            upstreams[directive.args[0].text.lower()] = includes.level(
                "upstream", directive, directive.block or (), http
            )
    for directive in blocks(http, "map"):
        if len(directive.args) == 2:
            maps[directive.args[1].text.lstrip("$")] = includes.level("map", directive, directive.block or (), http)
    levels = [http, *(server.level for server in servers)]
    levels += [found.level for server in servers for found in server.locations.walk()]
    files = frozenset(directive.span.source.path for level in levels for directive in level.inside)
    return Config(path, http, servers, upstreams, maps, includes, http.files | files)
