"""Documents made wrong at random, from a seed: copies of right ones with a few mistakes of the kind people make."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

KEYS = [
    *("name", "description", "version", "title", "websiteUrl", "website_url", "repository", "icons", "packages"),
    *("remotes", "_meta", "status", "url", "source", "id", "subfolder", "src", "mimeType", "sizes", "theme"),
    *("registryType", "registry_type", "registryBaseUrl", "identifier", "fileSha256", "file_sha256", "runtimeHint"),
    *("transport", "runtimeArguments", "packageArguments", "package_arguments", "environmentVariables"),
    *("environment_variables", "type", "headers", "variables", "valueHint", "value_hint", "value", "default"),
    *("placeholder", "choices", "format", "isRequired", "is_required", "isSecret", "isRepeated", "$schema", "extra"),
    "io.modelcontextprotocol.registry/publisher-provided",
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1.5, -3, "", " ", "x", "latest", "x" * 101, "x" * 256, "1.0.0", "^1.0.0", "é" * 100),
    *("stdio", "sse", "streamable-http", "http", "named", "positional", "number", "string", "image/png", "dark"),
    *("https://example.com/mcp", "http://a b/", "ws://x", "{v}/mcp", "relative", "http://x\n", "48x48", "any"),
    *("active", "gone", "com.example/server", "com.example/server/more", "com_example/x", "a/b\n", "%zz", "mailto:x"),
    *("a" * 64, "A" * 64, "a" * 64 + "\n", [], {}, [None], [1], ["x"], [{}], {"x": "y"}, {"type": "stdio"}),
    *({"type": "sse", "url": "https://example.com/sse"}, {"type": "named"}, {"type": "positional"}, {"name": "X"}),
]


def mutants(seeds: list[Any], count: int, seed: int) -> Iterator[Any]:
    """So many documents, each with one to four mistakes."""
    luck = random.Random(seed)
    for _ in range(count):
        document = copy.deepcopy(luck.choice(seeds))
        for _ in range(luck.choice((1, 1, 1, 2, 2, 3, 4))):
            document = _mistaken(document, luck)
        yield document


def _mistaken(document: Any, luck: random.Random) -> Any:
    """The document with one mistake somewhere below its root, which stays an object."""
    owners = [owner for owner in _containers(document) if owner]
    if not owners:
        return document | {luck.choice(KEYS): _value(luck)}
    owner = luck.choice(owners)
    key = luck.choice(list(owner) if isinstance(owner, dict) else range(len(owner)))
    match luck.randrange(6), owner:
        case 0, _:
            del owner[key]
        case 1, dict():
            owner[luck.choice(KEYS)] = owner.pop(key)
        case 2, dict():
            owner[luck.choice(KEYS)] = _value(luck)
        case 3, list():
            owner.append(copy.deepcopy(owner[key]))
        case 4, _:
            owner[key] = [owner[key]]
        case _:
            owner[key] = _value(luck)
    return document


def _value(luck: random.Random) -> Any:
    return copy.deepcopy(luck.choice(VALUES))


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


def snake(value: Any, names: dict[str, str]) -> Any:
    """A document with its keys in the spelling that the table gives them."""
    if isinstance(value, dict):
        return {names.get(key, key): snake(item, names) for key, item in value.items()}
    return [snake(item, names) for item in value] if isinstance(value, list) else value
