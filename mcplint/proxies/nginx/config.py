"""Which nginx files of a project make a configuration together: its servers and their locations."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mcplint.facts.nginx import Directive, NginxFile, Word
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.nginx import INHERITED, NOT_INHERITED
from mcplint.project.tree import Tree
from mcplint.proxies.nginx.includes import DEEPEST, Includes, Level, is_server_folder
from mcplint.text.source import Span
from mcplint.values import Value

MOST_SERVERS = 1_000
"""Server blocks of one configuration that a request is held against."""


class Listen(NamedTuple):
    """One `listen`: address (`*` for all), port (None where a template or variable decides), and its words."""

    host: str
    port: int | None
    tls: bool
    default: bool
    words: tuple[str, ...]


class Location(NamedTuple):
    """One location: how it matches (`=`, `^~`, `~`, `~*`, `@`, `` for a prefix, `?` unknown), what, and those in it."""

    level: Level
    kind: str
    text: str
    nested: Locations

    @property
    def span(self) -> Span:
        """Its name and match."""
        assert self.level.directive
        return self.level.directive.head

    @property
    def match_text(self) -> str:
        """The match as it is written."""
        return f"{self.kind} {self.text}" if self.kind and self.kind not in "@?" else self.text

    @property
    def proxy_passes(self) -> tuple[Directive, ...]:
        """Its own `proxy_pass`, as often as it is there."""
        return tuple(directive for directive in self.level.own.get("proxy_pass", ()) if directive.args)

    def walk(self) -> Iterator[Location]:
        """This location and all in it."""
        yield self
        yield from self.nested.walk()


class Locations(NamedTuple):
    """The locations of one block as nginx looks them up: by path, by prefix, and the expressions in their order.

    `lengths`: those of the prefixes, longest first.
    """

    all: tuple[Location, ...]
    exact: Mapping[str, Location]
    prefixes: Mapping[str, Location]
    lengths: tuple[int, ...]
    expressions: tuple[Location, ...]
    unsure: tuple[Location, ...]

    @classmethod
    def of(cls, locations: Iterable[Location]) -> Locations:
        """Some locations, sorted by how they match; of two that are the same the first counts."""
        every = tuple(locations)
        exact = {found.text: found for found in reversed(every) if found.kind == "="}
        prefixes = {found.text: found for found in reversed(every) if found.kind in ("", "^~")}
        expressions = tuple(found for found in every if found.kind in ("~", "~*"))
        lengths = tuple(sorted(set(map(len, prefixes)), reverse=True))
        return cls(every, exact, prefixes, lengths, expressions, tuple(found for found in every if found.kind == "?"))

    def walk(self) -> Iterator[Location]:
        """All of them, with those inside."""
        for location in self.all:
            yield from location.walk()


class VirtualServer(NamedTuple):
    """One `server` block."""

    level: Level
    listens: tuple[Listen, ...]
    names: tuple[Word, ...]
    locations: Locations


def blocks(level: Level, name: str) -> Iterator[Directive]:
    return (directive for directive in level.own.get(name, ()) if directive.block is not None)


def server_block(directive: Directive, http: Level, includes: Includes) -> VirtualServer:
    level = includes.level("server", directive, directive.block or (), http)
    old_tls = any(found.words == ("on",) for found in level.own.get("ssl", ()))
    listens = tuple(_listen(found, old_tls) for found in level.own.get("listen", ()) if found.args)
    names = tuple(word for found in level.own.get("server_name", ()) for word in found.args)
    locations = Locations.of(_locations(level, includes))
    return VirtualServer(level, listens or (Listen("*", 80, old_tls, False, ()),), names, locations)


def _listen(directive: Directive, old_tls: bool) -> Listen:
    words = directive.words
    host, port = address(words[0], 80)
    if directive.args[0].hole or "$" in words[0]:
        port = None
    default = "default_server" in words or "default" in words
    return Listen(host, port, old_tls or "ssl" in words or "quic" in words, default, words)


def address(text: str, port: int | None) -> tuple[str, int | None]:
    """The host and port of an address; the port given where it names none, None where it cannot be told."""
    if text.startswith("unix:"):
        return text, 0
    if text.isdecimal():
        return "*", int(text[:6])
    host, colon, digits = text.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, digits = text, ""
    host = "*" if host in ("0.0.0.0", "[::]", "*", "") else host.lower()
    if not digits:
        return host, port
    return host, int(digits[:6]) if digits.isdecimal() else None


def _locations(level: Level, includes: Includes) -> Iterator[Location]:
    """The locations of a block; those nested past every sense are left out."""
    if level.depth > DEEPEST:
        return
    for directive in blocks(level, "location"):
        kind, text = _match(directive)
        inner = includes.level("location", directive, directive.block or (), level)
        yield Location(inner, kind, text, Locations.of(_locations(inner, includes)))


def _match(directive: Directive) -> tuple[str, str]:
    """How a location matches and what, as nginx takes its one or two arguments."""
    if directive.hole or any(word.hole for word in directive.args):
        return "?", " ".join(directive.words)
    match directive.words:
        case (("=" | "^~" | "~" | "~*") as kind, text):
            return kind, text
        case (text,):
            for kind in ("=", "^~", "~*", "~"):
                if text.startswith(kind):
                    return kind, text.removeprefix(kind)
            return ("@" if text.startswith("@") else ""), text
    return "?", " ".join(directive.words)


class Config(NamedTuple):
    """What one nginx process runs: the `http` block and what stands in it."""

    http: Level
    servers: tuple[VirtualServer, ...]
    upstreams: Mapping[str, Level]
    maps: Mapping[str, Level]
    includes: Includes


def configure(
    files: Mapping[str, NginxFile],
    tree: Tree,
    image: Mapping[str, str] | None = None,
    env: Callable[[str], Value[str | None]] | None = None,
) -> tuple[Config, ...]:
    """The configurations of a project: one for each file with an `http` block, and one for each file or folder of
    of `server` blocks that none of those includes, and one for each file of `location` blocks alone: the server around
    it is not known. Snippets of other directives that nothing includes are left out.

    `image`: paths in the image and what of the project lies there; `env`: what the environment there says.
    """
    includes = Includes(files, tree, image or {}, env)
    mains = [file for _, file in sorted(files.items()) if file.context == "main"]
    found = [config for file in mains for config in _main(file, includes)]
    if not mains and (beside := includes.included_by_default()):
        found.append(_config(includes.level("http", None, beside, None), includes))
    loose = {path: file for path, file in sorted(files.items()) if path not in includes.included}
    groups = tuple(_groups(loose))
    made = [_of_group(group, mains, includes, False) for group in groups]
    bare = {
        posixpath.dirname(path)
        for path, file in loose.items()
        if path not in includes.included and _is_http_fragment(file)
    }
    for config, group in zip(made, groups, strict=True):
        apart = len(group) == 1 and posixpath.dirname(group[0].source.path) in bare
        found.append(_of_group(group, mains, includes, True) if apart else config)
    snippets = [file for path, file in sorted(files.items()) if file.context == "server"]
    upstreams = {name: level for config in found for name, level in config.upstreams.items()}
    found += [_snippet(file, includes, upstreams) for file in snippets if file.source.path not in includes.included]
    return tuple(found)


def _of_group(group: list[NginxFile], mains: list[NginxFile], includes: Includes, open: bool) -> Config:
    """The configuration of files that stand in one `http` block; `open`: whether another file may say more of it."""
    parent = _likely_parent(group, mains, includes)
    around = [directive for directive in (parent.block or () if parent else ()) if directive.name != "server"]
    directives = [directive for file in group for directive in file.directives]
    level = includes.level("http", parent, (*around, *directives), None)
    open = open or level.open or (parent is None and _may_include(mains, group[0].source.path))
    return _config(level._replace(open=open), includes)


def _snippet(file: NginxFile, includes: Includes, upstreams: Mapping[str, Level]) -> Config:
    """The configuration of a file of locations: in a server of unknown names and ports, after directives unseen."""
    http = includes.level("http", None, (), None)._replace(open=True)
    level = includes.level("server", None, file.directives, http)._replace(open=True)
    locations = Locations.of(_locations(level, includes))
    server = VirtualServer(level, (Listen("*", None, False, False, ()),), (), locations)
    return Config(http, (server,), upstreams, {}, includes)


def _main(file: NginxFile, includes: Includes) -> Iterator[Config]:
    """The configuration of a file with an `http` block of its own or included."""
    top = includes.level("main", None, file.directives, None)
    for directive in top.own.get("http", ()):
        yield _config(includes.level("http", directive, directive.block or (), None), includes)


def _groups(files: Mapping[str, NginxFile]) -> Iterator[list[NginxFile]]:
    """The files that nginx runs side by side: all of one `conf.d` with `server` blocks; any other stands alone."""
    folders: dict[str, list[NginxFile]] = {}
    for path, file in files.items():
        folder = posixpath.dirname(path)
        together = is_server_folder(folder)
        if file.context == "http" or (together and not file.context):
            folders.setdefault(folder if together else path, []).append(file)
    yield from (group for group in folders.values() if any(file.context for file in group))


def _is_http_fragment(file: NginxFile) -> bool:
    """Whether a file without any block sets what holds in whichever `http` or `server` includes it."""
    names = {directive.name for directive in file.directives}
    return (
        file.context is None and names.isdisjoint(NOT_INHERITED) and any(name.startswith(INHERITED) for name in names)
    )


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
    return https[0] if any(includes.files.find(include, True) == [] for include in wild) else None


def _config(http: Level, includes: Includes) -> Config:
    found = tuple(islice(blocks(http, "server"), MOST_SERVERS + 1))
    if len(found) > MOST_SERVERS:
        span = found[MOST_SERVERS].head
        why = f"has a server block after the first {MOST_SERVERS:,}, the most that are followed"
        includes.tree.problems.setdefault(span.source.path, NotFollowed(span, why, WARNING))
    servers = tuple(server_block(directive, http, includes) for directive in found[:MOST_SERVERS])
    upstreams = {
        directive.args[0].text.lower(): includes.level("upstream", directive, directive.block or (), http)
        for directive in blocks(http, "upstream")
        if directive.args
    }
    maps = {
        directive.args[1].text.lstrip("$"): includes.level("map", directive, directive.block or (), http)
        for directive in blocks(http, "map")
        if len(directive.args) == 2
    }
    http = http._replace(open=http.open or len(found) > MOST_SERVERS)
    return Config(http, servers, upstreams, maps, includes)
