"""What the steps of a build with npm and its like need and provably do not find, and what no step makes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from mcplint.commands.command_lines import program
from mcplint.commands.node_calls import VERBS, Called, called_in
from mcplint.commands.package_calls import package_call
from mcplint.commands.words import spelled
from mcplint.facts.node import NodeLock, PackageJson
from mcplint.images.contents import Absence, Contents
from mcplint.images.copies import copied_from
from mcplint.images.image import Copy, Image
from mcplint.images.node_installs import LOCKS, WITHOUT_DEV, called_by, package_of
from mcplint.images.node_scripts import TOOLS, ScriptStep, omitted_package, programs, script_of, without_wrappers
from mcplint.images.runs import RunStep
from mcplint.images.script_inputs import unread
from mcplint.knowledge.executables import NODE_MANAGERS
from mcplint.knowledge.sdk import fact, releases
from mcplint.knowledge.semver import admits
from mcplint.model import Lack, LackKind, NodeInstall
from mcplint.project.tree import Tree
from mcplint.text.paths import outwards
from mcplint.text.source import Edit, Span
from mcplint.values import Label

PEERS = (
    ("mcp-handler", "@modelcontextprotocol/sdk"),
    *(
        (f"@modelcontextprotocol/{name}", "@modelcontextprotocol/server")
        for name in ("node", "express", "hono", "fastify")
    ),
)
"""The packages of which it is known beside which releases of another one npm installs them."""
_AT_INSTALL = ("install", "postinstall", "prepare")
"""What runs once the packages are there; `preinstall` runs before."""
_LEFT = re.compile(r"(?:^|/)(?:node_modules|\.[^/]*|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)(?:/|$)")
"""What an install makes in a folder without being told."""


def of_node_install(
    install: NodeInstall, step: RunStep, contents: Contents, uncopied: Collection[str] = ()
) -> Iterator[Lack]:
    """The lock that an install insists on and does not find, else what the scripts that it runs lack.

    `uncopied`: what a COPY before it does not find, and which is told of there.
    """
    yield from _lock(install, contents)
    package = package_of(step)
    yield from _peers(install, package, step, contents) if package and install.tool == "npm" else ()
    if package is None or not install.scripts or install.tool not in ("npm", "pnpm", "bun"):
        return
    if contents.ran.any(_rewrites) or install.folder is None:
        return
    for name in _AT_INSTALL:
        for ran in programs(package, contents.tree, name):
            without = install.development.must_be(False) and not package.workspaces
            if without and (lack := _omitted_package(ran, install, package, contents)):
                yield lack._replace(kind=LackKind.EARLY, name=name)
                return
            found = unread(ran, install.folder, package, contents) if install.development.must_be(True) else None
            if found and found[0] not in uncopied:
                why = f"`{' '.join(ran.words)}` does not find {found[0]}: {found[1].why}"
                notes = (Label(package.scripts[name].span, f"the script {name}"), *found[1].notes)
                yield Lack(
                    LackKind.EARLY, name, install.span, why, notes, edits=_skip_scripts(install), step=_command(install)
                )
                return


def _peers(install: NodeInstall, package: PackageJson, step: RunStep, contents: Contents) -> Iterator[Lack]:
    """That two packages which the project itself asks for do not go together; npm bears it deeper in the tree."""
    lock: NodeLock | None = contents.tree.facts("npm_lock", install.lock) if install.lock else None
    words = set(map(spelled, install.argv))
    if (
        (lock is None and install.lock)
        or package.workspaces
        or {"--legacy-peer-deps", "--force", "-f"} & words
        or _is_lenient(step, contents)
    ):
        return
    if '"overrides"' in package.source.text or contents.ran.any(_rewrites):
        return
    if lock is None:
        yield from _newest_peers(install, package)
        return
    asked = {name for table in package.requirements.values() for name in table}
    for peer in lock.peers:
        if {peer.package, peer.name} <= asked and admits(peer.range, peer.there) is False:
            why = f"has the peer dependency {peer.name} {peer.range}, but {peer.there} is locked"
            notes = (Label(peer.span, "wants this release"), Label(peer.there_span, "this one is locked"))
            name = f"{peer.package} {peer.version}"
            yield Lack(LackKind.PEER, name, install.span, why, notes, step=_command(install))
            return


def _newest_peers(install: NodeInstall, package: PackageJson) -> Iterator[Lack]:
    """That the newest release in a range has a peer dependency on another release than the project asks for."""
    for name, other in PEERS:
        asked, wanted = package.range(name), package.range(other)
        fitting = [each for each in releases(f"npm:{name}") if asked and admits(asked.text, each)]
        peer = fact(f"npm:{name}", fitting[-1], f"peer.{other}") if fitting else None
        if asked is None or wanted is None or not isinstance(peer, str):
            continue
        there = [each for each in releases(f"npm:{other}") if admits(wanted.text, each)]
        if there and not any(admits(peer, each) for each in there):
            why = f"has the peer dependency {other} {peer}, but package.json asks for {wanted.text}"
            notes = (Label(asked.span, f"takes {fitting[-1]}"), Label(wanted.span, "asks for this one"))
            yield Lack(LackKind.PEER, f"{name} {fitting[-1]}", install.span, why, notes, step=_command(install))
            return


def _is_lenient(step: RunStep, contents: Contents) -> bool:
    """Whether npm may be told to take packages that do not go together."""
    files = (contents.tree.source(path) for path in contents.tree.files_named(".npmrc"))
    configured = any(re.search(r"(?m)^[ \t]*(?:legacy-peer-deps|force)\b", source.text) for source in files if source)
    variables = any(re.match(r"(?i)npm_config_(?:legacy_peer_deps|force)$", name) for name in step.env)
    return configured or variables or contents.ran.any(lambda text: "legacy-peer-deps" in text)


def _lock(install: NodeInstall, contents: Contents) -> Iterator[Lack]:
    """That `npm ci` or `pnpm install --frozen-lockfile` has no lock file."""
    if not install.frozen or install.lock or install.folder is None or install.tool not in ("npm", "pnpm"):
        return
    home = posixpath.dirname(install.package)
    names = LOCKS[install.tool]
    found = [contents.why_absent(posixpath.join(install.folder, name), posixpath.join(home, name)) for name in names]
    if (install.tool == "pnpm" and install.kept) or not all(found):
        return
    kept = [name for name in names if posixpath.join(home, name) in contents.tree.paths]
    which = names.index(kept[0]) if kept else 0
    absence = found[which] or Absence("")
    yield Lack(
        LackKind.LOCK, names[which], install.span, absence.why, absence.notes, absence.by_git, step=_command(install)
    )


def of_node_step(step: RunStep, installed: dict[str, NodeInstall], contents: Contents) -> Iterator[Lack]:
    """The program of a development package that a step runs after an install has left it out."""
    install = installed.get(step.absolute(".") or "")
    package = package_of(step)
    if install is None or package is None or not install.development.must_be(False) or contents.ran.any(_rewrites):
        return
    words = step.words
    folders = (posixpath.join("/", each) for each in outwards(step.absolute(".") or ""))
    around = (installed[each] for each in folders if each in installed)
    if not all(each.development.must_be(False) for each in around):
        return  # programs of folders around it are found, too
    for ran in _programs(step, package):
        if ran.words[0] not in NODE_MANAGERS and (lack := _omitted_package(ran, install, package, contents)):
            yield lack._replace(kind=LackKind.TOOL, span=step.written_at, step=" ".join(words))
            return


def of_step_alone(step: RunStep, contents: Contents) -> Iterator[Lack]:
    """The program of a package that a script runs in a stage where nothing installs any."""
    package, folder = package_of(step), step.absolute(".")
    if package is None or folder is None or contents.open or contents.ran.any(_may_install_node_packages):
        return
    places = (posixpath.join("/", each, "node_modules") for each in outwards(folder))
    if not all(map(contents.empty, places)):
        return
    for ran in _programs(step, package):
        tool = ran.words[0]
        asked = package.range(TOOLS.get(tool, tool))
        if asked is not None and ran.node is not None and "npx" not in ran.node.text:
            why = f"`{tool}` comes with {TOOLS.get(tool, tool)}, and no step before it installs the packages"
            notes = (Label(ran.node.span, f"runs {tool}"),)
            yield Lack(LackKind.TOOL, tool, step.written_at, why, notes, step=" ".join(step.words))
            return


def _may_install_node_packages(text: str) -> bool:
    """Whether a command may install packages of Node."""
    return "node_modules" in text or re.search(r"\b(?:i|ci|install|add|link|yarn|deploy)\b", text) is not None


def _programs(step: RunStep, package: PackageJson) -> Iterator[ScriptStep]:
    """The programs that a step of a build runs for a package: those of a script, or the one that npx is told."""
    call, words = called_by(step), tuple(step.words)
    if package_call(step.argv):
        yield ScriptStep(without_wrappers(words))
    elif call is None or call.verb in VERBS[call.tool]:
        return
    elif script := script_of(call, package):
        yield from programs(package, step.tree, f"pre{script}", script, f"post{script}")
    elif call.tool in ("pnpm", "yarn") and words[1:2] == (call.verb,):
        yield ScriptStep(words[2:] if call.verb == "run" and call.names else words[1:])


def of_compiler(
    step: RunStep, installed: dict[str, NodeInstall], everywhere: Called | None, contents: Contents
) -> Iterator[Lack]:
    """What a release of TypeScript does not know any more that a step compiles with.

    `everywhere`: the command that has installed TypeScript outside of the project, if any.
    """
    from mcplint.images.compiler import fetched_compiler, refused_option, release_by_npx, release_of_scripts

    install, package = installed.get(step.absolute(".") or ""), package_of(step)
    if package is None or contents.ran.any(_rewrites) or contents.ran.any(lambda text: "tsconfig" in text):
        return
    direct = program(step.argv) == "tsc"
    gone = (
        install and install.development.must_be(False) and omitted_package("tsc", package, install.lock, contents.tree)
    )
    for ran in (ScriptStep(step.words),) if direct else _programs(step, package):
        own = None if direct or gone else package
        wanted, words = fetched_compiler(ran.words)
        if wanted:
            release = release_by_npx(wanted, own, ran.node.span if ran.node else step.written_at)
        else:
            release = release_of_scripts(own, install, everywhere, contents.tree) if words[0] == "tsc" else None
        if release is None:
            continue
        found = refused_option(words, posixpath.dirname(package.source.path), release, contents.tree)
        if found:
            command_text, notes = " ".join(step.words), (*release.trace, found._replace(text="set here"))
            yield Lack(LackKind.COMPILER, release.only or "", step.written_at, found.text, notes, step=command_text)
            return


def _omitted_package(ran: ScriptStep, install: NodeInstall, package: PackageJson, contents: Contents) -> Lack | None:
    """That a program's package is left out by an install."""
    tool = ran.words[0]
    asked = omitted_package(tool, package, install.lock, contents.tree)
    if asked is None or contents.ran.any(lambda text: _may_install(text, tool)):
        return None
    by_install = install.development.trace[0].span.text if install.development.trace else ""
    without = by_install or _option_without(install.tool, tuple(map(spelled, install.argv)))
    why = f"`{tool}` comes with {TOOLS.get(tool, tool)}, a development package, which `{without}` leaves out"
    runs = (Label(ran.node.span, f"runs {tool}"),) if ran.node else ()
    notes = (*runs, Label(asked.span, "only devDependencies asks for it"))
    return Lack(LackKind.TOOL, tool, install.span, why, notes, edits=_skip_scripts(install), step=_command(install))


