"""From client configuration files to what clients are told of each server, as the host of each file takes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, pairwise
from posixpath import basename, dirname, join, normpath
from typing import Any, NamedTuple

from mcplint.facts.client import ClientFile
from mcplint.facts.document import Document, MappingNode, Node, ScalarNode, at, items, scalar
from mcplint.knowledge.clients import BOTH, CLAUDE_CODE, STRATEGIES, STRATEGY, Host, host
from mcplint.knowledge.executables import CONTAINER_ENGINES
from mcplint.knowledge.transports import STREAMABLE
from mcplint.model import ClientConfig, ClientFlaw
from mcplint.services.bundles import of_bundle
from mcplint.services.client_flaws import of_entry, of_file, of_folder, of_plugin, transport_node
from mcplint.services.docker_run import on_this_machine
from mcplint.values import UNKNOWN, EditSite, Label, Value

NOWHERE: Value[Any] = Value(())
TYPES = {"http": "streamable-http", "sse": "sse", "streamableHttp": "streamable-http"}
"""What a type means where the host is not known, the usual spelling first."""
URLS = ("url", "serverUrl", "httpUrl")
REMOTE = re.compile(r"mcp-remote(?:@[\w.^~-]+)?")
BUNDLE = "manifest.json"
MARKETPLACE = ".claude-plugin/marketplace.json"
PLUGIN = ".claude-plugin/plugin.json"
GITHUB = ".github/mcp.json"
OTHER_PLUGINS = (".codex-plugin/plugin.json", ".cursor-plugin/plugin.json")


class FileClients(NamedTuple):
    """What one file tells clients of servers, and what its host does not take as it is meant."""

    clients: tuple[ClientConfig, ...] = ()
    flaws: tuple[ClientFlaw, ...] = ()


def named_by_plugins(files: Iterable[ClientFile], paths: Collection[str]) -> dict[str, str]:
    """The files of the project that plugins name in place of their servers, each with the folder of its plugin."""
    plugins = [file for file in files if file.source.path.endswith(PLUGIN)]
    named = ((normpath(join(root, node.text)), root) for root, node in chain.from_iterable(map(_named_files, plugins)))
    return {path: root for path, root in named if path in paths}


def _named_files(plugin: ClientFile) -> Iterator[tuple[str, ScalarNode]]:
    root = plugin.source.path.removesuffix(PLUGIN).rstrip("/")
    return ((root, node) for node in plugin.files if not node.text.startswith("/"))


def listed_by_marketplaces(documents: Mapping[str, Document]) -> frozenset[str]:
    """The folders of the project that marketplaces list as plugins, whose own manifest may then be missing."""
    return frozenset(chain.from_iterable(map(_plugin_folders, documents, documents.values())))


def _plugin_folders(path: str, document: Document) -> Iterator[str]:
    base = scalar(at(document.root, "metadata", "pluginRoot"))
    for one in items(at(document.root, "plugins")):
        source = scalar(at(one, "source"))
        if source and "://" not in source and not source.startswith("/") and scalar(at(one, "strict")) != "false":
            root = normpath(join(path.removesuffix(MARKETPLACE), base, source))
            yield "" if root == "." else root


def file_clients(
    file: ClientFile,
    paths: Collection[str],
    known: Host | None = None,
    plugin: str | None = None,
    listed: Collection[str] = (),
) -> FileClients:
    """One part for each server that the file names.

    `paths`: the files of the project; `known`: what reads it, if not its name says so; `plugin`: the folder of the
    plugin that names it; `listed`: the folders that are plugins by what a marketplace says.
    """
    path = file.source.path
    root = path.removesuffix(PLUGIN).rstrip("/") if path.endswith(PLUGIN) else dirname(path)
    root = root if plugin is None else plugin
    near = {name for name in (PLUGIN, *OTHER_PLUGINS) if join(root, name) in paths}
    near |= {PLUGIN} if root in listed else set()
    known = known if plugin is None else CLAUDE_CODE
    reader = known or (host(path) if PLUGIN in near or not near or path.endswith("/plugin.json") else None)
    whole = basename(path) == ".mcp.json" or path.endswith(GITHUB)
    if file.wrapper is None and file.servers and not whole and plugin is None:
        return FileClients()
    found = tuple(_client(name, node, reader) for name, node in file.servers)
    misread = of_file(file, reader, PLUGIN in near) if reader else ()
    lost = tuple(of_plugin(file, root, paths)) if reader is CLAUDE_CODE and PLUGIN in near else ()
    strayed = of_folder(file, root, paths) if reader and not reader.folder and not lost else ()
    packed = of_bundle(file.bundle) if file.bundle else ()
    entries = (flaw for entry in file.servers for flaw in of_entry(*entry, reader))
    return FileClients(found, (*misread, *packed, *lost, *strayed, *entries))


def _client(name: ScalarNode, node: MappingNode, reader: Host | None) -> ClientConfig:
    node, reader = transport_node(node, reader)
    url, command = _string(node, *(reader.urls if reader else URLS)), _command(node)
    type_value = _type(node, reader, url)
    config = ClientConfig(
        id=f"{name.span.source.path}:{name.text}",
        span=name.span,
        type=type_value,
        url=NOWHERE if not url.trace and command.trace else url,
        command=NOWHERE if not command.trace and url.trace else command,
        host=reader.name if reader else "",
        reaches=_transports_reached(type_value, reader),
        missing=_missing(node, reader),
        types=TYPES if reader is None or reader.types is None else reader.types,
        node=node,
        local=tuple(on_this_machine(node)),
        committed=reader.committed if reader else basename(name.span.source.path) == BUNDLE,
    )
    return _remote(config, items(node.get("args"))) if not url.trace else config


def _remote(client: ClientConfig, args: tuple[Node, ...]) -> ClientConfig:
    """An entry whose command is `mcp-remote`, which speaks HTTP with a server for a client that speaks stdio alone."""
    words = [word for word in args if isinstance(word, ScalarNode)]
    at = next((number for number, word in enumerate(words, 1) if REMOTE.fullmatch(word.text)), len(words))
    local = client.node and scalar(client.node.get("command")) not in CONTAINER_ENGINES
    if not local or not words[at:] or not words[at].text.startswith(("http://", "https://")):
        return client
    named = (value for flag, value in pairwise(words[at:]) if flag.text == "--transport")
    strategy = next(named, None)
    transport, reached = STRATEGIES.get(strategy.text if strategy else STRATEGY, (None, BOTH))
    span = strategy.span if strategy else words[at].span
    return client._replace(
        url=_stated_value(words[at], "mcp-remote is told this URL"),
        type=Value((transport,) if transport else None, (Label(span, "mcp-remote is told this"),)),
        host="mcp-remote",
        reaches=reached,
    )


def _type(node: MappingNode, reader: Host | None, url: Value[str]) -> Value[str]:
    """The transport that an entry comes to in its host; that of no known host as it is said.

    A command is started over stdio; what a bare URL means is the host's to say.
    """
    keys = ("type", *(reader.older if reader else ("transport",)))
    type_value = UNKNOWN if reader and reader.by_url else _string(node, *keys)
    if type_value.only and (reader is None or reader.types is None):
        return type_value._replace(options=(TYPES.get(type_value.only, type_value.only),))
    if type_value.trace:
        key = next(key for key in keys if node.get(key))
        types = reader.older.get(key, reader.types) if reader else None
        known = (types or {}).get(type_value.only or "")
        return type_value._replace(options=(known,) if known else None)
    if command := node.key("command"):
        return Value(("stdio",), (Label(command.span, "a command is started over stdio"),))
    if reader and reader.untyped and url.trace:
        return Value((reader.untyped,) if reader.untyped in BOTH else None, url.trace)
    return UNKNOWN


def _transports_reached(said: Value[str], reader: Host | None) -> frozenset[str]:
    """The transports of servers that a client gets on with; most hosts that are told `http` go on with SSE."""
    own = frozenset(said.options or ())
    further = reader.reaches if reader else {STREAMABLE: BOTH}
    return own.union(*(further.get(each, ()) for each in own))


def _missing(node: MappingNode, reader: Host | None) -> str:
    """The transport that an entry comes to where its URL takes no POST; `httpUrl` says which one it is."""
    return "" if reader is None or node.get("type") or node.get("httpUrl") else reader.missing or ""


def _string(node: MappingNode, *keys: str) -> Value[str]:
    for key in keys:
        found = node.get(key)
        if isinstance(found, ScalarNode) and isinstance(found.value, str):
            return _stated_value(found, f"`{key}` set here")
    return UNKNOWN


def _stated_value(node: ScalarNode, note: str) -> Value[str]:
    placeholder = "${" in node.text or "<" in node.text
    return Value(None if placeholder else (node.text,), (Label(node.span, note),), EditSite(node.span))


def _command(node: MappingNode) -> Value[tuple[str, ...]]:
    command, args = node.get("command"), node.get("args")
    if not isinstance(command, ScalarNode):
        return UNKNOWN
    words = [command, *items(args)]
    trace = (Label(command.span, "the client starts this"),)
    if not all(isinstance(word, ScalarNode) for word in words):
        return Value(None, trace)
    return Value((tuple(word.text for word in words if isinstance(word, ScalarNode)),), trace)
