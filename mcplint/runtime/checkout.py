"""What a GitHub workflow leaves in a folder from which it builds an image: `.git` with the token of its job.

https://github.com/actions/checkout, https://docs.github.com/en/actions/security-for-github-actions/security-guides
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, at, items, pairs, scalar
from mcplint.images.image import Image
from mcplint.project.tree import Tree
from mcplint.services.compose.project import DEFAULTS
from mcplint.services.image_names import NamedBuild, called_in, repository, script_builds
from mcplint.services.script_commands import BUILD as COMMAND
from mcplint.services.script_commands import BUILDERS
from mcplint.text.source import Span
from mcplint.values import Label

CHECKOUT = re.compile(r"actions/checkout@v[1-5](?!\d)")
"""The releases that keep the token in `.git/config`; later ones keep it outside of the project."""
BUILD = "docker/build-push-action@"
ENGINE = rf"\b(?:{'|'.join(BUILDERS)})"
PUSHES = re.compile(rf"{ENGINE}(?:[ \t]+image)?[ \t]+push\b([^\n;&|]*)")
PUSHED = re.compile(r"--push\b(?!=false)|type=registry")
"""What has a build push what it makes."""
COMPOSE = re.compile(r"\bdocker[ -]compose\b([^\n;&|]{0,400}?)[ \t]+(build|push)\b([^\n;&|]*)")
FILE = re.compile(r"(?:-f|--file)[ \t=]+(\S+)")
FORGETS = re.compile(
    r"\brm\b[^\n;&|]{0,200}[ \t][\"']?(?:(?:\.|\$\{?GITHUB_WORKSPACE\}?)/)?\.git(?:/config|/)?[\"']?(?=[\s;&|]|$)"
    r"|\bgit[ \t]+config\b[^\n;&|]{0,99}[ -](?:unset|remove-section)[^\n;&|]{0,40}[ \t][\"']?http\."
)
"""What takes the token out of the folder again: `.git` is removed, or the header that carries it unset."""
COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


def kept_tokens(image: Image, tree: Tree) -> Iterator[Label]:
    """The checkouts whose `.git` lies in the context when a workflow builds and pushes an image."""
    for path in tree.workflows:
        source = tree.source(path)
        if source is None or "push" not in source.text or not CHECKOUT.search(source.text):
            continue
        root = tree.facts("yaml.document", path)
        for _, job in pairs(at(root, "jobs")):
            yield from _checkouts_before_build(job, root, image, tree)


def _checkouts_before_build(job: Node, root: Node | None, image: Image, tree: Tree) -> Iterator[Label]:
    """The last checkout of a job before a step that builds the image from the folder itself."""
    checkout: Span | None = None
    built: list[NamedBuild] = []
    for step in items(at(job, "steps")):
        used, given, run = at(step, "uses"), at(step, "with"), at(step, "run")
        if isinstance(used, ScalarNode) and used.text.startswith("actions/checkout@"):
            moved = scalar(at(given, "path")) or scalar(at(given, "persist-credentials")) == "false"
            checkout = None if moved or not CHECKOUT.match(used.text) else used.span
        elif isinstance(run, ScalarNode) and FORGETS.search(COMMENT.sub("", run.text)):
            checkout = None
        elif checkout and isinstance(run, ScalarNode):
            caller = called_in(step, job, root, True)
            built += script_builds(run.span, caller, {})
            if _pushes_in_script(run.span, built, image) or (
                caller.folder in ("", ".") and _pushes_by_compose(run.text, image, tree)
            ):
                yield Label(checkout, "keeps the job's token in .git/config")
                return
        elif checkout and scalar(used).startswith(BUILD) and _may_push(given, image):
            yield Label(checkout, "keeps the job's token in .git/config")
            return


def _pushes_in_script(script: Span, built: list[NamedBuild], image: Image) -> bool:
    """Whether a script pushes this image, which it or one before it builds from the folder itself."""
    own = [one for one in built if one.certain and one.context == "." and one.dockerfile == image.dockerfile]
    commands = (COMMAND.match(one.label.span.source.text, one.label.span.start) for one in own)
    if any(command and PUSHED.search(command[0]) for command in commands):
        return True
    pushed = [match[1].split() for match in PUSHES.finditer(COMMENT.sub("", script.text))]
    names = {repository(word.strip("\"'")).lower() for words in pushed for word in words}
    return bool(own and pushed) and (len(own) == len(built) or any(one.name in names for one in own if one.name))


def _pushes_by_compose(text: str, image: Image, tree: Tree) -> bool:
    """Whether a script has compose build and push a service of this image, whose context is the folder itself."""
    compose_calls = COMPOSE.findall(COMMENT.sub("", text))
    verbs = {verb for _, verb, _ in compose_calls} | {
        "push" for _, verb, more in compose_calls if verb == "build" and "--push" in more
    }
    if verbs != {"build", "push"}:
        return False
    named = FILE.search(compose_calls[0][0])
    path = next((name for name in ((named[1],) if named else DEFAULTS) if name in tree.paths), None)
    for _, service in pairs(at(tree.facts("yaml.document", path), "services")) if path else ():
        build = at(service, "build")
        context = scalar(build) or scalar(at(build, "context"))
        file = posixpath.normpath(scalar(at(build, "dockerfile")) or "Dockerfile")
        if context and scalar(at(service, "image")) and posixpath.normpath(context) == "." and file == image.dockerfile:
            return True
    return False


def _may_push(given: Node | None, image: Image) -> bool:
    """Whether a build is one of this image, from a folder, and may be pushed: without a context it takes no `.git`."""
    context, file = scalar(at(given, "context")), scalar(at(given, "file"))
    if not isinstance(given, MappingNode) or not context or "$" in f"{context}{file}" or "://" in context:
        return False
    folder = posixpath.normpath(context)
    named = posixpath.normpath(file or posixpath.join(folder, "Dockerfile"))
    return folder == "." and named == image.dockerfile and scalar(at(given, "push")) not in ("", "false")
