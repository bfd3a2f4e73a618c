"""The marker in a README by which a PyPI package proves the name of its server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import ScalarNode
from mcplint.findings import Finding, Fix
from mcplint.model import Distribution, Manifest
from mcplint.registry.ownership import Published, published, server_name
from mcplint.registry.place import text
from mcplint.text.source import Edit, Source, Span
from mcplint.values import Label

_NAME_CHARACTERS = r"A-Za-z0-9._/-"


def is_marked(readme: str, name: str) -> bool:
    """Whether a README proves the name: one space, the exact name, and nothing behind it that could go on the name."""
    pattern = rf"mcp-name: {re.escape(name)}(?:(?![{_NAME_CHARACTERS}])|(?=--!?>))"
    return re.search(pattern, readme) is not None


def near_marker(readme: Source, name: str) -> tuple[Span, str] | None:
    """The first thing in a README that looks like the marker and is none, and what is wrong with it."""
    match = re.search(rf"mcp[-_]name([ \t]*:[ \t]*)([{_NAME_CHARACTERS}]+)", readme.text, re.IGNORECASE)
    if not match:
        return None
    found = re.sub(r"--$", "", match[2])
    span = Span(readme, match.start(), match.start(2) + len(found))
    if found == name:
        fault = "`mcp-name:` in lower case and exactly one space must precede the name"
    elif found.lower() == name.lower():
        fault = f"`{found}` differs in case"
    elif found.startswith(name):
        rest = found[len(name) :]
        glued = not rest.strip(".-_/")
        fault = f"`{rest}` after the name could be part of it" if glued else f"`{found}` is longer"
    else:
        fault = f"`{found[:100]}` is another name"
    return span, fault


def readmes(manifest: Manifest) -> Iterator[Finding]:
    """PyPI packages whose description will not prove the name."""
    name = server_name(manifest)
    for package in published(manifest, "pypi") if name else ():
        if name and package.distribution:
            yield from _readme(manifest, package, package.distribution, name)


def _readme(manifest: Manifest, package: Published, built: Distribution, name: ScalarNode) -> Iterator[Finding]:
    marker = f"mcp-name: {text(name)}"
    notes = (Label(name.span, "this name must be proved"), *built.readme.trace)
    if built.readme.options == (None,):
        message = f"the registry will reject the package: no README with `{marker}` is declared"
        yield Finding(message, built.span, notes, _declared(manifest, built))
        return
    readme = built.readme.only
    if readme is None or is_marked(readme.text, text(name)):
        return
    if near := near_marker(readme, text(name)):
        span, fault = near
        fix = Fix("correct the marker", (Edit(span, marker),), safe=not fault.endswith("is another name"))
        yield Finding(
            f"the registry will reject the package: {fault}; the README must contain `{marker}`", span, notes, fix
        )
        return
    strays = (source for source in manifest.project.readmes if is_marked(source.text, text(name)))
    notes += tuple(
        Label(_start(source), "this README contains it, but is not the one that is published") for source in strays
    )
    message = f"the registry will reject the package: its README does not contain `{marker}`"
    yield Finding(
        message, _start(readme), notes, _insertion(readme, marker) if readme.path != built.span.source.path else None
    )


def _start(source: Source) -> Span:
    return Span(source, 0, len(source.text)).head


def _insertion(readme: Source, marker: str) -> Fix:
    line = f".. {marker}\n\n" if readme.path.endswith(".rst") else f"<!-- {marker} -->\n"
    return Fix("add the marker to the README", (Edit(Span(readme, 0, 0), line),), safe=True)


def _declared(manifest: Manifest, built: Distribution) -> Fix | None:
    """Names the README that lies beside the metadata, above the name of the package."""
    folder = built.span.source.path.rpartition("/")[0]
    beside = (source.path for source in manifest.project.readmes if source.path.rpartition("/")[0] == folder)
    path = next(beside, None)
    if path is None or built.name.slot is None:
        return None
    whole = built.span.source.text
    line = max(whole.rfind("\n", 0, built.name.slot.span.start), whole.rfind("\r", 0, built.name.slot.span.start)) + 1
    at = Span(built.span.source, line, line)
    return Fix("declare the README", (Edit(at, f'readme = "{path.rpartition("/")[2]}"\n'),), safe=True)