def _command(install: NodeInstall) -> str:
    return " ".join(map(spelled, install.argv))


def _option_without(tool: str, words: tuple[str, ...]) -> str:
    """The option of an install that leaves development packages out, as it is written; else all of it."""
    for written in (words[start : start + length] for length in (1, 2) for start in range(1, len(words))):
        call = called_in((tool, *written))
        if call and not set(WITHOUT_DEV[tool]).isdisjoint(call.options):
            return " ".join(written)
    return " ".join(words)


def _may_install(text: str, tool: str) -> bool:
    return TOOLS.get(tool, tool) in text and ("install" in text or "add" in text or " i " in text)


def _skip_scripts(install: NodeInstall) -> tuple[Edit, ...]:
    """The edit that keeps an install from running scripts."""
    if install.site is None:
        return ()
    end = install.site.span.end
    return (Edit(install.site.span._replace(start=end), " --ignore-scripts"),)


def _rewrites(text: str) -> bool:
    return "npm pkg" in text or ("package.json" in text and any(word in text for word in ("sed", "jq", ">", "node -e")))


def of_stage_copy(copy: Copy, part: Image, contents: Contents) -> Iterator[Lack]:
    """The sources of a `COPY --from` that no step of the other stage makes."""
    if not part.node_installs:
        return
    for source in copy.sources:
        path = source.only
        if path and path.startswith("/") and (found := unmade(posixpath.normpath(path), part, contents)):
            why, notes = found
            span = source.site.span if source.site else copy.span
            yield Lack(LackKind.OUTPUT, path, span, why, notes, stage=part.name or str(part.number))


