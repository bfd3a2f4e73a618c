"""What a container's command has Node start and the project provably lacks: a file, or a script of npm."""

from __future__ import annotations

import posixpath
import re

from mcplint.commands.node_calls import SCRIPT_VERBS, Called, called_in
from mcplint.commands.words import Words, text
from mcplint.dependencies.node_packages import package_json
from mcplint.facts.node import PackageJson
from mcplint.images.contents import Contents
from mcplint.images.copies import project_path
from mcplint.images.image import Image
from mcplint.knowledge.executables import NODE_MANAGERS
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.model import Lack, LackKind
from mcplint.programs.typescript.packages import package_folders
from mcplint.project.inner import is_inner
from mcplint.project.tree import Tree
from mcplint.runtime.node_start import never_compiled
from mcplint.services.containers import ContainerContext
from mcplint.values import Value

_CALLS = re.compile(rf"(?<![\w@.-])(?:{'|'.join(NODE_MANAGERS)})[ \t][^;&|\n]*")
"""Where a command tells a manager something, up to its end."""


_BUN_ENDINGS = ("tsx", "jsx", "ts", "mts", "cts", "js", "mjs", "cjs", "json")
_BUN_FILES = ("", "/package.json", *(f"{stem}.{ending}" for stem in ("", "/index") for ending in _BUN_ENDINGS))
"""What bun runs under the name of a script that is not there."""


def missing_node_target(context: ContainerContext, target: str, tree: Tree) -> Lack | None:
    """The file or script at the word that names it, or None where the image may have it from elsewhere.

    `target`: a path in the image, `node PATH` for one that is called like Node itself, or `script NAME`.
    """
    image, argv = context.image, context.container.argv
    if image is None or argv is None or not image.base_known or not _brings_sdk(image, tree):
        return None
    if is_inner(tree, image.context or "."):
        return None
    words = argv.words or ()
    if target.startswith("script "):
        name = target.removeprefix("script ")
        line = " ".join(map(_word_text, words))
        found = ((each, called_in(each[0].split())) for each in _CALLS.finditer(line) if "||" not in line)
        calling, manager = next(((each, call) for each, call in found if call and call.script == name), (None, None))
        lost, ending = _up_to(calling[0], name) if calling else name, name
        certain = manager is not None and not _passes_over(manager) and _lacks_script(context, name, tree)
        certain = certain and manager is not None and not _runs_another(context, manager, tree)
    elif target.startswith("node "):
        lost = ending = posixpath.basename(target)
        certain = _lacks_module(context, target.removeprefix("node "), tree)
    else:
        home = context.container.workdir.only or "/"
        inside = target.startswith(f"{home.rstrip('/')}/") or not target.startswith("/")
        target = target if inside else posixpath.join(home, target[1:])  # of a script, in a folder of its own
        lost, ending = posixpath.relpath(target, home), posixpath.basename(target)
        certain = _lacks_file(context, words, target, tree)
    if not certain:
        return None
    naming = [each for each in words if _word_text(each).endswith(ending)]
    word = next((each for each in naming if lost == ending == _word_text(each) and each is not words[0]), None)
    word = naming[0] if word is None and naming else word
    shown = _word_text(word) if word is not None and lost.endswith(ending) else lost
    return Lack(LackKind.TARGET, shown, word.site.span if word is not None and word.site else argv.span, "")


def _passes_over(said: Called) -> bool:
    """Whether a manager is sent elsewhere, or passes over a script that is not there."""
    return said.goes_elsewhere or any(option.startswith("--if-present") for option in said.options)


def _up_to(line: str, name: str) -> str:
    """The words of a command up to one of them."""
    words = line.split()
    return " ".join(words[: words.index(name) + 1]) if name in words else line


def _word_text(word: Value[str]) -> str:
    return text(word) or ""


def _brings_sdk(image: Image, tree: Tree) -> bool:
    """Whether a package whose own packages are installed in an image asks for an SDK."""
    packages = (tree.facts("package_json", install.package) for install in image.node_installs)
    return any(package.range(name) for package in packages if package for name in NPM_PACKAGES)


def _image_path(context: ContainerContext, name: str) -> str | None:
    """Where a relative path of a command is in the image, None where something may be mounted over it."""
    home = context.container.workdir.only
    path = posixpath.normpath(posixpath.join(home, name)) if home else ""
    inside = path.startswith(f"{(home or '').rstrip('/')}/") and "node_modules" not in path
    return path if inside and not context.container.may_hide(path) else None


def _lacks_script(context: ContainerContext, name: str, tree: Tree) -> bool:
    """Whether the `package.json` where an image starts is one of the project, and has no such script."""
    place, image = _image_path(context, "package.json"), context.image
    if image is None or place is None or any(name in run.span.text or "pkg" in run.span.text for run in image.runs):
        return False
    path = project_path(image, place, tree)
    package: PackageJson | None = tree.facts("package_json", path) if path in tree.paths else None
    return package is not None and not package.problems and name not in package.scripts


def _runs_another(context: ContainerContext, said: Called, tree: Tree) -> bool:
    """Whether a manager may run something else under the name of a script that is not there.

    npm, pnpm and yarn 1 start `server.js` for `start`, yarn looks for names with a colon in the whole workspace, and
    yarn and bun run commands of packages, which have no such names, and bun files as well.
    """
    manager, name = said.tool, said.script
    if manager == "bun" and not all(_lacks_file(context, (), f"{name}{ending}", tree) for ending in _BUN_FILES):
        return True
    if name == "start":
        return manager != "bun" and not _lacks_file(context, (), "server.js", tree)
    if manager in ("npm", "pnpm"):
        return said.verb not in SCRIPT_VERBS
    packages = (package_json(tree, folder) for folder in package_folders(tree).values())
    return ":" not in name or any(package is not None and name in package.scripts for package in packages)


def _lacks_module(context: ContainerContext, target: str, tree: Tree) -> bool:
    """Whether nothing of an image can be what Node loads under a name without a suffix."""
    endings = ("", ".js", ".json", ".node", "/index.js", "/package.json")
    return all(_lacks_file(context, (), f"{target}{ending}", tree) for ending in endings)


def _lacks_file(context: ContainerContext, words: Words, target: str, tree: Tree) -> bool:
    """Whether nothing of an image can be the file that a command names, or a script which it runs."""
    word = next((_word_text(each) for each in words if _word_text(each).endswith(posixpath.basename(target))), target)
    place, image = _image_path(context, word), context.image
    if image is None or place is None or not word or " " in word:
        return False
    expected = project_path(image, place, tree) or posixpath.relpath(place, context.container.workdir.only or "/")
    absence = Contents.of(image, tree).why_absent(place, expected)
    return (absence is not None and not absence.by_git) or never_compiled(image, place, tree)
