"""What a RUN changes in the image of a stage: what it installs, writes and lacks."""

from __future__ import annotations

import re

from mcplint.commands.command_lines import is_root
from mcplint.facts.dockerfile import Instruction
from mcplint.images.accounts import FILE, UNNAMED, accounts
from mcplint.images.alterations import may_alter, metadata_rewrites
from mcplint.images.builds import builds
from mcplint.images.contents import command_texts, may_bring_files
from mcplint.images.copies import built_text
from mcplint.images.fetched_installers import fetched_installers, python_in_root_home, runs_installer, uv_in_root_home
from mcplint.images.folders import made_by
from mcplint.images.growing import Growing
from mcplint.images.image import Copy
from mcplint.images.lacks import of_install
from mcplint.images.python_installs import installs, packages, swallowed_failures
from mcplint.images.python_lacks import of_python, own_python
from mcplint.images.runs import RunStep, steps
from mcplint.images.stage_copies import mounts
from mcplint.images.unquoted import of_words
from mcplint.images.user_tools import lacking_user_tools, may_bring_user_tools
from mcplint.images.wheelhouses import Wheelhouses
from mcplint.images.written import Written, written_files
from mcplint.model import LackKind
from mcplint.text.located import LocatedText
from mcplint.values import Label, Value

_NODE = r"\b(?:tsc|npm|npx|pnpm|yarn|bun)\b"


def run(growing: Growing, instruction: Instruction) -> None:
    """What a RUN changes."""
    growing.runs.append(instruction)
    mounted = tuple(mounts(growing, instruction))
    first = RunStep(
        growing.scope,
        growing.workdir.only,
        growing.finder((*growing.copies, *mounted)),
        Wheelhouses(tuple(growing.collecting), (*growing.copies, *mounted), growing.parts, growing.build.tree),
        growing.build.tree,
        tuple(growing.installs),
        growing.build.exported,
        growing.deleted,
    )
    found = tuple(steps(instruction, first))
    taken = tuple(step for step in found if not step.skipped)
    by_node = re.search(_NODE, instruction.text.text) and "||" not in instruction.text.text
    if by_node:
        _run_node(growing, taken, mounted)
    _run_installer(growing, found)
    made_by(growing, found)
    growing.open = growing.open or may_bring_files(
        tuple(step for step in found if not runs_installer(step, growing.installers))
    )
    growing.ran.add(command_texts(found if not by_node else tuple(step for step in found if step.skipped)))
    if any(redirect.operator.startswith("<<") for step in found for redirect in step.redirects):
        growing.ran.add(heredoc.body.text for heredoc in instruction.heredocs)
    copies = (*growing.copies, *mounted)
    here = tuple(
        each._replace(python=own_python(each, growing.below, copies, growing.ran, growing.env))
        for each in installs(found)
    )
    growing.installs += here
    building = tuple(builds(taken))
    growing.collecting += (each for each in (*here, *building) if each.collects)
    uncopied = any(lack.kind == LackKind.COPIED for lack in growing.lacks)
    left_out = {step.span for step in found if step.skipped}
    own = tuple(step for step in found if not runs_installer(step, growing.installers))
    rewritten = tuple(metadata_rewrites(instruction.text.text, own))
    for install in (each for each in here if each.span not in left_out):
        install = install._replace(files=()) if uncopied else install
        if rewritten and rewritten[0].start < install.span.start:
            growing.rewritten = rewritten[0]
        growing.lacks += of_install(install, growing.contents(mounted))
        growing.lacks += of_python(install, growing.below, growing.contents(mounted), growing.env)
    growing.rewritten = next(iter(rewritten), instruction.span if not found else growing.rewritten)
    growing.lacks += (
        lack
        for build in building
        for lack in of_install(build, growing.contents(mounted))
        if lack.kind != LackKind.EMPTY
    )
    growing.tools |= packages(found) | may_bring_user_tools(found)
    whole = instruction.script
    alone = tuple(step for step in taken if not runs_installer(step, growing.installers))
    if alone or not taken:
        growing.altered = instruction.span if may_alter(whole, alone) else growing.altered
    if growing.altered == instruction.span or FILE in whole or "usermod" in whole:
        growing.accounts[UNNAMED.name] = UNNAMED
    for each in accounts(found):
        growing.account, growing.accounts[each.name] = each.name, each
    if "||" in instruction.text.text:
        growing.lacks += swallowed_failures(taken)
    elif growing.altered is None:
        growing.lacks += lacking_user_tools(taken, growing.below, frozenset(growing.tools))
    growing.lacks += of_words(taken)
    for written in written_files(found, instruction.heredocs):
        _write(growing, written, instruction)


def _run_installer(growing: Growing, found: tuple[RunStep, ...]) -> None:
    """Notes the programs that an installer puts into the home of root."""
    growing.installers.update(path for step in found for path in fetched_installers(step))
    if growing.user.must(is_root) and (note := uv_in_root_home(found, growing.installers)):
        growing.private |= {"uv": note, "uvx": note}
    if growing.user.must(is_root):
        growing.private |= dict(python_in_root_home(found, growing.below.tools))


def _run_node(growing: Growing, found: tuple[RunStep, ...], mounts: tuple[Copy, ...]) -> None:
    """Notes the installs of npm and its like in a RUN, and what its steps lack."""
    from mcplint.images.deployed import pnpm_deploy_copy
    from mcplint.images.node_installs import called_by, configures, lasting_installs, may_install, node_installs
    from mcplint.images.node_lacks import of_compiler, of_node_install, of_node_step, of_step_alone

    here, installed = growing.contents(mounts), False
    uncopied = {lack.name for lack in growing.lacks if lack.kind == LackKind.COPIED}
    for step in found:
        step = step._replace(configured=growing.ran.any(configures))
        for install in node_installs((step,)):
            growing.node_installs.append(install)
            growing.lacks += of_node_install(install, step, here, uncopied) if install.certain else ()
        for each in lasting_installs(step):
            if each.tool != "bun" or each.folder not in growing.node_folders:  # which takes nothing away again
                growing.node_folders[each.folder or ""] = each
        if not step.conditional:
            growing.lacks += of_node_step(step, growing.node_folders, here)
            growing.lacks += of_compiler(step, growing.node_folders, growing.compiler, here)
        if not step.conditional and not growing.node_folders and not installed:
            growing.lacks += of_step_alone(step, here)
        if copied := pnpm_deploy_copy(step):
            growing.copies.append(copied)
        call = called_by(step)
        if call and call.installs_globally and any(re.match(r"typescript(?:@|$)", name) for name in call.names):
            growing.compiler = call
        installed = installed or may_install(step)
        here = here if here.open else here._replace(open=may_bring_files((step,)))
        growing.ran.add(command_texts((step,)))


def _write(growing: Growing, written: Written, instruction: Instruction) -> None:
    """Notes a file that a RUN writes, as one that is copied; what it appends goes on where that is known."""
    text, before = written.text, built_text(growing.image(), written.path) if written.append else None
    if before is not None and text is not None:
        text = LocatedText.join(before.source, (*before.pieces(), *text.pieces()), before.source_offset(0))
    elif written.append and growing.finder(tuple(growing.copies))(written.path) in growing.build.tree.paths:
        text = None
    if text is not None:
        target = Value((written.path,), (Label(instruction.span, "RUN writes it"),))
        growing.copies.append(Copy((), target, instruction.span, files=(), text=text))
