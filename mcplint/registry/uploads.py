"""Which packages the steps of a workflow upload: those that a `server.json` names, to the index where it has them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from mcplint.facts.document import at, scalar
from mcplint.model import Manifest
from mcplint.registry.properties import field, packages
from mcplint.registry.workflow_steps import PUBLISH, Step, runs_before

INDEXES = {"pypi": "PyPI", "npm": "npm"}
"""The indexes that may take minutes to show a release, by the type of package."""
_REST = r"(?P<rest>(?:[^\n;&|\\]|\\[\s\S])*)"
# What uploads a package, by its type.
_COMMANDS = {
    "pypi": r"(?:twine upload|(?:uv|poetry|pdm|hatch|flit) publish)\b",
    "npm": r"(?:(?:npm|pnpm|bun)(?:@[\w.^~-]+)?(?:[ \t]+-[-\w]+(?:=\S+)?)*[ \t]+publish\b"
    r"|npx (?:-\S+ )*semantic-release(?:@\S+)?(?= *(?:$|[\n;&|])))",
    "cargo": r"cargo publish\b",
    "oci": r"docker push\b",
    "nuget": r"(?:dotnet )?nuget push\b",
}
_ACTIONS = {
    "pypa/gh-action-pypi-publish": "pypi",
    "js-devtools/npm-publish": "npm",
    "docker/build-push-action": "oci",
    "cycjimmy/semantic-release-action": "npm",
}
# What sends it elsewhere: by flags, by an action's inputs, by variables; the indexes that count have names.
_ELSEWHERE = re.compile(
    r"--dry-run\b|--no-publish\b"
    r"|(?:^|\s)(?:--(?:registry|repository|repository-url|publish-url|index|repo)|-r)(?:[= \t]+)(?P<to>[^-\s]\S*)"
)
_INPUTS = ("repository-url", "repository_url", "registry", "dry-run", "dry_run")
_VARIABLES = {
    "pypi": ("UV_PUBLISH_URL", "UV_PUBLISH_INDEX", "TWINE_REPOSITORY_URL", "TWINE_REPOSITORY", "HATCH_INDEX_REPO"),
    "npm": ("NPM_CONFIG_REGISTRY", "npm_config_registry"),
}
_HOST = re.compile(r"[\"']?(?:https?://)?([\w.-]+)")
_OWN = ("pypi", "main", "package-registry.example")
"""What the indexes are called, the last by examples."""
_DOMAINS = ("npmjs", "pypi")


class Upload(NamedTuple):
    """A step that uploads a package of a document, and the type of that package."""

    step: Step
    kind: str


def uploads_before(upload: Upload, step: Step) -> bool:
    """Whether a package is uploaded when a step comes to publishing: by a step before, or above in its own script."""
    if upload.step is not step:
        return runs_before(upload.step, step)
    sent = next(step.matches(_COMMANDS.get(upload.kind, r"(?!)")), None)
    return sent is not None and sent[0].start < next(step.matches(PUBLISH))[0].start


def uploaded(step: Step, manifest: Manifest, listed: list[Step]) -> str | None:
    """The type of a package of the document that a step uploads, None where it uploads none of them."""
    wanted = {scalar(field(node, "registryType")) for node in packages(manifest)}
    return next((kind for kind in _uploaded_types(step, manifest, listed) if kind in wanted), None)


def _uploaded_types(step: Step, manifest: Manifest, listed: list[Step]) -> Iterator[str]:
    """The types of the packages that a step uploads to where all look for them."""
    kind = _ACTIONS.get(scalar(step.node.get("uses")).partition("@")[0].lower())
    given = step.node.get("with")
    pushes = kind != "oci" or scalar(at(given, "push")) not in ("", "false") or at(given, "outputs")
    if kind and pushes and all(_is_main_index(scalar(at(given, name))) for name in _INPUTS):
        yield kind
    for kind, pattern in _COMMANDS.items():
        found = (match for _, match in step.matches(pattern + _REST))
        sent = any(
            not _goes_elsewhere(match["rest"]) and not _uploads_other_package(step, match, kind, manifest)
            for match in found
        )
        if (
            sent
            and all(map(_is_main_index, map(step.variable, _VARIABLES.get(kind, ()))))
            and _is_npm_registry(step, kind, listed)
        ):
            yield kind


def _goes_elsewhere(rest: str) -> bool:
    return any(match["to"] is None or not _is_main_index(match["to"]) for match in _ELSEWHERE.finditer(rest))


def _is_main_index(index: str) -> bool:
    """Whether the name of an index, or what an input says of it, leaves the package where all look for it."""
    host = found[1].lower() if (found := _HOST.match(index)) else ""
    labels = host.split(".")
    domain = labels[-2] if len(labels) > 1 and "test" not in labels else ""
    return index in ("", "false") or host in _OWN or domain in _DOMAINS


def _is_npm_registry(step: Step, kind: str, listed: list[Step]) -> bool:
    """Whether the registry that its job sets up for Node, if it does, is that of npm."""
    if kind != "npm":
        return True
    above = [other for other in listed if other.job is step.job and other.position < step.position]
    setups = [other for other in above if scalar(other.node.get("uses")).startswith("actions/setup-node")]
    return not setups or _is_main_index(scalar(at(setups[-1].node, "with", "registry-url")))


def _uploads_other_package(step: Step, command: re.Match[str], kind: str, manifest: Manifest) -> bool:
    """Whether a package of the project that the document does not name stands where a command uploads from."""
    before = re.findall(r"(?:^|[\n;&|])[ \t]*cd[ \t]+([\w./-]+)", command.string[: command.start()])
    given = next((word for word in command["rest"].split() if word.startswith(("./", "../"))), "")
    base = scalar(step.node.get("working-directory")) or _default(step)
    folder = posixpath.normpath(posixpath.join(base, *before[-1:], given))
    identifiers = {scalar(field(node, "identifier")) for node in packages(manifest)}
    known = [one for one in manifest.project.distributions if one.registry == kind and one.name.only]
    here = [one for one in known if posixpath.normpath(posixpath.dirname(one.span.source.path)) == folder]
    named = {one.name.only for one in known if one.name.only in identifiers}
    return bool(here and named) and all(one.name.only not in named for one in here)


def _default(step: Step) -> str:
    """The folder in which the steps of the job run."""
    owners = (step.job, step.workflow)
    return next(filter(None, (scalar(at(each, "defaults", "run", "working-directory")) for each in owners)), "")
