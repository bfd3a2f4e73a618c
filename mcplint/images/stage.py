"""One stage of a Dockerfile, instruction by instruction, on top of what it is built from."""

from __future__ import annotations

from mcplint.commands.command_lines import is_root
from mcplint.facts.dockerfile import Instruction, Stage
from mcplint.images.build_arguments import Build, declare_argument
from mcplint.images.exposed import ports
from mcplint.images.growing import Growing
from mcplint.images.image import Image, Launch
from mcplint.images.stage_copies import copy_in
from mcplint.images.stage_runs import run
from mcplint.model import Probe
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Label, Value

# A stage of more layers than this cannot be built: overlay file systems end at 128.
_MOST_LAYERS = 300


def build_stage(build: Build, stage: Stage) -> Image:
    """The image that a stage makes; what it is built from or copies from must be in `build.images`."""
    base = build.base(stage)
    number = build.stage_named(base.only, stage.number) if base.only else None
    growing = Growing(build, stage, base, build.images.get(number) if number is not None else None)
    for instruction in build.triggers.get(number, ()) if number is not None else ():
        _add(growing, instruction)
    for instruction in stage.instructions:
        _add(growing, instruction)
    build.triggers[stage.number] = tuple(growing.triggers)
    return growing.image()


def _add(growing: Growing, instruction: Instruction) -> None:
    """What one instruction changes."""
    words = instruction.words
    if len(growing.copies) + len(growing.runs) > _MOST_LAYERS and instruction.name in ("COPY", "ADD", "RUN"):
        growing.give_up(instruction.span, f"has a stage of more than {_MOST_LAYERS} layers, too many to follow")
        return
    match instruction.name:
        case "ENV":
            _set_pairs(growing, instruction, growing.env, "ENV sets {}")
        case "LABEL":
            _set_pairs(growing, instruction, growing.labels, "LABEL sets {}")
        case "ARG":
            declare_argument(
                instruction, growing.args, growing.scope, growing.build.args, growing.build.globals, growing.escape,
                growing.below.env_closed,
            )  # fmt: skip
        case "USER" if words:
            growing.user_named = True
            growing.user = _with_note(_named_user(growing, words[0]), instruction, "USER sets the user")
            if (named := growing.user.only) and not is_root(named):
                growing.account = named
        case "WORKDIR" if words:
            growing.workdir = _with_note(
                growing.absolute(growing.expand(words[0])), instruction, "WORKDIR sets the folder"
            )
            growing.made.append(growing.workdir)
            if growing.workdir.only and not growing.contents().has(growing.workdir.only):
                growing.folders.setdefault(growing.workdir.only, growing.user)
        case "SHELL" if instruction.json:
            growing.shell = tuple(word.text for word in words)
        case "ENTRYPOINT":
            growing.entrypoint = _launch(growing, instruction)
            growing.cmd = growing.cmd if growing.cmd_is_own else None
        case "CMD":
            growing.cmd, growing.cmd_is_own = _launch(growing, instruction), True
        case "EXPOSE":
            growing.expose += [port for word in words for port in ports(growing.expand(word), word.span())]
        case "HEALTHCHECK":
            _healthcheck(growing, instruction)
        case "VOLUME":
            paths = [growing.absolute(growing.expand(word)) for word in words]
            growing.made += paths
            growing.volumes += (_with_note(path, instruction, "VOLUME makes it a volume") for path in paths)
        case "COPY" | "ADD":
            copy_in(growing, instruction)
            growing.deleted.clear()
        case "RUN":
            run(growing, instruction)
        case "ONBUILD" if instruction.inner:
            growing.triggers.append(instruction.inner)


def _set_pairs(growing: Growing, instruction: Instruction, into: dict[str, Value[str]], text: str) -> None:
    """The pairs of ENV or LABEL, all expanded by what holds before the instruction."""
    fresh: dict[str, Value[str]] = {}
    for pair in instruction.pairs:
        name = growing.expand(pair.name).only
        if name is None or pair.value is None:
            continue
        value = growing.expand(pair.value)
        first, last = pair.name.span(), pair.value.span()
        note = Label(Span(first.source, first.start, max(first.end, last.end)), text.format(name))
        fresh[name] = value._replace(trace=(note, *value.trace))
    into.update(fresh)


def _named_user(growing: Growing, word: LocatedText) -> Value[str]:
    """The user that a word of USER names: root where it is empty, as it is where the build is given nothing."""
    value = growing.expand(word)
    if value.options is None or all(option.partition(":")[0] for option in value.options):
        return value
    named = tuple(option if option.partition(":")[0] else "root" for option in value.options)
    return Value(named, (Label(word.span(), "is empty, and an empty user is root"), *value.trace))


def _launch(growing: Growing, instruction: Instruction) -> Launch | None:
    if not instruction.words:
        return None
    return Launch(instruction.words, instruction.span, None if instruction.json else growing.shell)


def _healthcheck(growing: Growing, instruction: Instruction) -> None:
    if not instruction.words:
        return
    kind, *words = instruction.words
    growing.probe = growing.probe_disabled = None
    if kind.text.upper() == "NONE":
        growing.probe_disabled = Label(instruction.span, "HEALTHCHECK is switched off")
    elif words:
        launch = Launch(tuple(words), instruction.span, None if instruction.json else growing.shell)
        growing.probe = Probe(launch.argv.value, instruction.span)


def _with_note(value: Value[str], instruction: Instruction, text: str) -> Value[str]:
    return value._replace(trace=(Label(instruction.span, text), *value.trace))