def of_start(path: str, span: Span, image: Image, tree: Tree) -> Iterator[Lack]:
    """The file that a command starts, if no step of the build makes it."""
    copied = any(lack.kind == LackKind.OUTPUT for lack in image.lacks)
    found = None if copied or not image.node_installs else unmade(path, image, Contents.of(image, tree))
    if found:
        yield Lack(LackKind.OUTPUT, posixpath.relpath(path, image.workdir.only or "/"), span, *found)


def unmade(path: str, image: Image, contents: Contents) -> tuple[str, tuple[Label, ...]] | None:
    """Why nothing that a build makes can stand at a path of an image, None where something may."""
    workdir = image.workdir.only
    if not workdir or workdir == "/" or not path.startswith(f"{workdir.rstrip('/')}/") or "*" in path:
        return None
    inside = posixpath.relpath(path, workdir)
    if _LEFT.search(inside) or not contents.empty(path):
        return None
    home = home_of(contents, workdir)
    absence = contents.why_absent(path, posixpath.normpath(posixpath.join(home, inside)))
    return _why_unbuilt(image, contents) if absence else None


def home_of(contents: Contents, workdir: str) -> str:
    """The folder of the project whose `package.json` stands in a folder of the image."""
    place = posixpath.join(workdir, "package.json")
    found = copied_from(contents.copies, contents.parts, (), contents.context, place, contents.tree)
    return posixpath.dirname(found) if found else contents.context or ""


def _why_unbuilt(image: Image, contents: Contents) -> tuple[str, tuple[Label, ...]]:
    """Why nothing is built: no step does, and an install skips the script that would."""
    for install in image.node_installs:
        package: PackageJson | None = contents.tree.facts("package_json", install.package)
        if package and not install.scripts and "prepare" in package.scripts:
            note = Label(package.scripts["prepare"].span, "would build it")
            return f"no step builds it, and `{_command(install)}` skips the script `prepare`", (note,)
    return "no step builds it", ()
