"""Where a package is told to be started otherwise than its server wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, ScalarNode
from mcplint.findings import NOTE, Finding, Fix
from mcplint.knowledge.go_url import parse
from mcplint.model import Package
from mcplint.registry.place import field, objects, text
from mcplint.text.source import Edit
from mcplint.values import Label

SWITCHES = ("transport", "stdio", "http", "sse", "mode", "serve", "path", "prefix", "mount")


def transports(package: Package) -> Iterator[Finding]:
    """A package whose server speaks another transport than clients are told, with nothing that switches it."""
    server = package.server
    if server is None or package.node is None or not package.type.only or _switches(package.node):
        return
    said = package.type.only
    wrong = server.transport.must(lambda kind: (kind == "stdio") != (said == "stdio"))
    if wrong and package.type.span:
        speaks = " or ".join(map(str, server.transport.options or ()))
        notes = server.transport.trace or (Label(server.span, "the server starts here"),)
        yield Finding(f"clients are told `{said}`, but {server.title} speaks {speaks}", package.type.span, notes)


def addresses(package: Package) -> Iterator[Finding]:
    """A package whose server answers on another path than clients are told, with nothing that switches it."""
    server, url = package.server, package.url.only
    if server is None or package.node is None or not url or not package.url.span or _switches(package.node):
        return
    told = parse(url)
    if told and server.path.must(lambda own: own is not None and own.rstrip("/") != told.path.rstrip("/")):
        answers = " or ".join(map(str, server.path.options or ()))
        message = f"clients are told {told.path or '/'}, but {server.title} answers at {answers}"
        yield Finding(message, package.url.span, server.path.trace)


def _switches(node: MappingNode) -> bool:
    """Whether an argument or a variable of the package may choose the transport."""
    inputs = [
        item
        for key in ("packageArguments", "environmentVariables", "runtimeArguments")
        for item in objects(field(node, key))
    ]
    words = " ".join(text(field(item, key)) for item in inputs for key in ("name", "value", "default", "valueHint"))
    return any(word in words.casefold() for word in SWITCHES)


def variables(package: Package) -> Iterator[Finding]:
    """Environment variables that clients ask for and the server's code does not read."""
    server = package.server
    if server is None or package.node is None or not server.reads:
        return
    for item in objects(field(package.node, "environmentVariables")):
        name = field(item, "name")
        if not isinstance(name, ScalarNode) or not text(name) or text(name) in server.reads:
            continue
        twin = _twin(text(name), server.reads)
        if twin:
            fix = Fix(f"rename it to {twin}", (Edit(name.span, twin),)) if name.span.text == text(name) else None
            yield Finding(f"{server.title} does not read {text(name)[:80]}: it reads {twin}", name.span, fix=fix)
        else:
            message = f"the code of {server.title} does not read {text(name)[:80]}"
            yield Finding(message, name.span, severity=NOTE)


def _twin(name: str, reads: frozenset[str]) -> str | None:
    """The variable that is meant by a name: the same letters, or one the end of the other."""
    letters = re.sub(r"[\W_]", "", name).lower()
    near = [read for read in sorted(reads) if re.sub(r"[\W_]", "", read).lower() == letters]
    near += [read for read in sorted(reads) if "_" in min(name, read, key=len) and _ends(name, read)]
    return near[0] if near else None


def _ends(name: str, read: str) -> bool:
    return name.endswith(f"_{read}") or read.endswith(f"_{name}")
