"""What clients are told of servers, and what the commands start that they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename

from mcplint.facts.client import ClientFile
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.clients import MCPO
from mcplint.knowledge.executables import NODE_MANAGERS, PACKAGE_RUNNERS
from mcplint.model import MISSING, ClientConfig, ClientFlaw, Link, Server
from mcplint.project.tree import Tree
from mcplint.services.client_flaws import undescribed_inputs
from mcplint.services.clients import MARKETPLACE, file_clients, listed_by_marketplaces, named_by_plugins
from mcplint.values import Label

MOST = 1_200
"""How many servers of clients are followed in a run."""


def clients(
    tree: Tree, named: Iterable[str], bridged: frozenset[str]
) -> tuple[tuple[ClientConfig, ...], tuple[ClientFlaw, ...]]:
    """What the files of clients say, and what their hosts do not take as it is meant; mcpo reads those of `bridged`."""
    found = files(tree, named)
    plugins = named_by_plugins(found.values(), tree.paths)
    markets = [path for path in tree.paths if path.endswith(MARKETPLACE)]
    listed = listed_by_marketplaces(tree.all_facts("json", markets))
    known = [
        file_clients(file, tree.paths, MCPO if path in bridged else None, plugins.get(path), listed)
        for path, file in found.items()
    ]
    entries = tuple(_with_unstartable(one, tree) for file in known for one in file.clients)
    return entries, (*(one for file in known for one in file.flaws), *undescribed_inputs(found.values()))


def files(tree: Tree, named: Iterable[str]) -> dict[str, ClientFile]:
    """The files of clients with as many servers as are followed in a run; that there are more is said."""
    found: dict[str, ClientFile] = {}
    left = MOST
    for path, file in tree.all_facts("client", named).items():
        if len(file.servers) > left:
            why = f"names a server after the first {MOST:,} of clients, the most that are followed"
            tree.problems.setdefault(path, NotFollowed(file.servers[left][0].span, why, WARNING))
            file = file._replace(servers=file.servers[:left])
        if left or not file.servers:
            found[path] = file
        left -= len(file.servers)
    return found


def _with_unstartable(client: ClientConfig, tree: Tree) -> ClientConfig:
    """The entry with the package of the project that it starts by `npx` or `uvx` and that has nothing to start."""
    words = client.command.only or ()
    behind = 3 if words[:3] == ("uv", "tool", "run") else int(words[:1] == ("uvx",))
    if behind:
        from mcplint.commands.uvx import unstartable_by_uvx

        return client._replace(bare=unstartable_by_uvx(tree, words[behind:]))
    if not words or basename(words[0]) not in (*PACKAGE_RUNNERS, *NODE_MANAGERS):
        return client
    from mcplint.commands.package_calls import package_call_in, without_release
    from mcplint.programs.typescript.packages import unstartable_package

    call = package_call_in(words)
    if call is None or not call.certain or not call.fetches or not call.words or len(call.packages) > 1:
        return client
    package, *command = (*call.packages, call.command[0])
    return client._replace(bare=unstartable_package(tree, without_release(package), *command))


def linked_clients(clients: Iterable[ClientConfig], installed: tuple[Server, ...]) -> Iterator[ClientConfig]:
    """The entries, each with the server that its command starts."""
    owned: dict[str | None, dict[int, Server]] = {}
    for number, server in enumerate(installed):
        for link in server.links:
            owned.setdefault(link.to, {})[number] = server
    for client in clients:
        yield _with_server(client, tuple(owned.get(client.id, {}).values()))


def _with_server(client: ClientConfig, own: tuple[Server, ...]) -> ClientConfig:
    """The entry with the server that its command starts, if that is one of its own."""
    if not own and client.command.trace and not client.url.trace:
        return client._replace(links=(Link(None, MISSING, "its command starts no server that is known"),))
    if len(own) != 1:
        return client
    kind = next(link.kind for link in own[0].links if link.to == client.id)
    link = Link(own[0].id, kind, "is what its command starts", (Label(own[0].span, "the server starts here"),))
    return client._replace(server=own[0], links=(link,))
