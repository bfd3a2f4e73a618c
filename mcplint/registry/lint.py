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
            yield Finding(f"the description is the text of a template: `{place.text[:80]}`", place.span)
    for place in texts(manifest, "title"):
        if place.text == place.sibling("name"):
            yield Finding("the title only repeats the name", place.span, severity=NOTE)
    for place in texts(manifest, "repository subfolder"):
        folder = place.text.strip("/")
        known = manifest.project.paths and not forms.bad_folder(place)
        if known and not any(path.startswith(f"{folder}/") for path in manifest.project.paths):
            yield Finding(f"the repository has no folder `{place.text[:80]}`", place.span)
    if manifest.document.whole and not member(root, "repository"):
        yield Finding(
            "`repository` is missing: users cannot see where the code comes from", opening(root), severity=NOTE
        )
    if manifest.document.whole and not packages(manifest) and not remotes(manifest):
        yield Finding(
            "there are neither `packages` nor `remotes`: nobody can start or reach the server",
            opening(root),
            severity=NOTE,
        )


def _is_template(text: str) -> bool:
    """Whether a description of one line is what a template has in its place."""
    bracketed = "]" in text.partition("[")[2]
    return "\n" not in text and (bracketed or re.search(_TEMPLATE, text) is not None)


def versions(manifest: Manifest) -> Iterator[Finding]:
    """Ranges that the registry does not see, and versions that it cannot order."""
    for pattern in ("version", "packages * version"):
        for place in texts(manifest, pattern):
            if version.is_unseen_range(place.text):
                yield Finding(
                    f"version `{place.text[:80]}` is a range, which the registry takes for a single version", place.span
                )
    for place in texts(manifest, "version"):
        strange = not (version.is_semver(place.text) or version.is_range(place.text) or place.text == "latest")
        if strange and not version.is_unseen_range(place.text):
            spelled = version.as_semver(place.text)
            says = f" (as SemVer: {spelled})" if spelled else ""
            message = f"version `{place.text[:80]}` is not SemVer{says}: the registry never makes it the latest"
            yield Finding(message, place.span, severity=NOTE)


def base_urls(manifest: Manifest) -> Iterator[Finding]:
    """A base address where it can only repeat what is known."""
    for place in texts(manifest, "packages * registryBaseUrl"):
        if forms.kind(place) in forms.INDEXED and not forms.inexact_base(place):
            pypi = ", and VS Code passes it to the installer as an index" if forms.kind(place) == "pypi" else ""
            message = f"`registryBaseUrl` is redundant: this is the default{pypi}"
            yield Finding(message, place.span, fix=mends.deleted(place))


def images(manifest: Manifest) -> Iterator[Finding]:
    """Images that change under the same reference."""
    for place in texts(manifest, "packages * identifier"):
        image = reference.image(place.text) if forms.kind(place) == "oci" else None
        if image and place.sibling("version"):
            continue  # publish refuses the key, and the tag that takes its place will not move
        if image and not image.digest and image.tag in (None, "latest"):
            said = "has the tag `latest`" if image.tag else "has no tag, which means `latest`"
            message = f"image `{place.text[:100]}` {said}: it changes under this version of the server"
            yield Finding(message, place.span)
        elif image and not image.digest:
            message = f"image `{place.text[:100]}` has no digest, so its tag can be moved to another image"
            yield Finding(message, place.span, severity=NOTE)


def ports(manifest: Manifest) -> Iterator[Finding]:
    """Images that serve HTTP on localhost although nothing publishes their port."""
    for place in texts(manifest, "packages * transport url"):
        package = place.parents[1]
        arguments = objects(field(package, "runtimeArguments"))
        words = [text(field(item, key)) for item in arguments for key in ("name", "value", "default", "valueHint")]
        open_ = any(word.split("=")[0].split(" ")[0] in PUBLISHING for word in words)
        if forms.kind(place) == "oci" and address.is_local(place.text) and not open_:
            message = f"{place.text[:100]} leads to no container: no `runtimeArguments` publish its port"
            yield Finding(message, place.span)
