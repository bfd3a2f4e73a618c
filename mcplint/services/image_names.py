"""From which folders and under which names a project builds its images: workflows, scripts, Makefiles, Skaffold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar, texts
from mcplint.findings import WARNING, NotFollowed
from mcplint.knowledge.image_ports import OTHER_SOFTWARE
from mcplint.project.tree import Tree
from mcplint.services.script_commands import (
    BUILDERS,
    MOST_LINE,
    Caller,
    Renamed,
    build_commands,
    first_build_too_far,
    renamed,
)
from mcplint.services.script_words import OPEN, ROOT, path_in_project, with_own_variables
from mcplint.services.workflow_values import exported_values, rows
from mcplint.text.source import Source, Span
from mcplint.values import Label

SCRIPTS = frozenset({"makefile", "gnumakefile", "justfile", "taskfile.yml", "taskfile.yaml", "package.json"})
VALUED = frozenset(
    {
        *("-o", "--build-arg", "--build-context", "--builder", "--cache-from", "--cache-to", "--iidfile", "--label"),
        *("--metadata-file", "--network", "--output", "--platform", "--progress", "--secret", "--ssh"),
    }
)
"""Flags of `docker build` that take a value, besides those that are asked for."""
TARGET = re.compile(r'^target[ \t]++"[^"\n]*+"[ \t]*+\{((?:[^\n]*+\n(?!\}|target[ \t]))*+[^\n]*+\n)\}', re.MULTILINE)
VARIABLES = re.compile(
    r'^variable[ \t]++"(\w++)"[ \t]*+\{(?:[^}\n]|\n(?!variable[ \t])){0,1000}?default[ \t]*+=[ \t]*+"([^"\n]*+)"',
    re.MULTILINE,
)
TILT = re.compile(r"""docker_build\(\s*['"]([^'"\n]+)['"]\s*,\s*['"]([^'"\n]+)['"]([^)]*)""")
# What GitHub fills in stands as `*` in a name: the owner (or an account that is a secret), the repository.
OWNER = re.compile(
    r"\$\{\{\s*(?:github\.(?:repository_owner|actor|event\.repository\.name)|(?:secrets|vars)\.\w+)\s*\}\}"
    r"|\$\{?GITHUB_REPOSITORY(?:_OWNER\b\}?|(?<=\{GITHUB_REPOSITORY)##\*/\})"
)
REPOSITORY = re.compile(r"\$\{\{\s*github\.repository\s*\}\}|\$\{?GITHUB_REPOSITORY\b\}?")
DEFAULT_CONTEXT = re.compile(r"\{\{[ \t]*defaultContext[ \t]*\}\}:?")
BRINGS = ("actions/download-artifact@", "actions/cache")
BUILDS = (*BUILDERS, "target", "artifacts")
"""Words of the files that build images, one of which each has."""


Args = tuple[tuple[str, str | None], ...]


class NamedBuild(NamedTuple):
    """What builds an image.

    `name`: the repository, without tag and digest, in small letters, `*` for what only GitHub knows; empty where it
    gets none or one that is not known. `tag`: what stands behind it. `dockerfile`, `context`: paths in the project, the
    former empty and the latter OPEN where it is not known.
    `certain`: whether the folder it is called in is known.
    `cloned`: whether the context is a clone of git instead of that folder, as without a `context` of
    build-push-action (https://github.com/docker/build-push-action#git-context). `args`: the build arguments that it is
    given, None for a value that is not known.
    """

    name: str
    dockerfile: str
    context: str
    target: str | None
    label: Label
    certain: bool = False
    cloned: bool = False
    tag: str = ""
    args: Args = ()


def repository(image: str) -> str:
    """The name of an image without its tag and digest, and without the registry that holds where none is named."""
    name, _, tag = image.partition("@")[0].rpartition(":")
    whole = name if name and "/" not in tag else image.partition("@")[0]
    return whole.removeprefix("docker.io/").removeprefix("library/")


def tag_of(image: str) -> str:
    """The tag of an image, and the one that holds where none is named."""
    named = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return named or "latest"


def is_other_software(image: str) -> bool:
    """Whether an image is by its name one of well-known software that serves no MCP."""
    return repository(image).rpartition("/")[2] in OTHER_SOFTWARE


def named_builds(tree: Tree) -> Iterator[NamedBuild]:
    """Every image that a file of the project builds from a folder that can be told, under each of its names."""
    built: dict[str, dict[tuple[str, str | None], NamedBuild]] = {}
    names: list[Renamed] = []
    for each in _builds_and_renames(tree):
        if isinstance(each, Renamed):
            names.append(each)
        else:
            built.setdefault(each.name, {})[each.dockerfile, each.target] = each
            yield each
    for again in names:
        (old, tag), (name, new) = _name(again.old), _name(again.new)
        if not old:
            yield NamedBuild(name, "", OPEN, None, Label(again.span, f"names it {name}"))
            continue
        for one in tuple(built.get(old, {}).values()):
            if "$" in tag or "$" in one.tag or one.tag == tag:
                made = one._replace(name=name, tag=new, label=Label(again.span, f"names it {name}"))
                built.setdefault(name, {})[made.dockerfile, made.target] = made
                yield made


def _builds_and_renames(tree: Tree) -> Iterator[NamedBuild | Renamed]:
    """What the files of the project build, and what they name once more."""
    read: Callable[[Source, Tree], Iterator[NamedBuild | Renamed]]
    workflows = tree.workflows
    for path in sorted(tree.paths):
        folder, _, name = path.rpartition("/")
        if path in workflows:
            read = _workflow
        elif name.lower() in SCRIPTS or name.endswith((".sh", ".mk", ".ps1")) or folder == "scripts":
            read = _script
        elif name.startswith("docker-bake") and name.endswith(".hcl"):
            read = _bake
        elif name in ("skaffold.yaml", "skaffold.yml"):
            read = _skaffold
        elif name == "Tiltfile":
            read = _tilt
        else:
            continue
        source = tree.source(path) if tree.mentions(path, *BUILDS) else None
        if source:
            yield from read(source, tree)


_UNKNOWN = re.compile(r"\$\{(?:\{(?:[^}$]|\$(?!\{))*+\}\}|(?:[^}$]|\$(?!\{))*+\})")


def _name(image: str) -> tuple[str, str]:
    """The repository that a tag names, empty where it is not known, and what stands behind it."""
    whole = _UNKNOWN.sub(OPEN, REPOSITORY.sub("*/*", OWNER.sub("*", image.strip().strip("\"'"))))
    name = repository(whole).lower()
    return "" if set("$<{} ") & set(name) else name, tag_of(whole)


def _build_named(
    tag: str, context: str, file: str, target: str, caller: Caller, span: Span, args: Args = ()
) -> Iterator[NamedBuild]:
    """A build with its paths as ones of the project, those that are not known empty; none of a folder outside."""
    name, behind = _name(tag)
    where = path_in_project(caller.folder, context)
    if where is None:
        return
    if set("$<{} ") & set(where):
        yield NamedBuild(name, "", OPEN, target or None, Label(span, f"builds {name}"))
        return
    file = path_in_project(caller.folder, file) or "$" if file else posixpath.join(where, "Dockerfile")
    label = Label(span, f"builds {name}")
    path = "" if set("$<{} ") & set(file) else posixpath.normpath(file)
    yield NamedBuild(name, path, where, target or None, label, caller.certain, caller.cloned, behind, args)


def _argument(text: str) -> tuple[str, str | None]:
    """A build argument as `NAME=value`; a name alone has its value from the environment."""
    name, equals, value = text.strip().strip("\"'").partition("=")
    return name, value if equals and not set("$<{`\"'") & set(value) else None


def _script(source: Source, tree: Tree) -> Iterator[NamedBuild | Renamed]:
    """The `docker build` lines of a file; a shell script is taken to be called from the root."""
    folder, _, name = source.path.rpartition("/")
    shell = name.endswith((".sh", ".ps1"))
    recipe = name.lower() in ("makefile", "gnumakefile", "justfile", "package.json")
    script = Span(source, 0, len(source.text))
    if recipe and (far := first_build_too_far(script)):
        why = f"builds an image after the first {MOST_LINE:,} characters of a line"
        tree.problems.setdefault(source.path, NotFollowed(far, why, WARNING))
    yield from script_builds(script, Caller("" if shell else folder, recipe), {}, recipe, source.path)
    yield from renamed(script, {}, source.path)


def script_builds(
    script: Span, caller: Caller, more: Mapping[str, str], each: bool = False, path: str = ""
) -> Iterator[NamedBuild]:
    """What a script builds; `each`: each line of it is called by itself, where the script is, `path`: its own."""
    for command in build_commands(script, caller, more, each, path):
        yield from _command(*command)


def _command(words: list[str], caller: Caller, span: Span) -> Iterator[NamedBuild]:
    """The image of a `docker build` with these arguments."""
    tags, args = list[str](), list[tuple[str, str | None]]()
    context, file, target = "", "", ""
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in ("-t", "--tag"):
            tags.append(value if equals else next(rest, ""))
        elif flag in ("-f", "--file"):
            file = value if equals else next(rest, "")
        elif flag == "--target":
            target = value if equals else next(rest, "")
        elif flag == "--build-arg":
            args.append(_argument(value if equals else next(rest, "")))
        elif flag in VALUED and not equals:
            next(rest, "")
        elif not word.startswith("-"):
            context = context or word
    rooted = context.startswith(ROOT) and (not file or file.startswith(ROOT))
    caller = caller._replace(certain=caller.certain or rooted)
    for tag in tags or ("",) if context else ():
        yield from _build_named(tag, context, file, target, caller, span, tuple(args))


def _workflow(source: Source, tree: Tree) -> Iterator[NamedBuild | Renamed]:
    """What the jobs of a GitHub workflow build: with build-push-action, and in their scripts."""
    root = tree.facts("yaml.document", source.path)
    for _, job in pairs(at(root, "jobs")):
        for row in rows(job) if tree.mentions(source.path, "matrix.") else ({},):
            yield from _job(job, root, row)


def _job(job: Node, root: Node | None, row: Mapping[str, str]) -> Iterator[NamedBuild | Renamed]:
    """What one run of a job of a workflow builds; `row`: what it has of the job's matrix."""
    steps = items(at(job, "steps"))
    if any(map(_is_of_others, steps)):
        return
    env = {**texts(at(root, "env")), **texts(at(job, "env")), **row}
    certain = not any(map(_moves_checkout, steps))
    for step in steps:
        uses, run = at(step, "uses"), at(step, "run")
        env |= {name: with_own_variables(value, env | texts(at(step, "env"))) for name, value in exported_values(step)}
        if isinstance(run, ScalarNode):
            caller = called_in(step, job, root, certain)
            yield from script_builds(run.span, caller, env | texts(at(step, "env")))
            yield from renamed(run.span, env | texts(at(step, "env")))
        if isinstance(uses, ScalarNode) and uses.text.startswith("docker/build-push-action@"):
            yield from _action(step, uses.span, steps, env, certain)


WORKING_DIRECTORY = ("defaults", "run", "working-directory")


def called_in(step: Node, job: Node | None, root: Node | None, certain: bool) -> Caller:
    """From where the script of a step is called: from the folder that it, its job or its workflow names."""
    folders = (at(step, "working-directory"), *(at(each, *WORKING_DIRECTORY) for each in (job, root)))
    folder = next(filter(None, map(scalar, folders)), "")
    return Caller(path_in_project("", folder) or "", certain and "$" not in folder)


def _moves_checkout(step: Node) -> bool:
    """Whether a step puts the project elsewhere than into the working directory, or more files beside it."""
    uses, given = scalar(at(step, "uses")), texts(at(step, "with"))
    elsewhere = uses.startswith("actions/checkout@") and bool({"path", "repository"} & given.keys())
    return elsewhere or uses.startswith(BRINGS)


def _is_of_others(step: Node) -> bool:
    """Whether a step puts another project into the working directory."""
    given = texts(at(step, "with"))
    named = given.get("repository", "")
    return (
        scalar(at(step, "uses")).startswith("actions/checkout@")
        and "path" not in given
        and bool(named)
        and ("github." not in named)
    )


def _action(
    step: Node, span: Span, steps: tuple[Node, ...], env: Mapping[str, str], certain: bool
) -> Iterator[NamedBuild]:
    """The image of a step with build-push-action."""
    given = texts(at(step, "with"))
    context, file, target = (with_own_variables(given.get(key, ""), env) for key in ("context", "file", "target"))
    cloned = not context or DEFAULT_CONTEXT.match(context) is not None
    caller = Caller("", certain or cloned, cloned)
    if cloned:
        caller, context = caller._replace(folder=DEFAULT_CONTEXT.sub("", context)), "."
    lines = filter(None, map(str.strip, given.get("build-args", "").splitlines()))
    args = tuple(_argument(with_own_variables(line, env)) for line in lines)
    for tag in list(_tags(given.get("tags", ""), steps)) or [""]:
        yield from _build_named(with_own_variables(tag, env), context, file, target, caller, span, args)


def _tags(text: str, steps: tuple[Node, ...]) -> Iterator[str]:
    """The tags of a build: as they are written, or the images that docker/metadata-action is given for them."""
    for line in filter(None, map(str.strip, re.split(r"[\n,]", text))):
        taken = re.match(r"\$\{\{\s*steps\.([\w-]+)\.outputs\.tags", line)
        given = [texts(at(step, "with")) for step in steps if taken and texts(step).get("id") == taken[1]]
        if any("images" in each for each in given):
            yield from (image for each in given for image in re.split(r"[\n,]", each.get("images", "")))
        else:
            yield line


def _bake(source: Source, tree: Tree) -> Iterator[NamedBuild]:
    """The targets of a bake file, whose paths start from its folder."""
    folder = posixpath.dirname(source.path)
    variables = dict(VARIABLES.findall(source.text))
    for match in TARGET.finditer(source.text):
        fields = dict(re.findall(r'^[ \t]*(\w+)[ \t]*=[ \t]*"([^"\n]*)"', match[1], re.MULTILINE))
        span = Span(source, match.start(), match.start() + len(match[0].splitlines()[0]))
        context = fields.get("context", ".")
        file = posixpath.join(context, fields.get("dockerfile", "Dockerfile"))
        given = _between(r"args[ \t]*+=[ \t]*+\{", "}", match[1])
        found = re.findall(r'\b(\w++)"?[ \t]*+=[ \t]*+(?:"([^"\n]*)"|[^\n])', given)
        args = tuple((name, _argument(f"={with_own_variables(value, variables)}")[1] or None) for name, value in found)
        for tag in re.findall(r'"([^"\n]*)"', _between(r"tags[ \t]*+=[ \t]*+\[", "]", match[1])):
            name = with_own_variables(tag, variables)
            yield from _build_named(name, context, file, fields.get("target", ""), Caller(folder), span, args)


def _between(opening: str, closing: str, text: str) -> str:
    """What stands between the first opening, a pattern, and the closing behind it; empty without one."""
    start = re.search(opening, text)
    end = text.find(closing, start.end()) if start else -1
    return text[start.end() : end] if start and end >= 0 else ""


def _skaffold(source: Source, tree: Tree) -> Iterator[NamedBuild]:
    """The artifacts of a Skaffold file."""
    documents = tree.facts("yaml.documents", source.path) or ()
    folder = posixpath.dirname(source.path)
    for artifact in (one for document in documents for one in items(at(document, "build", "artifacts"))):
        fields, docker = texts(artifact), texts(at(artifact, "docker"))
        context = fields.get("context", ".")
        file = posixpath.join(context, docker.get("dockerfile", "Dockerfile"))
        args = tuple(
            (name, _argument(f"={value}")[1]) for name, value in texts(at(artifact, "docker", "buildArgs")).items()
        )
        yield from _build_named(
            fields.get("image", ""), context, file, docker.get("target", ""), Caller(folder), artifact.span.head, args
        )


def _tilt(source: Source, tree: Tree) -> Iterator[NamedBuild]:
    """The `docker_build` calls of a Tiltfile."""
    folder = posixpath.dirname(source.path)
    for match in TILT.finditer(source.text):
        fields = dict(re.findall(r"""\b(\w++)\s*+=\s*+['"]([^'"\n]*)['"]""", match[3]))
        span = Span(source, match.start(), match.end(2))
        yield from _build_named(
            match[1], match[2], fields.get("dockerfile", ""), fields.get("target", ""), Caller(folder), span
        )
