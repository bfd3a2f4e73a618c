"""What a build is told: its arguments, its context, the stages that are already made, what is known of base images."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.dockerfile import Dockerfile, Instruction, Stage
from mcplint.images.image import Image, Launch
from mcplint.knowledge import base_images as known
from mcplint.project.tree import Tree
from mcplint.text.expand import expand
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

# Arguments that BuildKit sets by itself; a stage that declares one gets its value.
PLATFORM_ARGS = frozenset(
    f"{side}{name}" for side in ("TARGET", "BUILD") for name in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE", "SOURCE_DATE_EPOCH"}


class Context(NamedTuple):
    """The folder of the project that a build is given, None where unknown.

    `stated`: whether a file says so. `cloned`: whether it is a clone of git instead of the folder as it lies there.
    `label`: the step of a workflow, or the line of a recipe, that builds from it. `named`: the folders of its named
    contexts (https://docs.docker.com/reference/compose-file/build/#additional_contexts).
    """

    folder: str | None = "."
    stated: bool = False
    cloned: bool = False
    label: Label | None = None
    named: tuple[tuple[str, str], ...] = ()


class Build(NamedTuple):
    """What a build is told, and the images of the stages that were built so far, by number.

    `args`: from outside; `globals`: those declared before the first FROM. `triggers`: the ONBUILDs of each stage.
    `names`: the numbers of the stages of each name.
    `exported`: requirement files that the build wrote from a lock, by name, and that lock. `given`: the context, and
    how it is known.
    """

    dockerfile: Dockerfile
    tree: Tree
    context: str | None
    ignored: tuple[str, ...]
    args: Mapping[str, Value[str]]
    globals: Mapping[str, Value[str]]
    images: dict[int, Image]
    triggers: dict[int, tuple[Instruction, ...]]
    exported: dict[str, str | None]
    names: Mapping[str, list[int]]
    given: Context = Context()

    def stage(self, reference: str, before: int) -> int | None:
        """The number of the stage that a name or number means, among those before this one."""
        if reference.isdecimal() and len(reference) < 6:
            return int(reference) if int(reference) < before else None
        return self.stage_named(reference, before)

    def stage_named(self, reference: str, before: int) -> int | None:
        """The number of the last stage of this name among those before this one."""
        numbers = self.names.get(reference.lower(), [])
        at = bisect_left(numbers, before)
        return numbers[at - 1] if at else None

    def base(self, stage: Stage) -> Value[str]:
        """What a stage is built from: a stage or an image, its ARGs replaced."""
        return expand(stage.base, self.globals, self.dockerfile.escape)


def declare_argument(
    instruction: Instruction,
    args: dict[str, Value[str]],
    scope: Mapping[str, Value[str]],
    told: Mapping[str, Value[str]],
    inherited: Mapping[str, Value[str]],
    escape: str,
    closed: bool = True,
) -> None:
    """Puts the arguments that an ARG declares into `args`: what the build is told, else the default, else inherited."""
    for pair in instruction.pairs:
        name = pair.name.text
        note = Label(instruction.span, f"ARG declares {name}")
        if name in told:
            args[name] = told[name]._replace(trace=(note, *told[name].trace))
        elif pair.value is not None:
            value = expand(pair.value, scope, escape, closed)
            args[name] = value._replace(trace=(note, *value.trace))
        elif name in inherited:
            args[name] = inherited[name]
        elif name in PLATFORM_ARGS:
            args[name] = Value(None, (note,))
        elif name not in args:
            args[name] = Value((None,), (note,))  # type: ignore[arg-type]


def known_base(build: Build, stage: Stage, base: Value[str]) -> Image:
    """The image that a stage starts from, as far as it is known by its name."""
    reference = base.only or ""
    found = known.base(reference) if reference else None
    user = known.user(reference) if reference else None
    note = Label(stage.base.span(), f"{reference or stage.base.text} is the base image")
    image = Image(
        dockerfile=build.dockerfile.source.path,
        span=stage.span,
        end=stage_end(stage),
        name=stage.name,
        number=stage.number,
        base=base,
        base_known=found is not None,
        context=build.context,
        ignored=build.ignored,
    )
    if user is not None:
        image = image._replace(user=Value((user,), (Label(stage.base.span(), f"{reference} runs as {user}"),)))
    if found is None:
        return image
    env: dict[str, Value[str]] = {
        name: Value((value,) if value is not None else None, (note,)) for name, value in found.env
    }
    return image._replace(
        env=env,
        env_closed=True,
        workdir=Value((found.workdir,), (note,)) if found.workdir else UNKNOWN,
        tools=found.tools or frozenset(),
        account=found.account,
        entrypoint=Launch((), stage.base.span(), base=found.entrypoint) if found.entrypoint else None,
    )


def stage_end(stage: Stage) -> Span:
    """The empty span after the last line of a stage."""
    source = stage.span.source
    last = (stage.origin, *stage.instructions)[-1]
    bodies = [source.text.find("\n", heredoc.body.span().end) + 1 or len(source.text) for heredoc in last.heredocs]
    end = max([source.text.find("\n", last.span.end) + 1 or len(source.text), *bodies])
    return Span(source, end, end)
