"""What the registry takes and clients or users suffer from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, items, pairs, text
from mcplint.findings import ERROR, NOTE, Finding, Fix
from mcplint.knowledge.registry import INDEXED
from mcplint.knowledge.secrets import PUBLIC, is_public
from mcplint.model import Manifest
from mcplint.registry import address, fixes, version
from mcplint.registry.predicates import bad_folder, defined_names, foreign_base, inexact_base
from mcplint.registry.properties import (
    Property,
    addition,
    field,
    flag,
    member,
    objects,
    opening_bracket,
    packages,
    remotes,
    string,
    texts,
    value_span,
)
from mcplint.registry.schema import current_spelling
from mcplint.text.source import Edit
from mcplint.values import Label

_TEMPLATE = r"(?i)\b(?:lorem ipsum|your (?:mcp )?server|todo\b|description here|changeme)|\Aa brief description"
PUBLISHING = ("-p", "--publish", "-P", "--publish-all", "--network", "--net")
# What people say of a server in brackets.
_STATUS = r"(?i)deprecated|beta|alpha|experimental|preview|archived|unofficial|official|wip|moved|legacy|new"
# What an `Authorization` header holds when nothing is left to be filled in: long, and with a digit as no placeholder.
_CREDENTIAL = r"(?i)(bearer|basic|token)\s+(?=\S*[0-9])[\w.~+/=-]{16,}"
_SECRET = r"(?i)(.*[_-])?(api|access|secret|private|auth)?[_-]?(key|token|secret|password|passwd|credentials?)"
_PUBLIC = r"(?i).*(key[_-]?(id|name|file|path)|token[_-]?(url|limit|count|budget)|max).*"
_PATH_OF = r"(?i)\W*(the |a )?(file |full |absolute )*(path|name|location) (to|of) "
_HOLDERS = ("{", "<", "your", "example", "changeme", "xxx", "placeholder", "...")


def metadata(manifest: Manifest) -> Iterator[Finding]:
    """What is missing or left over in the fields that people read."""
    root = manifest.document.root
    for prop in texts(manifest, "description"):
        if _is_template(prop.text):
            yield Finding(f"the description is the text of a template: `{prop.text[:80]}`", prop.span)
    for prop in texts(manifest, "title"):
        if prop.text == prop.sibling("name"):
            yield Finding("the title only repeats the name", prop.span, severity=NOTE)
    for prop in texts(manifest, "repository subfolder"):
        folder = prop.text.strip("/")
        known = manifest.project.paths and not bad_folder(prop)
        if known and not any(path.startswith(f"{folder}/") for path in manifest.project.paths):
            yield Finding(f"the repository has no folder `{prop.text[:80]}`", prop.span)
    if root.pairs and not member(root, "repository"):
        yield Finding(
            "`repository` is missing: users cannot see where the code comes from", opening_bracket(root), severity=NOTE
        )
    if root.pairs and not packages(manifest) and not remotes(manifest):
        yield Finding(
            "there are neither `packages` nor `remotes`: nobody can start or reach the server",
            opening_bracket(root),
            severity=NOTE,
        )


def _is_template(text: str) -> bool:
    """Whether a description of one line is what a template has in its place."""
    bracketed = any(not re.fullmatch(_STATUS, inside) for inside in re.findall(r"\[([^][]*)\]", text))
    return "\n" not in text and (bracketed or re.search(_TEMPLATE, text) is not None)


def versions(manifest: Manifest) -> Iterator[Finding]:
    """Ranges that the registry does not see, and versions that it cannot order."""
    for pattern in ("version", "packages * version"):
        for prop in texts(manifest, pattern):
            if version.is_unseen_range(prop.text):
                yield Finding(
                    f"version `{prop.text[:80]}` is a range, which the registry takes for a single version", prop.span
                )
    for prop in texts(manifest, "version"):
        strange = not (version.is_semver(prop.text) or version.is_range(prop.text) or prop.text == "latest")
        if strange and not version.is_unseen_range(prop.text):
            spelled = version.as_semver(prop.text)
            says = f" (as SemVer: {spelled})" if spelled else ""
            message = f"version `{prop.text[:80]}` is not SemVer{says}: the registry never makes it the latest"
            yield Finding(message, prop.span, severity=NOTE)


def base_urls(manifest: Manifest) -> Iterator[Finding]:
    """A base address where it can only repeat what is known."""
    for prop in texts(manifest, "packages * registryBaseUrl"):
        kind = prop.sibling("registryType")
        if kind in INDEXED and not inexact_base(prop) and not foreign_base(prop):
            pypi = ", and VS Code passes it to the installer as an index" if kind == "pypi" else ""
            message = f"`registryBaseUrl` is redundant: this is the default{pypi}"
            yield Finding(message, prop.span, fix=fixes.deleted(prop))


def images(manifest: Manifest) -> Iterator[Finding]:
    """Images that change under the same reference."""
    for prop in texts(manifest, "packages * identifier"):
        image = address.image(prop.text) if prop.sibling("registryType") == "oci" else None
        named = prop.sibling("version")  # publish refuses the key: it becomes the tag
        if image and not image.digest and not named and image.tag in (None, "latest"):
            tag_note = "has the tag `latest`" if image.tag else "has no tag, which means `latest`"
            message = f"image `{prop.text[:100]}` {tag_note}: it changes under this version of the server"
            yield Finding(message, prop.span)
        elif image and not image.digest:
            message = f"image `{prop.text[:100]}` has no digest, so its tag can be moved to another image"
            yield Finding(message, prop.span, severity=NOTE)


def ports(manifest: Manifest) -> Iterator[Finding]:
    """Images that serve HTTP on localhost although nothing publishes their port."""
    for prop in texts(manifest, "packages * transport url"):
        package = prop.parents[1]
        arguments = objects(field(package, "runtimeArguments"))
        words = [string(item, key) for item in arguments for key in ("name", "value", "default", "valueHint")]
        open_ = any(word.split("=")[0].split(" ")[0] in PUBLISHING for word in words)
        if string(package, "registryType") == "oci" and address.is_local(prop.text) and not open_:
            message = f"{prop.text[:100]} leads to no container: no `runtimeArguments` publish its port"
            yield Finding(message, prop.span)


def old_transports(manifest: Manifest) -> Iterator[Finding]:
    """Remotes that only clients of the deprecated transport reach."""
    listed = remotes(manifest)
    modern = any(string(remote, "type") == "streamable-http" for remote in listed)
    for remote in listed:
        kind = field(remote, "type")
        if kind and text(kind) == "sse":
            alone = "" if modern else ", and there is no streamable-http remote"
            yield Finding(f"the remote uses `sse`, which the protocol has deprecated{alone}", value_span(kind))


def remote_addresses(manifest: Manifest) -> Iterator[Finding]:
    """Addresses of remotes that say something twice, or more than an address should."""
    first: dict[str, Property] = {}
    for prop in texts(manifest, "remotes * url"):
        parts = address.concrete(prop.text)
        if parts and parts.user is not None:
            yield Finding("the remote's address contains a user name, which every client sends along", prop.span)
        if parts and parts.fragment:
            yield Finding(
                f"the remote's address has a fragment, `#{parts.fragment[:80]}`, which no client sends", prop.span
            )
        if prop.text in first:
            notes = (Label(first[prop.text].span, "first listed here"),)
            yield Finding(f"remote {prop.text[:100]} is listed twice", prop.span, notes)
        first.setdefault(prop.text, prop)
        for key in sorted(defined_names(prop) - set(address.variables(prop.text))):
            variables = field(prop.owner, "variables")
            at = variables.key(key) if isinstance(variables, MappingNode) else None
            if at:
                yield Finding(f"variable `{key[:80]}` is defined, but the remote's address does not use it", at.span)
    for remote in remotes(manifest)[1:]:
        yield Finding(
            "there are several remotes, and VS Code reads only the first one", opening_bracket(remote), severity=NOTE
        )
        return


def inputs(manifest: Manifest) -> Iterator[Finding]:
    """Inputs that contradict themselves."""
    for _, node in _inputs(manifest):
        default, choices = field(node, "default"), field(node, "choices")
        options = [text(item) for item in items(choices)]
        if default is None or not text(default):
            continue
        if options and text(default) not in options:
            yield Finding(
                f"default `{text(default)[:80]}` is not one of the choices {', '.join(options[:8])}",
                value_span(default),
            )
        elif not _has_format(text(default), string(node, "format")):
            yield Finding(
                f"default `{text(default)[:80]}` is not a {text(field(node, 'format'))}, as `format` says",
                value_span(default),
            )
        elif flag(field(node, "isRequired")):
            yield Finding(
                "`default` makes `isRequired` pointless: with a default nobody is asked",
                value_span(default),
                severity=NOTE,
            )
    for package in packages(manifest):
        found = member(package, "runtimeArguments")
        if found and objects(found[1]) and not string(package, "runtimeHint"):
            message = "`runtimeArguments` without `runtimeHint`: nothing says which program they are for"
            yield Finding(message, found[0].span, severity=NOTE)


def switches(manifest: Manifest) -> Iterator[Finding]:
    """Named arguments that read like a switch: clients ask for a value and append it."""
    for kind, node in _inputs(manifest):
        bare = not (string(node, "value") or field(node, "choices") or string(node, "valueHint"))
        described = string(node, "description") or string(node, "default")
        if kind == "argument" and string(node, "type") == "named" and bare and described:
            message = (
                f"`{text(field(node, 'name'))[:80]}` has no `value`: clients ask for one, even if this is a switch"
            )
            yield Finding(message, value_span(field(node, "name") or node), severity=NOTE)


def secrets(manifest: Manifest) -> Iterator[Finding]:
    """Inputs that are secrets by their name and not by `isSecret`, and secrets that stand in the document."""
    for kind, node in _inputs(manifest):
        name = field(node, "name")
        word = text(name).lstrip("-")
        named = kind == "named" and re.fullmatch(_SECRET, word) and not re.fullmatch(_PUBLIC, word)
        secret = named and not PUBLIC.search(word) and not _says_no_secret(node)
        marked = flag(field(node, "isSecret"))
        for key in ("value", "default"):
            written = field(node, key)
            is_secret = (secret or marked) and not _is_placeholder_text(text(written))
            if not written or is_public(word, text(written)):
                continue
            if is_secret or re.fullmatch(_CREDENTIAL, text(written)):
                yield Finding(
                    f"the {key} of `{word[:80]}` is a secret, and publishing makes it public",
                    value_span(written),
                    severity=ERROR,
                )
        misspelt = _misspelt_mark(node)
        # A mark under another name is a key that publishing drops, and told as such.
        if secret and not marked and not (misspelt and flag(misspelt[1])) and isinstance(name, ScalarNode):
            yield Finding(
                f"`{word[:80]}` is not marked `isSecret`: clients show and store it as plain text",
                name.span,
                fix=_mark(node),
            )


def _says_no_secret(node: MappingNode) -> bool:
    """Whether an input that is called as a secret says itself that it is none: a place, a switch, or marked so."""
    switch = text(field(node, "format")) == "boolean"
    _, mark = _misspelt_mark(node) or (None, field(node, "isSecret"))
    refused = isinstance(mark, ScalarNode) and mark.value is False
    return switch or refused or re.match(_PATH_OF, text(field(node, "description"))) is not None


def _is_placeholder_text(text: str) -> bool:
    """Whether a text of one line only stands for the value that belongs there."""
    lower = text.lower()
    held = not lower.strip("*") or lower.startswith("$") or any(holder in lower for holder in _HOLDERS)
    return held and "\n" not in text


def _mark(node: MappingNode) -> Fix | None:
    if member(node, "isSecret"):
        return None
    if misspelt := _misspelt_mark(node):
        key, value = misspelt
        edits = (Edit(key.span, "isSecret"), Edit(value.span, "true"))
        return Fix(f"rename `{key.text}` to `isSecret` and set it", edits) if isinstance(value, ScalarNode) else None
    return Fix("set `isSecret`", (addition(node, "isSecret", "true"),), safe=True)


def _misspelt_mark(node: MappingNode) -> tuple[ScalarNode, Node] | None:
    """The key and value that an input without `isSecret` has for it, under an older name or what people take for it."""
    if member(node, "isSecret"):
        return None
    found = (
        pair
        for pair in node.pairs
        if pair[0].text.lower() == "secret" or current_spelling(pair[0].text, "named") == "isSecret"
    )
    return next(found, None)


def _inputs(manifest: Manifest) -> Iterator[tuple[str, MappingNode]]:
    """Every input that a user may be asked for, with its kind: argument, named, or a variable of one."""
    for package in packages(manifest):
        for key in ("runtimeArguments", "packageArguments"):
            yield from (("argument", node) for node in objects(field(package, key)))
        yield from (("named", node) for node in objects(field(package, "environmentVariables")))
    for remote in remotes(manifest):
        yield from (("named", node) for node in objects(field(remote, "headers")))
        variables = pairs(field(remote, "variables"))
        yield from (("variable", node) for _, node in variables if isinstance(node, MappingNode))


def _has_format(value: str, format_: str) -> bool:
    if format_ == "number":
        return re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", value) is not None or "{" in value
    return format_ != "boolean" or value in ("true", "false") or "{" in value
