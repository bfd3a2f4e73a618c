"""From a Dockerfile to the image that one of its stages makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcplint.commands.command_lines import is_root
from mcplint.facts.dockerfile import Dockerfile, Instruction, Stage
from mcplint.images.available_programs import drops_root
from mcplint.images.build_arguments import PLATFORM_ARGS, Build, Context, declare_argument, stage_end
from mcplint.images.copies import context_path
from mcplint.images.image import Image
from mcplint.images.stage import build_stage
from mcplint.knowledge.base_images import on_lambda, repository_and_tag
from mcplint.model.insertion import VariableSite
from mcplint.project.ignored import docker_file, docker_patterns
from mcplint.project.tree import Tree
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

LAMBDA_USER, RUN_BY_LAMBDA = "sbx_user1051", "AWS Lambda runs it as a user of its own"
_ADAPTER = "public.ecr.aws/awsguru/aws-lambda-adapter"
_MOST_STAGES = 200
_ROOT = Context()


def image(
    dockerfile: Dockerfile,
    tree: Tree,
    args: Mapping[str, Value[str]] = {},
    target: str | None = None,
    given: Context = _ROOT,
) -> Image | None:
    """The image of a stage (by name or number; the last one by default), or None where there is no such stage.

    `args`: what the build is told; `given`: the folder of the project that is sent to it.
    """
    context = None if given.folder is None else given.folder or "."
    root = context_path(context, ".dockerignore") if context is not None else ""
    ignored = docker_patterns(docker_file(tree, dockerfile.source.path, root))
    known = _globals(dockerfile, args)
    build = Build(dockerfile, tree, context, ignored, args, known, {}, {}, {}, _names(dockerfile), given)
    count = len(dockerfile.stages)
    number = count - 1 if target is None else build.stage(target, count)
    if number is None:
        return None
    for needed in sorted(_stages_needed(build, number)):
        build.images[needed] = build_stage(build, dockerfile.stages[needed])
    return _with_final_user(build.images[number], dockerfile.stages[number], tree)


def _names(dockerfile: Dockerfile) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for stage in dockerfile.stages:
        if stage.name is not None:
            found.setdefault(stage.name, []).append(stage.number)
    return found


def _globals(dockerfile: Dockerfile, told: Mapping[str, Value[str]]) -> Mapping[str, Value[str]]:
    """The arguments declared before the first FROM, and the platform ones, which only the build knows."""
    found: dict[str, Value[str]] = {name: Value(None) for name in PLATFORM_ARGS}
    for instruction in dockerfile.args:
        declare_argument(instruction, found, dict(found), told, {}, dockerfile.escape)
    return found


def _stages_needed(build: Build, number: int) -> set[int]:
    """The stages that a stage is built from or copies from, and those of these, up to a bound."""
    found, waiting = set[int](), [number]
    while waiting and len(found) < _MOST_STAGES:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += _origins(build, build.dockerfile.stages[number])
    return found


def _origins(build: Build, stage: Stage) -> Iterator[int]:
    base = build.base(stage).only
    references = [("", base)] if base else []
    for instruction in stage.instructions:
        references += [("from", text) for text in _copied_from(instruction.inner or instruction)]
    for kind, reference in references:
        find = build.stage if kind else build.stage_named
        if (number := find(reference, stage.number)) is not None:
            yield number


def _copied_from(instruction: Instruction) -> Iterator[str]:
    """The stages or images that an instruction names in `--from` and `--mount=…,from=`."""
    for flag in instruction.flags:
        if flag.name == "from" and flag.value:
            yield flag.value.text
        elif flag.name == "mount" and flag.value:
            yield from (option[5:] for option in flag.value.text.split(",") if option.startswith("from="))


def _with_final_user(made: Image, stage: Stage, tree: Tree) -> Image:
    """The image that is run: its user as its entrypoint leaves it, and where a USER would be put."""
    if on_lambda(made.base.only or "") or _runs_lambda(made):
        span = made.entrypoint.span if made.entrypoint else made.span
        return made._replace(user=Value((LAMBDA_USER,), (Label(span, RUN_BY_LAMBDA),)))
    made = made._replace(new_variable=_new_variable(stage))
    note = drops_root(made, tree)
    if note is not None and (made.user.must(is_root) or note.text.startswith("sudo ")):
        return made._replace(user=Value(None, (*made.user.trace, note)))
    if made.user.options is not None and made.user.site is None and not made.user_named:
        return made._replace(user=made.user._replace(site=_user_site(stage)))
    return made


def _runs_lambda(made: Image) -> bool:
    """Whether an image starts the client of AWS Lambda's runtime."""
    words = (word for launch in (made.entrypoint, made.cmd) if launch for word in launch.words)
    return any(word.text.rpartition("/")[2] == "awslambdaric" for word in words)


def user_of_adapter(made: Image) -> Value[str]:
    """The user of an image that is run by nothing known: AWS Lambda's, or its own elsewhere, where it has the adapter.

    https://github.com/awslabs/aws-lambda-web-adapter
    """
    spans = (
        copy.span
        for copy in made.copies
        if copy.image is not None and repository_and_tag(copy.image.only or "")[0] == _ADAPTER
    )
    note = next((Label(span, "with this, AWS Lambda may run it as a user of its own") for span in spans), None)
    return Value(None, (*made.user.trace, note)) if note and made.user.must(is_root) else UNKNOWN


def _above_comments(text: str, at: int) -> int:
    """Where the comment begins that belongs to the instruction at an offset, else that offset."""
    lines = text[:at].splitlines(keepends=True)
    while lines and lines[-1].lstrip().startswith("#"):
        at -= len(lines.pop())
    return at


def _keyword_in_case(stage: Stage, keyword: str) -> str:
    """A keyword in small letters where all those of the stage are."""
    small = all(each.keyword.text.islower() for each in stage.instructions)
    return keyword.lower() if small and stage.instructions else keyword


def _user_site(stage: Stage) -> EditSite:
    return _before_start(stage, _keyword_in_case(stage, "USER "))


def _new_variable(stage: Stage) -> VariableSite:
    """Below an ENV that is the last before what the stage starts, else in front of that."""
    ends = [each.span.end for each in stage.instructions if each.name == "ENV"]
    keyword = _keyword_in_case(stage, "ENV ")
    site = _before_start(stage, keyword)
    source, at, _ = site.span
    if ends and ends[-1] < at and not source.text[ends[-1] : at].strip():
        at = source.text.find("\n", ends[-1]) + 1
        newline = "\r\n" if "\r\n" in source.text else "\n"
        return VariableSite(Span(source, at, at), keyword, "=", newline)
    return VariableSite(site.span, site.before, "=", site.after)


def _before_start(stage: Stage, keyword: str) -> EditSite:
    """An instruction in front of what the stage starts, or at its end; apart from comments that stand apart."""
    source = stage.span.source
    newline = "\r\n" if "\r\n" in source.text else "\n"
    starts = [each for each in stage.instructions if each.name in ("ENTRYPOINT", "CMD", "HEALTHCHECK")]
    if starts:
        at = _above_comments(source.text, starts[0].span.start)
        apart = at < starts[0].span.start and source.text[:at].endswith(newline * 2)
        return EditSite(Span(source, at, at), keyword, newline * (2 if apart else 1))
    end = stage_end(stage)
    whole = source.text[: end.start].endswith(("\n", "\r"))
    return EditSite(end, keyword if whole else f"{newline}{keyword}", newline if whole else "")
