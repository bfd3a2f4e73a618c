"""Arguments, variables and headers that a `server.json` asks users for, and what is amiss with how it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, ScalarNode, SequenceNode
from mcplint.findings import ERROR, NOTE, Finding, Fix
from mcplint.model import Manifest
from mcplint.registry.lint import packages, remotes
from mcplint.registry.place import addition, field, flag, member, objects, shown, text
from mcplint.text.source import Edit

# What an `Authorization` header holds when nothing is left to be filled in: long, and with a digit as no placeholder.
_CREDENTIAL = r"(?i)(bearer|basic|token)\s+(?=\S*[0-9])[\w.~+/=-]{16,}"
_SECRET = r"(?i)(.*[_-])?(api|access|secret|private|auth)?[_-]?(key|token|secret|password|passwd|credentials?)"
_PUBLIC = r"(?i).*(public|publishable|key[_-]?(id|name|file|path)|token[_-]?(url|limit|count|budget)|max).*"
_HOLDERS = ("{", "<", "your", "example", "changeme", "xxx", "placeholder", "...")


def inputs(manifest: Manifest) -> Iterator[Finding]:
    """Inputs that contradict themselves."""
    for _, node in _inputs(manifest):
        default, choices = field(node, "default"), field(node, "choices")
        options = [text(item) for item in choices.items] if isinstance(choices, SequenceNode) else []
        if default is None or not text(default):
            continue
        if options and text(default) not in options:
            yield Finding(
                f"default `{text(default)[:80]}` is not one of the choices {', '.join(options[:8])}", shown(default)
            )
        elif not _has_format(text(default), text(field(node, "format"))):
            yield Finding(
                f"default `{text(default)[:80]}` is not a {text(field(node, 'format'))}, as `format` says",
                shown(default),
            )
        elif flag(field(node, "isRequired")):
            yield Finding(
                "`default` makes `isRequired` pointless: with a default nobody is asked", shown(default), severity=NOTE
            )
    for package in packages(manifest):
        found = member(package, "runtimeArguments")
        if found and objects(found[1]) and not text(field(package, "runtimeHint")):
            message = "`runtimeArguments` without `runtimeHint`: nothing says which program they are for"
            yield Finding(message, found[0].span, severity=NOTE)


def switches(manifest: Manifest) -> Iterator[Finding]:
    """Named arguments that read like a switch: clients ask for a value and append it."""
    for kind, node in _inputs(manifest):
        bare = not (text(field(node, "value")) or field(node, "choices") or text(field(node, "valueHint")))
        told = text(field(node, "description")) or text(field(node, "default"))
        if kind == "argument" and text(field(node, "type")) == "named" and bare and told:
            message = (
                f"`{text(field(node, 'name'))[:80]}` has no `value`: clients ask for one, even if this is a switch"
            )
            yield Finding(message, shown(field(node, "name") or node), severity=NOTE)


def secrets(manifest: Manifest) -> Iterator[Finding]:
    """Inputs that are secrets by their name and not by `isSecret`, and secrets that stand in the document."""
    for kind, node in _inputs(manifest):
        name = field(node, "name")
        word = text(name).lstrip("-")
        secret = kind == "named" and re.fullmatch(_SECRET, word) and not re.fullmatch(_PUBLIC, word)
        marked = flag(field(node, "isSecret"))
        for key in ("value", "default"):
            written = field(node, key)
            told = (secret or marked) and not _is_holder(text(written))
            if written and (told or re.fullmatch(_CREDENTIAL, text(written))):
                yield Finding(
                    f"the {key} of `{word[:80]}` is a secret, and publishing makes it public",
                    shown(written),
                    severity=ERROR,
                )
        if secret and not marked and isinstance(name, ScalarNode):
            yield Finding(
                f"`{word[:80]}` is not marked `isSecret`: clients show and store it as plain text",
                name.span,
                fix=_mark(node),
            )


def _is_holder(text: str) -> bool:
    """Whether a text of one line only holds the place of the value that belongs there."""
    lower = text.lower()
    held = not lower.strip("*") or lower.startswith("$") or any(holder in lower for holder in _HOLDERS)
    return held and "\n" not in text


def _mark(node: MappingNode) -> Fix | None:
    found = member(node, "isSecret")
    if found:
        return Fix("set `isSecret`", (Edit(found[1].span, "true"),)) if field(node, "isSecret") else None
    return Fix("set `isSecret`", (addition(node, "isSecret", "true"),), safe=True)


def _inputs(manifest: Manifest) -> Iterator[tuple[str, MappingNode]]:
    """Every input that a user may be asked for, with its kind: argument, named, or a variable of one."""
    for package in packages(manifest):
        for key in ("runtimeArguments", "packageArguments"):
            yield from (("argument", node) for node in objects(field(package, key)))
        yield from (("named", node) for node in objects(field(package, "environmentVariables")))
    for remote in remotes(manifest):
        yield from (("named", node) for node in objects(field(remote, "headers")))
        variables = field(remote, "variables")
        for _, node in variables.pairs if isinstance(variables, MappingNode) else ():
            if isinstance(node, MappingNode):
                yield "variable", node


def _has_format(value: str, format_: str) -> bool:
    if format_ == "number":
        return re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", value) is not None or "{" in value
    return format_ != "boolean" or value in ("true", "false") or "{" in value
