"""Where a `server.json` and the project that it publishes say different things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mcplint.commands.package_calls import package_call_in, without_release
from mcplint.facts.dependencies import normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, text
from mcplint.findings import ERROR, NOTE, WARNING, Finding, Fix
from mcplint.knowledge.go_url import parse
from mcplint.knowledge.registry import PROXIES
from mcplint.model import Distribution, Manifest, Package
from mcplint.registry import address, version
from mcplint.registry.ownership import is_marked, published_packages, server_name
from mcplint.registry.properties import Property, field, objects, packages, string, texts, value_span
from mcplint.text.source import Edit
from mcplint.values import Label, Value

SWITCHES = ("transport", "stdio", "http", "sse", "mode", "serve", "path", "prefix", "mount")


def identifiers(manifest: Manifest) -> Iterator[Finding]:
    """Packages that the project does not build under that name, where it builds exactly one other."""
    for registry in ("pypi", "npm"):
        built = [d for d in manifest.project.distributions if d.registry == registry and d.name.only]
        for package in published_packages(manifest, registry):
            if package.distribution or len(built) != 1 or not _in_same_folder(manifest, built[0]):
                continue
            claimed = _proves_name(manifest, built[0])
            if not claimed and _is_proxy(manifest, package.node):
                continue
            name = text(package.identifier)[:80]
            message = f"package `{name}` is not the one that the project builds, `{built[0].name.only}`"
            notes = built[0].name.trace[-1:]
            yield Finding(message, value_span(package.identifier), notes, severity=ERROR if claimed else WARNING)


def _in_same_folder(manifest: Manifest, built: Distribution) -> bool:
    """Whether the metadata lie in the folder of the `server.json`, so that the one speaks of the other."""
    folders = (path.rpartition("/")[0] for path in (manifest.document.source.path, built.span.source.path))
    return len(set(folders)) == 1


def _proves_name(manifest: Manifest, built: Distribution) -> bool:
    """Whether the project's package proves the server's name, so that it is the one that is meant."""
    name = text(server_name(manifest))
    readme = built.readme.only
    return bool(name) and ((readme is not None and is_marked(readme.text, name)) or built.mcp_name.only == name)


def versions(manifest: Manifest) -> Iterator[Finding]:
    """Versions that a release would publish under, and that the package or image of the same release does not have."""
    if _filled_in(manifest):
        return
    late = [finding for registry in ("pypi", "npm") for finding in _stale_versions(manifest, registry)]
    yield from late or _own_versions(manifest)


def _stale_versions(manifest: Manifest, registry: str) -> Iterator[Finding]:
    """Packages under another version than the one that the project builds now."""
    for package in published_packages(manifest, registry):
        written, built = field(package.node, "version"), package.distribution
        if isinstance(written, ScalarNode) and text(written) and built and built.version.only:
            yield from _version(written, text(written), built.version, field(manifest.document.root, "version"))


def _version(written: ScalarNode, said: str, built: Value[str], own: Node | None) -> Iterator[Finding]:
    """The fix writes the version of the project; that of the server goes with it where it was the same."""
    if built.only is None or said == built.only or version.is_range(said) or _is_unreleased(said, built.only):
        return
    alike = [node.span for node in (written, own) if isinstance(node, ScalarNode) and node.span.text == said]
    title = f"write {built.only}" + (", for the server too" if len(alike) > 1 else "")
    edits = tuple(Edit(span, built.only) for span in alike)
    fix = Fix(title, edits) if written.span in alike else None
    same = version.same_release(said, built.only)
    message = f"server.json says version {said[:80]}, but the project's is {built.only}" + (
        ", spelled differently" if same else ""
    )
    yield Finding(message, value_span(written), built.trace[-1:], fix)


def _is_unreleased(said: str, built: str) -> bool:
    """Whether one of two versions is a stand-in, or that of the work on the next release, which nobody publishes."""
    return re.search(r"[$@{%]|\b0\.0\.0\b|dev|SNAPSHOT", f"{said} {built}") is not None


def _own_versions(manifest: Manifest) -> Iterator[Finding]:
    """The server's version against those of its packages; the tag of an image may have a `v`."""
    own = field(manifest.document.root, "version")
    own_version = text(own)
    if not own or not version.is_release(own_version):
        return
    own_ones = (node for node in packages(manifest) if not _is_proxy(manifest, node))
    released = [(node, found) for node in own_ones if (found := _release_of_package(node))]
    versions = [(node, found) for node, found in released if version.is_release(found)]
    if versions and not any(
        version.core(own_version) == version.core(found) or own_version == found for _, found in versions
    ):
        node, found = versions[0]
        value = field(node, "version") or field(node, "identifier") or node
        notes = (Label(value_span(value), f"this package is {found}"),)
        message = f"no package has the server's version {own_version[:80]}: one is {found[:80]}"
        yield Finding(message, value_span(own), notes)


