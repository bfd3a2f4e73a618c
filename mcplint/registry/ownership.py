"""Whether a package will prove that it belongs to the server's name, as the registry asks it to at publish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mcplint.facts.dependencies import normalized
from mcplint.facts.document import MappingNode, Node, ScalarNode, text
from mcplint.findings import WARNING, Finding, Fix
from mcplint.knowledge.registry import LABEL
from mcplint.model import Distribution, Labelled, Manifest
from mcplint.registry.properties import field, packages, string, value_span
from mcplint.text.source import Edit, Source, Span
from mcplint.values import Label, Value

_SAID = r'(?:version|description)[ \t]*=[ \t]*"[^"\n]*"[^\n]*\n'
_NAME_CHARACTERS = r"A-Za-z0-9._/-"


class Published(NamedTuple):
    """A package of a `server.json` and the project's own package of the same name, if it has one."""

    node: MappingNode
    identifier: Node
    distribution: Distribution | None


def published_packages(manifest: Manifest, registry: str) -> Iterator[Published]:
    """The packages of a registry, each with the one that the project builds under that name.

    Names are compared as PyPI does; npm's are lower case and unaffected but for their separators.
    """
    for node in packages(manifest):
        identifier = field(node, "identifier")
        if string(node, "registryType") == registry and identifier and text(identifier):
            wanted = normalized(text(identifier))
            built = (d for d in manifest.project.distributions if d.registry == registry)
            yield Published(
                node, identifier, next((d for d in built if d.name.only and normalized(d.name.only) == wanted), None)
            )


def server_name(manifest: Manifest) -> ScalarNode | None:
    """The name, where it is one that can be proved at all."""
    node = field(manifest.document.root, "name")
    return node if isinstance(node, ScalarNode) and text(node) else None


def npm_names(manifest: Manifest) -> Iterator[Finding]:
    """npm packages whose `mcpName` is missing or another."""
    name = server_name(manifest)
    for package in published_packages(manifest, "npm") if name else ():
        built = package.distribution
        if not name or not built or built.mcp_name.options is None or built.mcp_name.only == text(name):
            continue
        site = built.mcp_name.site
        notes = (Label(name.span, "this name must be proved"),)
        if site:
            fix = Fix("write the name", (Edit(site.span, text(name)),), safe=True)
            message = (
                f"the registry will reject the package: its `mcpName` is `{built.mcp_name.only}`, not `{text(name)}`"
            )
            yield Finding(message, site.span, notes, fix)
        else:
            yield Finding(
                f"the registry will reject the package: its `mcpName` is missing, it must be `{text(name)}`",
                built.span,
                notes,
                _add_mcp_name(built, name),
            )


def _add_mcp_name(built: Distribution, name: ScalarNode) -> Fix | None:
    """Puts `mcpName` behind the package's own name, laid out as that is."""
    if built.name.site is None or built.mcp_name.trace:
        return None
    source, span = built.span.source, built.name.site.span
    key, end = source.text.rfind('"name"', 0, span.start), span.end + 1
    gap = source.text[source.text.rfind("\n", 0, key) + 1 : key]
    alone = not gap.strip() and not source.text[end:].partition("\n")[0].strip(", \t\r")
    colon = source.text[key + len('"name"') : span.start - 1]
    apart = f"\n{gap}" if alone else " " if colon.endswith(" ") else ""
    line = f',{apart}"mcpName"{colon}"{text(name)}"'
    return Fix("add `mcpName`", (Edit(Span(source, end, end), line),), safe=True) if key >= 0 else None


def image_labels(manifest: Manifest) -> Iterator[Finding]:
    """Images whose final stage does not carry the label that proves the name."""
    name = server_name(manifest)
    listed = [node for node in packages(manifest) if string(node, "registryType") == "oci"]
    images = manifest.project.images
    if not name or not listed or not images or any(_labelled(image, text(name)) for image in images):
        return
    if any(_labels_so(recipe.text) for recipe in manifest.project.recipes):
        return
    image = next((image for image in images if image.dockerfile.rpartition("/")[2] == "Dockerfile"), images[0])
    elsewhere = len(images) > 1 or any(_sets_labels(recipe.text) for recipe in manifest.project.recipes)
    label = image.labels.get(LABEL)
    identifier = field(listed[0], "identifier") or listed[0]
    notes = (Label(name.span, "this name must be proved"), Label(value_span(identifier), "this image is published"))
    yield _image(image, label, text(name), notes)._replace(severity=WARNING if elsewhere else None)


