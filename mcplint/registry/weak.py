"""What the registry takes and clients or users suffer from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.core import ERROR, NOTE, Edit, Finding, Fix, Note
from mcplint.facts.document import MappingNode, ScalarNode, SequenceNode
from mcplint.model import Manifest
from mcplint.registry import address, forms, mends, reference, version
from mcplint.registry.place import Place, addition, field, flag, member, objects, opening, places, shown, text

_TEMPLATE = (
    r"(?i).*\[[^\]]*\].*|.*\b(lorem ipsum|your (mcp )?server|todo\b|description here|changeme).*|a brief description.*"
)
_SECRET = r"(?i)(.*[_-])?(api|access|secret|private|auth)?[_-]?(key|token|secret|password|passwd|credentials?)"
_PUBLIC = r"(?i).*(public|publishable|key[_-]?(id|name|file|path)|token[_-]?(url|limit|count|budget)|max).*"
_HOLDER = r"|\$.*|.*[{<].*|.*(your|example|changeme|xxx|placeholder|\.\.\.).*|\*+"
PUBLISHING = ("-p", "--publish", "-P", "--publish-all", "--network", "--net")


def packages(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "packages")) if manifest.document.whole else ()


def remotes(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "remotes")) if manifest.document.whole else ()


def _texts(manifest: Manifest, pattern: str) -> Iterator[Place]:
    """The places of a pattern where a text stands."""
    if manifest.document.whole:
        yield from (place for place in places(manifest.document.root, pattern) if place.text)


def metadata(manifest: Manifest) -> Iterator[Finding]:
    """What is missing or left over in the fields that people read."""
    root = manifest.document.root
    for place in _texts(manifest, "description"):
        if re.fullmatch(_TEMPLATE, place.text):
            yield Finding("is the text of a template: it says what this server does", place.span)
    for place in _texts(manifest, "title"):
        if place.text == place.sibling("name"):
            yield Finding("repeats the name: a title is for people, or left out", place.span, severity=NOTE)
    for place in _texts(manifest, "repository subfolder"):
        folder = place.text.strip("/")
        known = manifest.project.paths and not forms.bad_folder(place)
        if known and not any(path.startswith(f"{folder}/") for path in manifest.project.paths):
            yield Finding(f"names a folder `{place.text}` that the repository does not have", place.span)
    if manifest.document.whole and not member(root, "repository"):
        yield Finding("no `repository`: nobody can see where the code comes from", opening(root), severity=NOTE)
    if manifest.document.whole and not packages(manifest) and not remotes(manifest):
        yield Finding("neither `packages` nor `remotes`: nobody can start or reach it", opening(root), severity=NOTE)


def versions(manifest: Manifest) -> Iterator[Finding]:
    """Ranges that the registry does not see, and versions that it cannot order."""
    for pattern in ("version", "packages * version"):
        for place in _texts(manifest, pattern):
            if version.is_unseen_range(place.text):
                yield Finding(f"is the range `{place.text[:80]}`, which publish takes for one version", place.span)
    for place in _texts(manifest, "version"):
        strange = not (version.is_semver(place.text) or version.is_range(place.text) or place.text == "latest")
        if strange and not version.is_unseen_range(place.text):
            spelled = version.as_semver(place.text)
            says = f"; SemVer spells it {spelled}" if spelled else ""
            message = "is no SemVer version: beside one that is, the registry never makes it the latest"
            yield Finding(message + says, place.span, severity=NOTE)


def base_urls(manifest: Manifest) -> Iterator[Finding]:
    """A base address where it can only repeat what is known."""
    for place in _texts(manifest, "packages * registryBaseUrl"):
        if forms.kind(place) in forms.INDEXED and not forms.inexact_base(place):
            pypi = ", and VS Code hands it to the installer as an index" if forms.kind(place) == "pypi" else ""
            yield Finding(f"says nothing that leaving it out does not{pypi}", place.span, fix=mends.deleted(place))


def images(manifest: Manifest) -> Iterator[Finding]:
    """Images that change under the same reference."""
    for place in _texts(manifest, "packages * identifier"):
        image = reference.image(place.text) if forms.kind(place) == "oci" else None
        if image and not image.digest and image.tag in (None, "latest"):
            said = "the tag `latest`" if image.tag else "no tag, which means `latest`"
            yield Finding(f"has {said}: the image changes under this version of the server", place.span)
        elif image and not image.digest:
            yield Finding("has no digest: its tag can be moved to another image", place.span, severity=NOTE)


def ports(manifest: Manifest) -> Iterator[Finding]:
    """Images that serve HTTP on localhost although nothing publishes their port."""
    for place in _texts(manifest, "packages * transport url"):
        package = place.parents[1]
        arguments = objects(field(package, "runtimeArguments"))
        words = [text(field(item, key)) for item in arguments for key in ("name", "value", "default", "valueHint")]
        open_ = any(word.split("=")[0].split(" ")[0] in PUBLISHING for word in words)
        if forms.kind(place) == "oci" and address.is_local(place.text) and not open_:
            message = "is an address that leads to no container: no `runtimeArguments` publish its port"
            yield Finding(message, place.span)


def inputs(manifest: Manifest) -> Iterator[Finding]:
    """Inputs that contradict themselves."""
    for _, node in _inputs(manifest):
        default, choices = field(node, "default"), field(node, "choices")
        options = [text(item) for item in choices.items] if isinstance(choices, SequenceNode) else []
        if default is None or not text(default):
            continue
        if options and text(default) not in options:
            yield Finding(f"is none of the choices {', '.join(options[:8])}", shown(default))
        elif not _has_format(text(default), text(field(node, "format"))):
            yield Finding(f"is no {text(field(node, 'format'))}, which `format` says it is", shown(default))
        elif flag(field(node, "isRequired")):
            yield Finding("stands beside `isRequired`: with a default nobody is asked", shown(default), severity=NOTE)
    for package in packages(manifest):
        found = member(package, "runtimeArguments")
        if found and objects(found[1]) and not text(field(package, "runtimeHint")):
            yield Finding("has no `runtimeHint` beside it: no client knows whose arguments they are", found[0].span)


def switches(manifest: Manifest) -> Iterator[Finding]:
    """Named arguments that read like a switch: clients ask for a value and append it."""
    for kind, node in _inputs(manifest):
        bare = not (text(field(node, "value")) or field(node, "choices") or text(field(node, "valueHint")))
        told = text(field(node, "description")) or text(field(node, "default"))
        if kind == "argument" and text(field(node, "type")) == "named" and bare and told:
            message = "has no `value`: clients ask for one and put it behind the flag, also where this is a switch"
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
            if written and (secret or marked) and not re.fullmatch(_HOLDER, text(written), re.IGNORECASE):
                yield Finding(
                    f"publishes the {key} of `{word[:80]}` for everyone to read", shown(written), severity=ERROR
                )
        if secret and not marked and isinstance(name, ScalarNode):
            yield Finding(
                "is a secret by its name, and clients show and store it as plain text", name.span, fix=_mark(node)
            )


def _mark(node: MappingNode) -> Fix | None:
    found = member(node, "isSecret")
    if found:
        return Fix("set `isSecret`", (Edit(found[1].span, "true"),)) if field(node, "isSecret") else None
    return Fix("set `isSecret`", (addition(node, "isSecret", "true"),), safe=True)


def old_transports(manifest: Manifest) -> Iterator[Finding]:
    """Remotes that only clients of the deprecated transport reach."""
    listed = remotes(manifest)
    modern = any(text(field(remote, "type")) == "streamable-http" for remote in listed)
    for remote in listed:
        kind = field(remote, "type")
        if kind and text(kind) == "sse":
            alone = "" if modern else ", and there is no streamable-http beside it"
            yield Finding(f"is the transport that the protocol deprecates{alone}", shown(kind))


def addresses(manifest: Manifest) -> Iterator[Finding]:
    """Addresses of remotes that say something twice, or more than an address should."""
    first: dict[str, Place] = {}
    for place in _texts(manifest, "remotes * url"):
        parts = address.concrete(place.text)
        if parts and parts.user is not None:
            yield Finding("has a user name in it, which every client sends along", place.span)
        if parts and parts.fragment:
            yield Finding("has a fragment, which no client sends", place.span)
        if place.text in first:
            notes = (Note(first[place.text].span, "here it is the first time"),)
            yield Finding("is the address of a remote above", place.span, notes)
        first.setdefault(place.text, place)
        for key in sorted(forms.defined(place) - set(address.variables(place.text))):
            variables = field(place.owner, "variables")
            at = variables.key(key) if isinstance(variables, MappingNode) else None
            if at:
                yield Finding(f"defines `{key[:80]}`, which the address does not use", at.span)
    for remote in remotes(manifest)[1:]:
        yield Finding("VS Code reads only the first remote", opening(remote), severity=NOTE)
        return


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
