"""What `npm pack` leaves out of a package, by `files` in its `package.json`, else by its ignore files.

Source: npm-packlist, and what npm 6, 8, 9, 10 and 11 pack.
"""

from __future__ import annotations

import posixpath

from mcplint.dependencies.node_packages import package_json
from mcplint.facts.document import ScalarNode, SequenceNode, items
from mcplint.project.ignored import git_covers, ignoring
from mcplint.project.tree import Tree
from mcplint.text.source import Span

_CHOICES = frozenset("{}[]()?\\")
"""Signs of patterns that npm's releases take in different ways."""


def left_out(tree: Tree, home: str, path: str) -> Span | None:
    """What keeps a file of a package out of what npm packs of it, None where nothing certainly does.

    What `bin` and `main` name is always packed, whatever else is said.
    """
    package = package_json(tree, home)
    if package is None:
        return None
    inside = posixpath.relpath(path, home or ".")
    named = (package.main or "index.js", *(each.path for each in package.bins))
    always = {posixpath.splitext(posixpath.normpath(each))[0] for each in named}
    if posixpath.splitext(inside)[0] in always or inside.startswith(".."):
        return None
    if package.files is None:
        return _ignored(tree, home, inside, always)
    chosen = items(package.files)
    if not isinstance(package.files, SequenceNode) or not all(isinstance(each, ScalarNode) for each in chosen):
        return None
    texts = [each.text for each in chosen if isinstance(each, ScalarNode)]
    return None if any(_may_take(text, inside) for text in texts) else package.files.span


def _may_take(text: str, inside: str) -> bool:
    """Whether an entry of `files` may have npm pack a file: by name in any folder, and in any case."""
    name = posixpath.normpath(text.lstrip("/") or ".").lower()
    return not text.startswith("!") and (name == "." or bool(_CHOICES & set(name)) or git_covers(name, inside.lower()))


def _ignored(tree: Tree, home: str, inside: str, always: set[str]) -> Span | None:
    """The line of `.npmignore`, else of `.gitignore`, for which npm does not look into the folder of a file.

    Where it has to, for what it always packs, such a line keeps back nothing else.
    """
    names = (posixpath.join(home, name) for name in (".npmignore", ".gitignore"))
    source = next((found for name in names if (found := tree.source(name))), None)
    folder = inside.partition("/")[0]
    if source is None or any(each.partition("/")[0] == folder for each in always):
        return None
    return ignoring(source, inside)
