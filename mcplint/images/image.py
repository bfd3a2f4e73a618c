"""An image as its Dockerfile builds it: what the chosen stage sets, inherits, holds and starts.

Paths inside the image are absolute; paths of the project are relative to its root, with `/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.facts.dockerfile import Instruction
from mcplint.model import Account, Argv, Install, Lack, NodeInstall, Port, Probe
from mcplint.model.insertion import VariableSite
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

_TO_OUTPUT = re.compile(
    r"\bln[ \t]{1,9}(?:-\w{1,20}[ \t]{1,9}){1,4}/(?:dev/(?:stdout|stderr|fd/[12])|proc/\w+/fd/[12])[ \t]+([^\s;&|]+)"
)

_CLOSED_MODE = re.compile(r"0?[0-7][0145][0145]")
"""A mode with which nobody but the owner may write."""


class Launch(NamedTuple):
    """An ENTRYPOINT or CMD.

    `words`: the strings of the exec form, or the one text of the shell form; Docker expands neither.
    `shell`: the words that the shell form puts in front (`/bin/sh -c`, or what SHELL says); None for the exec form.
    `span`: the whole instruction. `base`: the words of the base image's, which stand nowhere in the project.
    """

    words: tuple[LocatedText, ...]
    span: Span
    shell: tuple[str, ...] | None = None
    base: tuple[str, ...] = ()

    @property
    def argv(self) -> Argv:
        """The command as a platform would hand it over."""
        front = tuple(Value((word,)) for word in (*self.base, *(self.shell or ())))
        trace = (Label(self.span, "the shell form runs in a shell"),) if self.shell else ()
        return Argv(front + tuple(word.value for word in self.words), self.span, trace)


class Copied(NamedTuple):
    """A file or a whole folder and where it comes to stand in the image.

    `source`: a path of the project (`.` for its root), or an absolute path of the stage that it is copied from.
    """

    source: str
    target: str
    folder: bool


class Copy(NamedTuple):
    """A COPY, an ADD, or a bind mount that lasts for one RUN.

    `sources`: paths in the build context, or in `stage` (its number) or `image` (another image).
    `target`: an absolute path in the image. `files`: where each of its files and folders comes to stand, None where
    that cannot be told. `text`: the body of a here-document that is copied. `excludes`: patterns of `--exclude`.
    `mode`: what `--chmod` says.
    """

    sources: tuple[Value[str], ...]
    target: Value[str]
    span: Span
    files: tuple[Copied, ...] | None = None
    stage: int | None = None
    image: Value[str] | None = None
    owner: Value[str] | None = None
    mount: bool = False
    text: LocatedText | None = None
    excludes: tuple[str, ...] = ()
    mode: str | None = None

    @property
    def gives_write_access(self) -> bool:
        """Whether what is copied may be somebody's to write: another owner's, or by its mode."""
        owned = self.owner is not None and not self.owner.must(lambda owner: owner.partition(":")[0] in ("root", "0"))
        return owned or (self.mode is not None and not _CLOSED_MODE.fullmatch(self.mode))


class Image(NamedTuple):
    """What is run when a stage of a Dockerfile is run as it is.

    `parts`: by number, the images of other stages that it copies from or mounts.
    `span`: its FROM; `end`: the empty span after the last line of the stage.
    `base`: the image at the root of its FROM chain; `base_known`: whether what that image sets is known here.
    `context`: the folder of the project that is sent to the build (`.`: its root), None where it cannot be told;
    `ignored`: the patterns of its `.dockerignore`.
    `env`: the last layer decides; `env_closed`: whether nothing but `env` is set. `args`: in force at the stage's end.
    `user`: as written (`app`, `10001`, `app:app`), or what a known base says; unknown where a script drops root;
    `user_named`: whether a USER says it.
    `entrypoint`, `cmd`: None where the image has none, or, with an unknown base, where nothing here says so.
    `installs`: also those of the stages it copies from; `collecting`: the commands of its own chain that put
    distributions into a folder. `runs`: what RUN lines were run in its own chain.
    `tools`: programs that are on its PATH, as far as is known, or may be. `account`: the last that a RUN makes, empty
    for none, `accounts`: all of them by name.
    `new_variable`: where one more ENV would stand. `lacks`: what its build needs and does not find, also in the
    stages it copies from; `open`: whether a RUN may have brought any file. `folders`: those that WORKDIR, COPY or a
    plain `mkdir` makes, each with the user that it then belongs to; `made`: all that WORKDIR, VOLUME and the mounts
    of RUNs name, also unknown ones. `volumes`: those that VOLUME names, by their paths. `private`: the programs
    that lie in the home of root, and what puts them there. `altered`: the last RUN that may have given any file
    another owner, mode or text, `rewritten`: the last command that may have written the metadata of a project anew.
    `ways`: how many there are for a file to come into it, through all stages.
    """

    dockerfile: str
    span: Span
    end: Span
    name: str | None
    number: int
    base: Value[str]
    base_known: bool
    context: str | None
    ignored: tuple[str, ...] = ()
    env: Mapping[str, Value[str]] = {}
    env_closed: bool = False
    args: Mapping[str, Value[str]] = {}
    user: Value[str] = UNKNOWN
    user_named: bool = False
    workdir: Value[str] = UNKNOWN
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    entrypoint: Launch | None = None
    cmd: Launch | None = None
    expose: tuple[Port, ...] = ()
    probe: Probe | None = None
    probe_disabled: Label | None = None
    labels: Mapping[str, Value[str]] = {}
    copies: tuple[Copy, ...] = ()
    installs: tuple[Install, ...] = ()
    collecting: tuple[Install, ...] = ()
    node_installs: tuple[NodeInstall, ...] = ()
    runs: tuple[Instruction, ...] = ()
    tools: frozenset[str] = frozenset()
    parts: Mapping[int, Image] = {}
    new_variable: VariableSite | None = None
    lacks: tuple[Lack, ...] = ()
    open: bool = False
    folders: Mapping[str, Value[str]] = {}
    volumes: tuple[Value[str], ...] = ()
    made: tuple[Value[str], ...] = ()
    account: str = ""
    accounts: Mapping[str, Account] = {}
    private: Mapping[str, Label] = {}
    altered: Span | None = None
    rewritten: Span | None = None
    ways: int = 1

    @property
    def folder(self) -> str:
        """The folder of the project that is sent to the build, empty for its root and where it cannot be told."""
        return "" if self.context in (None, ".") else str(self.context)

    @property
    def stages(self) -> Iterator[Image]:
        """This image and those of the stages that it copies from or mounts, also by way of each other, each once."""
        waiting, seen = [self], {self.number}
        while waiting:
            yield (each := waiting.pop())
            waiting += [part for number, part in each.parts.items() if number not in seen]
            seen |= each.parts.keys()

    @property
    def output_links(self) -> tuple[str, ...]:
        """The paths that RUN lines link to the output of the container."""
        return tuple(link[1] for run in self.runs for link in _TO_OUTPUT.finditer(run.script))

    @property
    def volume_paths(self) -> tuple[str, ...]:
        """The folders that VOLUME lines make to volumes, which Docker mounts by itself."""
        return tuple(path for volume in self.volumes for path in volume.options or ())

    def variable(self, name: str) -> Value[str | None]:
        """What the environment says of a name: known to be absent only where every layer of it is read."""
        if name in self.env:
            return self.env[name]
        return Value((None,)) if self.env_closed else UNKNOWN
