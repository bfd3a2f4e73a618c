"""One stage of a Dockerfile, instruction by instruction, on top of what it is built from."""

from __future__ import annotations

import posixpath
import re
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from mcplint.facts.dockerfile import Instruction, Stage
from mcplint.images.accounts import accounts, is_root
from mcplint.images.build_arguments import Build, declared, known_base, stage_end
from mcplint.images.contents import CommandTexts, Contents, command_texts, may_bring_files
from mcplint.images.copies import built_text, copied_from, from_context, from_stage
from mcplint.images.copy_lacks import of_copy
from mcplint.images.exposed import ports
from mcplint.images.image import Copy, Image, Launch
from mcplint.images.installers import added, fetched, runs_installer, uv_in_root_home
from mcplint.images.installs import installs, packages, swallowed
from mcplint.images.lacks import of_install, of_python, of_steps, of_words
from mcplint.images.node_installs import Called
from mcplint.images.runs import RunStep, steps
from mcplint.images.written import Written, written_files
from mcplint.model import LackKind, NodeInstall, Probe
from mcplint.project.ignored import is_ignored
from mcplint.text.expand import expand, variables
from mcplint.text.located import LocatedText
from mcplint.text.source import Span
from mcplint.values import Label, Value

# A stage of more layers than this cannot be built: overlay file systems end at 128.
_MOST_LAYERS = 300
_NODE = r"\b(?:tsc|npm|npx|pnpm|yarn|bun)\b"


def build_stage(build: Build, stage: Stage) -> Image:
    """The image that a stage makes; what it is built from or copies from must be in `build.images`."""
    base = build.base(stage)
    number = build.named(base.only, stage.number) if base.only else None
    growing = _Growing(build, stage, base, build.images.get(number) if number is not None else None)
    for instruction in build.triggers.get(number, ()) if number is not None else ():
        growing.add(instruction)
    for instruction in stage.instructions:
        growing.add(instruction)
    build.triggers[stage.number] = tuple(growing.triggers)
    return growing.image()