def _image(image: Labelled, label: Value[str] | None, name: str, notes: tuple[Label, ...]) -> Finding:
    """What is wrong with the label of an image, or that it has none."""
    if label is not None and label.only is not None and label.span:
        fix = Fix("write the name", label.write(name), safe=True) if label.site else None
        return Finding(
            f"the registry will reject the image: its label is `{label.only[:120]}`, not `{name}`",
            label.span,
            notes,
            fix,
        )
    message = f"the registry will reject the image: its last stage has no label `{LABEL}`"
    if image.end is None:
        return Finding(message, image.span, notes)
    line, before = f'LABEL {LABEL}="{name}"\n', image.end.source.text[: image.end.start]
    whole = line if before.endswith(("\n", "\r")) else f"\n{line}"
    return Finding(message, image.span, notes, Fix("add the label", (Edit(image.end, whole),), safe=True))


def _labelled(image: Labelled, name: str) -> bool:
    """Whether the image carries the label, or may: its value is not known."""
    label = image.labels.get(LABEL)
    return label is not None and (_holds_argument(label) or label.may_be(name))


def _holds_argument(label: Value[str]) -> bool:
    """Whether a label holds an argument without a default, which whoever builds the image gives it."""
    return any(re.fullmatch(r"(?i)arg\s+[^=]*", note.span.text) for note in label.trace)


def _labels_so(recipe: str) -> bool:
    """Whether a recipe gives images this very label; an annotation of that name is none."""
    lower = recipe.lower()
    first = islice(re.finditer(re.escape(LABEL), recipe), 20)
    return any(lower.rfind("label", 0, at.start()) > lower.rfind("annotation", 0, at.start()) for at in first)


def _sets_labels(recipe: str) -> bool:
    return re.search(r"--label\b|^[ \t]*+labels\s*+[:=]", recipe, re.MULTILINE) is not None


def namespaces(manifest: Manifest) -> Iterator[Finding]:
    """Names under a GitHub owner who is not the one that the repository belongs to."""
    name, remote = server_name(manifest), manifest.project.remote
    match = re.match(r"(?i)io\.github\.([^/]+)/", text(name))
    if not name or not match or not remote or remote.host != "github.com" or match[1] == remote.owner:
        return
    exact = name.span.text == text(name)
    span = name.span._replace(start=name.span.start + match.start(1), end=name.span.start + match.end(1))
    if match[1].lower() == remote.owner.lower():
        fix = Fix(f"write `{remote.owner}`", (Edit(span, remote.owner),), safe=True) if exact else None
        message = f"the registry will reject owner `{match[1]}`: GitHub spells it `{remote.owner}`, and case matters"
        yield Finding(message, span if exact else name.span, fix=fix)
    else:
        repository = f"{remote.owner}/{remote.name}"
        message = (
            f"owner `{match[1][:80]}` is not `{remote.owner}`: a workflow of {repository} cannot publish this name"
        )
        yield Finding(message, span if exact else name.span, severity=WARNING)


def is_marked(readme: str, name: str) -> bool:
    """Whether a README proves the name: one space, the exact name, and nothing behind it that could go on the name."""
    pattern = rf"mcp-name: {re.escape(name)}(?:(?![{_NAME_CHARACTERS}])|(?=--!?>))"
    return re.search(pattern, readme) is not None


def near_marker(readme: Source, name: str) -> tuple[Span, str, bool] | None:
    """What first looks like the marker in a README and is none, what is wrong with it, and whether it has the name."""
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
    return span, fault, found.lower().startswith(name.lower())


def readmes(manifest: Manifest) -> Iterator[Finding]:
    """PyPI packages whose description will not prove the name."""
    name = server_name(manifest)
    for package in published_packages(manifest, "pypi") if name else ():
        if name and package.distribution:
            yield from _readme(manifest, package, package.distribution, name)


def _readme(manifest: Manifest, package: Published, built: Distribution, name: ScalarNode) -> Iterator[Finding]:
    marker = f"mcp-name: {text(name)}"
    notes = (Label(name.span, "this name must be proved"), *built.readme.trace)
    if built.readme.options == (None,):
        message = f"the registry will reject the package: no README with `{marker}` is declared"
        yield Finding(message, built.span, notes, _declare_readme(manifest, built))
        return
    readme = built.readme.only
    if readme is None or is_marked(readme.text, text(name)):
        return
    if near := near_marker(readme, text(name)):
        span, fault, named = near
        fix = Fix("correct the marker", (Edit(span, marker),), safe=named)
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


def _declare_readme(manifest: Manifest, built: Distribution) -> Fix | None:
    """Names the README that lies beside the metadata, below what else is said of the package in a line of its own."""
    folder = built.span.source.path.rpartition("/")[0]
    beside = (source.path for source in manifest.project.readmes if source.path.rpartition("/")[0] == folder)
    path = next(beside, None)
    if path is None or built.name.site is None:
        return None
    source = built.span.source
    end = source.text.find("\n", built.name.site.span.end) + 1
    while end and (line_match := re.match(_SAID, source.text[end:])):
        end += line_match.end()
    at = Span(source, end, end)
    return Fix("declare the README", (Edit(at, f'readme = "{path.rpartition("/")[2]}"\n'),), safe=True) if end else None