def _is_proxy(manifest: Manifest, node: MappingNode) -> bool:
    """Whether a package leads to any server that it is told of, and is not the project's own."""
    name = string(node, "identifier").rpartition("/")[2].partition(":")[0].partition("@")[0]
    built = {each.name.only for each in manifest.project.distributions}
    own = text(server_name(manifest)).rpartition("/")[2]
    return PROXIES.fullmatch(name) is not None and string(node, "identifier") not in built and name != own


def _release_of_package(node: MappingNode) -> str:
    """The version that a package says it has, in whichever way its registry takes it."""
    identifier = string(node, "identifier")
    match string(node, "registryType"):
        case "oci":
            image = address.image(identifier)
            tag = image.tag if image and image.tag and re.match(r"v?[0-9]+\.[0-9]", image.tag) else None
            return tag or ""
        case "mcpb":
            return string(node, "version") or address.bundle_tag(identifier) or ""
        case _:
            return string(node, "version")


def _filled_in(manifest: Manifest) -> bool:
    """Whether a recipe of the repository writes the versions, so that those in the file are left over."""
    tools = ("jq", "sed", "yq", "envsubst", "bump", "sync", "semantic-release")
    recipes = (recipe.text for recipe in manifest.project.recipes)
    return any("server.json" in recipe and any(tool in recipe for tool in tools) for recipe in recipes)


def bundles(manifest: Manifest) -> Iterator[Finding]:
    """MCPB bundles of another release than `version` says."""
    for node in packages(manifest):
        tag = address.bundle_tag(string(node, "identifier"))
        version_node = field(node, "version")
        if string(node, "registryType") != "mcpb" or not tag or not version_node or not text(version_node):
            continue
        if re.match(r"v?[0-9]", tag) and version.core(tag) != version.core(text(version_node)):
            yield Finding(
                f"version {text(version_node)[:80]} is not the release of the bundle, {tag[:80]}",
                value_span(version_node),
            )


def repositories(manifest: Manifest) -> Iterator[Finding]:
    """A repository address that leads elsewhere than where the project is pushed to."""
    remote = manifest.project.remote
    if remote is None:
        return
    for prop in texts(manifest, "repository url"):
        match = re.fullmatch(r"https?://(?:www\.)?([^/]+)/([^/]+)/([^/]+?)(?:\.git)?/?", prop.text)
        if match and match[1].lower() == remote.host and not _same_repository(prop, match, remote.owner, remote.name):
            message = (
                f"repository {prop.text[:100]} is not where this project is pushed to, {remote.owner}/{remote.name}"
            )
            yield Finding(message, prop.span)


def _same_repository(prop: Property, match: re.Match[str], owner: str, name: str) -> bool:
    return (match[2].lower(), match[3].lower()) == (owner.lower(), name.lower())


def commands(manifest: Manifest) -> Iterator[Finding]:
    """PyPI packages over stdio without a program of the very name that `uvx` starts."""
    for package in published_packages(manifest, "pypi"):
        name, built = text(package.identifier), package.distribution
        transport = field(package.node, "transport")
        stdio = isinstance(transport, MappingNode) and string(transport, "type") == "stdio"
        if not stdio or not built or string(package.node, "runtimeHint") not in ("", "uvx"):
            continue
        words = [string(a, key) for a in objects(field(package.node, "runtimeArguments")) for key in ("name", "value")]
        known = built.commands.only
        if known is None or name in known or any(word.startswith(("--from", "--with-exe")) for word in words):
            continue
        twin = next((command for command in known if normalized(command) == normalized(name)), None)
        there = (
            ", ".join(f"`{command}`" for command in [twin] if command)
            or ", ".join(f"`{each}`" for each in list(known)[:5])
            or "nothing"
        )
        message = f"`uvx {name}` runs the command `{name}`, but the package installs {there}"
        yield Finding(
            message, value_span(package.identifier), (Label(built.span, "this is the package that the project builds"),)
        )


def node_commands(manifest: Manifest) -> Iterator[Finding]:
    """npm packages without a program that `npx` could start: the only one, or the one of the package's name."""
    for package in published_packages(manifest, "npm"):
        built = package.distribution
        known = built.commands.only if built else None
        if built is None or known is None or string(package.node, "runtimeHint") not in ("", "npx"):
            continue
        words = [string(a, key) for a in objects(field(package.node, "runtimeArguments")) for key in ("name", "value")]
        name = text(package.identifier)
        call = package_call_in(("npx", *filter(None, words), name))
        if call is None or not call.certain or call.packages or without_release(call.command[0]) != name:
            continue
        short = name.rpartition("/")[2]
        if short in known or len(set(known.values())) == 1:
            name = short if short in known else next(iter(known))
            if name in built.unmade:
                message = (
                    f"`npx {text(package.identifier)}` finds nothing to run: no source is compiled to {known[name]}"
                )
                yield Finding(
                    message, built.unmade[name], (Label(value_span(package.identifier), "is published here"),)
                )
            continue
        there = ", ".join(f"`{command}`" for command in list(known)[:5])
        why = f"several commands and none of them is `{short}`: {there}" if there else "no command: it has no `bin`"
        message = f"`npx {text(package.identifier)}` finds nothing to run: the package installs {why}"
        notes = (Label(built.span, "this is the package that the project builds"),)
        yield Finding(message, value_span(package.identifier), notes)