class _Growing:
    """The image as it grows; every field that an instruction can change."""

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
        self.node_folders: dict[str, NodeInstall] = {}
        self.compiler: Called | None = None
        self.folders = dict(image.folders)
        self.volumes, self.triggers = list(image.volumes), list[Instruction]()
        self.deleted: set[str] = set()
        self.installers, self.private = set[str](), dict(image.private)
        self.lacks, self.open = list(image.lacks), image.open or not image.base_known
        self.ran = CommandTexts(run.text.text for run in image.runs)
        self.account, self.accounts = image.account, dict(image.accounts)
        self.scope: Mapping[str, Value[str]] = ChainMap(self.env, self.args)

    def image(self) -> Image:
        return self.below._replace(
            span=self.stage.span,
            end=stage_end(self.stage),
            name=self.stage.name,
            number=self.stage.number,
            env=self.env,
            args=self.args,
            labels=self.labels,
            user=self.user,
            user_named=self.user_named,
            workdir=self.workdir,
            shell=self.shell,
            entrypoint=self.entrypoint,
            cmd=self.cmd,
            probe=self.probe,
            probe_disabled=self.probe_disabled,
            expose=tuple(self.expose),
            copies=tuple(self.copies),
            runs=tuple(self.runs),
            installs=tuple(self.installs),
            node_installs=tuple(self.node_installs),
            tools=frozenset(self.tools),
            parts=self.parts,
            lacks=tuple(self.lacks),
            open=self.open,
            folders=self.folders,
            volumes=tuple(self.volumes),
            account=self.account,
            accounts=self.accounts,
            private=self.private,
        )

    def contents(self, mounts: tuple[Copy, ...] = ()) -> Contents:
        """What the image holds so far, and while some mounts last."""
        build, copies = self.build, (*self.copies, *mounts)
        return Contents(
            build.tree, build.dockerfile.source.path, build.context, build.ignored, copies, self.parts,
            self.ran, self.open, frozenset(self.deleted),
        )  # fmt: skip

    def expand(self, word: LocatedText) -> Value[str]:
        return expand(word, self.scope, self.escape, self.below.env_closed)

    def add(self, instruction: Instruction) -> None:
        """What one instruction changes."""
        words = instruction.words
        if len(self.copies) + len(self.runs) > _MOST_LAYERS and instruction.name in ("COPY", "ADD", "RUN"):
            return
        match instruction.name:
            case "ENV":
                self._set(instruction, self.env, "ENV sets {}")
            case "LABEL":
                self._set(instruction, self.labels, "LABEL sets {}")
            case "ARG":
                declared(
                    instruction, self.args, self.scope, self.build.args, self.build.globals, self.escape,
                    self.below.env_closed,
                )  # fmt: skip
            case "USER" if words:
                self.user_named = True
                self.user = _noted(self._named_user(words[0]), instruction, "USER sets the user")
                if (named := self.user.only) and not is_root(named):
                    self.account = named
            case "WORKDIR" if words:
                self.workdir = _noted(self._absolute(self.expand(words[0])), instruction, "WORKDIR sets the folder")
                if self.workdir.only and not self.contents().has(self.workdir.only):
                    self.folders.setdefault(self.workdir.only, self.user)
            case "SHELL" if instruction.json:
                self.shell = tuple(word.text for word in words)
            case "ENTRYPOINT":
                self.entrypoint = self._launch(instruction)
                self.cmd = self.cmd if self.cmd_is_own else None
            case "CMD":
                self.cmd, self.cmd_is_own = self._launch(instruction), True
            case "EXPOSE":
                self.expose += [port for word in words for port in ports(self.expand(word), word.span())]
            case "HEALTHCHECK":
                self._healthcheck(instruction)
            case "VOLUME":
                self.volumes.append(instruction.span)
            case "COPY" | "ADD":
                self._copy(instruction)
                self.deleted.clear()
            case "RUN":
                self._run(instruction)
            case "ONBUILD" if instruction.inner:
                self.triggers.append(instruction.inner)

    def _set(self, instruction: Instruction, into: dict[str, Value[str]], text: str) -> None:
        """The pairs of ENV or LABEL, all expanded by what holds before the instruction."""
        fresh: dict[str, Value[str]] = {}
        for pair in instruction.pairs:
            name = self.expand(pair.name).only
            if name is None or pair.value is None:
                continue
            value = self.expand(pair.value)
            first, last = pair.name.span(), pair.value.span()
            note = Label(Span(first.source, first.start, max(first.end, last.end)), text.format(name))
            fresh[name] = value._replace(trace=(note, *value.trace))
        into.update(fresh)

    def _named_user(self, word: LocatedText) -> Value[str]:
        """The user that a word of USER names: root where it is empty, unknown where a build may give it."""
        given = [self.scope[name] for name in variables(word, self.escape) if name in self.scope]
        if any(value.must(lambda option: option is None) for value in given):
            return Value(None, (Label(word.span(), "the build may be given it"),))
        value = self.expand(word)
        if value.options is None or all(option.partition(":")[0] for option in value.options):
            return value
        named = tuple(option if option.partition(":")[0] else "root" for option in value.options)
        return Value(named, (Label(word.span(), "is empty, and an empty user is root"), *value.trace))

    def _absolute(self, path: Value[str]) -> Value[str]:
        """A path as the working directory makes it absolute; the site stays where its text is the path."""
        if path.options is None:
            return path
        if all(option.startswith("/") for option in path.options):
            options = tuple(posixpath.normpath(option) for option in path.options)
        elif (folder := self.workdir.only) is not None:
            options = tuple(posixpath.normpath(posixpath.join(folder, option)) for option in path.options)
        else:
            return Value(None, (*path.trace, *self.workdir.trace))
        return path._replace(options=options, site=path.site if options == path.options else None)

    def _launch(self, instruction: Instruction) -> Launch | None:
        if not instruction.words:
            return None
        return Launch(instruction.words, instruction.span, None if instruction.json else self.shell)

    def _healthcheck(self, instruction: Instruction) -> None:
        if not instruction.words:
            return
        kind, *words = instruction.words
        self.probe = self.probe_disabled = None
        if kind.text.upper() == "NONE":
            self.probe_disabled = Label(instruction.span, "HEALTHCHECK is switched off")
        elif words:
            launch = Launch(tuple(words), instruction.span, None if instruction.json else self.shell)
            self.probe = Probe(launch.argv.value, instruction.span)

    def _copy(self, instruction: Instruction) -> None:
        heredocs = {heredoc.span.start: heredoc for heredoc in instruction.heredocs}
        words = [word for word in instruction.words if word.span().start not in heredocs]
        if not words or len(instruction.words) < 2:
            return
        *sources, last = (self.expand(word) for word in words)
        target = self._absolute(last)
        if added(sources) and target.only:
            self.installers.add(target.only if target.only != self.workdir.only else f"{target.only}/install.sh")
        into = self._is_folder(last.only, target.only)
        flags = {flag.name: flag.value for flag in instruction.flags}
        owner, mode = flags.get("chown"), flags.get("chmod")
        copy = Copy(
            tuple(sources),
            target,
            instruction.span,
            owner=self.expand(owner) if owner else None,
            mode=mode.text if mode else None,
            excludes=tuple(flag.value.text for flag in instruction.flags if flag.name == "exclude" and flag.value),
        )
        for heredoc in heredocs.values():
            place = target.only
            if place is not None and (into or len(instruction.words) > 2):
                place = posixpath.join(place, heredoc.name)
            inside = target._replace(options=None if place is None else (place,))
            self.copies.append(copy._replace(sources=(), target=inside, text=heredoc.body, files=()))
        if sources:
            many = into or len(sources) > 1
            self.copies.append(self._sourced(copy, flags.get("from"), many, "parents" in flags))
            self.lacks += of_copy(self.copies[-1], self.contents(), self.build.given)
            self._copied_modules(self.copies[-1])

    def _copied_modules(self, copy: Copy) -> None:
        """Forgets what is installed where a copy may bring other packages; notes what another stage does not make."""
        if copy.stage is not None and (part := self.parts.get(copy.stage)) and part.node_installs:
            from mcplint.images.node_lacks import of_stage_copy

            self.lacks += of_stage_copy(copy, part, Contents.of(part, self.build.tree))
        target = copy.target.only or ""
        brings = copy.stage is not None or copy.image is not None or not is_ignored(self.build.ignored, "node_modules")
        for folder in [each for each in self.node_folders if brings and f"{each}/".startswith(f"{target}/")]:
            del self.node_folders[folder]

    def _is_folder(self, written: str | None, path: str | None) -> bool:
        """Whether a target is a folder: by its spelling, or because the working directory lies in it."""
        if written is None or path is None:
            return False
        holds = f"{self.workdir.only or ''}/".startswith(f"{path.rstrip('/')}/")
        return holds or written == "." or written.endswith(("/", "/."))

    def _sourced(self, copy: Copy, origin: LocatedText | None, into: bool, parents: bool = False) -> Copy:
        """The copy with where its files come to stand."""
        if origin is None:
            files = from_context(copy.sources, copy.target, self.build.tree, self.build.context, into, parents)
            return copy._replace(files=files)
        reference = self.expand(origin)
        if (inside := self._in_context(reference.only)) is not None:
            moved = tuple(
                source._replace(options=(posixpath.join(inside, source.only.lstrip("/") or "."),))
                if source.only is not None
                else source
                for source in copy.sources
            )
            return self._sourced(copy._replace(sources=moved), None, into, parents)
        number = self.build.stage(reference.only, self.stage.number) if reference.only else None
        part = self.build.images.get(number) if number is not None else None
        if part is None:
            return copy._replace(image=reference)
        self._part(part)
        return copy._replace(stage=part.number, files=from_stage(copy.sources, copy.target, into))

    def _in_context(self, name: str | None) -> str | None:
        """The path in the build's own context of a named one, None where that lies elsewhere."""
        folder, context = dict(self.build.given.named).get(name or ""), self.build.context
        if folder is None or context is None or (folder != "." and folder not in self.build.tree.folders):
            return None
        path = posixpath.relpath(folder, context)
        return None if path.startswith("..") else path

    def _part(self, part: Image) -> None:
        """Notes that the image takes something from another stage: that stage's installs count too."""
        if part.number not in self.parts:
            self.parts[part.number] = part
            here = set(self.installs)
            self.installs += [install for install in part.installs if install not in here]
            self.node_installs += [each for each in part.node_installs if each not in self.node_installs]
            self.lacks += [lack for lack in part.lacks if lack not in self.lacks]

    def _run(self, instruction: Instruction) -> None:
        self.runs.append(instruction)
        mounts = tuple(self._mounts(instruction))
        first = RunStep(
            self.scope,
            self.workdir.only,
            self._finder((*self.copies, *mounts)),
            self.build.tree,
            tuple(self.installs),
            self.build.exported,
            self.deleted,
        )
        found = tuple(steps(instruction, first))
        if re.search(_NODE, instruction.text.text) and "||" not in instruction.text.text:
            self._run_node(found, mounts)
        self._run_installer(found)
        self.open = self.open or may_bring_files(
            tuple(step for step in found if not runs_installer(step, self.installers))
        )
        self.ran.add(command_texts(found))
        here = tuple(installs(found))
        self.installs += here
        for install in here:
            self.lacks += of_install(install, self.contents(mounts))
            self.lacks += of_python(install, self.below, self.contents(mounts), self.env)
        self.tools |= packages(found)
        for each in accounts(found):
            self.account, self.accounts[each.name] = each.name, each
        if "||" in instruction.text.text:
            self.lacks += swallowed(found)
        else:
            self.lacks += of_steps(found, self.below, frozenset(self.tools))
        self.lacks += of_words(found)
        for written in written_files(found, instruction.heredocs):
            self._write(written, instruction)

    def _run_installer(self, found: tuple[RunStep, ...]) -> None:
        """Notes the programs that an installer puts into the home of root."""
        self.installers.update(path for step in found for path in fetched(step))
        if self.user.must(is_root) and (note := uv_in_root_home(found, self.installers)):
            self.private |= {"uv": note, "uvx": note}

    def _run_node(self, found: tuple[RunStep, ...], mounts: tuple[Copy, ...]) -> None:
        """Notes the installs of npm and its like in a RUN, and what its steps lack."""
        from mcplint.images.node_installs import called, may_install, node_installs
        from mcplint.images.node_lacks import of_compiler, of_node_install, of_node_step, of_step_alone

        here, installed = self.contents(mounts), False
        uncopied = {lack.name for lack in self.lacks if lack.kind == LackKind.COPIED}
        for step in found:
            for install in node_installs((step,)):
                self.node_installs.append(install)
                self.node_folders[install.folder or ""] = install
                self.lacks += of_node_install(install, step, here, uncopied)
            self.lacks += of_node_step(step, self.node_folders, here)
            if not self.node_folders and not installed:
                self.lacks += of_step_alone(step, here)
            self.lacks += of_compiler(step, self.node_folders, self.compiler, here)
            said = called(step)
            if said and said.everywhere and any(re.match(r"typescript(?:@|$)", name) for name in said.names):
                self.compiler = said
            installed = installed or may_install(step)
            here = here if here.open else here._replace(open=may_bring_files((step,)))

    def _write(self, written: Written, instruction: Instruction) -> None:
        """Notes a file that a RUN writes, as one that is copied; what it appends goes on where that is known."""
        text, before = written.text, built_text(self.image(), written.path) if written.append else None
        if before is not None and text is not None:
            text = LocatedText.join(before.source, (*before.pieces(), *text.pieces()), before.source_offset(0))
        elif written.append and self._finder(tuple(self.copies))(written.path) in self.build.tree.paths:
            text = None
        if text is not None:
            target = Value((written.path,), (Label(instruction.span, "RUN writes it"),))
            self.copies.append(Copy((), target, instruction.span, files=(), text=text))

    def _finder(self, copies: tuple[Copy, ...]) -> Callable[[str], str | None]:
        """The way from a path of the image to the project, for these copies."""

        @cache
        def find(path: str) -> str | None:
            return copied_from(copies, self.parts, self.build.ignored, self.build.context, path)

        return find

    def _mounts(self, instruction: Instruction) -> Iterator[Copy]:
        """The bind mounts of a RUN, as copies that last as long as it does."""
        for flag in instruction.flags:
            if flag.name != "mount" or flag.value is None:
                continue
            given = dict(_options(flag.value))
            kind = given["type"].text if "type" in given else "bind"
            target = next((given[key] for key in ("target", "dst", "destination") if key in given), None)
            if kind != "bind" or target is None:
                continue
            source = next((given[key] for key in ("source", "src") if key in given), None)
            sources = (self.expand(source) if source else Value((".",)),)
            copy = Copy(sources, self._absolute(self.expand(target)), flag.span, mount=True)
            yield self._sourced(copy, given.get("from"), False)


def _options(value: LocatedText) -> Iterator[tuple[str, LocatedText]]:
    """`key=value,key=value` by its keys; a key alone has an empty value."""
    start = 0
    for option in value.text.split(","):
        key, equals, _ = option.partition("=")
        yield key.strip().lower(), value.part(start + len(key) + len(equals), start + len(option))
        start += len(option) + 1


def _noted(value: Value[str], instruction: Instruction, text: str) -> Value[str]:
    return value._replace(trace=(Label(instruction.span, text), *value.trace))
