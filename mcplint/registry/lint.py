"""What the registry takes and clients or users suffer from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode
from mcplint.findings import NOTE, Finding
from mcplint.model import Manifest
from mcplint.registry import address, reference, version
from mcplint.registry import fixes as mends
from mcplint.registry import predicates as forms
from mcplint.registry.place import Place, field, member, objects, opening, places, text

_TEMPLATE = r"(?i)\b(?:lorem ipsum|your (?:mcp )?server|todo\b|description here|changeme)|\Aa brief description"
PUBLISHING = ("-p", "--publish", "-P", "--publish-all", "--network", "--net")


def packages(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "packages")) if manifest.document.whole else ()


def remotes(manifest: Manifest) -> tuple[MappingNode, ...]:
    return objects(field(manifest.document.root, "remotes")) if manifest.document.whole else ()


def texts(manifest: Manifest, pattern: str) -> Iterator[Place]:
    """The places of a pattern where a text stands."""
    if manifest.document.whole:
        yield from (place for place in places(manifest.document.root, pattern) if place.text)


def metadata(manifest: Manifest) -> Iterator[Finding]:
    """What is missing or left over in the fields that people read."""
    root = manifest.document.root
    for place in texts(manifest, "description"):
        if _is_template(place.text):
            yield Finding("is the text of a template: it says what this server does", place.span)
    for place in texts(manifest, "title"):
        if place.text == place.sibling("name"):
            yield Finding("repeats the name: a title is for people, or left out", place.span, severity=NOTE)
    for place in texts(manifest, "repository subfolder"):
        folder = place.text.strip("/")
        known = manifest.project.paths and not forms.bad_folder(place)
        if known and not any(path.startswith(f"{folder}/") for path in manifest.project.paths):
            yield Finding(f"names a folder `{place.text}` that the repository does not have", place.span)
    if manifest.document.whole and not member(root, "repository"):
        yield Finding("no `repository`: nobody can see where the code comes from", opening(root), severity=NOTE)
    if manifest.document.whole and not packages(manifest) and not remotes(manifest):
        yield Finding("neither `packages` nor `remotes`: nobody can start or reach it", opening(root), severity=NOTE)


def _is_template(text: str) -> bool:
    """Whether a description of one line is what a template has in its place."""
    bracketed = "]" in text.partition("[")[2]
    return "\n" not in text and (bracketed or re.search(_TEMPLATE, text) is not None)


def versions(manifest: Manifest) -> Iterator[Finding]:
    """Ranges that the registry does not see, and versions that it cannot order."""
    for pattern in ("version", "packages * version"):
        for place in texts(manifest, pattern):
            if version.is_unseen_range(place.text):
                yield Finding(f"is the range `{place.text[:80]}`, which publish takes for one version", place.span)
    for place in texts(manifest, "version"):
        strange = not (version.is_semver(place.text) or version.is_range(place.text) or place.text == "latest")
        if strange and not version.is_unseen_range(place.text):
            spelled = version.as_semver(place.text)
            says = f"; SemVer spells it {spelled}" if spelled else ""
            message = "is no SemVer version: beside one that is, the registry never makes it the latest"
            yield Finding(message + says, place.span, severity=NOTE)


def base_urls(manifest: Manifest) -> Iterator[Finding]:
    """A base address where it can only repeat what is known."""
    for place in texts(manifest, "packages * registryBaseUrl"):
        if forms.kind(place) in forms.INDEXED and not forms.inexact_base(place):
            pypi = ", and VS Code hands it to the installer as an index" if forms.kind(place) == "pypi" else ""
            yield Finding(f"says nothing that leaving it out does not{pypi}", place.span, fix=mends.deleted(place))


def images(manifest: Manifest) -> Iterator[Finding]:
    """Images that change under the same reference."""
    for place in texts(manifest, "packages * identifier"):
        image = reference.image(place.text) if forms.kind(place) == "oci" else None
        if image and place.sibling("version"):
            continue  # publish refuses the key, and the tag that takes its place will not move
        if image and not image.digest and image.tag in (None, "latest"):
            said = "the tag `latest`" if image.tag else "no tag, which means `latest`"
            yield Finding(f"has {said}: the image changes under this version of the server", place.span)
        elif image and not image.digest:
            yield Finding("has no digest: its tag can be moved to another image", place.span, severity=NOTE)


def ports(manifest: Manifest) -> Iterator[Finding]:
    """Images that serve HTTP on localhost although nothing publishes their port."""
    for place in texts(manifest, "packages * transport url"):
        package = place.parents[1]
        arguments = objects(field(package, "runtimeArguments"))
        words = [text(field(item, key)) for item in arguments for key in ("name", "value", "default", "valueHint")]
        open_ = any(word.split("=")[0].split(" ")[0] in PUBLISHING for word in words)
        if forms.kind(place) == "oci" and address.is_local(place.text) and not open_:
            message = "is an address that leads to no container: no `runtimeArguments` publish its port"
            yield Finding(message, place.span)