def duplicates(manifests: tuple[Manifest, ...]) -> Iterator[Finding]:
    """Documents that say the name and version of one before them."""
    first: dict[tuple[str, str], ScalarNode] = {}
    for manifest in manifests:
        name = server_name(manifest)
        release = string(manifest.document.root, "version")
        if name and release:
            other = first.setdefault((text(name), release), name)
            if other is not name:
                notes = (Label(other.span, "the other file"),)
                message = f"version {release[:80]} of `{text(name)[:100]}` is published by another server.json too"
                yield Finding(message, name.span, notes)


def transports(package: Package) -> Iterator[Finding]:
    """A package whose server speaks another transport than clients are told, with nothing that switches it."""
    server = package.server
    if server is None or package.node is None or not package.type.only or _switches(package.node, server.transport):
        return
    type_name = package.type.only
    wrong = server.transport.must(lambda kind: (kind == "stdio") != (type_name == "stdio"))
    if wrong and package.type.span:
        speaks = " or ".join(map(str, server.transport.options or ()))
        notes = server.transport.trace or (Label(server.span, "the server starts here"),)
        yield Finding(f"clients are told `{type_name}`, but {server.title} speaks {speaks}", package.type.span, notes)


def addresses(package: Package) -> Iterator[Finding]:
    """A package whose server answers on another path than clients are told, with nothing that switches it."""
    server, url = package.server, package.url.only
    if (
        server is None
        or package.node is None
        or not url
        or not package.url.span
        or _switches(package.node, server.path)
    ):
        return
    public = parse(url)
    if public and server.path.must(lambda own: own is not None and own.rstrip("/") != public.path.rstrip("/")):
        answers = " or ".join(map(str, server.path.options or ()))
        message = f"clients are told {public.path or '/'}, but {server.title} answers at {answers}"
        yield Finding(message, package.url.span, server.path.trace)


def _switches(node: MappingNode, setting: Value[Any]) -> bool:
    """Whether an argument or a variable of the package may choose the transport, or this setting of the server."""
    inputs = [
        item
        for key in ("packageArguments", "environmentVariables", "runtimeArguments")
        for item in objects(field(node, key))
    ]
    words = " ".join(string(item, key) for item in inputs for key in ("name", "value", "default", "valueHint"))
    own = {setting.site.variable, setting.site.option.rstrip("=")} - {""} if setting.site else set()
    return any(word in words.casefold() for word in SWITCHES) or any(string(item, "name") in own for item in inputs)


def variables(package: Package) -> Iterator[Finding]:
    """Environment variables that clients ask for and the server's code does not read."""
    server = package.server
    if server is None or package.node is None or not (server.reads or package.unread):
        return
    for item in objects(field(package.node, "environmentVariables")):
        name = field(item, "name")
        if not isinstance(name, ScalarNode) or not text(name) or text(name) in server.reads:
            continue
        twin = _intended_variable(text(name), server.reads)
        if twin:
            fix = Fix(f"rename it to {twin}", (Edit(name.span, twin),)) if name.span.text == text(name) else None
            yield Finding(f"{server.title} does not read {text(name)[:80]}: it reads {twin}", name.span, fix=fix)
        elif text(name) in package.unread:
            message = f"nothing in the project of {server.title} reads {text(name)[:80]}, which users have to give"
            yield Finding(message, name.span)
        elif server.reads and text(name) not in package.spelled:
            message = f"the code of {server.title} does not read {text(name)[:80]}"
            yield Finding(message, name.span, severity=NOTE)


def _intended_variable(name: str, reads: frozenset[str]) -> str | None:
    """The variable that is meant by a name: the same letters, or one the end of the other."""
    letters = re.sub(r"[\W_]", "", name).lower()
    near = [read for read in sorted(reads) if re.sub(r"[\W_]", "", read).lower() == letters]
    near += [read for read in sorted(reads) if "_" in min(name, read, key=len) and _is_suffix_of_other(name, read)]
    return near[0] if near else None


def _is_suffix_of_other(name: str, read: str) -> bool:
    return name.endswith(f"_{read}") or read.endswith(f"_{name}")
