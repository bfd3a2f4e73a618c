"""Remotes that the registry takes and clients suffer from."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode
from mcplint.findings import NOTE, Finding
from mcplint.model import Manifest
from mcplint.registry import address
from mcplint.registry import predicates as forms
from mcplint.registry.lint import remotes, texts
from mcplint.registry.place import Place, field, opening, shown, text
from mcplint.values import Label


def old_transports(manifest: Manifest) -> Iterator[Finding]:
    """Remotes that only clients of the deprecated transport reach."""
    listed = remotes(manifest)
    modern = any(text(field(remote, "type")) == "streamable-http" for remote in listed)
    for remote in listed:
        kind = field(remote, "type")
        if kind and text(kind) == "sse":
            alone = "" if modern else ", and there is no streamable-http remote"
            yield Finding(f"the remote uses `sse`, which the protocol has deprecated{alone}", shown(kind))


def addresses(manifest: Manifest) -> Iterator[Finding]:
    """Addresses of remotes that say something twice, or more than an address should."""
    first: dict[str, Place] = {}
    for place in texts(manifest, "remotes * url"):
        parts = address.concrete(place.text)
        if parts and parts.user is not None:
            yield Finding("the remote's address contains a user name, which every client sends along", place.span)
        if parts and parts.fragment:
            yield Finding(
                f"the remote's address has a fragment, `#{parts.fragment[:80]}`, which no client sends", place.span
            )
        if place.text in first:
            notes = (Label(first[place.text].span, "first listed here"),)
            yield Finding(f"remote {place.text[:100]} is listed twice", place.span, notes)
        first.setdefault(place.text, place)
        for key in sorted(forms.defined(place) - set(address.variables(place.text))):
            variables = field(place.owner, "variables")
            at = variables.key(key) if isinstance(variables, MappingNode) else None
            if at:
                yield Finding(f"variable `{key[:80]}` is defined, but the remote's address does not use it", at.span)
    for remote in remotes(manifest)[1:]:
        yield Finding("there are several remotes, and VS Code reads only the first one", opening(remote), severity=NOTE)
        return
