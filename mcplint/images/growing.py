"""An image while its stage is built: every field that an instruction can change, and what can be asked of it."""

from __future__ import annotations

import posixpath
from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mcplint.commands.node_calls import Called
from mcplint.facts.dockerfile import Instruction, Stage
from mcplint.findings import WARNING, NotFollowed
from mcplint.images.build_arguments import Build, known_base, stage_end
from mcplint.images.contents import CommandTexts, Contents
from mcplint.images.copies import copied_from
from mcplint.images.image import Copy, Image
from mcplint.model import Install, NodeInstall
from mcplint.text.expand import expand
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Value

_LONGEST_PATH, _LONGEST_TRACE = 4_096, 40
"""Characters of a path, which Linux refuses to have longer (`PATH_MAX` of limits.h), and labels on where it is from."""


class Growing:
    """The image as it grows.

    A class because each instruction of its stage changes some of its fields. `waiting`: the installs of each stage that
    it has taken something from, but not yet their environment.
    """

    def __init__(self, build: Build, stage: Stage, base: Value[str], below: Image | None) -> None:
        self.build, self.stage, self.escape = build, stage, build.dockerfile.escape
        self.below = below or known_base(build, stage, base)
        image = self.below
        self.env, self.args, self.labels = dict(image.env), dict(image.args), dict(image.labels)
        self.user, self.workdir, self.shell = image.user, image.workdir, image.shell
        self.user_named = image.user_named
        self.entrypoint, self.cmd, self.cmd_is_own = image.entrypoint, image.cmd, False
        self.probe, self.probe_disabled = image.probe, image.probe_disabled
        self.expose, self.copies, self.runs = list(image.expose), list(image.copies), list(image.runs)
        self.installs, self.tools, self.parts = list(image.installs), set(image.tools), dict(image.parts)
        self.node_installs = list(image.node_installs)
        self.collecting = list(image.collecting)
        self.waiting: dict[int, tuple[Install, ...]] = {}
        self.node_folders: dict[str, NodeInstall] = {}
        self.compiler: Called | None = None
        self.folders, self.made = dict(image.folders), list(image.made)
        self.volumes, self.triggers = list(image.volumes), list[Instruction]()
        self.deleted: set[str] = set()
        self.installers, self.private = set[str](), dict(image.private)
        self.lacks, self.open = list(image.lacks), image.open or not image.base_known
        self.ran = CommandTexts(run.script for run in image.runs)
        self.account, self.accounts = image.account, dict(image.accounts)
        self.altered, self.ways, self.rewritten = image.altered, image.ways, image.rewritten
        self.scope: Mapping[str, Value[str]] = ChainMap(self.env, self.args)

    def give_up(self, span: Span, why: str) -> None:
        """Says that the Dockerfile is too large to be followed as a whole; what it lacks is not told any more."""
        self.open = True
        path = self.build.dockerfile.source.path
        self.build.tree.problems.setdefault(path, NotFollowed(span, why, WARNING))

    def image(self) -> Image:
        """What the stage makes: of every field of an image that is one here too, what has become of it."""
        grown = {name: _frozen(value) for name, value in vars(self).items() if name in Image._fields}
        stage = self.stage
        return self.below._replace(span=stage.span, end=stage_end(stage), name=stage.name, number=stage.number, **grown)

    def contents(self, mounts: tuple[Copy, ...] = ()) -> Contents:
        """What the image holds so far, and while some mounts last."""
        build, copies = self.build, (*self.copies, *mounts)
        return Contents(
            build.tree, build.dockerfile.source.path, build.context, build.ignored, copies, self.parts,
            self.ran, self.open, frozenset(self.deleted), self.rewritten, tuple(self.made),
        )  # fmt: skip

    def expand(self, word: LocatedText) -> Value[str]:
        return expand(word, self.scope, self.escape, self.below.env_closed)

    def absolute(self, path: Value[str]) -> Value[str]:
        """A path as the working directory makes it absolute; the site stays where its text is the path."""
        if path.options is None:
            return path
        if all(option.startswith("/") for option in path.options):
            options = tuple(posixpath.normpath(option) for option in path.options)
        elif (folder := self.workdir.only) is not None:
            options = tuple(posixpath.normpath(posixpath.join(folder, option)) for option in path.options)
        else:
            return Value(None, (*path.trace, *self.workdir.trace[:_LONGEST_TRACE]))
        if any(len(option) > _LONGEST_PATH for option in options):
            return Value(None, path.trace)
        return path._replace(options=options, site=path.site if options == path.options else None)

    def finder(self, copies: tuple[Copy, ...]) -> Callable[[str], str | None]:
        """The way from a path of the image to the project, for these copies."""

        @cache
        def find(path: str) -> str | None:
            return copied_from(copies, self.parts, self.build.ignored, self.build.context, path, self.build.tree)

        return find


def _frozen(value: Any) -> Any:
    """A field that grew, as an image keeps it."""
    return tuple(value) if isinstance(value, list) else frozenset(value) if isinstance(value, set) else value
